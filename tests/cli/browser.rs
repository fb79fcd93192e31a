//! A page in headless Chromium: what stands in it, what happens when it is clicked, dragged and hovered over, and what it complains of.

use std::path::Path;
use std::time::Duration;

use chromiumoxide::cdp::browser_protocol::input::{
    DispatchMouseEventParams, DispatchMouseEventType as Mouse, MouseButton,
};
use chromiumoxide::cdp::browser_protocol::log::EventEntryAdded;
use chromiumoxide::cdp::js_protocol::runtime::{EventConsoleApiCalled, EventExceptionThrown};
use chromiumoxide::layout::Point;
use chromiumoxide::listeners::EventStream;
use chromiumoxide::{Browser, BrowserConfig, Page};
use futures::{FutureExt, StreamExt};
use ibert_kit::toolchain::locate;
use serde::de::DeserializeOwned;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The page, and the browser that has it alone.
pub(crate) struct Tab {
    runtime: Runtime,
    browser: Browser,
    page: Page,
    thrown: EventStream<EventExceptionThrown>,
    said: EventStream<EventConsoleApiCalled>,
    logged: EventStream<EventEntryAdded>,
    _profile: TempDir,
}

impl Tab {
    /// Opens a file, in a window of 1250 by 1400 pixels.
    pub(crate) fn open(file: &Path) -> Self {
        let chromium = locate(&["chromium"])
            .expect("Chromium opens pages in tests; install it (Debian: apt-get install chromium)");
        let profile = tempfile::tempdir().expect("temporary folder");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let url = format!("file://{}", file.display());
        let (browser, page, (thrown, said, logged)) = runtime.block_on(async {
            let config = BrowserConfig::builder()
                .chrome_executable(chromium)
                .user_data_dir(profile.path())
                // Root has no sandbox, and the page is our own.
                .no_sandbox()
                .args(["disable-gpu", "disable-quic", "disable-component-update"])
                .window_size(1250, 1400)
                .viewport(None)
                .launch_timeout(Duration::from_secs(120))
                .request_timeout(Duration::from_secs(120));
            let (browser, mut handler) =
                Browser::launch(config.build().expect("settings")).await.expect("Chromium starts");
            // Messages that this version of the protocol does not know are errors to it.
            tokio::spawn(async move { while handler.next().await.is_some() {} });
            let page = browser.new_page("about:blank").await.expect("a page");
            page.enable_log().await.expect("its log");
            let heard = (
                page.event_listener().await.expect("exceptions"),
                page.event_listener().await.expect("the console"),
                page.event_listener().await.expect("log entries"),
            );
            page.goto(url).await.expect("the file opens");
            (browser, page, heard)
        });
        Tab { runtime, browser, page, thrown, said, logged, _profile: profile }
    }

    /// The value of an expression in the page.
    pub(crate) fn value<T: DeserializeOwned>(&self, expression: &str) -> T {
        let value = self.runtime.block_on(self.page.evaluate_expression(expression));
        let value = value.unwrap_or_else(|error| panic!("{expression}: {error}"));
        value.into_value().unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// The texts of all elements of a selector, numbers without the spaces between their digits.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let texts: Vec<String> =
            self.value(&format!("[...document.querySelectorAll({selector:?})].map((element) => element.textContent)"));
        texts.into_iter().map(|text| text.replace('\u{202f}', "").replace('\u{a0}', " ")).collect()
    }

    /// The text of the only element of a selector.
    pub(crate) fn text(&self, selector: &str) -> String {
        let texts = self.texts(selector);
        assert_eq!(texts.len(), 1, "{selector}: {texts:?}");
        texts.concat()
    }

    /// The texts of the cells of a table, row by row.
    pub(crate) fn table(&self, selector: &str) -> Vec<Vec<String>> {
        let rows: usize = self.value(&format!("document.querySelectorAll('{selector} tr').length"));
        assert!(rows > 0, "{selector} has rows");
        let cells = |row| format!("{selector} tr:nth-child({}) > *", row + 1);
        (0..rows).map(|row| self.texts(&cells(row))).collect()
    }

    /// Clicks on an element as a mouse does.
    pub(crate) fn click(&self, selector: &str) {
        self.runtime.block_on(async {
            let element = self.page.find_element(selector).await.expect("the element is there");
            element.click().await.expect("it can be clicked");
        });
    }

    /// Left, top, width and height of an element in the window, which is scrolled to it.
    pub(crate) fn place(&self, selector: &str) -> [f64; 4] {
        let measure = "element.scrollIntoView({ block: 'start' }); const box = element.getBoundingClientRect(); \
            return [box.left, box.top, box.width, box.height];";
        self.value(&format!("((element) => {{ {measure} }})(document.querySelector({selector:?}))"))
    }

    /// Moves the mouse to a point of the window; the tip that is shown then.
    pub(crate) fn hover(&self, at: Point) -> Option<String> {
        self.runtime.block_on(self.page.move_mouse(at)).expect("the mouse moves");
        let tip: String = self.value("$('tip').style.display === 'block' ? $('tip').textContent : ''");
        Some(tip.replace('\u{202f}', "")).filter(|tip| !tip.is_empty())
    }

    /// Presses the mouse at a point, moves it to another one and lets go.
    pub(crate) fn drag(&self, from: Point, to: Point) {
        for (kind, at) in [(Mouse::MousePressed, from), (Mouse::MouseMoved, to), (Mouse::MouseReleased, to)] {
            let event = DispatchMouseEventParams::builder().r#type(kind).x(at.x).y(at.y).button(MouseButton::Left);
            let event = event.buttons(1).click_count(1).build().expect("an event");
            self.runtime.block_on(self.page.execute(event)).expect("the mouse drags");
        }
    }

    /// Turns the mouse's wheel at a point.
    pub(crate) fn wheel(&self, at: Point, delta: f64) {
        let event = DispatchMouseEventParams::builder().r#type(Mouse::MouseWheel).x(at.x).y(at.y);
        let event = event.delta_x(0.0).delta_y(delta).build().expect("an event");
        self.runtime.block_on(self.page.execute(event)).expect("the wheel turns");
    }

    /// Exceptions, console messages and log entries until now.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        // An answer from the page comes after what it said before.
        let _: u32 = self.value("0");
        let mut complaints = Vec::new();
        while let Some(Some(event)) = self.thrown.next().now_or_never() {
            complaints.push(format!("{:?}", event.exception_details));
        }
        while let Some(Some(event)) = self.said.next().now_or_never() {
            complaints.push(format!("{:?}", event.args));
        }
        while let Some(Some(event)) = self.logged.next().now_or_never() {
            complaints.push(event.entry.text.clone());
        }
        complaints
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        self.runtime.block_on(async {
            let _ = self.browser.close().await;
            let _ = self.browser.wait().await;
        });
    }
}

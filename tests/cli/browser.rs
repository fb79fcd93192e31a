//! A page in headless Chromium: what stands in it, what happens when it is clicked, dragged and hovered over, and what
//! it complains of.

use std::cell::RefCell;
use std::path::Path;

use ibert_kit::toolchain::locate;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::devtools::Devtools;

/// Events that say that something is wrong with a page, or that it talks.
const COMPLAINTS: [&str; 3] = ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"];

/// A place in the window, in pixels from its upper left corner.
#[derive(Clone, Copy)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// The page, and the browser that has it alone.
pub(crate) struct Tab {
    devtools: RefCell<Devtools>,
    _profile: TempDir,
}

impl Tab {
    /// Opens a file, in a window of 1250 by 1400 pixels.
    pub(crate) fn open(file: &Path) -> Self {
        let chromium = locate(&["chromium"]).expect(
            "Chromium opens pages in tests; install it with `make setup`, or on Debian with `apt-get install chromium`",
        );
        let profile = tempfile::tempdir().expect("temporary folder");
        let mut devtools = Devtools::start(&chromium, profile.path(), "1250,1400");
        for domain in ["Page", "Runtime", "Log"] {
            devtools.call(&format!("{domain}.enable"), json!({}));
        }
        devtools.call("Page.navigate", json!({ "url": format!("file://{}", file.display()) }));
        devtools.wait_for("Page.loadEventFired");
        Tab { devtools: RefCell::new(devtools), _profile: profile }
    }

    fn call(&self, method: &str, parameters: Value) -> Value {
        self.devtools.borrow_mut().call(method, parameters)
    }

    /// The value of an expression in the page.
    pub(crate) fn value<T: DeserializeOwned>(&self, expression: &str) -> T {
        let answer = self.call("Runtime.evaluate", json!({ "expression": expression, "returnByValue": true }));
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        let value = answer["result"]["value"].clone();
        serde_json::from_value(value).unwrap_or_else(|error| panic!("{expression}: {error}: {answer}"))
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

    /// Clicks on the middle of an element as a mouse does.
    pub(crate) fn click(&self, selector: &str) {
        let [left, top, width, height] = self.place(selector);
        let at = Point { x: left + width / 2.0, y: top + height / 2.0 };
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            self.mouse(kind, at, json!({ "button": "left", "clickCount": 1 }));
        }
    }

    /// Left, top, width and height of an element in the window, which is scrolled to it.
    pub(crate) fn place(&self, selector: &str) -> [f64; 4] {
        let measure = "element.scrollIntoView({ block: 'start' }); const box = element.getBoundingClientRect(); \
            return [box.left, box.top, box.width, box.height];";
        self.value(&format!("((element) => {{ {measure} }})(document.querySelector({selector:?}))"))
    }

    /// Moves the mouse to a point of the window; the tip that is shown then.
    pub(crate) fn hover(&self, at: Point) -> Option<String> {
        self.mouse("mouseMoved", at, json!({}));
        let tip: String = self.value("$('tip').style.display === 'block' ? $('tip').textContent : ''");
        Some(tip.replace('\u{202f}', "")).filter(|tip| !tip.is_empty())
    }

    /// Presses the mouse at a point, moves it to another one and lets go.
    pub(crate) fn drag(&self, from: Point, to: Point) {
        for (kind, at) in [("mousePressed", from), ("mouseMoved", to), ("mouseReleased", to)] {
            self.mouse(kind, at, json!({ "button": "left", "buttons": 1, "clickCount": 1 }));
        }
    }

    /// Turns the mouse's wheel at a point.
    pub(crate) fn wheel(&self, at: Point, delta: f64) {
        self.mouse("mouseWheel", at, json!({ "deltaX": 0, "deltaY": delta }));
    }

    fn mouse(&self, kind: &str, at: Point, mut parameters: Value) {
        for (name, value) in [("type", json!(kind)), ("x", json!(at.x)), ("y", json!(at.y))] {
            parameters[name] = value;
        }
        self.call("Input.dispatchMouseEvent", parameters);
    }

    /// Exceptions, console messages and log entries since the last call, as JSON.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        // The answer from the page comes after the events before it.
        let _: u32 = self.value("0");
        let events = self.devtools.get_mut().take_events();
        let complaints = events.iter().filter(|event| COMPLAINTS.iter().any(|name| event["method"] == *name));
        complaints.map(|event| event["params"].to_string()).collect()
    }
}

/// Each kind of complaint is heard: without this, a page that says nothing could be one that nobody listens to.
#[test]
fn exceptions_console_messages_and_missing_files_are_heard() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let script = "<script>console.log('said'); setTimeout(() => { throw Error('thrown') }, 0)</script>";
    std::fs::write(&page, format!("<!doctype html><img src='missing.png'>{script}")).unwrap();
    let mut tab = Tab::open(&page);
    let complaints = tab.complaints();
    for part in ["said", "thrown", "missing.png"] {
        assert!(complaints.iter().any(|complaint| complaint.contains(part)), "{part}: {complaints:?}");
    }
    assert_eq!(tab.complaints(), [""; 0], "each is heard once");
}

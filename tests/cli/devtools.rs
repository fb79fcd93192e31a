//! Chromium's debugging protocol over two pipes, `--remote-debugging-pipe`: JSON messages that end with a zero byte,
//! from file descriptor 3 of the browser and to its file descriptor 4.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// Time for one answer, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser of its own, and the session of its only page.
pub(crate) struct Devtools {
    browser: Child,
    requests: ChildStdin,
    messages: Receiver<Value>,
    session: Option<Value>,
    last: u64,
    events: Vec<Value>,
}

impl Devtools {
    /// Starts a browser with an empty profile, and attaches to a new page.
    pub(crate) fn start(chromium: &Path, profile: &Path, window: &str) -> Devtools {
        let mut command = Command::new("sh");
        // Standard input and output of this process become the browser's descriptors 3 and 4.
        command.args(["-c", "exec \"$@\" 3<&0 4>&1 0</dev/null 1>&2", "sh"]).arg(chromium);
        command.args(["--headless", "--remote-debugging-pipe", "--hide-scrollbars", "--no-first-run"]);
        // Root has no sandbox, and the page is our own.
        command.args(["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-component-update"]);
        command.args(["--disable-background-networking", "--disable-extensions", "--disable-sync"]);
        command.arg(format!("--window-size={window}")).arg(format!("--user-data-dir={}", profile.display()));
        let pipes = command.arg("about:blank").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut browser = pipes.spawn().expect("a shell");
        let requests = browser.stdin.take().expect("a pipe");
        let mut answers = BufReader::new(browser.stdout.take().expect("a pipe"));
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            while answers.read_until(0, &mut bytes).is_ok_and(|length| length > 0) {
                let message = serde_json::from_slice(bytes.strip_suffix(&[0]).unwrap_or(&bytes)).expect("JSON");
                if sender.send(message).is_err() {
                    return;
                }
                bytes.clear();
            }
        });
        let mut devtools = Devtools { browser, requests, messages, session: None, last: 0, events: vec![] };
        let page = devtools.call("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let session = devtools.call("Target.attachToTarget", json!({ "targetId": page, "flatten": true }));
        devtools.session = Some(session["sessionId"].clone());
        devtools
    }

    /// Calls a method and returns its result.
    ///
    /// # Panics
    /// If the browser answers with an error, or not in time.
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let mut request = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            request["sessionId"] = session.clone();
        }
        let sent = self.requests.write_all(format!("{request}\0").as_bytes());
        sent.unwrap_or_else(|error| panic!("{method}: Chromium has ended ({error})"));
        loop {
            let mut message = self.receive(method);
            if message["id"] == self.last {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    /// Waits for an event, if it has not come yet.
    pub(crate) fn wait_for(&mut self, event: &str) {
        while !self.events.iter().any(|message| message["method"] == event) {
            let message = self.receive(event);
            self.events.push(message);
        }
    }

    /// The events since the last call.
    pub(crate) fn take_events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    fn receive(&self, what: &str) -> Value {
        self.messages.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{what}: nothing from Chromium: {error}"))
    }
}

impl Drop for Devtools {
    fn drop(&mut self) {
        let close = json!({ "id": 0, "method": "Browser.close" });
        let closing = self.requests.write_all(format!("{close}\0").as_bytes());
        // The browser writes its profile until its end, which is when the other end of the pipe closes.
        while closing.is_ok() && self.messages.recv_timeout(Duration::from_secs(10)).is_ok() {}
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}

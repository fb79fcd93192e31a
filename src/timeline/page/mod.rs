//! Self-contained HTML pages.
//!
//! A page is `document.html` with `style.css`, its own body and its own scripts. Pages share `elements.js`,
//! `timeline.js` and `layers.js`.

mod run;
mod schedule;

pub use run::{RunPage, write as write_run};
pub use schedule::{Page, write as write_schedule};

use serde::Serialize;
use std::io;

/// Content of a document.
struct Document<'d> {
    /// Elements that its script fills.
    body: &'d str,
    /// Run after the shared ones; the data is in `data`.
    script: &'d str,
}

const DOCUMENT: &str = include_str!("document.html");
const STYLE: &str = include_str!("style.css");
const SHARED: [&str; 3] = [include_str!("elements.js"), include_str!("timeline.js"), include_str!("layers.js")];

impl Document<'_> {
    /// Writes the document with its data.
    fn write(&self, data: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
        // No text in it can end the script.
        let data = serde_json::to_string(data)?.replace('<', "\\u003c");
        let script = [&SHARED[..], &[self.script]].concat().concat();
        let mut rest = DOCUMENT;
        for (place, text) in
            [("/*STYLE*/", STYLE), ("<!--BODY-->", self.body), ("/*DATA*/null", &data), ("/*SCRIPT*/", &script)]
        {
            let (before, after) = rest.split_once(place).unwrap_or((rest, ""));
            out.write_all(before.as_bytes())?;
            out.write_all(text.trim_end().as_bytes())?;
            rest = after;
        }
        out.write_all(rest.as_bytes())
    }
}

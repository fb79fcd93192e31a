//! The page about a simulated run.

use super::Document;
use crate::timeline::tracks::{Schedule, Tracks, legend};
use ibert_isa::Engine;
use serde::Serialize;
use std::io;

/// Content of the page about a run.
#[derive(Debug)]
pub struct RunPage<'p, R> {
    /// Title of the page.
    pub title: &'p str,
    /// What `ibert sim --json` prints.
    pub report: &'p R,
    /// Observed schedule, followed by the predicted one if there is a prediction.
    pub schedules: &'p [Schedule<'p>],
}

#[derive(Serialize)]
struct Data<'d, R> {
    title: &'d str,
    engines: [&'static str; 4],
    causes: Vec<(&'static str, String)>,
    report: &'d R,
    schedules: Vec<Tracks<'d>>,
}

const PAGE: Document<'_> =
    Document { body: include_str!("run.html"), script: concat!(include_str!("plot.js"), include_str!("run.js")) };

/// Writes the page about a run.
///
/// # Errors
/// Those of `out`.
pub fn write(page: &RunPage<'_, impl Serialize>, out: &mut dyn io::Write) -> io::Result<()> {
    let schedules = page.schedules.iter().map(Tracks::new).collect();
    let RunPage { title, report, .. } = *page;
    PAGE.write(&Data { title, engines: Engine::ALL.map(Engine::name), causes: legend(), report, schedules }, out)
}

//! The page about schedules.

use super::Document;
use crate::timeline::tracks::{Schedule, Tracks, legend};
use ibert_isa::Engine;
use serde::Serialize;
use std::io;

/// Content of a page.
#[derive(Debug)]
pub struct Page<'p> {
    /// Title of the page.
    pub title: &'p str,
    /// One schedule, or several to compare.
    pub schedules: &'p [Schedule<'p>],
}

#[derive(Serialize)]
struct Data<'d> {
    title: &'d str,
    engines: [&'static str; 4],
    causes: Vec<(&'static str, String)>,
    schedules: Vec<Tracks<'d>>,
}

const PAGE: Document<'_> = Document { body: include_str!("schedule.html"), script: include_str!("schedule.js") };

/// Writes a page.
///
/// # Errors
/// Those of `out`.
pub fn write(page: &Page<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let schedules = page.schedules.iter().map(Tracks::new).collect();
    PAGE.write(&Data { title: page.title, engines: Engine::ALL.map(Engine::name), causes: legend(), schedules }, out)
}

//! The page about a run: `ibert sim --html`.

use std::path::Path;

use ibert::staging::Staged;
use ibert::timeline::{RunPage, Schedule, write_run_page};
use ibert_compile::cycles::{ArrayCycles, Prediction};
use ibert_compile::{Compiled, Work};

use super::report::Simulated;
use crate::cli::error::Error;
use crate::cli::timeline;

/// Content of the page.
pub(super) struct Run<'r> {
    /// Model as named in the arguments.
    pub(super) name: &'r Path,
    pub(super) report: &'r Simulated,
    pub(super) compiled: &'r Compiled,
    /// Observed cycles of each instruction.
    pub(super) seen: &'r Prediction,
    /// Observed cycles of the array by layer: busy, and stalled by cause.
    pub(super) parts: &'r [ArrayCycles],
    pub(super) work: &'r [Work],
}

impl Run<'_> {
    /// Writes the page, with the prediction next to the observation if there is a prediction.
    pub(super) fn write(&self, prediction: Option<&Prediction>, path: &Path, staged: Staged) -> Result<(), Error> {
        let Run { name, report, compiled, seen, parts, work } = *self;
        let observed = timeline::spans(seen);
        let predicted = prediction
            .map(|prediction| (timeline::spans(prediction), prediction.cycles, timeline::layers(compiled, prediction)));
        let mut schedules =
            vec![Schedule { name: "observed", compiled, spans: &observed, cycles: seen.cycles, layers: parts, work }];
        if let Some((spans, cycles, layers)) = &predicted {
            schedules.push(Schedule { name: "predicted", compiled, spans, cycles: *cycles, layers, work });
        }
        let title = format!("ibert sim {}", name.display());
        let page = RunPage { title: &title, report, schedules: &schedules };
        timeline::fill(staged, path, |out| write_run_page(&page, out))
    }
}

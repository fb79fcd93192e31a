//! The page about a run: `ibert sim --html`.

use std::path::Path;

use ibert::staging::Staged;
use ibert::timeline::{RunPage, Schedule, write_run_page};
use ibert_compile::cycles::{ArrayCycles, Prediction};
use ibert_compile::{Compiled, Work};

use super::report::Simulated;
use crate::cli::error::Error;
use crate::cli::timeline;

/// What the page is about.
pub(super) struct Run<'r> {
    /// The model as it was named.
    pub(super) name: &'r Path,
    pub(super) report: &'r Simulated,
    pub(super) compiled: &'r Compiled,
    /// As observed.
    pub(super) seen: &'r Prediction,
    /// By layer: what the array did with the observed cycles.
    pub(super) parts: &'r [ArrayCycles],
    pub(super) work: &'r [Work],
}

impl Run<'_> {
    /// Writes it, with the prediction beside the observation if there is one.
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

//! `ibert schedule --trace` and `--html`: files that show the timeline of a program.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use ibert::staging::Staged;
use ibert::timeline::{Page, Schedule, write_page, write_trace};
use ibert_compile::cycles::{ArrayCycles, MemoryTiming, Prediction, Span, Times, array_cycles, predict};
use ibert_compile::{Choices, Compiled, compile_with, layer_work};
use ibert_golden::encoder::Sequence;
use ibert_golden::model::IntegerModel;

use super::arguments::ScheduleArguments;
use super::error::Error;

/// A program and its prediction, for the files.
pub(super) struct Timed<'t> {
    pub(super) compiled: &'t Compiled,
    pub(super) prediction: &'t Prediction,
}

/// Cycles of the array by layer: busy, and stalled by cause.
pub(super) fn layers(compiled: &Compiled, prediction: &Prediction) -> Vec<ArrayCycles> {
    let part_of = |index: usize| compiled.layer(index).unwrap_or_default();
    array_cycles(&compiled.program, prediction, compiled.configuration.side, compiled.layers, part_of)
}

/// Writes the trace, if the arguments name one.
pub(super) fn trace(arguments: &ScheduleArguments, timed: &Timed<'_>) -> Result<(), Error> {
    let Some(path) = &arguments.trace else { return Ok(()) };
    to_file(path, |out| write_trace(timed.compiled, &spans(timed.prediction), out))
}

/// Writes the page, if the arguments name one: this schedule compared with a simple one.
pub(super) fn page(
    arguments: &ScheduleArguments,
    model: &IntegerModel,
    sequence: &Sequence,
    timed: &Timed<'_>,
    timing: MemoryTiming,
) -> Result<(), Error> {
    let Some(path) = &arguments.html else { return Ok(()) };
    let Compiled { configuration, tokens, .. } = timed.compiled;
    let layers = arguments.layers.unwrap_or_default();
    let simple = Choices::simple(&model.config, configuration, *tokens);
    let simple = compile_with(model, *configuration, sequence, layers, &simple)
        .map_err(|error| Error::Schedule(Box::new(error)))?;
    let predicted = predict(&simple.program, simple.image.program, configuration, timing).map_err(Error::Cycles)?;
    let simple = Timed { compiled: &simple, prediction: &predicted };
    let both = [("schedule", timed), ("simple order", &simple)];
    let data = both.map(|(name, timed)| {
        let work = layer_work(timed.compiled, timing);
        (name, timed, spans(timed.prediction), self::layers(timed.compiled, timed.prediction), work)
    });
    let schedules = data.each_ref().map(|(name, timed, spans, layers, work)| {
        let (compiled, cycles) = (timed.compiled, timed.prediction.cycles);
        Schedule { name, compiled, spans, cycles, layers, work }
    });
    let title = format!("ibert schedule {}", arguments.model.display());
    to_file(path, |out| write_page(&Page { title: &title, schedules: &schedules }, out))
}

pub(super) fn spans(prediction: &Prediction) -> Vec<Span> {
    prediction.times.iter().map(Times::span).collect()
}

/// Writes a file that appears only when it is complete.
fn to_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Error> {
    fill(Staged::file(path)?, path, write)
}

/// Writes the content of a file that will be published at `path`.
pub(super) fn fill(
    staged: Staged,
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), Error> {
    let failed = |source| Error::Write { path: PathBuf::from(path), source };
    let mut out = BufWriter::new(std::fs::File::create(staged.path()).map_err(failed)?);
    write(&mut out).and_then(|()| out.flush()).map_err(failed)?;
    Ok(staged.publish()?)
}

//! [`optimize`]: finds decisions for a fast program by coordinate descent, one decision at a time.

use super::cycles::{MemoryTiming, Prediction, predict};
use super::{Choices, Compiled, Layers, ScheduleError, compile_with};
use ibert_golden::encoder::Sequence;
use ibert_golden::model::IntegerModel;
use ibert_isa::{Configuration, Operation};
use std::num::NonZeroUsize;

/// Layers compiled for the comparison: the first, the last, and one that represents all layers in between.
const LAYERS: NonZeroUsize = NonZeroUsize::new(3).unwrap();

/// Starts from [`Choices::new`] and changes one decision after the other, each to the value with the fewest cycles. The
/// cycle model predicts the cycles for a memory with the given `timing`. The result is deterministic in model,
/// configuration, length, number of layers and timing.
///
/// # Errors
/// As [`compile_with`], if even the decisions of [`Choices::new`] do not give a program.
pub fn optimize(
    model: &IntegerModel,
    configuration: Configuration,
    sequence: &Sequence,
    layers: Layers,
    timing: MemoryTiming,
) -> Result<Choices, ScheduleError> {
    let others = layers.of(model.layers.len()).saturating_sub(LAYERS.get()) as u64;
    let cycles = |choices: &Choices| -> Result<u64, ScheduleError> {
        let compiled = compile_with(model, configuration, sequence, layers.at_most(LAYERS), choices)?;
        let predicted = predict(&compiled.program, compiled.image.program, &configuration, timing);
        Ok(predicted.map_or(u64::MAX, |prediction| prediction.cycles + others * middle(&compiled, &prediction)))
    };
    let tokens = sequence.ids.len();
    let mut best = Choices::new(&model.config, &configuration, tokens);
    let mut fewest = cycles(&best)?;
    for change in changes(tokens.div_ceil(configuration.side)) {
        let mut better = best;
        change(&mut better);
        if better == best {
            continue;
        }
        let taken = cycles(&better)?;
        if taken < fewest {
            (best, fewest) = (better, taken);
        }
    }
    Ok(best)
}

/// Cycles from the first product of the second layer to that of the third; 0 with fewer than three layers.
fn middle(compiled: &Compiled, prediction: &Prediction) -> u64 {
    let is_product = |index: &usize| matches!(compiled.program[*index].operation, Operation::Matmul(_));
    let first = |layer| {
        let index =
            (0..compiled.program.len()).filter(is_product).find(|index| compiled.layer(*index) == Some(layer))?;
        Some(prediction.times[index].started())
    };
    first(1).zip(first(2)).map_or(0, |(second, third)| third - second)
}

type Change = Box<dyn Fn(&mut Choices)>;

/// Changes to try with `tiles` token tiles.
fn changes(tiles: usize) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for (batch, part) in [(tiles, 0), (tiles, tiles / 2), (tiles.div_ceil(2), 0), (tiles.div_ceil(3), 0)] {
        changes.push(Box::new(move |choices| (choices.batch, choices.part) = (batch, part)));
    }
    for early in [1, 2, tiles.div_ceil(4), tiles.div_ceil(2), tiles] {
        changes.push(Box::new(move |choices| choices.early = early.max(1)));
    }
    for piece in [tiles, tiles.div_ceil(2), tiles.div_ceil(4)] {
        changes.push(Box::new(move |choices| choices.piece = piece.max(1)));
    }
    for (numerator, denominator) in [(1, 2), (2, 1)] {
        let scaled = move |tail: usize| (tail * numerator).div_ceil(denominator);
        changes.push(Box::new(move |choices| choices.attention_tail = scaled(choices.attention_tail)));
        changes.push(Box::new(move |choices| choices.ffn_head = scaled(choices.ffn_head)));
        changes.push(Box::new(move |choices| choices.ffn_tail = scaled(choices.ffn_tail)));
    }
    changes
}

//! [`optimize`]: the decisions under which a program takes the fewest cycles, as far as single changes find them.

use super::cycles::{MemoryTiming, predict};
use super::{Choices, ScheduleError, compile_with};
use ibert_golden::encoder::Sequence;
use ibert_golden::model::IntegerModel;
use ibert_hdl::isa::Configuration;

/// Layers that are looked at; all others are like the last of them.
const LAYERS: usize = 2;

/// The memory that decisions are made for.
const MEMORY: MemoryTiming = MemoryTiming { read_latency: 30, write_latency: 30, cycles_per_beat: 1 };

/// Starts from [`Choices::new`] and changes one decision after the other, each to the value that takes the fewest cycles according to the cycle model. The same
/// for the same model, configuration, length and number of layers.
///
/// # Errors
/// As [`compile_with`], if not even the first decisions give a program.
pub fn optimize(
    model: &IntegerModel,
    configuration: Configuration,
    sequence: &Sequence,
    layers: usize,
) -> Result<Choices, ScheduleError> {
    let cycles = |choices: &Choices| -> Result<u64, ScheduleError> {
        let compiled = compile_with(model, configuration, sequence, layers.min(LAYERS), choices)?;
        let predicted = predict(&compiled.program, compiled.image.program, &configuration, MEMORY);
        Ok(predicted.map_or(u64::MAX, |prediction| prediction.cycles))
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

type Change = Box<dyn Fn(&mut Choices)>;

/// What may be better with `tiles` token tiles.
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

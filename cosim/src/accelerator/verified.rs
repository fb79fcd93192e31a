//! [`verify`]: a program on the RTL, compared with the golden encoder.

use super::{Accelerator, AcceleratorError, Observed, RunOptions};
use ibert_compile::Compiled;
use ibert_compile::scoreboard::{Mismatch, Scoreboard, Tally};
use ibert_golden::encoder::{EncodeError, Encoder, Sequence};
use ibert_golden::model::IntegerModel;
use std::collections::BTreeMap;

/// What [`Verified::tensors`] calls the last hidden state that the host reads.
pub const IN_MEMORY: &str = "hidden state in memory";

/// A program that ran on the RTL, compared with the golden encoder.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// Observations of the run.
    pub observed: Observed,
    /// Values compared: all that engines wrote, and the last hidden state in memory.
    pub values: usize,
    /// How many of them differ, or were not written.
    pub different: usize,
    /// The same by tensor, with [`IN_MEMORY`] for the last hidden state in memory.
    pub tensors: BTreeMap<String, Tally>,
    /// The first that an engine wrote.
    pub first: Option<Mismatch>,
}

/// Cause for which nothing was compared.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The program did not run to its end.
    #[error(transparent)]
    Accelerator(#[from] AcceleratorError),
    /// The golden encoder refuses the sequence.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// Runs a program on an accelerator of its own and compares every value that an engine writes, and the hidden state
/// that the host reads, with the golden encoder's for the sequence that the program was compiled for.
///
/// # Errors
/// [`VerifyError`]; a value that differs is none.
pub fn verify(
    accelerator: &Accelerator,
    model: &IntegerModel,
    sequence: &Sequence,
    compiled: &Compiled,
    options: &RunOptions,
) -> Result<Verified, VerifyError> {
    let mut scoreboard = Scoreboard::new(model, compiled, sequence)?;
    let observed = accelerator.run(compiled, options, &mut scoreboard)?;
    let Scoreboard { tensors, first, .. } = scoreboard;
    let named = tensors.into_iter().map(|(counted, tally)| (counted.to_string(), tally));
    let mut tensors: BTreeMap<String, Tally> = named.collect();
    if compiled.layers == model.layers.len() {
        let hidden = compiled.hidden(&observed.memory);
        let expected = Encoder::new(model).run(sequence)?.values;
        let different = hidden.iter().zip(&expected).filter(|(got, expected)| got != expected).count();
        let elements = expected.len();
        tensors.insert(IN_MEMORY.to_owned(), Tally { elements, values: elements, different });
    }
    let values = tensors.values().map(|tally| tally.values).sum();
    let different = tensors.values().map(Tally::wrong).sum();
    Ok(Verified { observed, values, different, tensors, first })
}

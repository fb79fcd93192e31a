//! Compares the values that engines write with the golden encoder's tensors.

use crate::machine::{Watcher, Write};
use crate::{Compiled, Meaning, tile_and_step};
use ibert_golden::Tensor;
use ibert_golden::encoder::{Block, EncodeError, Encoder, Recording, Role, Sequence, TensorId};
use ibert_golden::model::IntegerModel;
use ibert_isa::{Memory, Operation};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The first mismatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Difference")]
pub struct Mismatch {
    /// Tensor.
    pub tensor: TensorId,
    /// Index of the element: token and channel, or head, query and key.
    pub index: Vec<usize>,
    /// Index of the instruction that wrote the value.
    pub instruction: usize,
    /// Cycle of the write, counted from the first cycle of the program; 0 in models without timing.
    pub cycle: u64,
    /// Value of the golden encoder.
    pub expected: i64,
    /// Value written.
    pub got: i64,
}

/// Counts of the compared values of a tensor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tally {
    /// Elements of the tensor.
    pub elements: usize,
    /// Values compared: equal to `elements` if each element is written once.
    pub values: usize,
    /// Compared values that differ.
    pub different: usize,
}

impl Tally {
    /// Values that differ plus elements that were never written.
    pub fn wrong(&self) -> usize {
        self.different + self.elements.saturating_sub(self.values)
    }
}

/// What a tally counts: a tensor, or the copy of an operand that memory R holds as the 8-bit residual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// The tensor.
    Tensor(TensorId),
    /// Copy of the tensor in memory R.
    ResidualCopy(TensorId),
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Counted::Tensor(tensor) => write!(f, "{tensor}"),
            Counted::ResidualCopy(tensor) => write!(f, "{tensor} (residual)"),
        }
    }
}

/// Compares values while a program runs.
pub struct Scoreboard<'c> {
    compiled: &'c Compiled,
    expected: BTreeMap<TensorId, Tensor>,
    /// Tally of each tensor.
    pub tensors: BTreeMap<Counted, Tally>,
    /// First mismatch.
    pub first: Option<Mismatch>,
}

impl<'c> Scoreboard<'c> {
    /// Runs the golden encoder on the sequence that was compiled.
    ///
    /// # Errors
    /// [`EncodeError`]: the golden encoder refuses the sequence.
    pub fn new(model: &IntegerModel, compiled: &'c Compiled, sequence: &Sequence) -> Result<Self, EncodeError> {
        let encoder = Encoder::new(model);
        let mut recording = Recording::default();
        let mut stream = encoder.embed(sequence, &mut recording)?;
        for layer in 0..compiled.layers {
            stream = encoder.layer(layer, stream, &sequence.mask, &mut recording)?;
        }
        Ok(Scoreboard::with(model, compiled, recording.tensors))
    }

    /// A scoreboard with the expected tensors of any implementation. Values of a tensor that is missing in `expected`
    /// count as different.
    pub fn with(model: &IntegerModel, compiled: &'c Compiled, mut expected: BTreeMap<TensorId, Tensor>) -> Self {
        for layer in 0..compiled.layers {
            without_biases(model, layer, &mut expected);
        }
        let mut tensors = BTreeMap::new();
        for meaning in compiled.meanings.iter().flatten() {
            let tally = |tensor: TensorId| Tally {
                elements: expected.get(&tensor).map_or(0, |tensor| tensor.values.len()),
                ..Tally::default()
            };
            tensors.insert(Counted::Tensor(meaning.tensor), tally(meaning.tensor));
            if let Some(residual) = meaning.residual {
                let copy = residual == meaning.tensor;
                let counted = if copy { Counted::ResidualCopy(residual) } else { Counted::Tensor(residual) };
                tensors.insert(counted, tally(residual));
            }
        }
        Scoreboard { compiled, expected, tensors, first: None }
    }

    /// Total number of values compared.
    pub fn values(&self) -> usize {
        self.tensors.values().map(|tally| tally.values).sum()
    }

    /// Values that differ plus elements that were never written.
    pub fn different(&self) -> usize {
        self.tensors.values().map(Tally::wrong).sum()
    }

    fn compare(&mut self, id: TensorId, meaning: &Meaning, write: Write, place: (usize, usize), values: &[i64]) {
        let both = write.memory == Memory::R && meaning.residual == Some(meaning.tensor);
        let counted = if both { Counted::ResidualCopy(id) } else { Counted::Tensor(id) };
        let (tensor, tally) = (self.expected.get(&id), self.tensors.entry(counted).or_default());
        for (lane, &got) in values.iter().enumerate() {
            let Some(element) = meaning.place.element(place.0, place.1, write.lane + lane) else { continue };
            tally.values += 1;
            let expected = tensor.and_then(|tensor| tensor.values.get(element)).copied();
            if expected == Some(got) {
                continue;
            }
            tally.different += 1;
            self.first.get_or_insert_with(|| Mismatch {
                tensor: id,
                index: tensor.map_or(vec![element], |tensor| tensor.index_of(element)),
                instruction: write.instruction,
                cycle: write.cycle,
                expected: expected.unwrap_or_default(),
                got,
            });
        }
    }
}

impl Watcher for Scoreboard<'_> {
    fn written(&mut self, write: Write, values: &[i64]) {
        let compiled = self.compiled;
        let operation = compiled.program.get(write.instruction).map(|instruction| &instruction.operation);
        let meaning = compiled.meanings.get(write.instruction).and_then(Option::as_ref);
        let (Some(operation), Some(meaning)) = (operation, meaning) else { return };
        let to_residual = write.memory == Memory::R && matches!(operation, Operation::Vector(_));
        let id = if to_residual { meaning.residual } else { Some(meaning.tensor) };
        let place = tile_and_step(operation, compiled.configuration.side, write.address, to_residual);
        if let (Some(id), Some(place)) = (id, place) {
            self.compare(id, meaning, write, place, values);
        }
    }
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let axes: &[&str] = if self.index.len() == 3 { &["head", "query", "key"] } else { &["token", "channel"] };
        let index: Vec<String> = axes.iter().zip(&self.index).map(|(axis, at)| format!("{axis} {at}")).collect();
        let Mismatch { tensor, expected, got, .. } = self;
        write!(f, "{tensor}, {}: {got} ({got:#x}), expected {expected} ({expected:#x})", index.join(", "))
    }
}

/// Subtracts the biases from the accumulators, because the array's accumulators do not include them.
fn without_biases(model: &IntegerModel, layer: usize, tensors: &mut BTreeMap<TensorId, Tensor>) {
    let part = &model.layers[layer];
    let attention = &part.attention;
    let linears = [
        (Block::Attention(layer), Role::QueryAcc, &attention.query.linear),
        (Block::Attention(layer), Role::KeyAcc, &attention.key.linear),
        (Block::Attention(layer), Role::ValueAcc, &attention.value.linear),
        (Block::Attention(layer), Role::OutputAcc, &attention.output),
        (Block::FeedForward(layer), Role::InnerAcc, &part.ffn.inner),
        (Block::FeedForward(layer), Role::OutputAcc, &part.ffn.output),
    ];
    for (block, role, linear) in linears {
        let tensor = tensors.get_mut(&block.tensor(role));
        let values = tensor.into_iter().flat_map(|tensor| &mut tensor.values).zip(linear.bias.iter().cycle());
        values.for_each(|(value, bias)| *value -= i64::from(*bias));
    }
}

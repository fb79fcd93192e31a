//! Lowers an encoder's layers to loads, matmuls and vector operations with addresses.
//!
//! A layer consists of attention (`attention`), output projection with LayerNorm, and feed-forward block with LayerNorm
//! (`feed_forward`). `order` defines the order of their pieces. A tile of weights is loaded once for all token tiles of
//! a batch.

mod attention;
mod feed_forward;
mod order;

use super::constants::ConstantWords;
use super::image::Image;
use super::meaning::{Axis, Meaning, Place};
use super::{Choices, Plan, Region, ScheduleError};
use ibert_golden::encoder::{HiddenStream, Sequence, TensorId};
use ibert_golden::model::{IntegerModel, Linear};
use ibert_isa::*;
use order::chunks;
use std::collections::{HashMap, VecDeque};
use std::ops::Range;

/// An instruction without semaphores, and what it computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) operation: Operation,
    pub(super) meaning: Option<Meaning>,
}

pub(super) struct Lowered {
    pub(super) steps: Vec<Step>,
    pub(super) image: Image,
}

/// Lowers the first `layers` layers.
pub(super) fn lower(
    model: &IntegerModel,
    configuration: &Configuration,
    plan: &Plan,
    choices: &Choices,
    sequence: &Sequence,
    stream: &HiddenStream,
    layers: usize,
) -> Result<Lowered, ScheduleError> {
    let mut lowering = Lowering {
        model,
        side: configuration.side,
        groups: configuration.groups() as u64,
        plan,
        choices: *choices,
        tokens: sequence.ids.len(),
        image: Image::default(),
        steps: Vec::new(),
        weights: Ring::new(plan.weights),
        sums: Ring::new(plan.sums),
        constants: Ring::new(plan.constants),
        loaded: None,
        placed: HashMap::new(),
        late: VecDeque::new(),
    };
    lowering.input(sequence, stream)?;
    for layer in 0..layers {
        lowering.attention(layer)?;
        lowering.attention_output(layer)?;
        lowering.feed_forward(layer, layer + 1 == layers)?;
    }
    Ok(Lowered { steps: lowering.steps, image: lowering.image })
}

/// Ring allocator for the words of a memory region.
struct Ring {
    region: Region,
    next: usize,
}

impl Ring {
    fn new(region: Region) -> Self {
        Ring { region, next: 0 }
    }

    fn take(&mut self, words: usize) -> u64 {
        if self.next + words > self.region.words {
            self.next = 0;
        }
        let start = self.region.start + self.next;
        self.next += words;
        start as u64
    }
}

struct Lowering<'m> {
    model: &'m IntegerModel,
    side: usize,
    groups: u64,
    plan: &'m Plan,
    choices: Choices,
    tokens: usize,
    image: Image,
    steps: Vec<Step>,
    weights: Ring,
    sums: Ring,
    constants: Ring,
    /// The projection whose piece was lowered last: its accumulator, its tile with the next token tile, and the
    /// addresses of its weights and constants.
    loaded: Option<(TensorId, (usize, usize), u64, u64)>,
    /// Image addresses of weights, by accumulator and tile.
    placed: HashMap<(TensorId, usize), u32>,
    /// Deferred loads of the first layer's input.
    late: VecDeque<Load>,
}

impl Lowering<'_> {
    fn hidden(&self) -> usize {
        self.model.config.hidden
    }

    fn push(&mut self, operation: Operation, meaning: Option<Meaning>) {
        self.steps.push(Step { operation, meaning });
    }

    /// Emits a load of whole words from the image.
    fn load(&mut self, memory: Memory, address: u64, count: usize, dram: u32) {
        let load = Load { dram: dram.into(), address, count: count as u64, memory };
        self.push(Operation::Load(load), None);
    }

    /// Puts constant words into the image and loads them. Returns the address of the first word in K.
    fn load_constants(&mut self, words: &ConstantWords) -> Result<u64, ScheduleError> {
        let dram = self.image.put(&words.bytes)?;
        let address = self.constants.take(words.words());
        self.load(Memory::K, address, words.words(), dram);
        Ok(address)
    }

    /// Loads the weights of N output channels of the linear layer that computes `accumulator`. Returns their address in
    /// B.
    fn load_weights(&mut self, accumulator: TensorId, linear: &Linear, tile: usize) -> Result<u64, ScheduleError> {
        let inputs = linear.inputs();
        let dram = match self.placed.get(&(accumulator, tile)) {
            Some(dram) => *dram,
            None => self.place_weights(accumulator, linear, tile)?,
        };
        let address = self.weights.take(inputs);
        self.load(Memory::B, address, inputs, dram);
        Ok(address)
    }

    /// Puts the weights of N output channels into the image once. Returns their address in the image.
    fn place_weights(&mut self, accumulator: TensorId, linear: &Linear, tile: usize) -> Result<u32, ScheduleError> {
        let (side, inputs) = (self.side, linear.inputs());
        let mut bytes = vec![0; inputs * side];
        for lane in 0..side {
            let row = &linear.weight[(tile * side + lane) * inputs..][..inputs];
            row.iter().enumerate().for_each(|(k, weight)| bytes[k * side + lane] = *weight as u8);
        }
        let dram = self.image.put(&bytes)?;
        self.placed.insert((accumulator, tile), dram);
        Ok(dram)
    }

    /// Puts operand, residual and mask of the first layer into the image. Loads what the first products require; the
    /// rest is loaded between the weights of later products, one token tile at a time.
    fn input(&mut self, sequence: &Sequence, stream: &HiddenStream) -> Result<(), ScheduleError> {
        let (mut operands, mut residuals, mut mask) = (Vec::new(), Vec::new(), ConstantWords::new());
        self.words_of_tokens(stream.operand(), |value| operands.push(value as u8));
        self.words_of_tokens(stream.residual(), |value| residuals.extend(value.to_le_bytes()));
        mask.mask((0..self.tokens).map(|token| sequence.keeps(token)))?;
        self.image.operand = self.image.put(&operands)?;
        self.image.residual = self.image.put(&residuals)?;
        let operands = self.tiles_of_input(Memory::A, self.plan.input, self.image.operand, operands.len());
        let residuals = self.tiles_of_input(Memory::R, self.plan.residual, self.image.residual, residuals.len());
        let (address, count) = (self.plan.mask.start as u64, self.tokens as u64);
        let mask = Load { dram: self.image.put(&mask.bytes)?.into(), address, count, memory: Memory::K };
        self.late = operands.chain([mask]).chain(residuals).collect();
        let first = self.parts_of_input().first().map_or(0, Range::len);
        (0..first).for_each(|_| self.late_load());
        self.image.hidden = self.image.put(&vec![0; self.plan.residual.words * 2 * self.side])?;
        Ok(())
    }

    /// Loads of the token tiles, each of `bytes` bytes in the image.
    fn tiles_of_input(
        &self,
        memory: Memory,
        region: Region,
        dram: u32,
        bytes: usize,
    ) -> impl Iterator<Item = Load> + use<> {
        let tiles = self.plan.token_tiles;
        let (words, size) = (region.words / tiles, bytes / tiles);
        let load = move |tile: usize| Load {
            dram: u64::from(dram) + (tile * size) as u64,
            address: (region.start + tile * words) as u64,
            count: words as u64,
            memory,
        };
        (0..tiles).map(load)
    }

    /// Emits one deferred load.
    fn late_load(&mut self) {
        let load = self.late.pop_front();
        self.steps.extend(load.map(|load| Step { operation: Operation::Load(load), meaning: None }));
    }

    /// Emits the deferred loads up to the last one of a memory.
    fn late_loads(&mut self, memory: Memory) {
        while self.late.iter().any(|load| load.memory == memory) {
            self.late_load();
        }
    }

    /// Writes `[tokens, hidden]` as words of N tokens of a channel; tokens past the last are 0.
    fn words_of_tokens(&self, values: &[i16], mut put: impl FnMut(i16)) {
        let hidden = self.hidden();
        for tile in 0..self.plan.token_tiles {
            for channel in 0..hidden {
                for token in tile * self.side..(tile + 1) * self.side {
                    put(if token < self.tokens { values[token * hidden + channel] } else { 0 });
                }
            }
        }
    }

    /// Stores the hidden state of some token tiles to external memory.
    fn output(&mut self, tokens: Range<usize>) {
        let (hidden, word) = (self.hidden(), 2 * self.side);
        let first = tokens.start * hidden;
        let store = Store {
            dram: u64::from(self.image.hidden) + (first * word) as u64,
            address: (self.plan.residual.start + first) as u64,
            count: (tokens.len() * hidden) as u64,
            memory: Memory::R,
        };
        self.push(Operation::Store(store), None);
    }

    /// Multiplies token tiles by the weights of N channels. Returns the address of the accumulators in C.
    fn products(&mut self, tensor: TensorId, weights: u64, source: Source, tokens: Range<usize>, place: Place) -> u64 {
        let sums = self.sums.take(tokens.len() * self.side);
        let matmul = Matmul {
            a: (source.region.start + (tokens.start - source.first) * source.depth) as u64,
            b: weights,
            c: sums,
            depth: source.depth as u64,
            tiles: tokens.len() as u64,
            a_stride: source.depth as u64,
            ..Matmul::default()
        };
        self.matmul(matmul, tensor, place);
        sums
    }

    fn matmul(&mut self, matmul: Matmul, tensor: TensorId, place: Place) {
        // Unused strides are 0.
        let matmul = if matmul.tiles == 1 { Matmul { a_stride: 0, b_stride: 0, ..matmul } } else { matmul };
        self.push(Operation::Matmul(matmul), Some(Meaning { tensor, residual: None, place }));
    }

    fn vector(&mut self, vector: Vector, tensor: TensorId, residual: Option<TensorId>, place: Place) {
        let vector = if vector.tiles == 1 { Vector { source_stride: 0, stride: 0, ..vector } } else { vector };
        self.push(Operation::Vector(vector), Some(Meaning { tensor, residual, place }));
    }

    /// Place of words of N tokens of a channel, channel after channel.
    fn tokens_by_channels(&self, first_tile: usize, first_channel: usize, columns: usize) -> Place {
        let row = Axis { base: first_tile * self.side, tile: self.side, lane: 1, ..Axis::default() };
        let column = Axis { base: first_channel, step: 1, ..Axis::default() };
        Place { offset: 0, rows: self.tokens, columns, row, column }
    }

    /// Batches: token tiles that pass through output projection and feed-forward block together.
    fn batches(&self) -> Vec<Range<usize>> {
        chunks(0..self.plan.token_tiles, self.plan.batch).collect()
    }

    /// Chunks of token tiles whose accumulators take at most half of C, so that C is a double buffer.
    fn token_chunks(&self, tiles: Range<usize>) -> impl Iterator<Item = Range<usize>> + use<> {
        chunks(tiles, (self.plan.sums.words / 2 / self.side).max(1))
    }
}

/// Operands in A: `depth` words per token tile, starting at word `first`.
#[derive(Clone, Copy)]
struct Source {
    region: Region,
    first: usize,
    depth: usize,
}

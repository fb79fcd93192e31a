//! From an encoder's layers to loads, tiles of products and vector operations, with addresses.
//!
//! Heads one after the other: queries, keys and values of a head, then for each token tile scores, softmax and context. Then output projection and LayerNorm, and the
//! feed-forward block, for as many token tiles together as fit. A tile of weights is loaded once for all of them.

use super::constants::ConstantWords;
use super::image::Image;
use super::meaning::{Axis, Meaning, Place};
use super::{Plan, Region, ScheduleError};
use ibert_golden::encoder::{Sequence, Stream};
use ibert_golden::model::{IntegerModel, Linear, Norm, Projection, ResidualRequantization};
use ibert_golden::ops::{Dyadic, GeluConstants};
use ibert_hdl::isa::*;
use std::ops::Range;

/// An instruction before semaphores, and what it computes.
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
    sequence: &Sequence,
    stream: &Stream,
    layers: usize,
) -> Result<Lowered, ScheduleError> {
    let mut lowering = Lowering {
        model,
        side: configuration.side,
        groups: configuration.groups() as u64,
        plan,
        tokens: sequence.ids.len(),
        image: Image::default(),
        steps: Vec::new(),
        weights: Ring::new(plan.weights),
        sums: Ring::new(plan.sums),
        constants: Ring::new(plan.constants),
    };
    lowering.input(sequence, stream)?;
    for layer in 0..layers {
        lowering.attention(layer)?;
        lowering.attention_output(layer)?;
        lowering.feed_forward(layer)?;
    }
    lowering.output()?;
    Ok(Lowered { steps: lowering.steps, image: lowering.image })
}

/// Words of a memory that are given away in turns.
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
    tokens: usize,
    image: Image,
    steps: Vec<Step>,
    weights: Ring,
    sums: Ring,
    constants: Ring,
}

/// A projection whose result is an operand of attention.
enum Operand {
    /// Words of tokens: queries in A, keys in B.
    Tokens { destination: Region, to_b: bool },
    /// Words of channels: values in B.
    Channels { destination: Region },
}

impl Lowering<'_> {
    fn hidden(&self) -> usize {
        self.model.config.hidden
    }

    fn push(&mut self, operation: Operation, meaning: Option<Meaning>) {
        self.steps.push(Step { operation, meaning });
    }

    /// Loads whole words from the image.
    fn load(&mut self, memory: u64, address: u64, count: usize, dram: u32) {
        let load = Load { dram: dram.into(), address, count: count as u64, memory };
        self.push(Operation::Load(load), None);
    }

    /// Puts constant words into the image and loads them; the address of the first.
    fn load_constants(&mut self, words: &ConstantWords) -> Result<u64, ScheduleError> {
        let dram = self.image.put(&words.bytes)?;
        let address = self.constants.take(words.words());
        self.load(MEMORY_K, address, words.words(), dram);
        Ok(address)
    }

    /// Loads the weights of N output channels.
    fn load_weights(&mut self, linear: &Linear, tile: usize) -> Result<u64, ScheduleError> {
        let (side, inputs) = (self.side, linear.inputs);
        let mut bytes = vec![0; inputs * side];
        for lane in 0..side {
            let row = &linear.weight[(tile * side + lane) * inputs..][..inputs];
            row.iter().enumerate().for_each(|(k, weight)| bytes[k * side + lane] = *weight as u8);
        }
        let dram = self.image.put(&bytes)?;
        let address = self.weights.take(inputs);
        self.load(MEMORY_B, address, inputs, dram);
        Ok(address)
    }

    /// Mask, operand and residual of the first layer.
    fn input(&mut self, sequence: &Sequence, stream: &Stream) -> Result<(), ScheduleError> {
        let mut mask = ConstantWords::new();
        mask.mask((0..self.tokens).map(|token| sequence.keeps(token)))?;
        let dram = self.image.put(&mask.bytes)?;
        self.load(MEMORY_K, self.plan.mask.start as u64, self.tokens, dram);
        let residual = stream.residual.as_ref().unwrap_or(&stream.operand);
        let mut bytes = Vec::new();
        self.words_of_tokens(&stream.operand, |value| bytes.push(value as u8));
        let dram = self.image.put(&bytes)?;
        self.load(MEMORY_A, self.plan.input.start as u64, self.plan.input.words, dram);
        let mut bytes = Vec::new();
        self.words_of_tokens(residual, |value| bytes.extend(value.to_le_bytes()));
        let dram = self.image.put(&bytes)?;
        self.load(MEMORY_R, self.plan.residual.start as u64, self.plan.residual.words, dram);
        Ok(())
    }

    /// `[tokens, hidden]` in words of N tokens of a channel; tokens beyond the last are 0.
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

    /// The last hidden state to memory.
    fn output(&mut self) -> Result<(), ScheduleError> {
        let Plan { input, residual, .. } = *self.plan;
        self.image.hidden = self.image.put(&vec![0; residual.words * 2 * self.side])?;
        self.image.operand = self.image.put(&vec![0; input.words * self.side])?;
        for (memory, region, dram) in [(MEMORY_R, residual, self.image.hidden), (MEMORY_A, input, self.image.operand)] {
            let store = Store { dram: dram.into(), address: region.start as u64, count: region.words as u64, memory };
            self.push(Operation::Store(store), None);
        }
        Ok(())
    }

    // ---------------------------------------------------------------------------------------------- attention

    fn attention(&mut self, layer: usize) -> Result<(), ScheduleError> {
        let (model, plan) = (self.model, self.plan);
        let part = &model.layers[layer].attention;
        let dim = model.config.head_dim();
        let name = format!("layer.{layer}.attention");
        for head in 0..model.config.heads {
            let channels = head * dim..(head + 1) * dim;
            let (query, key, value) = (plan.query[head % 2], plan.key[head % 2], plan.value[head % 2]);
            let query_to = Operand::Tokens { destination: query, to_b: false };
            let key_to = Operand::Tokens { destination: key, to_b: true };
            self.projection(&format!("{name}.query"), &part.query, channels.clone(), query_to)?;
            self.projection(&format!("{name}.key"), &part.key, channels.clone(), key_to)?;
            let value_to = Operand::Channels { destination: value };
            self.projection(&format!("{name}.value"), &part.value, channels.clone(), value_to)?;

            let mut words = ConstantWords::new();
            words.softmax_parameters(&format!("{name}.softmax"), &part.softmax)?;
            words.parameters(&format!("{name}.context"), None)?;
            words.channels(&format!("{name}.context"), channels.clone(), None, &part.context, None)?;
            let constants = self.load_constants(&words)?;
            for tile in 0..plan.token_tiles {
                let probabilities = plan.probabilities[tile % 2];
                self.scores(&name, head, tile, query, key, probabilities, constants);
                self.context(&name, channels.clone(), tile, probabilities, value, constants);
            }
        }
        Ok(())
    }

    /// `channels` of a projection of all tokens, requantized.
    fn projection(
        &mut self,
        name: &str,
        part: &Projection,
        channels: Range<usize>,
        operand: Operand,
    ) -> Result<(), ScheduleError> {
        let (side, hidden, all) = (self.side, self.hidden(), self.plan.token_tiles);
        let dim = channels.len();
        for tile in channels.start / side..channels.end / side {
            let weights = self.load_weights(&part.linear, tile)?;
            let mut words = ConstantWords::new();
            let outputs = tile * side..(tile + 1) * side;
            words.parameters(name, None)?;
            words.channels(name, outputs.clone(), Some(&part.linear), &part.output, None)?;
            let constants = self.load_constants(&words)?;
            let within = outputs.start - channels.start;
            for tokens in self.token_chunks(0..all) {
                let (first, tiles) = (tokens.start, tokens.len());
                let sums = self.sums.take(tiles * side);
                let (token, channel) = match operand {
                    Operand::Tokens { .. } => (
                        Axis { base: first * side, tile: side, lane: 1, ..Axis::default() },
                        Axis { base: outputs.start, step: 1, ..Axis::default() },
                    ),
                    Operand::Channels { .. } => (
                        Axis { base: first * side, tile: side, step: 1, ..Axis::default() },
                        Axis { base: outputs.start, lane: 1, ..Axis::default() },
                    ),
                };
                let place = Place { offset: 0, rows: self.tokens, columns: hidden, row: token, column: channel };
                let matmul = Matmul {
                    a: (self.plan.input.start + first * hidden) as u64,
                    b: weights,
                    c: sums,
                    depth: hidden as u64,
                    tiles: tiles as u64,
                    a_stride: hidden as u64,
                    swap: matches!(operand, Operand::Channels { .. }),
                    ..Matmul::default()
                };
                self.matmul(matmul, format!("{name}_acc"), place);
                let vector = Vector {
                    operation: REQUANTIZE,
                    groups: self.groups,
                    source: sums,
                    constant: constants + 1,
                    parameters: constants,
                    ..Vector::default()
                };
                let vector = match operand {
                    Operand::Tokens { destination, to_b } => Vector {
                        steps: side as u64,
                        tiles: tiles as u64,
                        to_b,
                        source_stride: side as u64,
                        destination: (destination.start + first * dim + within) as u64,
                        stride: dim as u64,
                        ..vector
                    },
                    // One long tile: a word is a token, whichever token tile it belongs to.
                    Operand::Channels { destination } => Vector {
                        steps: (tiles * side) as u64,
                        tiles: 1,
                        to_b: true,
                        constants_per_lane: true,
                        destination: (destination.start + within / side * all * side + first * side) as u64,
                        ..vector
                    },
                };
                self.vector(vector, name.to_owned(), None, place);
            }
        }
        Ok(())
    }

    /// Scores of a token tile and their softmax.
    #[expect(clippy::too_many_arguments, reason = "three operands of attention, and where they belong")]
    fn scores(
        &mut self,
        name: &str,
        head: usize,
        tile: usize,
        query: Region,
        key: Region,
        probabilities: Region,
        constants: u64,
    ) {
        let (side, dim, tokens) = (self.side, self.model.config.head_dim(), self.tokens);
        let sums = self.sums.take(self.plan.token_tiles * side);
        let row = Axis { base: tile * side, lane: 1, ..Axis::default() };
        let column = Axis { tile: side, step: 1, ..Axis::default() };
        let place = Place { offset: head * tokens * tokens, rows: tokens, columns: tokens, row, column };
        let matmul = Matmul {
            a: (query.start + tile * dim) as u64,
            b: key.start as u64,
            c: sums,
            depth: dim as u64,
            tiles: self.plan.token_tiles as u64,
            b_stride: dim as u64,
            ..Matmul::default()
        };
        self.matmul(matmul, format!("{name}.scores"), place);
        let vector = Vector {
            operation: SOFTMAX,
            steps: tokens as u64,
            tiles: 1,
            groups: self.groups,
            source: sums,
            destination: probabilities.start as u64,
            constant: self.plan.mask.start as u64,
            parameters: constants,
            ..Vector::default()
        };
        self.vector(vector, format!("{name}.probabilities"), None, place);
    }

    /// Context of a token tile, requantized.
    fn context(
        &mut self,
        name: &str,
        channels: Range<usize>,
        tile: usize,
        probabilities: Region,
        value: Region,
        constants: u64,
    ) {
        let (side, dim) = (self.side, channels.len());
        let sums = self.sums.take(dim);
        let row = Axis { base: tile * side, lane: 1, ..Axis::default() };
        let column = Axis { base: channels.start, tile: side, step: 1, ..Axis::default() };
        let place = Place { offset: 0, rows: self.tokens, columns: self.hidden(), row, column };
        let matmul = Matmul {
            a: probabilities.start as u64,
            b: value.start as u64,
            c: sums,
            depth: self.tokens as u64,
            tiles: (dim / side) as u64,
            b_stride: (self.plan.token_tiles * side) as u64,
            unsigned_left: true,
            ..Matmul::default()
        };
        self.matmul(matmul, format!("{name}.context_acc"), place);
        let vector = Vector {
            operation: REQUANTIZE,
            steps: dim as u64,
            tiles: 1,
            groups: self.groups,
            source: sums,
            destination: (self.plan.context.start + tile * self.hidden() + channels.start) as u64,
            constant: constants + 2,
            parameters: constants + 1,
            ..Vector::default()
        };
        self.vector(vector, format!("{name}.context"), None, place);
    }

    // ---------------------------------------------------------------------------------- projections and LayerNorm

    fn attention_output(&mut self, layer: usize) -> Result<(), ScheduleError> {
        let model = self.model;
        let layer_part = &model.layers[layer];
        let part = &layer_part.attention;
        let name = format!("layer.{layer}.attention");
        // I-BERT's chained requantization belongs to the feed-forward block, which knows the result by its own name.
        let chain = layer_part.ffn.input.as_ref().map(|input| input.constant(0));
        let operand = if chain.is_some() { format!("layer.{layer}.ffn.input") } else { format!("{name}.hidden") };
        for tokens in self.together() {
            let source = Source { region: self.plan.context, first: 0, depth: self.hidden() };
            self.join(&name, &part.output, &part.norm_input, source, tokens.clone())?;
            self.layernorm(&name, &part.norm, chain, operand.clone(), tokens)?;
        }
        Ok(())
    }

    fn feed_forward(&mut self, layer: usize) -> Result<(), ScheduleError> {
        let (model, side) = (self.model, self.side);
        let part = &model.layers[layer].ffn;
        let name = format!("layer.{layer}.ffn");
        let ffn = model.config.ffn;
        let chain = part.rescale.as_ref().map(|rescale| rescale.constant(0));
        let activation = if chain.is_some() { format!("{name}.rescaled") } else { format!("{name}.activation") };
        let n = part.gelu.first().map_or(0, |GeluConstants { n, .. }| *n);
        for together in self.together() {
            for tile in 0..ffn / side {
                let weights = self.load_weights(&part.inner, tile)?;
                let channels = tile * side..(tile + 1) * side;
                let mut words = ConstantWords::new();
                words.gelu_parameters(&name, chain, n, part.zero_point)?;
                let (linear, gelu) = (Some(&part.inner), Some(part.gelu.as_slice()));
                words.channels(&name, channels.clone(), linear, &part.activation, gelu)?;
                let constants = self.load_constants(&words)?;
                for tokens in self.token_chunks(together.clone()) {
                    let source = Source { region: self.plan.input, first: 0, depth: self.hidden() };
                    let place = self.tokens_by_channels(tokens.start, channels.start, ffn);
                    let sums = self.products(&format!("{name}.inner_acc"), weights, source, tokens.clone(), place);
                    let first = tokens.start - together.start;
                    let vector = Vector {
                        operation: GELU,
                        steps: side as u64,
                        tiles: tokens.len() as u64,
                        groups: self.groups,
                        source: sums,
                        source_stride: side as u64,
                        destination: (self.plan.activation.start + first * ffn + channels.start) as u64,
                        stride: ffn as u64,
                        constant: constants + 1,
                        parameters: constants,
                        ..Vector::default()
                    };
                    self.vector(vector, activation.clone(), None, place);
                }
            }
            let source = Source { region: self.plan.activation, first: together.start, depth: ffn };
            self.join(&name, &part.output, &part.norm_input, source, together.clone())?;
            self.layernorm(&name, &part.norm, None, format!("{name}.hidden"), together)?;
        }
        Ok(())
    }

    /// A linear layer whose result joins the residual, for `together` token tiles.
    fn join(
        &mut self,
        name: &str,
        linear: &Linear,
        requantization: &ResidualRequantization,
        source: Source,
        together: Range<usize>,
    ) -> Result<(), ScheduleError> {
        let (side, hidden) = (self.side, self.hidden());
        for tile in 0..hidden / side {
            let weights = self.load_weights(linear, tile)?;
            let channels = tile * side..(tile + 1) * side;
            let mut words = ConstantWords::new();
            words.parameters(name, Some(requantization.residual))?;
            words.channels(name, channels.clone(), Some(linear), &requantization.main, None)?;
            let constants = self.load_constants(&words)?;
            for tokens in self.token_chunks(together.clone()) {
                let place = self.tokens_by_channels(tokens.start, channels.start, hidden);
                let sums = self.products(&format!("{name}.output_acc"), weights, source, tokens.clone(), place);
                let vector = Vector {
                    operation: JOIN,
                    steps: side as u64,
                    tiles: tokens.len() as u64,
                    groups: self.groups,
                    source: sums,
                    source_stride: side as u64,
                    destination: (self.plan.norm_input.start
                        + (tokens.start - together.start) * hidden
                        + channels.start) as u64,
                    stride: hidden as u64,
                    residual: (self.plan.residual.start + tokens.start * hidden + channels.start) as u64,
                    constant: constants + 1,
                    parameters: constants,
                    ..Vector::default()
                };
                self.vector(vector, format!("{name}.norm_input"), None, place);
            }
        }
        Ok(())
    }

    fn layernorm(
        &mut self,
        name: &str,
        norm: &Norm,
        chain: Option<Dyadic>,
        operand: String,
        together: Range<usize>,
    ) -> Result<(), ScheduleError> {
        let hidden = self.hidden();
        let mut words = ConstantWords::new();
        words.norm_parameters(name, chain, norm)?;
        words.norm(name, norm)?;
        let constants = self.load_constants(&words)?;
        let residual = if norm.residual.is_some() { format!("{name}.residual") } else { operand.clone() };
        let vector = Vector {
            operation: LAYERNORM,
            steps: hidden as u64,
            tiles: together.len() as u64,
            groups: self.groups,
            source: self.plan.norm_input.start as u64,
            source_stride: hidden as u64,
            destination: (self.plan.input.start + together.start * hidden) as u64,
            stride: hidden as u64,
            residual: (self.plan.residual.start + together.start * hidden) as u64,
            constant: constants + 1,
            parameters: constants,
            ..Vector::default()
        };
        let place = self.tokens_by_channels(together.start, 0, hidden);
        self.vector(vector, operand, Some(residual), place);
        Ok(())
    }

    /// Token tiles times the weights of N channels; where the sums are.
    fn products(&mut self, tensor: &str, weights: u64, source: Source, tokens: Range<usize>, place: Place) -> u64 {
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
        self.matmul(matmul, tensor.to_owned(), place);
        sums
    }

    // ------------------------------------------------------------------------------------------------- pieces

    fn matmul(&mut self, matmul: Matmul, tensor: String, place: Place) {
        // A stride that is not used is 0.
        let matmul = if matmul.tiles == 1 { Matmul { a_stride: 0, b_stride: 0, ..matmul } } else { matmul };
        self.push(Operation::Matmul(matmul), Some(Meaning { tensor, residual: None, place }));
    }

    fn vector(&mut self, vector: Vector, tensor: String, residual: Option<String>, place: Place) {
        let vector = if vector.tiles == 1 { Vector { source_stride: 0, stride: 0, ..vector } } else { vector };
        self.push(Operation::Vector(vector), Some(Meaning { tensor, residual, place }));
    }

    /// Words of N tokens of a channel, channel after channel.
    fn tokens_by_channels(&self, first_tile: usize, first_channel: usize, columns: usize) -> Place {
        let row = Axis { base: first_tile * self.side, tile: self.side, lane: 1, ..Axis::default() };
        let column = Axis { base: first_channel, step: 1, ..Axis::default() };
        Place { offset: 0, rows: self.tokens, columns, row, column }
    }

    /// Token tiles that pass a feed-forward block together.
    fn together(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        chunks(0..self.plan.token_tiles, self.plan.tiles_together)
    }

    /// Token tiles whose sums take at most half of C, so that the other half can be worked on.
    fn token_chunks(&self, tiles: Range<usize>) -> impl Iterator<Item = Range<usize>> + use<> {
        chunks(tiles, (self.plan.sums.words / 2 / self.side).max(1))
    }
}

/// Operands in A, `depth` words a token tile, of which `first` is the first.
#[derive(Clone, Copy)]
struct Source {
    region: Region,
    first: usize,
    depth: usize,
}

fn chunks(range: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(size).map(move |start| start..(start + size).min(end))
}

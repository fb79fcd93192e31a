//! Attention: projections, scores, softmax, context.

use super::order::{self, AttentionStep, Heads, Projected};
use super::{Axis, ConstantWords, Lowering, Place, Region, ScheduleError};
use ibert_golden::encoder::{Block, Role, TensorId};
use ibert_golden::model::{Attention, Projection, SoftmaxForm};
use ibert_isa::*;
use std::ops::Range;

/// Layout of a projection's result as an operand of attention.
#[derive(Clone, Copy)]
enum Operand {
    /// Words of N tokens: queries in A, keys in B.
    Tokens { destination: Region, to_b: bool },
    /// Words of N channels: values in B.
    Channels { destination: Region },
}

impl Lowering<'_> {
    /// Lowers the attention of a layer, up to the context of all heads.
    pub(super) fn attention(&mut self, layer: usize) -> Result<(), ScheduleError> {
        let (model, plan) = (self.model, self.plan);
        let part = &model.layers[layer].attention;
        let dim = model.config.head_dim();
        let block = Block::Attention(layer);
        let sizes = Heads {
            heads: model.config.heads,
            tiles: dim / self.side,
            token_tiles: plan.token_tiles,
            probabilities: plan.probabilities.len(),
            early: self.choices.early,
            piece: self.choices.piece,
        };
        for work in order::attention(sizes, &self.parts_of_input()) {
            // Deferred input loads begin with the second head: the first head's weights arrive in smaller parts, which
            // leaves the bus less spare time.
            let beyond_first = matches!(&work, AttentionStep::Project { head: 1.., .. });
            match work {
                AttentionStep::Project { head, role, tile, tokens } => {
                    if tokens.start > 0 {
                        self.late_loads(Memory::A);
                    }
                    let pair = |regions: [Region; 2]| regions[head % 2];
                    let tokens_in = |regions, to_b| Operand::Tokens { destination: pair(regions), to_b };
                    let (roles, projection, operand) = match role {
                        Projected::Query => ([Role::QueryAcc, Role::Query], &part.query, tokens_in(plan.query, false)),
                        Projected::Key => ([Role::KeyAcc, Role::Key], &part.key, tokens_in(plan.key, true)),
                        Projected::Value => {
                            let operand = Operand::Channels { destination: pair(plan.value) };
                            ([Role::ValueAcc, Role::Value], &part.value, operand)
                        }
                    };
                    let tensors = roles.map(|role| block.tensor(role));
                    self.projection(tensors, projection, head, tile, tokens, operand)?;
                }
                AttentionStep::Scores { head, tile } => {
                    if tile == 0 {
                        self.late_loads(Memory::K);
                        self.head_constants(block, part, head)?;
                    }
                    self.scores(block, head, tile);
                }
                AttentionStep::Context { head, tile } => self.context(block, head, tile),
            }
            if beyond_first {
                self.late_load();
            }
        }
        Ok(())
    }

    /// Token ranges whose last LayerNorm in the previous layer finishes one after the other.
    pub(super) fn parts_of_input(&self) -> Vec<Range<usize>> {
        let batches = self.batches();
        match batches.as_slice() {
            [one] => self.choices.parts(one),
            [first, .., last] => vec![first.start..last.start, last.clone()],
            [] => Vec::new(),
        }
    }

    /// Loads the parameters of the head's softmax and of its context's requantization, and the channel constants of the
    /// latter.
    fn head_constants(&mut self, block: Block, part: &Attention, head: usize) -> Result<(), ScheduleError> {
        let dim = self.model.config.head_dim();
        let mut words = ConstantWords::new();
        let context = block.tensor(Role::Context).to_string();
        words.softmax_parameters(&format!("{block}.softmax"), &part.softmax)?;
        words.parameters(&context, None)?;
        words.channels(&context, head * dim..(head + 1) * dim, None, &part.context, None)?;
        let dram = self.image.put(&words.bytes)?;
        self.load(Memory::K, self.plan.head_constants[head % 2].start as u64, words.words(), dram);
        Ok(())
    }

    /// Lowers N channels of a projection for some tokens, with requantization.
    fn projection(
        &mut self,
        [accumulator, result]: [TensorId; 2],
        part: &Projection,
        head: usize,
        tile: usize,
        tokens: Range<usize>,
        operand: Operand,
    ) -> Result<(), ScheduleError> {
        let (side, hidden, all) = (self.side, self.hidden(), self.plan.token_tiles);
        let dim = self.model.config.head_dim();
        let outputs = tile * side..(tile + 1) * side;
        let (weights, constants) = match &self.loaded {
            // The previous piece belonged to the same projection, so its weights and constants are still loaded.
            Some((of, loaded, weights, constants)) if *of == accumulator && *loaded == (tile, tokens.start) => {
                (*weights, *constants)
            }
            _ => {
                let weights = self.load_weights(accumulator, &part.linear, tile)?;
                let mut words = ConstantWords::new();
                words.parameters(&result.to_string(), None)?;
                words.channels(&result.to_string(), outputs.clone(), Some(&part.linear), &part.output, None)?;
                (weights, self.load_constants(&words)?)
            }
        };
        self.loaded = Some((accumulator, (tile, tokens.end), weights, constants));
        let within = outputs.start - head * dim;
        for tokens in self.token_chunks(tokens) {
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
            self.matmul(matmul, accumulator, place);
            let vector = Vector {
                operation: VectorOperation::Requantize,
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
                // One long tile: each word is a token, independent of token tiles.
                Operand::Channels { destination } => Vector {
                    steps: (tiles * side) as u64,
                    tiles: 1,
                    to_b: true,
                    constants_per_lane: true,
                    destination: (destination.start + within / side * all * side + first * side) as u64,
                    ..vector
                },
            };
            self.vector(vector, result, None, place);
        }
        Ok(())
    }

    /// Lowers the scores of a token tile and their softmax.
    fn scores(&mut self, block: Block, head: usize, tile: usize) {
        let (plan, side, dim, tokens) = (self.plan, self.side, self.model.config.head_dim(), self.tokens);
        let (query, key) = (plan.query[head % 2], plan.key[head % 2]);
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
        self.matmul(matmul, block.tensor(Role::Scores), place);
        let vector = Vector {
            operation: if self.late() { VectorOperation::LateSoftmax } else { VectorOperation::Softmax },
            steps: tokens as u64,
            tiles: 1,
            groups: self.groups,
            source: sums,
            destination: plan.probabilities[tile % plan.probabilities.len()].start as u64,
            residual: self.reciprocals(tile),
            constant: self.plan.mask.start as u64,
            parameters: plan.head_constants[head % 2].start as u64,
            ..Vector::default()
        };
        self.vector(vector, block.tensor(Role::Probabilities), None, place);
    }

    /// Lowers the context of a token tile, with requantization.
    fn context(&mut self, block: Block, head: usize, tile: usize) {
        let (plan, side, dim) = (self.plan, self.side, self.model.config.head_dim());
        let first = head * dim;
        let constants = plan.head_constants[head % 2].start as u64;
        let sums = self.sums.take(dim);
        let row = Axis { base: tile * side, lane: 1, ..Axis::default() };
        let column = Axis { base: first, tile: side, step: 1, ..Axis::default() };
        let place = Place { offset: 0, rows: self.tokens, columns: self.hidden(), row, column };
        let matmul = Matmul {
            a: plan.probabilities[tile % plan.probabilities.len()].start as u64,
            b: plan.value[head % 2].start as u64,
            c: sums,
            depth: self.tokens as u64,
            tiles: (dim / side) as u64,
            b_stride: (self.plan.token_tiles * side) as u64,
            unsigned_left: true,
            ..Matmul::default()
        };
        self.matmul(matmul, block.tensor(Role::ContextAcc), place);
        let vector = Vector {
            operation: if self.late() { VectorOperation::Normalize } else { VectorOperation::Requantize },
            steps: dim as u64,
            tiles: 1,
            groups: self.groups,
            source: sums,
            destination: (self.plan.context.start + tile * self.hidden() + first) as u64,
            residual: self.reciprocals(tile),
            constant: constants + 2,
            parameters: constants + 1,
            ..Vector::default()
        };
        self.vector(vector, block.tensor(Role::Context), None, place);
    }

    fn late(&self) -> bool {
        self.model.config.softmax == SoftmaxForm::Late
    }

    /// Index of the first reciprocal of a token tile: one buffer per buffer of probabilities.
    fn reciprocals(&self, tile: usize) -> u64 {
        if self.late() { (tile % self.plan.probabilities.len()) as u64 * self.groups } else { 0 }
    }
}

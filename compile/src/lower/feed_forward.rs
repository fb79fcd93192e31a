//! Output projection and feed-forward block, each with residual add and LayerNorm.

use super::order::{self, JoinStep};
use super::{ConstantWords, Lowering, ScheduleError, Source};
use ibert_golden::encoder::{Block, Role, TensorId};
use ibert_golden::model::{Linear, Norm, ResidualRequantization};
use ibert_golden::ops::{Dyadic, GeluConstants};
use ibert_isa::*;
use std::ops::Range;

/// A linear layer with residual add and LayerNorm.
struct Join<'m> {
    block: Block,
    linear: &'m Linear,
    requantization: &'m ResidualRequantization,
    norm: &'m Norm,
    /// Chained requantization of the operand.
    chain: Option<Dyadic>,
    /// Tensor of the resulting operand.
    operand: TensorId,
    /// Whether the resulting residual is stored to external memory.
    stored: bool,
}

impl Lowering<'_> {
    /// Lowers the output projection: from the context to the input of the feed-forward block.
    pub(super) fn attention_output(&mut self, layer: usize) -> Result<(), ScheduleError> {
        let part = &self.model.layers[layer];
        let block = Block::Attention(layer);
        // I-BERT's chained requantization belongs to the feed-forward block, which has its own name for the result.
        let chain = part.ffn.input.as_ref().map(|input| input.constant(0));
        let operand = match chain {
            Some(_) => Block::FeedForward(layer).tensor(Role::Input),
            None => block.tensor(Role::Hidden),
        };
        let (linear, requantization) = (&part.attention.output, &part.attention.norm_input);
        let join = Join { block, linear, requantization, norm: &part.attention.norm, chain, operand, stored: false };
        self.late_loads(Memory::R);
        for batch in self.batches() {
            let source = Source { region: self.plan.context, first: 0, depth: self.hidden() };
            self.join(&join, source, &batch, self.choices.attention_tail)?;
        }
        Ok(())
    }

    /// Lowers the feed-forward block, up to the input of the next layer. The last layer's result is stored to external
    /// memory.
    pub(super) fn feed_forward(&mut self, layer: usize, is_last: bool) -> Result<(), ScheduleError> {
        let part = &self.model.layers[layer].ffn;
        let block = Block::FeedForward(layer);
        let operand = block.tensor(Role::Hidden);
        let (linear, requantization, norm) = (&part.output, &part.norm_input, &part.norm);
        let join = Join { block, linear, requantization, norm, chain: None, operand, stored: is_last };
        for batch in self.batches() {
            let tiles = self.model.config.ffn / self.side;
            for (tile, tokens) in order::expand(tiles, &self.choices.parts(&batch), self.choices.ffn_head) {
                self.expand(layer, tile, tokens, batch.start)?;
            }
            let source = Source { region: self.plan.activation, first: batch.start, depth: self.model.config.ffn };
            self.join(&join, source, &batch, self.choices.ffn_tail)?;
        }
        Ok(())
    }

    /// Lowers N channels of the feed-forward block's first layer, with GELU.
    fn expand(&mut self, layer: usize, tile: usize, tokens: Range<usize>, first: usize) -> Result<(), ScheduleError> {
        let (part, side) = (&self.model.layers[layer].ffn, self.side);
        let ffn = self.model.config.ffn;
        let block = Block::FeedForward(layer);
        let (name, accumulator) = (block.to_string(), block.tensor(Role::InnerAcc));
        let chain = part.rescale.as_ref().map(|rescale| rescale.constant(0));
        let activation = block.tensor(if chain.is_some() { Role::Rescaled } else { Role::Activation });
        let n = part.gelu.first().map_or(0, GeluConstants::n);
        let weights = self.load_weights(accumulator, &part.inner, tile)?;
        let channels = tile * side..(tile + 1) * side;
        let mut words = ConstantWords::new();
        words.gelu_parameters(&name, chain, n, part.zero_point)?;
        words.channels(&name, channels.clone(), Some(&part.inner), &part.activation, Some(&part.gelu))?;
        let constants = self.load_constants(&words)?;
        for tokens in self.token_chunks(tokens) {
            let source = Source { region: self.plan.input, first: 0, depth: self.hidden() };
            let place = self.tokens_by_channels(tokens.start, channels.start, ffn);
            let sums = self.products(accumulator, weights, source, tokens.clone(), place);
            let row = (tokens.start - first) * ffn;
            let vector = Vector {
                operation: VectorOperation::Gelu,
                steps: side as u64,
                tiles: tokens.len() as u64,
                groups: self.groups,
                source: sums,
                source_stride: side as u64,
                destination: (self.plan.activation.start + row + channels.start) as u64,
                stride: ffn as u64,
                constant: constants + 1,
                parameters: constants,
                ..Vector::default()
            };
            self.vector(vector, activation, None, place);
        }
        Ok(())
    }

    /// Lowers a linear layer for a batch of token tiles, the last `split` weight tiles part by part. Each part's
    /// LayerNorm follows the part.
    fn join(
        &mut self,
        join: &Join<'_>,
        source: Source,
        batch: &Range<usize>,
        split: usize,
    ) -> Result<(), ScheduleError> {
        let parts = self.choices.parts(batch);
        for work in order::join(self.hidden() / self.side, &parts, split) {
            match work {
                JoinStep::Tile { tile, tokens } => self.join_tile(join, source, tile, tokens, batch.start)?,
                JoinStep::Norm { tokens } => self.layernorm(join, tokens, batch.start)?,
            }
        }
        Ok(())
    }

    /// Lowers N output channels with the residual add.
    fn join_tile(
        &mut self,
        join: &Join<'_>,
        source: Source,
        tile: usize,
        tokens: Range<usize>,
        first: usize,
    ) -> Result<(), ScheduleError> {
        let Join { block, linear, requantization, .. } = join;
        let (name, accumulator) = (block.to_string(), block.tensor(Role::OutputAcc));
        let (side, hidden) = (self.side, self.hidden());
        let weights = self.load_weights(accumulator, linear, tile)?;
        let channels = tile * side..(tile + 1) * side;
        let mut words = ConstantWords::new();
        words.parameters(&name, Some(requantization.residual))?;
        words.channels(&name, channels.clone(), Some(linear), &requantization.main, None)?;
        let constants = self.load_constants(&words)?;
        for tokens in self.token_chunks(tokens) {
            let place = self.tokens_by_channels(tokens.start, channels.start, hidden);
            let sums = self.products(accumulator, weights, source, tokens.clone(), place);
            let row = (tokens.start - first) * hidden;
            let vector = Vector {
                operation: VectorOperation::Join,
                steps: side as u64,
                tiles: tokens.len() as u64,
                groups: self.groups,
                source: sums,
                source_stride: side as u64,
                destination: (self.plan.norm_input.start + row + channels.start) as u64,
                stride: hidden as u64,
                residual: (self.plan.residual.start + tokens.start * hidden + channels.start) as u64,
                constant: constants + 1,
                parameters: constants,
                ..Vector::default()
            };
            self.vector(vector, block.tensor(Role::NormInput), None, place);
        }
        Ok(())
    }

    /// Lowers the LayerNorm of some token tiles of the batch that begins at tile `first`.
    fn layernorm(&mut self, join: &Join<'_>, tokens: Range<usize>, first: usize) -> Result<(), ScheduleError> {
        let Join { block, norm, chain, operand, .. } = join;
        let name = block.to_string();
        let hidden = self.hidden();
        let mut words = ConstantWords::new();
        words.norm_parameters(&name, *chain, norm)?;
        words.norm(&name, norm)?;
        let constants = self.load_constants(&words)?;
        let residual = if norm.residual.is_some() { block.tensor(Role::Residual) } else { *operand };
        let row = tokens.start * hidden;
        let vector = Vector {
            operation: VectorOperation::Layernorm,
            steps: hidden as u64,
            tiles: tokens.len() as u64,
            groups: self.groups,
            source: (self.plan.norm_input.start + (tokens.start - first) * hidden) as u64,
            source_stride: hidden as u64,
            destination: (self.plan.input.start + row) as u64,
            stride: hidden as u64,
            residual: (self.plan.residual.start + row) as u64,
            constant: constants + 1,
            parameters: constants,
            ..Vector::default()
        };
        let place = self.tokens_by_channels(tokens.start, 0, hidden);
        self.vector(vector, *operand, Some(residual), place);
        if join.stored {
            self.output(tokens);
        }
        Ok(())
    }
}

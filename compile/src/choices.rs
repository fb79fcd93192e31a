//! [`Choices`]: decisions that change when something is computed, never the result.

use ibert_golden::model::ModelConfig;
use ibert_isa::Configuration;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// Decisions of the scheduler. A program's results are bit-exact for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choices {
    /// Token tiles per batch, clamped to capacity. A batch passes through the output projection and the feed-forward
    /// block together, and the weights are loaded once per batch.
    pub batch: usize,
    /// Token tiles in the first part of a batch; 0 for a batch in one part. The LayerNorm of a part overlaps with the
    /// products of the other part.
    pub part: usize,
    /// Weight tiles of the output projection that are loaded once per part instead of once per batch.
    pub attention_tail: usize,
    /// Weight tiles of the feed-forward block's first layer that are loaded once per part instead of once per batch.
    pub ffn_head: usize,
    /// Weight tiles of the feed-forward block's second layer that are loaded once per part instead of once per batch.
    pub ffn_tail: usize,
    /// Probability buffers wanted, in token tiles; clamped to capacity.
    pub probabilities: usize,
    /// Token tiles whose scores overlap with the projection of the head's values. The remaining scores overlap with the
    /// projections of the next head's queries and keys.
    pub early: usize,
    /// Token tiles per piece of a projection of queries, keys or values. Scores and contexts may be placed between
    /// pieces.
    pub piece: usize,
}

impl Choices {
    /// Default decisions, which keep the array busy: two or more batches with enough tokens each that weights arrive in
    /// time, or, with few tokens, one batch in two parts.
    pub fn new(model: &ModelConfig, configuration: &Configuration, tokens: usize) -> Self {
        let tiles = tokens.div_ceil(configuration.side);
        // At least as many pieces of a head's projections as it has tiles of scores, so that no softmax waits for
        // another one.
        let pieces = tiles.div_ceil(3 * (model.head_dim() / configuration.side).max(1)).max(1);
        let all = Choices {
            batch: tiles,
            part: 0,
            attention_tail: 0,
            ffn_head: 0,
            ffn_tail: 0,
            probabilities: usize::MAX,
            // Values are one of three projections.
            early: tiles.div_ceil(3).max(2),
            piece: tiles.div_ceil(pieces),
        };
        match tiles {
            0 | 1 => all,
            2 | 3 => {
                let part = tiles / 2;
                // Weight tiles whose products take as long as the LayerNorm of a part.
                let norm = configuration.groups() * (tiles - part) * model.hidden + 2 * model.hidden + 400;
                let under = |depth: usize| norm.div_ceil(part * depth) + 1;
                let (attention_tail, ffn_head, ffn_tail) = (under(model.hidden), under(model.hidden), under(model.ffn));
                Choices { part, attention_tail, ffn_head, ffn_tail, ..all }
            }
            _ => Choices { batch: tiles.div_ceil(2), ..all },
        }
    }

    /// Baseline for comparisons: everything in one batch, and the array waits for each softmax and LayerNorm.
    pub fn simple(model: &ModelConfig, configuration: &Configuration, tokens: usize) -> Self {
        let tiles = tokens.div_ceil(configuration.side);
        let none = Choices {
            part: 0,
            attention_tail: 0,
            ffn_head: 0,
            ffn_tail: 0,
            ..Choices::new(model, configuration, tokens)
        };
        Choices { batch: tiles, probabilities: 1, early: 1, piece: tiles, ..none }
    }

    /// Random decisions for tests, from the whole range that makes a difference for `tiles` token tiles; the same for
    /// the same seed.
    pub fn random(seed: u64, tiles: usize) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        Choices {
            batch: random.random_range(1..=tiles.max(1)),
            part: random.random_range(0..=tiles),
            attention_tail: random.random_range(0..20),
            ffn_head: random.random_range(0..40),
            ffn_tail: random.random_range(0..20),
            probabilities: random.random_range(1..=tiles + 1),
            early: random.random_range(1..=tiles + 1),
            piece: random.random_range(1..=tiles.max(1)),
        }
    }

    /// The parts of a batch.
    pub(super) fn parts(&self, batch: &Range<usize>) -> Vec<Range<usize>> {
        match self.part {
            part if part > 0 && part < batch.len() => {
                vec![batch.start..batch.start + part, batch.start + part..batch.end]
            }
            _ => vec![batch.clone()],
        }
    }
}

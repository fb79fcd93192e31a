//! [`Choices`]: what changes when something is computed, never what.

use ibert_golden::model::ModelConfig;
use ibert_isa::Configuration;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// Decisions of the scheduler. Whatever they are, a program computes the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choices {
    /// Token tiles that pass the output projection and the feed-forward block together; the weights are loaded once for each such batch. More than fit are
    /// as many as fit.
    pub batch: usize,
    /// Token tiles of a batch's first part; the LayerNorm of a part goes on under the products of the other one. 0: one part.
    pub part: usize,
    /// Weight tiles of the output projection that are loaded for each part.
    pub attention_tail: usize,
    /// Weight tiles of the feed-forward block's first layer that are loaded for each part.
    pub ffn_head: usize,
    /// Weight tiles of the feed-forward block's second layer that are loaded for each part.
    pub ffn_tail: usize,
    /// Token tiles whose probabilities there should be room for. More than there is room for are as many as there is room for.
    pub probabilities: usize,
    /// Token tiles whose scores come under the head's values, the others under the next head's queries and keys.
    pub early: usize,
    /// Token tiles of a projection of queries, keys or values between which scores and contexts may come.
    pub piece: usize,
}

impl Choices {
    /// What keeps the array busy: two batches or more, each with enough tokens that weights come in time; with few tokens one batch in two parts.
    pub fn new(model: &ModelConfig, configuration: &Configuration, tokens: usize) -> Self {
        let tiles = tokens.div_ceil(configuration.side);
        // A head's projections in at least as many pieces as it has scores, so that no two softmaxes meet.
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
                // Weight tiles under whose products the LayerNorm of a part is done.
                let norm = configuration.groups() * (tiles - part) * model.hidden + 2 * model.hidden + 400;
                let under = |depth: usize| norm.div_ceil(part * depth) + 1;
                let (attention_tail, ffn_head, ffn_tail) = (under(model.hidden), under(model.hidden), under(model.ffn));
                Choices { part, attention_tail, ffn_head, ffn_tail, ..all }
            }
            _ => Choices { batch: tiles.div_ceil(2), ..all },
        }
    }

    /// Everything in one batch, and each softmax and LayerNorm waited for: what the other decisions are compared with.
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

    /// Decisions at random, of the whole range that makes a difference for so many token tiles; the same for the same seed. For tests.
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

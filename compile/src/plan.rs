//! [`Plan`]: the on-chip addresses of tensors.

use super::{Choices, Room, ScheduleError};
use ibert_golden::model::{ModelConfig, SoftmaxForm};
use ibert_isa::timing::vector::RECIPROCALS;
use ibert_isa::{CONFIGURATIONS, CONSTANT_BITS, Configuration};

/// A range of words of a memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Region {
    /// Address of the first word.
    pub start: usize,
    /// Number of words.
    pub words: usize,
}

/// On-chip addresses of tensors. docs/machine.md describes words and layouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Number of token tiles.
    pub token_tiles: usize,
    /// Token tiles per batch, which pass through output projection and feed-forward block together.
    pub batch: usize,
    /// A: input of a layer, and of its feed-forward block.
    pub input: Region,
    /// A: queries of a head, double buffer.
    pub query: [Region; 2],
    /// A: probabilities, one buffer per token tile, used in turn.
    pub probabilities: Vec<Region>,
    /// A: context of all heads.
    pub context: Region,
    /// A: activation of a batch.
    pub activation: Region,
    /// B: keys of a head, double buffer.
    pub key: [Region; 2],
    /// B: values of a head, double buffer.
    pub value: [Region; 2],
    /// B: weights, a ring.
    pub weights: Region,
    /// C: accumulators, a ring.
    pub sums: Region,
    /// R: residual stream.
    pub residual: Region,
    /// Y: LayerNorm inputs of a batch.
    pub norm_input: Region,
    /// K: mask of the columns.
    pub mask: Region,
    /// K: constants of a head's softmax and context, double buffer.
    pub head_constants: [Region; 2],
    /// K: constants, a ring.
    pub constants: Region,
}

impl Plan {
    /// Allocates memory for `tokens` tokens. Sizes in `choices` are clamped to capacity.
    ///
    /// # Errors
    /// [`ScheduleError`]: a size that is not a multiple of N, or a memory that is too small, with the sizes that fit.
    pub fn new(
        model: &ModelConfig,
        configuration: &Configuration,
        tokens: usize,
        choices: &Choices,
    ) -> Result<Self, ScheduleError> {
        Plan::lay_out(model, configuration, tokens, choices).map_err(|mut error| {
            if let ScheduleError::DoesNotFit { room, .. } = &mut error {
                let fits = |configuration: &Configuration, tokens| {
                    Plan::lay_out(model, configuration, tokens, choices).is_ok()
                };
                let mut larger = CONFIGURATIONS.iter().filter(|larger| larger.side > configuration.side);
                *room = Room {
                    longest: (1..tokens).rev().find(|tokens| fits(configuration, *tokens)),
                    larger: larger.find(|larger| fits(larger, tokens)).map(|larger| larger.name),
                };
            }
            error
        })
    }

    fn lay_out(
        model: &ModelConfig,
        configuration: &Configuration,
        tokens: usize,
        choices: &Choices,
    ) -> Result<Self, ScheduleError> {
        let side = configuration.side;
        let (hidden, ffn, head) = (model.hidden, model.ffn, model.head_dim());
        for (what, value) in [("hidden", hidden), ("ffn", ffn), ("channels of a head", head)] {
            if !value.is_multiple_of(side) {
                let configuration = configuration.name;
                return Err(ScheduleError::NotAMultiple { what, value, side, configuration });
            }
        }
        let token_tiles = tokens.div_ceil(side);
        let (a_words, y_words) = (1 << configuration.a_depth, 1 << configuration.y_depth);
        // Attention is finished when the feed-forward block begins, so both share the same words of A.
        let (input, context, queries) = (token_tiles * hidden, token_tiles * hidden, token_tiles * head);
        let attention = |probabilities: usize| context + 2 * queries + probabilities * tokens;
        let a_size = |batch: usize, probabilities: usize| input + attention(probabilities).max(batch * ffn);
        let fits =
            |batch: usize, probabilities: usize| a_size(batch, probabilities) <= a_words && batch * hidden <= y_words;
        // At least one token tile per batch and two probability buffers; the checks below report it if they do not fit.
        let batch = (1..=choices.batch.clamp(1, token_tiles)).rev().find(|batch| fits(*batch, 2)).unwrap_or(1);
        // The same number of batches, of about equal size.
        let batch = token_tiles.div_ceil(token_tiles.div_ceil(batch));
        // Late softmax has a buffer of reciprocals for each buffer of probabilities.
        let buffers = match model.softmax {
            SoftmaxForm::Paper => usize::MAX,
            SoftmaxForm::Late => RECIPROCALS / configuration.groups(),
        };
        let most = choices.probabilities.clamp(1, token_tiles.max(2)).min(buffers);
        let probabilities = (1..=most).rev().find(|count| fits(batch, *count)).unwrap_or(1);
        let what = |things: &str| format!("{things} of {tokens} tokens");

        let mut a = BumpAllocator::new("A", configuration, configuration.a_depth, side);
        let input = a.take(input);
        let shared = a.taken;
        let [context, query0, query1] = [context, queries, queries].map(|words| a.take(words));
        let rows = a.take(probabilities * tokens);
        let activation = Region { start: shared, words: batch * ffn };
        a.taken = a.taken.max(shared + activation.words);
        a.check(0, what("layer input, and context, queries and probabilities or activation"))?;
        let probabilities =
            (0..probabilities).map(|index| Region { start: rows.start + index * tokens, words: tokens }).collect();
        let mut b = BumpAllocator::new("B", configuration, configuration.b_depth, side);
        let [key0, key1, value0, value1] = [token_tiles * head; 4].map(|words| b.take(words));
        b.check(hidden.max(ffn), what("keys and values of two heads and a tile of weights"))?;
        let mut c = BumpAllocator::new("C", configuration, configuration.c_depth, 4 * side);
        c.check((token_tiles * side).max(head), what("attention scores of a tile"))?;
        let mut r = BumpAllocator::new("R", configuration, configuration.r_depth, 2 * side);
        let residual = r.take(token_tiles * hidden);
        r.check(0, what("residual stream"))?;
        let mut y = BumpAllocator::new("Y", configuration, configuration.y_depth, 22 * side / 8);
        let norm_input = y.take(batch * hidden);
        y.check(0, what("LayerNorm input of a tile"))?;
        let mut k = BumpAllocator::new("K", configuration, configuration.k_depth, CONSTANT_BITS / 8);
        let mask = k.take(tokens);
        let head_constants = [head + 2; 2].map(|words| k.take(words));
        k.check(hidden + 1, what("mask, and constants of heads and of a LayerNorm,"))?;
        Ok(Plan {
            token_tiles,
            batch,
            input,
            query: [query0, query1],
            probabilities,
            context,
            activation,
            key: [key0, key1],
            value: [value0, value1],
            weights: b.rest(),
            sums: c.rest(),
            residual,
            norm_input,
            mask,
            head_constants,
            constants: k.rest(),
        })
    }
}

/// Bump allocator for a memory, from word 0 on.
struct BumpAllocator {
    name: &'static str,
    configuration: &'static str,
    words: usize,
    word_bytes: usize,
    taken: usize,
}

impl BumpAllocator {
    fn new(name: &'static str, configuration: &Configuration, depth: usize, word_bytes: usize) -> Self {
        BumpAllocator { name, configuration: configuration.name, words: 1 << depth, word_bytes, taken: 0 }
    }

    fn take(&mut self, words: usize) -> Region {
        let start = self.taken;
        self.taken += words;
        Region { start, words }
    }

    /// Checks that the allocated words and `more` additional words fit.
    fn check(&self, more: usize, what: String) -> Result<(), ScheduleError> {
        let over = (self.taken + more).saturating_sub(self.words) * self.word_bytes;
        if over == 0 {
            return Ok(());
        }
        let BumpAllocator { name: memory, configuration, words, word_bytes, .. } = *self;
        Err(ScheduleError::DoesNotFit {
            memory,
            configuration,
            holds: words * word_bytes,
            over,
            what,
            room: Room::default(),
        })
    }

    /// Allocates the remaining words.
    fn rest(&mut self) -> Region {
        self.take(self.words - self.taken)
    }
}

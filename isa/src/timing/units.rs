//! Latencies of the hardware units, in cycles.

/// Polynomial unit, from operands to result.
pub const POLY_LATENCY: usize = 4;

/// i-exp unit, from operand to result.
pub const EXP_LATENCY: usize = 21;

/// i-GELU unit, from operand to result.
pub const GELU_LATENCY: usize = 14;

/// Requantizer, from operands to result.
pub const REQUANTIZER_LATENCY: usize = 9;

/// i-GELU with requantizer, from operand to result.
pub const GELU_REQUANTIZER_LATENCY: usize = GELU_LATENCY + REQUANTIZER_LATENCY;

/// Divider with a 33-bit dividend, from start to quotient: one bit per cycle.
pub const DIVIDER_LATENCY: usize = 33;

/// Digit-recurrence square root, from start to result; one bit per cycle.
pub const SQRT_DIGIT_LATENCY: usize = 16;

/// Square root by Newton's iteration, from start to result. `divisions` is 0 for a radicand of 0, otherwise the number
/// of updates plus 1.
pub const fn sqrt_newton_latency(divisions: usize) -> usize {
    2 + DIVIDER_LATENCY * divisions
}

/// Cycles from the standardizer's result of a channel to the cycle in which LayerNorm adds the channel's bias.
pub const LAYERNORM_BIAS_LATENCY: usize = 6;

/// Reciprocal of a row's sum of weights, from sum to result.
pub const RECIPROCAL_LATENCY: usize = 19;

/// Fewest cycles from one reciprocal to the next.
pub const RECIPROCAL_PERIOD: usize = RECIPROCAL_LATENCY + 1;

/// Division by a row's sum of weights, from accumulator to mean.
pub const ROW_MEAN_LATENCY: usize = 3;

/// Timing of a unit that takes rows element by element and makes several passes over each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowTiming {
    /// Passes over a row, the results being the last.
    pub passes: usize,
    /// Cycles from the first element of a row to its last result, in addition to the passes over the row.
    pub latency: usize,
    /// Fewest cycles from the first element of a row to the first element of the next.
    pub shortest_period: usize,
    /// Longest row accepted without stalling; each further element costs one cycle.
    pub room: usize,
}

/// Softmax unit with row memories of `2^address_bits` elements.
pub const fn softmax(address_bits: usize) -> RowTiming {
    RowTiming { passes: 3, latency: 63, shortest_period: 34, room: (1 << address_bits) - 60 }
}

/// Late softmax unit with a row memory of `2^address_bits` elements. Rows end so far apart that each sum can have its
/// reciprocal.
pub const fn late_softmax(address_bits: usize) -> RowTiming {
    RowTiming { passes: 2, latency: 20, shortest_period: RECIPROCAL_PERIOD, room: (1 << address_bits) - 2 }
}

/// LayerNorm unit with row memories of `2^address_bits` elements.
pub const fn layernorm(address_bits: usize) -> RowTiming {
    RowTiming { passes: 3, latency: 101, shortest_period: 50, room: (1 << address_bits) - 61 }
}

/// LayerNorm unit followed by requantizers and a register for their constants.
pub const fn layernorm_requantizer(address_bits: usize) -> RowTiming {
    let layernorm = layernorm(address_bits);
    RowTiming { latency: layernorm.latency + 1 + REQUANTIZER_LATENCY, ..layernorm }
}

impl RowTiming {
    /// Cycles from the last element of a row of `steps` elements to its first result, if an idle unit accepts the row
    /// without a pause. Each pass in between takes `steps` cycles.
    pub const fn first_result(&self, steps: usize) -> usize {
        (self.passes - 2) * steps + self.latency + 2
    }

    /// Cycles from the first element of a row of `steps` elements to its last result, likewise.
    pub const fn last_result(&self, steps: usize) -> usize {
        self.passes * steps + self.latency
    }

    /// Cycles from the first element of a row of `steps` elements to the first element of the next.
    pub const fn period(&self, steps: usize) -> usize {
        let shortest = if self.shortest_period > steps { self.shortest_period } else { steps };
        shortest + steps.saturating_sub(self.room)
    }
}

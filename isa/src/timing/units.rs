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

/// Timing of a unit that takes rows element by element and makes several passes over each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowTiming {
    /// Cycles from the first element of a row to its last result, in addition to three passes over the row.
    pub latency: usize,
    /// Fewest cycles from the first element of a row to the first element of the next.
    pub shortest_period: usize,
    /// Longest row accepted without stalling; each further element costs one cycle.
    pub room: usize,
}

/// Softmax unit with row memories of `2^address_bits` elements.
pub const fn softmax(address_bits: usize) -> RowTiming {
    RowTiming { latency: 63, shortest_period: 34, room: (1 << address_bits) - 60 }
}

/// LayerNorm unit with row memories of `2^address_bits` elements.
pub const fn layernorm(address_bits: usize) -> RowTiming {
    RowTiming { latency: 101, shortest_period: 50, room: (1 << address_bits) - 61 }
}

/// LayerNorm unit followed by requantizers and a register for their constants.
pub const fn layernorm_requantizer(address_bits: usize) -> RowTiming {
    let layernorm = layernorm(address_bits);
    RowTiming { latency: layernorm.latency + 1 + REQUANTIZER_LATENCY, ..layernorm }
}

impl RowTiming {
    /// Cycles from the last element of a row of `steps` elements to its first result, if an idle unit accepts the row
    /// without a pause. The passes in between take `steps` cycles.
    pub const fn first_result(&self, steps: usize) -> usize {
        steps + self.latency + 2
    }

    /// Cycles from the first element of a row of `steps` elements to the first element of the next.
    pub const fn period(&self, steps: usize) -> usize {
        let shortest = if self.shortest_period > steps { self.shortest_period } else { steps };
        shortest + steps.saturating_sub(self.room)
    }
}

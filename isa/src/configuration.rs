//! The named configurations of the accelerator, as data.

/// Sizes of an accelerator. Depths are exponents: a memory of depth `d` has `2^d` words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Configuration {
    /// Name, as in `--config NAME`.
    pub name: &'static str,
    /// Array side N; the AXI data bus is N bytes wide.
    pub side: usize,
    /// Vector lanes L, at most N / 2.
    pub lanes: usize,
    /// Depth of A, N × 8 bits per word.
    pub a_depth: usize,
    /// Depth of B, N × 8 bits per word.
    pub b_depth: usize,
    /// Depth of C, N × 32 bits per word.
    pub c_depth: usize,
    /// Depth of R, N × 16 bits per word.
    pub r_depth: usize,
    /// Depth of Y, N × 22 bits per word.
    pub y_depth: usize,
    /// Depth of K, 160 bits per word.
    pub k_depth: usize,
}

impl Configuration {
    /// Groups of L lanes per word: N / L.
    pub const fn groups(&self) -> usize {
        self.side / self.lanes
    }

    /// Total size of the on-chip memories in bytes.
    pub const fn sram_bytes(&self) -> usize {
        let tokens = (1 << self.a_depth)
            + (1 << self.b_depth)
            + (4 << self.c_depth)
            + (2 << self.r_depth)
            + (22 << self.y_depth) / 8;
        tokens * self.side + ((super::CONSTANT_BITS / 8) << self.k_depth)
    }
}

/// N = 4, for unit tests and the smallest FPGAs.
pub const TINY: Configuration = Configuration {
    name: "tiny",
    side: 4,
    lanes: 2,
    a_depth: 12,
    b_depth: 11,
    c_depth: 8,
    r_depth: 11,
    y_depth: 9,
    k_depth: 10,
};

/// N = 8.
pub const SMALL: Configuration = Configuration {
    name: "small",
    side: 8,
    lanes: 2,
    a_depth: 13,
    b_depth: 12,
    c_depth: 9,
    r_depth: 12,
    y_depth: 10,
    k_depth: 11,
};

/// N = 16.
pub const BASE: Configuration = Configuration {
    name: "base",
    side: 16,
    lanes: 4,
    a_depth: 16,
    b_depth: 14,
    c_depth: 10,
    r_depth: 15,
    y_depth: 12,
    k_depth: 12,
};

/// N = 32.
pub const LARGE: Configuration = Configuration {
    name: "large",
    side: 32,
    lanes: 8,
    a_depth: 15,
    b_depth: 14,
    c_depth: 10,
    r_depth: 14,
    y_depth: 12,
    k_depth: 12,
};

/// Every configuration, smallest first.
pub const CONFIGURATIONS: [Configuration; 4] = [TINY, SMALL, BASE, LARGE];

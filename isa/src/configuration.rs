//! The named configurations of the accelerator, as data.

use crate::VectorOperation;

/// Form of softmax that an accelerator computes; the other form's operations are illegal on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SoftmaxForm {
    /// Late i-softmax: operations `late_softmax` and `normalize`.
    #[default]
    Late,
    /// I-BERT's i-softmax: operation `softmax`.
    Paper,
}

impl SoftmaxForm {
    /// Both forms.
    pub const ALL: [SoftmaxForm; 2] = [SoftmaxForm::Late, SoftmaxForm::Paper];

    /// Name, as in `--softmax NAME`.
    pub const fn name(self) -> &'static str {
        match self {
            SoftmaxForm::Late => "late",
            SoftmaxForm::Paper => "paper",
        }
    }
}

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
    /// Form of softmax.
    pub softmax: SoftmaxForm,
}

impl Configuration {
    /// Groups of L lanes per word: N / L.
    pub const fn groups(&self) -> usize {
        self.side / self.lanes
    }

    /// The configuration with another form of softmax.
    pub const fn with_softmax(self, softmax: SoftmaxForm) -> Self {
        Configuration { softmax, ..self }
    }

    /// Name and, for the paper's softmax, its form: `base`, `base_paper`.
    pub fn label(&self) -> String {
        match self.softmax {
            SoftmaxForm::Late => self.name.to_owned(),
            SoftmaxForm::Paper => format!("{}_paper", self.name),
        }
    }

    /// Whether the vector engine has the operation.
    pub fn computes(&self, operation: VectorOperation) -> bool {
        match operation {
            VectorOperation::Softmax => self.softmax == SoftmaxForm::Paper,
            VectorOperation::LateSoftmax | VectorOperation::Normalize => self.softmax == SoftmaxForm::Late,
            VectorOperation::Requantize
            | VectorOperation::Gelu
            | VectorOperation::Join
            | VectorOperation::Layernorm => true,
        }
    }

    /// The operations of the vector engine.
    pub fn operations(&self) -> Vec<VectorOperation> {
        VectorOperation::ALL.into_iter().filter(|operation| self.computes(*operation)).collect()
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
    softmax: SoftmaxForm::Late,
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
    softmax: SoftmaxForm::Late,
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
    softmax: SoftmaxForm::Late,
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
    softmax: SoftmaxForm::Late,
};

/// Every configuration, smallest first, each for late softmax.
pub const CONFIGURATIONS: [Configuration; 4] = [TINY, SMALL, BASE, LARGE];

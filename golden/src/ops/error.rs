//! Why an operator refuses its operands.

/// An operand or constant outside the domain in which an operator is defined.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OpError {
    /// A constant outside its legal range, e.g. a dyadic mantissa above 2^31.
    #[error("{op}: constant `{name}` is {value}, legal is {legal}")]
    Constant {
        /// The operator.
        op: &'static str,
        /// Name of the constant in docs/numerics.md.
        name: &'static str,
        /// Value found.
        value: i128,
        /// The legal range, in words.
        legal: &'static str,
    },
    /// A float from which a constant would be derived is NaN, infinite, zero or of the wrong sign.
    #[error("{op}: cannot derive constants from {name} = {value}: it must be {legal}")]
    Derivation {
        /// The operator.
        op: &'static str,
        /// Name of the float.
        name: &'static str,
        /// Value found.
        value: f64,
        /// Legal values, in words.
        legal: &'static str,
    },
    /// An operand outside the operator's domain.
    #[error("{op}: operand `{name}` is {value}, legal is {legal}")]
    Operand {
        /// The operator.
        op: &'static str,
        /// The operand.
        name: &'static str,
        /// Value found.
        value: i128,
        /// The legal range, in words.
        legal: &'static str,
    },
    /// Operands whose shapes do not go together.
    #[error("{op}: `{name}` has {found} elements, expected {expected}")]
    Shape {
        /// The operator.
        op: &'static str,
        /// The operand.
        name: &'static str,
        /// Expected number of elements.
        expected: usize,
        /// Found number of elements.
        found: usize,
    },
    /// An exact result that its destination cannot hold.
    #[error("{op}: `{name}` does not fit {bits} bits")]
    Overflow {
        /// The operator.
        op: &'static str,
        /// The quantity that overflowed.
        name: &'static str,
        /// The destination's width.
        bits: u32,
    },
    /// A softmax row without a single unmasked column has no maximum.
    #[error("softmax: every column of the row is masked; keep at least one token")]
    NothingToAttend,
}

//! [`Pace`]: when a driver offers and takes elements.

/// When a driver offers elements to a unit and, where the unit can be stalled, takes results from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// Whenever the unit can.
    #[default]
    Full,
    /// In cycles chosen at random. In the others the operand ports carry random values, which must not matter.
    Random {
        /// Reproduces the choice.
        seed: u64,
    },
}

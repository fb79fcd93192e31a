//! [`Layers`]: how much of an encoder a program computes.

use std::num::NonZeroUsize;

/// The layers that are compiled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layers {
    /// Every layer of the model.
    #[default]
    All,
    /// The first layers; all layers if the model has fewer.
    First(NonZeroUsize),
}

impl Layers {
    /// The first layer alone.
    pub const ONE: Layers = Layers::First(NonZeroUsize::MIN);

    /// Number of compiled layers in a model of `layers` layers.
    pub fn of(self, layers: usize) -> usize {
        match self {
            Layers::All => layers,
            Layers::First(count) => count.get().min(layers),
        }
    }

    /// The same layers, limited to `most`.
    pub fn at_most(self, most: NonZeroUsize) -> Self {
        match self {
            Layers::All => Layers::First(most),
            Layers::First(count) => Layers::First(count.min(most)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(count: usize) -> Layers {
        NonZeroUsize::new(count).map(Layers::First).expect("at least one layer")
    }

    #[test]
    fn a_model_has_as_many_layers_as_it_has() {
        assert_eq!([Layers::All, Layers::ONE, first(3), first(9)].map(|layers| layers.of(5)), [5, 1, 3, 5]);
    }

    #[test]
    fn the_smaller_of_two_limits_holds() {
        let two = NonZeroUsize::new(2).expect("two layers");
        assert_eq!(
            [Layers::All, Layers::ONE, first(3)].map(|layers| layers.at_most(two)),
            [first(2), Layers::ONE, first(2)]
        );
    }
}

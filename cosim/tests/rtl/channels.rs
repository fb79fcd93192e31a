//! Rows of channels for LayerNorm, and what the golden operator makes of them.

use ibert_cosim::units::layernorm::Row;
use ibert_golden::ops::{LayerNormSteps, VarianceShift, layernorm_row};
use proptest::prelude::*;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The largest channel.
pub(crate) const MAX: i64 = (1 << 21) - 1;

/// A row that owns its values.
#[derive(Debug, Clone)]
pub(crate) struct Channels {
    pub(crate) x: Vec<i64>,
    pub(crate) bias: Vec<i64>,
    pub(crate) shift: u32,
}

impl Channels {
    pub(crate) fn row(&self) -> Row<'_> {
        Row { x: &self.x, bias: &self.bias, shift: self.shift }
    }

    pub(crate) fn golden(&self) -> (LayerNormSteps, Vec<i64>) {
        let mut out = vec![0; self.x.len()];
        let shift = VarianceShift::new(self.shift).unwrap();
        (layernorm_row(&self.x, &self.bias, shift, &mut out).unwrap(), out)
    }
}

/// Channels around some mean, of some width, with the shift that an exporter would choose, or another.
pub(crate) fn random_row(rng: &mut ChaCha8Rng, channels: usize) -> Channels {
    let spread = 1 << rng.random_range(0..21);
    let offset = rng.random_range(-MAX..=MAX) / 2;
    let x = (0..channels).map(|_| (offset + rng.random_range(-spread..=spread)).clamp(!MAX, MAX)).collect();
    let width = rng.random_range(1..40);
    let bias = (0..channels).map(|_| rng.random_range(-(1i64 << width)..1 << width)).collect();
    let mut row = Channels { x, bias, shift: rng.random_range(0..=22) };
    if rng.random() {
        row.shift = 0;
        while row.golden().0.saturated {
            row.shift += 1;
        }
    }
    row
}

/// A channel: anything, an extreme, near a power of two.
fn channel() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![
        2 => !MAX..=MAX,
        2 => -300i64..=300,
        1 => prop::sample::select(vec![0, 1, -1, MAX, !MAX, MAX - 1]),
        1 => (0..21u32, -1i64..=1, any::<bool>()).prop_map(|(exponent, near, negative)| {
            let value = (1i64 << exponent) + near;
            (if negative { -value } else { value }).clamp(!MAX, MAX)
        }),
    ]
}

fn bias() -> impl Strategy<Value = i64> + Clone {
    let limit = (1i64 << 39) - 1;
    prop_oneof![2 => -1000i64..1000, 2 => !limit..=limit, 1 => prop::sample::select(vec![0, -1, limit, !limit])]
}

/// Rows of any channels, rows that are nearly constant (variances of 0 and little more, means that tie), and constant
/// ones.
pub(crate) fn channels(length: std::ops::Range<usize>) -> impl Strategy<Value = Channels> {
    let near = |n: usize| {
        (channel(), prop::collection::vec(-2i64..=2, n))
            .prop_map(|(offset, x)| x.iter().map(|x| (x + offset).clamp(!MAX, MAX)).collect())
    };
    let x = move |n: usize| {
        prop_oneof![
            3 => prop::collection::vec(channel(), n),
            2 => near(n),
            1 => channel().prop_map(move |x| vec![x; n]),
        ]
    };
    let values = length.prop_flat_map(move |n| (x(n), prop::collection::vec(bias(), n)));
    (values, 0..=22u32).prop_map(|((x, bias), shift)| Channels { x, bias, shift })
}

//! Probability mass that the softmax loses by rounding down, and its correction.

use crate::reference::{Matrix, Tap};

/// Steps of a probability: i-softmax returns `floor(256 p) / 256`.
const STEPS: f32 = 256.0;

/// Least-squares estimate of the context that the lost attention mass would have added.
///
/// i-softmax rounds probabilities down, so a row sums to less than 1: by half a step per column, which is a quarter of
/// all mass in a row of 128. If values are centered at `c`, the context `Σ p̂ (v − c) + c` holds `c` for each unit of
/// lost mass. The best `c` of a channel is the lost mass's own mean value: it minimizes `Σ (r − l·c)²` over tokens,
/// where `l = Σ (p − p̂)` and `r = Σ (p − p̂) v`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LostMass {
    /// The values of the layer being observed.
    value: Matrix,
    /// `Σ l·r`, per channel.
    products: Vec<f64>,
    /// `Σ l²`, per head.
    squares: Vec<f64>,
}

impl LostMass {
    /// Sees a tensor of the layer; values come before probabilities.
    pub(super) fn observe(&mut self, tap: Tap, tensor: &Matrix) {
        match tap {
            Tap::Value => self.value = tensor.clone(),
            Tap::Probabilities => self.add(tensor),
            _ => {}
        }
    }

    fn add(&mut self, probabilities: &Matrix) {
        let (tokens, hidden) = (probabilities.columns, self.value.columns);
        let heads = probabilities.rows / tokens;
        let width = hidden / heads;
        self.products.resize(hidden, 0.0);
        self.squares.resize(heads, 0.0);
        for (row, probabilities) in probabilities.data.chunks_exact(tokens).enumerate() {
            let head = row / tokens;
            let lost: Vec<f32> =
                probabilities.iter().map(|p| p - ((p * STEPS).floor().min(STEPS - 1.0) / STEPS)).collect();
            let mass: f64 = lost.iter().map(|l| f64::from(*l)).sum();
            self.squares[head] += mass * mass;
            let products = &mut self.products[head * width..][..width];
            for (lost, value) in lost.iter().zip(self.value.data.chunks_exact(hidden)) {
                for (product, value) in products.iter_mut().zip(&value[head * width..]) {
                    *product += mass * f64::from(lost * value);
                }
            }
        }
    }

    /// Merges the statistics of two disjoint sets of sequences.
    pub(super) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in [(&mut self.products, &other.products), (&mut self.squares, &other.squares)] {
            mine.resize(theirs.len(), 0.0);
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
        }
    }

    /// Value of one unit of lost mass, per channel.
    pub(super) fn worth(&self) -> Vec<f64> {
        let width = self.products.len() / self.squares.len().max(1);
        let per_channel = self.products.iter().enumerate();
        per_channel.map(|(channel, product)| product / self.squares[channel / width].max(f64::MIN_POSITIVE)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(columns: usize, data: &[f32]) -> Matrix {
        Matrix { rows: data.len() / columns, columns, data: data.to_vec() }
    }

    /// Two heads of two channels. Probabilities of 1/3 lose 1/768 each, those of 1/4 nothing, 1 loses 1/256.
    #[test]
    fn the_worth_is_the_least_squares_value_of_the_lost_mass() {
        let mut seen = LostMass::default();
        seen.observe(Tap::Value, &matrix(4, &[3.0, 0.0, 1.0, -1.0, 6.0, 0.0, 1.0, -1.0, 0.0, 9.0, 7.0, 7.0]));
        let third = 1.0 / 3.0;
        let head = [third, third, third, 0.5, 0.25, 0.25, 0.0, 0.0, 1.0];
        let other_head = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.5, 0.5, 0.0];
        seen.observe(Tap::Probabilities, &matrix(3, &[head, other_head].concat()));
        // Head 0, row 0 loses l = 1/256 of mean value (3, 3), row 2 loses l = 1/256 of (0, 9): their mean weighted by
        // l².
        let expected = [1.5, 6.0, 1.0, -1.0];
        for (worth, expected) in seen.worth().into_iter().zip(expected) {
            assert!((worth - expected).abs() < 1e-4, "{worth}, expected {expected}");
        }
    }

    #[test]
    fn a_layer_that_loses_nothing_has_finite_centers() {
        let mut seen = LostMass::default();
        seen.observe(Tap::Value, &matrix(1, &[5.0, -5.0]));
        seen.observe(Tap::Probabilities, &matrix(2, &[0.5; 4]));
        assert_eq!(seen.worth(), [0.0]);
    }
}

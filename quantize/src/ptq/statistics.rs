//! Calibration statistics of the fp32 encoder's tensors: ranges and means per channel.

use rayon::prelude::*;

use super::gelu_fit::Histogram;
use super::lost_mass::LostMass;
use crate::reference::{FloatEncoder, ForwardError, Matrix, Observer, Tap};
use crate::text::Tokens;

/// Range and mean of every channel of one tensor.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Channels {
    pub min: Vec<f32>,
    pub max: Vec<f32>,
    sum: Vec<f64>,
    rows: u64,
    /// Largest length of a row after its mean was taken off: the square root of LayerNorm's (unscaled) variance.
    pub deviation: f64,
}

impl Channels {
    fn add(&mut self, tensor: &Matrix) {
        if self.rows == 0 {
            self.min = vec![f32::INFINITY; tensor.columns];
            self.max = vec![f32::NEG_INFINITY; tensor.columns];
            self.sum = vec![0.0; tensor.columns];
        }
        for row in tensor.data.chunks_exact(tensor.columns) {
            let (mut total, mut squares) = (0f64, 0f64);
            for (channel, value) in row.iter().enumerate() {
                self.min[channel] = self.min[channel].min(*value);
                self.max[channel] = self.max[channel].max(*value);
                self.sum[channel] += f64::from(*value);
                total += f64::from(*value);
                squares += f64::from(*value).powi(2);
            }
            self.deviation = self.deviation.max((squares - total * total / row.len() as f64).max(0.0).sqrt());
        }
        self.rows += tensor.rows as u64;
    }

    /// Joins the statistics of two disjoint sets of sequences.
    fn merge(&mut self, other: &Self) {
        if self.rows == 0 {
            *self = other.clone();
            return;
        }
        for channel in 0..self.min.len() {
            self.min[channel] = self.min[channel].min(other.min[channel]);
            self.max[channel] = self.max[channel].max(other.max[channel]);
            self.sum[channel] += other.sum[channel];
        }
        self.rows += other.rows;
        self.deviation = self.deviation.max(other.deviation);
    }

    /// Mean of every channel.
    pub(super) fn mean(&self) -> Vec<f64> {
        self.sum.iter().map(|sum| sum / self.rows.max(1) as f64).collect()
    }

    /// Middle of every channel's range.
    pub(super) fn middle(&self) -> Vec<f64> {
        self.min.iter().zip(&self.max).map(|(min, max)| (f64::from(*min) + f64::from(*max)) / 2.0).collect()
    }

    /// Largest magnitude of every channel after `center` was taken off.
    pub(super) fn magnitude(&self, center: &[f64]) -> Vec<f64> {
        let range = self.min.iter().zip(&self.max).zip(center);
        range.map(|((min, max), c)| (f64::from(*min) - c).abs().max((f64::from(*max) - c).abs())).collect()
    }
}

/// Tensors of one layer that calibration observes; their discriminants index [`LayerStatistics`].
const WATCHED: [Tap; 11] = [
    Tap::Query,
    Tap::Key,
    Tap::Value,
    Tap::Context,
    Tap::AttentionSum,
    Tap::AttentionNorm,
    Tap::Intermediate,
    Tap::Gelu,
    Tap::OutputSum,
    Tap::OutputNorm,
    Tap::Embeddings,
];

/// Statistics of one layer; layer 0 also holds the embeddings.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LayerStatistics {
    channels: [Channels; WATCHED.len()],
    /// Of the layer's attention.
    pub lost_mass: LostMass,
    /// Of the values before the GELU.
    pub before_gelu: Histogram,
}

impl LayerStatistics {
    /// Statistics of a watched tensor; empty if the tensor was never observed.
    pub(super) fn of(&self, tap: Tap) -> &Channels {
        let index = WATCHED.iter().position(|watched| *watched == tap).expect("only watched tensors are asked for");
        &self.channels[index]
    }
}

/// Statistics of every layer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statistics(pub Vec<LayerStatistics>);

impl Observer for Statistics {
    fn observe(&mut self, layer: usize, tap: Tap, tensor: &Matrix) {
        if let Some(index) = WATCHED.iter().position(|watched| *watched == tap) {
            self.0[layer].channels[index].add(tensor);
        }
        self.0[layer].lost_mass.observe(tap, tensor);
        if tap == Tap::Intermediate {
            self.0[layer].before_gelu.add(tensor);
        }
    }
}

impl Statistics {
    /// Runs `sequences` through the encoder. `done` is called with the number of sequences finished since its last
    /// call.
    pub(super) fn collect(
        encoder: &FloatEncoder,
        sequences: &[Tokens],
        done: &mut dyn FnMut(usize),
    ) -> Result<Self, ForwardError> {
        let layers = encoder.config().layers;
        let mut all = Self(vec![LayerStatistics::default(); layers]);
        for chunk in sequences.chunks(8) {
            let parts: Vec<Self> = chunk
                .par_iter()
                .map(|tokens| {
                    let mut part = Self(vec![LayerStatistics::default(); layers]);
                    encoder.forward(tokens, &vec![true; tokens.len()], &mut part)?;
                    Ok(part)
                })
                .collect::<Result<_, ForwardError>>()?;
            // In the order of the sequences: sums of floats depend on it.
            parts.iter().for_each(|part| all.merge(part));
            done(chunk.len());
        }
        Ok(all)
    }

    /// Joins the statistics of disjoint sets of sequences.
    pub(super) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            mine.channels.iter_mut().zip(&theirs.channels).for_each(|(a, b)| a.merge(b));
            mine.lost_mass.merge(&theirs.lost_mass);
            mine.before_gelu.merge(&theirs.before_gelu);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_statistics_are_those_of_all_rows() {
        let matrix = |data: &[f32]| Matrix { rows: data.len() / 2, columns: 2, data: data.to_vec() };
        let (mut a, mut b, mut all) = (Channels::default(), Channels::default(), Channels::default());
        a.add(&matrix(&[1.0, -2.0]));
        b.add(&matrix(&[3.0, 4.0, -5.0, 7.0]));
        all.add(&matrix(&[1.0, -2.0, 3.0, 4.0, -5.0, 7.0]));
        a.merge(&b);
        assert_eq!(a, all);
        assert_eq!((a.mean(), a.middle()), (vec![-1.0 / 3.0, 3.0], vec![-1.0, 2.5]));
        assert_eq!(a.magnitude(&[-1.0, 2.5]), [4.0, 4.5]);
        // The row (-5, 7) has mean 1, so its deviation is sqrt(6^2 + 6^2).
        assert!((a.deviation - 72f64.sqrt()).abs() < 1e-9);
    }
}

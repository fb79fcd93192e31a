//! The embedding tables, all at one 16-bit scale, so that joining them is an exact integer addition.

use ibert_golden::model::{Embeddings, Requantization, ResidualRequantization, Table};
use ibert_golden::ops::{Dyadic, OpError};

use super::norm::{norm, shift_for};
use super::operand::{Operand, in_f32};
use crate::checkpoint::EmbeddingWeights;

/// Quantizes the tables. The common scale holds the sum of any three rows, and the LayerNorm's shift the deviation of
/// any such sum: nothing saturates for any text, which needs no calibration.
pub(super) fn embeddings(weights: &EmbeddingWeights, operand: &Operand, residual: f64) -> Result<Embeddings, OpError> {
    let hidden = weights.norm.gamma.len();
    let tables = [&weights.word, &weights.token_type, &weights.position];
    let largest = (0..hidden).map(|c| tables.iter().map(|t| column_magnitude(t, hidden, c)).sum()).fold(0.0, f64::max);
    let deviation: f64 = tables.iter().map(|table| largest_deviation(table, hidden)).sum();
    // One unit is left for the rounding of each table.
    let scale = in_f32((largest / 32764.0).max(1e-12));
    let quantized = |table: &[f32]| Table {
        values: table.iter().map(|v| (f64::from(*v) / scale).round_ties_even() as i16).collect(),
    };
    let same = Dyadic::from_scales(scale, scale)?;
    let join =
        ResidualRequantization { main: Requantization { constants: vec![same], scale: vec![scale] }, residual: same };
    Ok(Embeddings {
        word: quantized(&weights.word),
        token_type: quantized(&weights.token_type),
        position: quantized(&weights.position),
        word_type: join.clone(),
        sum: join,
        // Rounding moves a row by at most 3/2 per channel.
        norm: norm(&weights.norm, operand, residual, shift_for(deviation / scale + 1.5 * hidden as f64, 1.0))?,
    })
}

fn column_magnitude(table: &[f32], hidden: usize, channel: usize) -> f64 {
    table.iter().skip(channel).step_by(hidden).fold(0.0, |m: f64, v| m.max(f64::from(v.abs())))
}

/// Largest `sqrt(Σ(x − mean)²)` of a row. It is a norm, so that of a sum of rows is at most the sum of theirs.
fn largest_deviation(table: &[f32], hidden: usize) -> f64 {
    let deviation = |row: &[f32]| {
        let mean = row.iter().map(|v| f64::from(*v)).sum::<f64>() / row.len() as f64;
        row.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>().sqrt()
    };
    table.chunks_exact(hidden).map(deviation).fold(0.0, f64::max)
}

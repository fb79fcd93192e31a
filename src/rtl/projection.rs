//! A query projection of the encoder on hardware units, against the golden encoder.

use super::RtlError;
use super::array::MatrixUnit;
use super::requantizer::{RequantUnit, Term};
use ibert_golden::encoder::Recording;
use ibert_golden::model::IntegerModel;
use serde::Serialize;

/// What the hardware computed, beside the golden encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Tokens of the sequence.
    pub tokens: usize,
    /// Multiply-accumulates that the projection needs.
    pub macs: usize,
    /// Accumulators and int8 results compared.
    pub values: usize,
    /// How many of them differ.
    pub different: usize,
    /// Clock cycles of the array, from the first operands to the last drained word.
    pub array_cycles: u64,
    /// Clock cycles of the requantizer, from the first operand to the last result.
    pub requantizer_cycles: u64,
}

/// Layer 0's query projection of a sequence that the golden encoder has recorded: int8 embeddings times weights on `array`, bias on the
/// host, per-channel requantization to int8 on `requantizer`. Compares `layer.0.attention.query_acc` and `layer.0.attention.query`.
///
/// # Errors
/// Whatever keeps the simulation from running.
pub fn query_projection(
    model: &IntegerModel,
    recording: &Recording,
    array: &MatrixUnit,
    requantizer: &RequantUnit,
) -> Result<Compared, RtlError> {
    let recorded = |tensor| recording.tensors.get(tensor).map(|tensor| tensor.values.as_slice()).unwrap_or_default();
    let (Some(layer), input) = (model.layers.first(), recorded("embeddings.hidden")) else {
        return Err(RtlError::Shape { unit: "systolic_array", tensor: "layer.0", found: 0, expected: 1 });
    };
    let query = &layer.attention.query;
    let operand: Vec<i16> = input.iter().map(|value| *value as i16).collect();
    let product = array.linear(&operand, &query.linear.weight, query.linear.inputs)?;
    let biases = query.linear.bias.iter().cycle();
    let accumulators: Vec<i64> =
        product.values.iter().zip(biases).map(|(acc, bias)| i64::from(*acc) + i64::from(*bias)).collect();
    let (m, e): (Vec<i64>, Vec<i32>) =
        query.output.constants.iter().map(|constant| (constant.m(), constant.e())).unzip();
    let result = requantizer.requant(Term { q: &accumulators, m: &m, e: &e }, None, 0, 8)?;
    let results: Vec<i64> = result.values.into_iter().map(i64::from).collect();

    let pairs = [("layer.0.attention.query_acc", &accumulators), ("layer.0.attention.query", &results)];
    let mut compared = Compared {
        tokens: input.len() / query.linear.inputs,
        macs: accumulators.len() * query.linear.inputs,
        values: 0,
        different: 0,
        array_cycles: product.cycles,
        requantizer_cycles: result.cycles,
    };
    for (tensor, got) in pairs {
        let expected = recorded(tensor);
        compared.values += expected.len().max(got.len());
        // A tensor that is not there, or too short, differs.
        compared.different += expected.len().abs_diff(got.len());
        compared.different += expected.iter().zip(got).filter(|(expected, got)| expected != got).count();
    }
    Ok(compared)
}

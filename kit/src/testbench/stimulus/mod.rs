//! The stimulus of each unit: operands full of edges, and results from the golden operators. A new unit needs a file
//! here and a line in [`of`].

mod divider;
mod exp;
mod gelu;
mod iterating;
mod late_softmax;
mod layernorm;
mod poly;
mod requantizer;
mod softmax;
mod sqrt;
mod streaming;
mod systolic_array;

use super::Vectors;
use ibert_golden::ops::OpError;

/// Fills in the vectors of a unit at one of its sizes.
pub(super) type Stimulus = fn(&mut Vectors, side: Option<usize>) -> Result<(), OpError>;

/// The stimulus of the unit of that name.
pub(super) fn of(unit: &str) -> Option<Stimulus> {
    Some(match unit {
        "divider" => divider::fill,
        "exp" => exp::fill,
        "gelu" => gelu::fill,
        "gelu_requantizer" => gelu::fill_requantized,
        "late_softmax" => late_softmax::fill,
        "reciprocal" => late_softmax::fill_reciprocal,
        "row_mean" => late_softmax::fill_mean,
        "layernorm" => layernorm::fill,
        "layernorm_requantizer" => layernorm::fill_requantized,
        "poly" => poly::fill,
        "requantizer" => requantizer::fill,
        "softmax" => softmax::fill,
        "sqrt_digit" => sqrt::fill_digit,
        "sqrt_newton" => sqrt::fill_newton,
        "systolic_array" => systolic_array::fill,
        _ => return None,
    })
}

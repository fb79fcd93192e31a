//! Integer tensors through hardware units in Verilator.
//!
//! Each driver builds a unit's Verilog (once; the simulation crate caches the result), streams tensors through its
//! ports as a user of the unit would, and returns values and clock cycles. Values are meant to be compared with
//! `ibert_golden`'s operators.
//!
//! | driver | unit |
//! |---|---|
//! | [`array::MatrixUnit`] | [`SystolicArray`](ibert_hdl::array::SystolicArray) |
//! | [`requantizer::RequantUnit`] | [`Requantizer`](ibert_hdl::units::Requantizer) |
//! | [`exp::ExpUnit`] | [`Exp`](ibert_hdl::units::Exp) |
//! | [`gelu::GeluUnit`] | [`Gelu`](ibert_hdl::units::Gelu) |
//! | [`gelu::GeluRequantUnit`] | [`GeluRequantizer`](ibert_hdl::units::GeluRequantizer) |
//! | [`poly::PolyUnit`] | [`Poly`](ibert_hdl::units::Poly) |
//! | [`divider::DivideUnit`] | [`Divider`](ibert_hdl::units::Divider) |
//! | [`softmax::SoftmaxUnit`] | [`Softmax`](ibert_hdl::units::Softmax) |
//! | [`late_softmax::LateSoftmaxUnit`] | [`LateSoftmax`](ibert_hdl::units::LateSoftmax) |
//! | [`reciprocal::ReciprocalUnit`] | [`Reciprocal`](ibert_hdl::units::Reciprocal) |
//! | [`row_mean::RowMeanUnit`] | [`RowMean`](ibert_hdl::units::RowMean) |
//! | [`layernorm::LayerNormUnit`] | [`LayerNorm`](ibert_hdl::units::LayerNorm) |
//! | [`layernorm_requantizer::LayerNormRequantUnit`] | [`LayerNormRequantizer`](ibert_hdl::units::LayerNormRequantizer) |
//! | [`sqrt::DigitUnit`] | [`SqrtDigit`](ibert_hdl::units::SqrtDigit) |
//! | [`sqrt::NewtonUnit`] | [`SqrtNewton`](ibert_hdl::units::SqrtNewton) |
//! | [`engine::Rtl`] | all of them, as an engine for case files |

pub mod array;
pub mod divider;
pub mod engine;
mod error;
pub mod exp;
pub mod gelu;
pub mod handshake;
mod lanes;
pub mod late_softmax;
pub mod layernorm;
pub mod layernorm_requantizer;
mod pace;
mod partition;
pub mod poly;
mod range;
pub mod reciprocal;
pub mod requantizer;
pub mod row_mean;
pub mod softmax;
pub mod sqrt;
mod stream;
mod transit;

pub use error::RtlError;
pub use pace::Pace;
pub use transit::Transit;

use ibert_hdl::catalogue;
use ibert_hdl::verilog::Design;
use ibert_sim::{BuildOptions, Library, Source};

/// A design as the simulation crate takes it: one file a module, and, if it has a systolic array, a control file that
/// makes it cheap to build and to simulate.
pub fn source(design: &Design) -> Source {
    let start = Source::new(&design.top);
    let start = match partition::control_file(design) {
        Some(text) => start.file("partition.vlt", text),
        None => start,
    };
    design.modules.iter().fold(start, |source, module| source.file(format!("{}.v", module.name), &module.text))
}

/// Verilog of a unit of the catalogue at one of its sizes (`side` is `None` for a unit of one size).
pub fn design(unit: &'static str, side: Option<usize>) -> Result<Design, RtlError> {
    let entry = catalogue::unit(unit).ok_or(RtlError::UnknownUnit { unit })?;
    let size = entry.sizes.iter().find(|size| size.side == side);
    let sides = || entry.sizes.iter().filter_map(|size| size.side).collect();
    Ok(size.ok_or_else(|| RtlError::UnknownSize { unit, side, sides: sides() })?.design()?)
}

/// [`design`], built in Verilator.
pub fn build(unit: &'static str, side: Option<usize>, options: &BuildOptions) -> Result<Library, RtlError> {
    Ok(Library::build(&source(&design(unit, side)?), options)?)
}

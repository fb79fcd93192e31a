//! ibert-case files: inputs, constants and expected outputs of single operators (docs/numerics.md, "Reference vectors",
//! docs/case-file.md).
//!
//! A case is read ([`CaseFile`]), decoded into a typed [`CaseOperation`], recomputed by an engine (the golden operators
//! through [`CaseOperation::golden`], or hardware), and its outputs are [`compare`]d with the expected ones.

mod compare;
mod error;
mod file;
mod operation;
mod widen;

pub use compare::{CaseComparison, CaseDifference, compare};
pub use error::CaseError;
pub use file::{Case, CaseFile};
pub use operation::{
    CaseOperation, ExpCase, GeluCase, IsqrtCase, LayerNormCase, LinearCase, Outputs, RequantCase, Residual, SoftmaxCase,
};

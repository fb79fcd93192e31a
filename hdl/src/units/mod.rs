//! Functional units: the components of the vector engine, each usable alone.

mod credit_queue;
mod divider;
mod dyadic_scaler;
mod exp;
mod gelu;
mod gelu_requantizer;
mod iteration_control;
mod layernorm;
mod layernorm_requantizer;
mod poly;
mod quotient_stage;
mod requantizer;
mod rounding_divider;
mod row_pass;
mod softmax;
mod sqrt_digit;
mod sqrt_newton;

pub use credit_queue::CreditQueue;
pub use divider::Divider;
pub use dyadic_scaler::DyadicScaler;
pub use exp::Exp;
pub use gelu::Gelu;
pub use gelu_requantizer::GeluRequantizer;
pub use iteration_control::IterationControl;
pub use layernorm::{Deviation, LayerNorm, RowSum, Standardizer, SumOfSquares};
pub use layernorm_requantizer::LayerNormRequantizer;
pub use poly::Poly;
pub use quotient_stage::QuotientStage;
pub use requantizer::Requantizer;
pub use rounding_divider::RoundingDivider;
pub use row_pass::RowPass;
pub use softmax::{Normalizer, RowExponentials, RowLoader, RowQueue, Softmax};
pub use sqrt_digit::SqrtDigit;
pub use sqrt_newton::SqrtNewton;

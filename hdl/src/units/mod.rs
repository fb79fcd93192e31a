//! Functional units: what the vector unit is made of, each usable alone.

mod dyadic_scaler;
mod requantizer;

pub use dyadic_scaler::DyadicScaler;
pub use requantizer::Requantizer;

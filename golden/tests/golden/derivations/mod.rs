//! Constants that are derived off-line, in floats: equal to the reference's bit for bit, and as accurate as
//! docs/numerics.md, "Accuracy of the operators" says the integer functions are.

mod accuracy;
mod encoder_constants;
mod ieee;
mod symmetric_quantization;

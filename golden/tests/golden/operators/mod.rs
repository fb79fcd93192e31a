//! Every integer operator against the same formula of docs/numerics.md, "Operators" in big integers, on values that sit
//! on the edges: extremes, ties, multiples of a constant plus or minus one; and over all values where the space is
//! small.
//!
//! The formulations here are written from the specification: fractions instead of shifts, no width anywhere.

mod constants;
mod construction;
mod dyadic;
mod exact;
mod exp;
mod gelu;
mod isqrt;
mod layernorm;
mod linear;
mod operands;
mod requant;
mod softmax;

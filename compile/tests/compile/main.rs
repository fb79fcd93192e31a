//! Compares programs on the instruction-level machine with the golden encoder.

mod schedule;

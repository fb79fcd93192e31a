//! Programs on the instruction-level machine against the golden encoder.

mod schedule;

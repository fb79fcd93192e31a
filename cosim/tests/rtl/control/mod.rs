//! The control in Verilator: random programs against a model that predicts every cycle, every way to stop, the bus,
//! resets.

mod bench;
mod bus;
mod check;
mod instructions;
mod lint;
mod model;
mod programs;
mod reset;
mod scenario;
mod stops;

//! The memory bus: an AXI4 master of the accelerator's side.
//!
//! Addresses of 32 bits, a data bus of `W8` = 8·N bits (N = 4, 8, 16 or 32 bytes), INCR bursts of full width, one ID, so that all responses
//! come in order and no ID signal is needed. [`BurstSplitter`] cuts runs of beats into bursts, [`ReadMaster`] and [`WriteMaster`] put them on the bus.

mod burst_splitter;
mod read_master;
mod write_master;

pub use burst_splitter::BurstSplitter;
pub use read_master::ReadMaster;
pub use write_master::WriteMaster;

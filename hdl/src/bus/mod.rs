//! The memory bus: the accelerator's AXI4 master.
//!
//! Addresses have 32 bits and the data bus `W8` = 8·N bits (N = 4, 8, 16 or 32 bytes). Bursts are INCR and of full
//! width. All transfers use one ID, so responses come in order and no ID signal is needed. [`BurstSplitter`] splits
//! transfers into bursts; [`ReadMaster`] and [`WriteMaster`] issue them.

mod burst_splitter;
mod read_master;
mod write_master;

pub use burst_splitter::BurstSplitter;
pub use read_master::ReadMaster;
pub use write_master::WriteMaster;

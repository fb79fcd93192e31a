//! The on-chip memories: words of slices, each slice with its own write enable.

mod slice_ram;
mod two_writer_ram;

pub use slice_ram::SliceRam;
pub use two_writer_ram::TwoWriterRam;

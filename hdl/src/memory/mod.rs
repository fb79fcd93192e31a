//! The on-chip memories: words of slices that are written apart.

mod slice_ram;
mod two_writer_ram;

pub use slice_ram::SliceRam;
pub use two_writer_ram::TwoWriterRam;

//! The memory traffic engines: [`LoadEngine`] from memory into A, B, R and K, [`StoreEngine`] from A and R into memory.
//!
//! Both have the interface of every engine. `start` with an instruction is given only while `ready`, which falls in the next cycle. `retire` is
//! high for one cycle for each instruction, in order; `fault` with a code instead, for the oldest instruction that has not retired, after
//! which nothing more happens. After `halt` or a fault no new burst is put on the bus, bursts on it are completed (what a load still gets
//! is dropped), and `idle` says that nothing is under way; then `clear` returns the engine to its reset state.

mod constant_slices;
mod load_engine;
mod load_writer;
mod store_engine;
mod store_reader;
mod transfer_issue;

pub use constant_slices::ConstantSlices;
pub use load_engine::LoadEngine;
pub use load_writer::LoadWriter;
pub use store_engine::StoreEngine;
pub use store_reader::StoreReader;
pub use transfer_issue::TransferIssue;

//! The memory traffic engines: [`LoadEngine`] from external memory into A, B, R and K, [`StoreEngine`] from A and R
//! into external memory.
//!
//! Both have the common interface of engines. `start` with an instruction is given only while `ready`, which falls in
//! the next cycle. `retire` is high for one cycle per instruction, in order. `fault` with a code replaces it for the
//! oldest instruction that has not retired, and nothing further happens. After `halt` or a fault no new burst is put on
//! the bus and outstanding bursts complete (arriving data is discarded); `idle` is then high, and `clear` returns the
//! engine to its reset state.

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

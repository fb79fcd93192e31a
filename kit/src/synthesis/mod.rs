//! FPGA resources and clock frequency of a hardware unit: Yosys, and nextpnr for ECP5.
//!
//! Area is that of the unit alone. Its clock frequency is measured with a register at each port ([`timing`](self)
//! wrapper) and out of context, so that pins limit nothing and paths from and to ports count as they do inside a design
//! that registers them.
//!
//! The whole accelerator is synthesized [module by module](synthesize_modules), and only counted.

mod cells;
mod error;
mod hierarchy;
mod nextpnr;
mod wrapper;
mod yosys;

pub use error::SynthesisError;
pub use hierarchy::{Hierarchy, Part, synthesize_modules};
pub use nextpnr::{CriticalPath, Nextpnr, Placed};
pub use yosys::Yosys;

use ibert_hdl::verilog::Design;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Instant;

/// Synthesis target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// 6-input look-up tables and flip-flops only; multipliers and memories are built from them.
    Generic,
    /// Xilinx 7 series.
    Xilinx,
    /// Lattice ECP5, and with nextpnr the clock frequency in an LFE5U-85F of speed grade 6.
    Ecp5,
}

/// Resources that a unit uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Area {
    /// Look-up tables: of 6 inputs (generic, Xilinx; shift registers and distributed memory included) or 4 inputs
    /// (ECP5; a carry cell is two, distributed memory of 16×4 bits four).
    pub lut: u64,
    /// Number of flip-flops.
    pub ff: u64,
    /// Number of multiplier blocks: DSP48E1, or MULT18X18D.
    pub dsp: u64,
    /// Number of memory blocks of 18 Kbit.
    pub ram: u64,
}

/// Synthesis result of a unit.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Synthesized {
    /// Name of the top module.
    pub top: String,
    /// Resources that the unit uses.
    #[serde(flatten)]
    pub area: Area,
    /// Cells by type, as Yosys counts them.
    pub cells: BTreeMap<String, u64>,
    /// Clock frequency and critical path; only for ECP5, and only if nextpnr is installed.
    #[serde(flatten)]
    pub placed: Option<Placed>,
    /// Synthesis time in seconds.
    pub seconds: f64,
}

/// Synthesizes a design. `nextpnr` is used for ECP5 only.
///
/// # Errors
/// [`SynthesisError`] when a tool fails, prints nothing, or prints an unknown format. A design that does not fit the
/// part is not an error, see [`Placed::problem`].
pub fn synthesize(
    design: &Design,
    target: Target,
    yosys: &Yosys,
    nextpnr: Option<&Nextpnr>,
) -> Result<Synthesized, SynthesisError> {
    let started = Instant::now();
    let folder = tempfile::tempdir().map_err(|source| SynthesisError::Folder { source })?;
    let nextpnr = nextpnr.filter(|_| target == Target::Ecp5);
    let cells = yosys.synthesize(design, target, nextpnr.is_some(), folder.path())?;
    let placed = nextpnr.map(|nextpnr| nextpnr.place(folder.path(), yosys::NETLIST)).transpose()?;
    let area = cells::area(target, &cells);
    Ok(Synthesized { top: design.top.clone(), area, cells, placed, seconds: started.elapsed().as_secs_f64() })
}

#[cfg(test)]
mod tests;

//! Cells of each target, counted as the resources that they occupy.

use super::{Area, Target};
use std::collections::BTreeMap;

/// Sums up the cells.
pub(super) fn area(target: Target, cells: &BTreeMap<String, u64>) -> Area {
    cells.iter().fold(Area::default(), |mut area, (cell, count)| {
        let Area { lut, ff, dsp, ram } = each(target, cell);
        area.lut += lut * count;
        area.ff += ff * count;
        area.dsp += dsp * count;
        area.ram += ram * count;
        area
    })
}

/// Resources that one cell occupies; multiplexers and carry chains next to the look-up tables count as none.
fn each(target: Target, cell: &str) -> Area {
    let lut = |lut| Area { lut, ..Area::default() };
    let ff = Area { ff: 1, ..Area::default() };
    let ram = |ram| Area { ram, ..Area::default() };
    match (target, cell) {
        (Target::Generic, "$lut") => lut(1),
        // `$_DFF_P_`, `$_SDFFE_PN0P_`, …
        (Target::Generic, cell) if cell.contains("DFF") => ff,
        (Target::Ecp5, "LUT4") => lut(1),
        (Target::Ecp5, "CCU2C") => lut(2),
        (Target::Ecp5, "TRELLIS_DPR16X4") => lut(4),
        (Target::Ecp5, "TRELLIS_FF") => ff,
        (Target::Ecp5, "MULT18X18D") => Area { dsp: 1, ..Area::default() },
        (Target::Ecp5, "DP16KD" | "PDPW16KD") => ram(1),
        (Target::Xilinx, "LUT1" | "LUT2" | "LUT3" | "LUT4" | "LUT5" | "LUT6" | "SRL16E" | "SRLC32E") => lut(1),
        (Target::Xilinx, "RAM32X1D" | "RAM64X1D") => lut(2),
        (Target::Xilinx, "RAM128X1D" | "RAM32M" | "RAM64M") => lut(4),
        (Target::Xilinx, "FDRE" | "FDSE" | "FDCE" | "FDPE") => ff,
        (Target::Xilinx, "DSP48E1") => Area { dsp: 1, ..Area::default() },
        (Target::Xilinx, "RAMB18E1") => ram(1),
        (Target::Xilinx, "RAMB36E1") => ram(2),
        _ => Area::default(),
    }
}

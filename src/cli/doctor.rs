//! `ibert doctor`: which external tools are installed.

use std::io::{self, Write};

use ibert_kit::toolchain::{self, Need, Tool};
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::console::{Console, Report};
use super::error::Error;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Survey {
    /// Whether every required tool is usable.
    ready: bool,
    /// External tools.
    tools: Vec<Tool>,
}

pub(super) fn run(console: &Console) -> Result<Verdict, Error> {
    let tools = toolchain::survey();
    let unusable = |tool: &&Tool| tool.need == Need::Required && !tool.usable();
    let missing: Vec<_> = tools.iter().filter(unusable).map(|tool| tool.name).collect();
    let missing = missing.join(", ");
    console.report(&Survey { ready: missing.is_empty(), tools });
    if missing.is_empty() { Ok(Verdict::Done) } else { Err(Error::ToolsMissing { missing }) }
}

impl Report for Survey {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for tool in &self.tools {
            let mark = match (tool.usable(), tool.need) {
                (true, _) => "ok",
                (false, Need::Required) => "MISSING",
                (false, Need::Optional) => "-",
            };
            let state = match (&tool.problem, &tool.version) {
                (Some(problem), Some(version)) => format!("{problem} (found: {version})"),
                (Some(problem), None) => problem.clone(),
                (None, version) => version.clone().unwrap_or_default(),
            };
            writeln!(out, "{mark:<8}{:<16}{state}", tool.name)?;
            if let Some(path) = &tool.path {
                writeln!(out, "{:24}at {}", "", path.display())?;
            }
            writeln!(out, "{:24}for {}", "", tool.purpose)?;
            if !tool.usable() {
                writeln!(out, "{:24}get: {}", "", tool.get)?;
            }
        }
        Ok(())
    }
}

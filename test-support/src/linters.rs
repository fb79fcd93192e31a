//! Checks a design with three different Verilog tools, none of which may report a warning. A tool that has found nothing
//! in a design is not run on the same text again ([`verdicts`]).

use crate::{tools, verdicts};
use ibert_hdl::verilog::Design;
use ibert_sim::Verilator;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Asserts that Verilator and Icarus Verilog, both with all warnings enabled, and Yosys report nothing. The tools run
/// in parallel.
///
/// # Panics
/// With the output of a tool that reports something.
pub fn say_nothing(design: &Design) {
    std::thread::scope(|scope| {
        let run = [verilator as fn(&Design), icarus, yosys].map(|tool| scope.spawn(move || tool(design)));
        for tool in run {
            tool.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
}

/// Like [`say_nothing`] without Icarus Verilog, for a unit whose testbench Icarus Verilog compiles with all warnings
/// enabled.
///
/// # Panics
/// With the output of a tool that reports something.
pub fn say_nothing_of_a_unit(design: &Design) {
    verilator(design);
    yosys(design);
}

fn written(design: &Design) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    design.write(folder.path()).unwrap();
    folder
}

fn verilator(design: &Design) {
    let (top, list) = (design.top.as_str(), format!("{}.f", design.top));
    let verilator = Verilator::find().unwrap();
    let arguments = ["--lint-only", "-Wall", "--top-module", top, "-f", &list];
    let version = version(verilator.command(), "--version");
    verdicts::once(&["verilator", &version, &arguments.join(" "), &design.text()], || {
        let said = tools::run(verilator.command(), &arguments, written(design).path());
        // Newer versions of Verilator append a report.
        let warnings: Vec<&str> = said.lines().filter(|line| line.starts_with('%')).collect();
        assert!(warnings.is_empty(), "{top}, Verilator:\n{said}");
    });
}

fn icarus(design: &Design) {
    let (top, list) = (design.top.as_str(), format!("{}.f", design.top));
    let icarus = || tools::program("iverilog");
    let arguments = ["-Wall", "-g2005", "-o", "out", "-s", top, "-c", &list];
    verdicts::once(&["icarus", &version(icarus(), "-V"), &arguments.join(" "), &design.text()], || {
        assert_eq!(tools::run(icarus(), &arguments, written(design).path()), "", "{top}, Icarus Verilog");
    });
}

fn yosys(design: &Design) {
    let (top, files) = (design.top.as_str(), design.file_list().replace('\n', " "));
    verdicts::once(&["yosys", &version(tools::program("yosys"), "-V"), &script(top, &files), &design.text()], || {
        let output = elaborate(top, &files, written(design).path());
        let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
        assert!(output.status.success() && !said.contains("Warning"), "{top}, Yosys:\n{said}");
    });
}

fn version(tool: Command, argument: &str) -> String {
    tools::run(tool, &[argument], Path::new("."))
}

/// Elaborates a design as a synthesizer does. Checks that there are no unknown modules, no latches, no combinational
/// loops, and no nets without a driver or with several drivers, within and across modules.
pub fn elaborate(top: &str, files: &str, folder: &Path) -> Output {
    let output = tools::program("yosys").args(["-q", "-p", &script(top, files)]).current_dir(folder).output();
    output.expect("Yosys runs; install it with `make setup`")
}

fn script(top: &str, files: &str) -> String {
    format!(
        "read_verilog {files}; hierarchy -check -top {top}; proc; check -assert; \
         select -assert-none t:$dlatch t:$_DLATCH_*; select -assert-min 1 t:$dff t:$sdff t:$dffe; \
         flatten; check -assert"
    )
}

//! Checks a design with three different Verilog tools, none of which may report a warning.

use crate::tools;
use ibert_hdl::verilog::Design;
use ibert_sim::Verilator;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// Asserts that Verilator and Icarus Verilog, both with all warnings enabled, and Yosys report nothing. The tools run
/// in parallel.
///
/// # Panics
/// With the output of a tool that reports something.
pub fn say_nothing(design: &Design) {
    let folder = written(design);
    std::thread::scope(|scope| {
        let run = [verilator as fn(&Design, &Path), icarus, yosys].map(|tool| {
            scope.spawn({
                let folder = folder.path();
                move || tool(design, folder)
            })
        });
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
    let folder = written(design);
    verilator(design, folder.path());
    yosys(design, folder.path());
}

fn written(design: &Design) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    design.write(folder.path()).unwrap();
    folder
}

fn verilator(design: &Design, folder: &Path) {
    let (top, list) = (design.top.as_str(), format!("{}.f", design.top));
    let command = Verilator::find().unwrap().command();
    let said = tools::run(command, &["--lint-only", "-Wall", "--top-module", top, "-f", &list], folder);
    // Newer versions of Verilator append a report.
    let warnings: Vec<&str> = said.lines().filter(|line| line.starts_with('%')).collect();
    assert!(warnings.is_empty(), "{top}, Verilator:\n{said}");
}

fn icarus(design: &Design, folder: &Path) {
    let (top, list) = (design.top.as_str(), format!("{}.f", design.top));
    let said =
        tools::run(tools::program("iverilog"), &["-Wall", "-g2005", "-o", "out", "-s", top, "-c", &list], folder);
    assert_eq!(said, "", "{top}, Icarus Verilog");
}

fn yosys(design: &Design, folder: &Path) {
    let top = design.top.as_str();
    let output = elaborate(top, &design.file_list().replace('\n', " "), folder);
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    assert!(output.status.success() && !said.contains("Warning"), "{top}, Yosys:\n{said}");
}

/// Elaborates a design as a synthesizer does. Checks that there are no unknown modules, no latches, no combinational
/// loops, and no nets without a driver or with several drivers, within and across modules.
pub fn elaborate(top: &str, files: &str, folder: &Path) -> Output {
    let script = format!(
        "read_verilog {files}; hierarchy -check -top {top}; proc; check -assert; \
         select -assert-none t:$dlatch t:$_DLATCH_*; select -assert-min 1 t:$dff t:$sdff t:$dffe; flatten; check -assert"
    );
    let output = tools::program("yosys").args(["-q", "-p", &script]).current_dir(folder).output();
    output.expect("Yosys runs; install it with `make setup`")
}

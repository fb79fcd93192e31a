//! What three tools that read Verilog differently say about a design: nothing, if it is clean.

use crate::tools;
use ibert_hdl::verilog::Design;
use ibert_sim::Verilator;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// Verilator with all warnings on, Icarus Verilog with all warnings on, and Yosys have nothing to say. They run at the
/// same time.
///
/// # Panics
/// With what one of them says.
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

/// The same without Icarus Verilog, of a unit whose testbench Icarus Verilog compiles with all warnings on.
///
/// # Panics
/// With what one of them says.
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
    // Newer versions end with a report of their own.
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

/// Reads a design as a synthesizer does: no module unknown, no latch, and neither in a module nor across modules a loop, a net without a driver or
/// with several.
pub fn elaborate(top: &str, files: &str, folder: &Path) -> Output {
    let script = format!(
        "read_verilog {files}; hierarchy -check -top {top}; proc; check -assert; \
         select -assert-none t:$dlatch t:$_DLATCH_*; select -assert-min 1 t:$dff t:$sdff t:$dffe; flatten; check -assert"
    );
    let output = tools::program("yosys").args(["-q", "-p", &script]).current_dir(folder).output();
    output.expect("Yosys runs; install it with `make setup`")
}

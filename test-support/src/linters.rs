//! What three tools that read Verilog differently say about a design: nothing, if it is clean.

use crate::tools;
use ibert_hdl::verilog::Design;
use ibert_sim::Verilator;
use std::path::Path;
use std::process::Output;

/// Verilator with all warnings on, Icarus Verilog with all warnings on, and Yosys have nothing to say.
///
/// # Panics
/// With what one of them says.
#[track_caller]
pub fn say_nothing(design: &Design) {
    let folder = tempfile::tempdir().unwrap();
    design.write(folder.path()).unwrap();
    let (top, list) = (design.top.as_str(), format!("{}.f", design.top));

    let verilator = Verilator::find().unwrap().command();
    let said = tools::run(verilator, &["--lint-only", "-Wall", "--top-module", top, "-f", &list], folder.path());
    // Newer versions end with a report of their own.
    let warnings: Vec<&str> = said.lines().filter(|line| line.starts_with('%')).collect();
    assert!(warnings.is_empty(), "{top}, Verilator:\n{said}");

    let icarus = ["-Wall", "-g2005", "-o", "out", "-s", top, "-c", &list];
    let said = tools::run(tools::program("iverilog"), &icarus, folder.path());
    assert_eq!(said, "", "{top}, Icarus Verilog");

    let output = elaborate(top, &design.file_list().replace('\n', " "), folder.path());
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

//! The control at every bus width is clean Verilog for three tools that read it differently.

#[path = "../tools/mod.rs"]
mod tools;

use crate::bench::design;
use ibert_hdl::isa::{BASE, LARGE, SMALL, TINY};
use ibert_hdl::verilog::Design;
use ibert_sim::Verilator;

fn designs() -> [Design; 4] {
    [design::<32>(&TINY), design::<64>(&SMALL), design::<128>(&BASE), design::<256>(&LARGE)]
}

#[test]
fn verilator_icarus_and_yosys_have_nothing_to_say() {
    let verilator = Verilator::find().unwrap();
    for design in designs() {
        let folder = tempfile::tempdir().unwrap();
        design.write(folder.path()).unwrap();
        let lint = ["--lint-only", "-Wall", "--top-module", "control", "-f", "control.f"];
        let said = tools::run(verilator.command(), &lint, folder.path());
        let warnings: Vec<&str> = said.lines().filter(|line| line.starts_with('%')).collect();
        assert!(warnings.is_empty(), "{said}");
        let icarus = ["-Wall", "-g2005", "-o", "out", "-s", "control", "-c", "control.f"];
        assert_eq!(tools::run(tools::program("iverilog"), &icarus, folder.path()), "");
        let files = design.file_list().replace('\n', " ");
        let script = format!(
            "read_verilog {files}; hierarchy -check -top control; proc; check -assert; select -assert-none t:$dlatch"
        );
        let said = tools::run(tools::program("yosys"), &["-q", "-p", &script], folder.path());
        assert!(!said.contains("Warning"), "{said}");
    }
}

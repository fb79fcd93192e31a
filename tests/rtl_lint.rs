//! Every unit at every size it is offered in is clean Verilog for three tools that read it differently.

mod tools;

use ibert_hdl::catalogue::units;
use ibert_hdl::verilog::Design;
use ibert_sim::Verilator;
use tempfile::TempDir;

/// Each design of the catalogue, written to a folder.
fn designs() -> impl Iterator<Item = (Design, TempDir)> {
    units().iter().flat_map(|unit| unit.sizes).map(|size| {
        let design = size.design().unwrap();
        let folder = tempfile::tempdir().unwrap();
        design.write(folder.path()).unwrap();
        (design, folder)
    })
}

#[test]
fn verilator_has_nothing_to_say_with_all_warnings_on() {
    let verilator = Verilator::find().unwrap();
    for (design, folder) in designs() {
        let list = format!("{}.f", design.top);
        let arguments = ["--lint-only", "-Wall", "--top-module", &design.top, "-f", &list];
        let said = tools::run(verilator.command(), &arguments, folder.path());
        // Newer versions end with a report of their own.
        let warnings: Vec<&str> = said.lines().filter(|line| line.starts_with('%')).collect();
        assert!(warnings.is_empty(), "{}:\n{said}", design.top);
    }
}

#[test]
fn icarus_has_nothing_to_say_with_all_warnings_on() {
    for (design, folder) in designs() {
        let list = format!("{}.f", design.top);
        let arguments = ["-Wall", "-g2005", "-o", "out", "-s", &design.top, "-c", &list];
        let said = tools::run(tools::program("iverilog"), &arguments, folder.path());
        assert_eq!(said, "", "{}", design.top);
    }
}

#[test]
fn yosys_elaborates_without_latches_or_problems() {
    for (design, folder) in designs() {
        let top = &design.top;
        let files = design.file_list().replace('\n', " ");
        let script = format!(
            "read_verilog {files}; hierarchy -check -top {top}; proc; check -assert; \
             select -assert-none t:$dlatch t:$_DLATCH_*; select -assert-min 1 t:$dff t:$sdff t:$dffe"
        );
        let said = tools::run(tools::program("yosys"), &["-q", "-p", &script], folder.path());
        assert!(!said.contains("Warning"), "{top}:\n{said}");
    }
}

#[test]
fn the_same_unit_gives_the_same_text_twice_with_one_file_a_module() {
    for ((first, folder), (second, _)) in designs().zip(designs()) {
        assert_eq!(first, second);
        for module in &first.modules {
            let text = std::fs::read_to_string(folder.path().join(format!("{}.v", module.name))).unwrap();
            assert_eq!(text.matches("\nendmodule\n").count(), 1, "{}", module.name);
            assert!(text.starts_with("// SPDX-License-Identifier: MIT OR Apache-2.0\n"), "{}", module.name);
        }
    }
}

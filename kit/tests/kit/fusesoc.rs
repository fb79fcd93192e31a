//! The FuseSoC core of every unit and of the accelerator, in the real FuseSoC: its targets run, and they notice what is
//! wrong.

use ibert_hdl::catalogue::{Unit, UnitSize, accelerator, unit, units};
use ibert_hdl::verilog::Observation;
use ibert_isa::TINY;
use ibert_kit::fusesoc;
use ibert_kit::testbench::Testbench;
use ibert_kit::toolchain::locate;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A unit and its core in a folder, as `ibert verilog` writes them.
fn written(unit: &Unit, size: &UnitSize) -> TempDir {
    let (design, testbench) = (size.design().unwrap(), Testbench::new(unit, size).unwrap());
    let folder = tempfile::tempdir().unwrap();
    design.write(folder.path()).unwrap();
    std::fs::create_dir(folder.path().join("testbench")).unwrap();
    for (name, text) in fusesoc::unit(unit, &design, &testbench) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Runs a target of the core `ibert:NAME` in `folder`.
fn run(folder: &Path, target: &str, name: &str) -> Output {
    let program = locate(&["fusesoc"]).unwrap_or_else(|| panic!("FuseSoC is not here; install it with `make setup`"));
    let mut command = Command::new(program);
    command.args(["--cores-root", ".", "run", "--build-root", "build", "--target", target]);
    command.arg(format!("ibert:{name}")).current_dir(folder);
    // Neither the settings of whoever runs the tests nor anything in their home.
    for variable in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME"] {
        command.env(variable, folder.join("home"));
    }
    command.output().expect("FuseSoC runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn every_unit_is_linted_and_simulated() {
    for unit in units() {
        let size = &unit.sizes[0];
        let folder = written(unit, size);
        for (target, expected) in [("lint", "verilator -f"), ("sim", "PASS: ")] {
            let output = run(folder.path(), target, &format!("unit:{}", size.top));
            assert!(
                output.status.success() && said(&output).contains(expected),
                "{} {target}:\n{}",
                size.top,
                said(&output)
            );
        }
    }
}

#[test]
fn every_unit_is_synthesized() {
    for unit in units() {
        let top = unit.sizes[0].top;
        let folder = written(unit, &unit.sizes[0]);
        let output = run(folder.path(), "synth", &format!("unit:{top}"));
        let said = said(&output);
        assert!(output.status.success(), "{top}:\n{said}");
        assert!(said.contains("Found and reported 0 problems") && said.contains("Number of cells:"), "{top}:\n{said}");
        let netlist = std::fs::read_dir(folder.path().join(format!("build/ibert_unit_{top}_0.1.0/synth"))).unwrap();
        let netlist =
            netlist.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|it| it == "v"));
        let netlist = std::fs::read_to_string(netlist.expect("a netlist")).unwrap();
        assert!(netlist.contains(&format!("module {top}(")), "{top}");
    }
}

#[test]
fn the_accelerator_is_linted_and_synthesized() {
    let design = accelerator(&TINY, Observation::Off).unwrap().unwrap();
    let folder = tempfile::tempdir().unwrap();
    design.write(folder.path()).unwrap();
    for (name, text) in fusesoc::accelerator(&TINY, &design) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    for (target, expected) in [("lint", "verilator -f"), ("synth", "Found and reported 0 problems")] {
        let output = run(folder.path(), target, "accelerator:tiny");
        assert!(output.status.success() && said(&output).contains(expected), "{target}:\n{}", said(&output));
    }
}

/// Replaces text in a file, which has it.
fn edit(path: &Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(old), "{}", path.display());
    std::fs::write(path, text.replacen(old, new, 1)).unwrap();
}

#[test]
fn what_is_wrong_fails_its_target() {
    let unit = unit("poly").unwrap();
    let folder = written(unit, &unit.sizes[0]);
    let top = folder.path().join("poly.v");

    edit(&top, "endmodule", "    wire nobody_reads_this;\n\nendmodule");
    let output = run(folder.path(), "lint", "unit:poly");
    assert!(!output.status.success() && said(&output).contains("UNUSED"), "{}", said(&output));

    edit(&folder.path().join("testbench/expected.hex"), "", "0\n");
    let output = run(folder.path(), "sim", "unit:poly");
    assert!(!output.status.success() && said(&output).contains("FAIL: vector 0"), "{}", said(&output));

    edit(&top, "wire nobody_reads_this;", "reg latch;\n    always @(*) if (valid) latch = square;");
    let output = run(folder.path(), "synth", "unit:poly");
    assert!(!output.status.success() && said(&output).contains("Assertion failed"), "{}", said(&output));
}

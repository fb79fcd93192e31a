//! The FuseSoC core of every unit and of the accelerator, in the real FuseSoC: its targets run, and they notice what is
//! wrong.

use ibert_hdl::catalogue::{Unit, UnitSize, accelerator, unit, units};
use ibert_hdl::verilog::Observation;
use ibert_isa::TINY;
use ibert_kit::fusesoc;
use ibert_kit::testbench::Testbench;
use ibert_kit::toolchain::locate;
use rayon::prelude::*;
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

/// FuseSoC on a target of the core `ibert:NAME` in `folder`; with `options`, `--setup` for example.
fn fusesoc(folder: &Path, options: &[&str], target: &str, name: &str) -> Output {
    let program = locate(&["fusesoc"]).unwrap_or_else(|| panic!("FuseSoC is not here; install it with `make setup`"));
    let mut command = Command::new(program);
    command.args(["--cores-root", ".", "run", "--build-root", "build", "--target", target]).args(options);
    command.arg(format!("ibert:{name}")).current_dir(folder);
    // Neither the settings of whoever runs the tests nor anything in their home.
    for variable in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME"] {
        command.env(variable, folder.join("home"));
    }
    command.output().expect("FuseSoC runs")
}

/// Runs a target of the core `ibert:NAME` in `folder`.
fn run(folder: &Path, target: &str, name: &str) -> Output {
    fusesoc(folder, &[], target, name)
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What FuseSoC hands to the tool of a target: the top module, and the Verilog files in their order.
fn handed(folder: &Path, target: &str, top: &str) -> (String, Vec<String>) {
    let name = format!("ibert_unit_{top}_0.1.0");
    let text = std::fs::read_to_string(folder.join(format!("build/{name}/{target}/{name}.eda.yml"))).unwrap();
    let toplevel = text.lines().find_map(|line| line.strip_prefix("toplevel: ")).expect("a top module");
    let files = text.lines().filter_map(|line| line.trim().strip_prefix(&format!("name: src/{name}/")));
    (toplevel.to_owned(), files.filter(|file| file.ends_with(".v")).map(str::to_owned).collect())
}

/// The tools themselves run on the same files and tops in [`super::lint`] and [`super::testbench`].
#[test]
fn every_unit_is_handed_to_its_tools_with_all_files_and_its_top() {
    units().par_iter().for_each(|unit| {
        let size = &unit.sizes[0];
        let (folder, name) = (written(unit, size), format!("unit:{}", size.top));
        let rtl: Vec<String> = size.design().unwrap().file_list().lines().map(str::to_owned).collect();
        let bench = Testbench::new(unit, size).unwrap().top();
        let bench = bench.as_str();
        let with_bench = [&rtl[..], &[format!("testbench/{bench}.v")]].concat();
        for (target, files, top) in [("lint", &rtl, size.top), ("sim", &with_bench, bench), ("synth", &rtl, size.top)] {
            let output = fusesoc(folder.path(), &["--setup"], target, &name);
            assert!(output.status.success(), "{name} {target}:\n{}", said(&output));
            assert_eq!(handed(folder.path(), target, size.top), (top.to_owned(), files.clone()), "{name} {target}");
        }
    });
}

/// A unit of one size, and one of several.
#[test]
fn every_target_of_a_unit_runs() {
    for name in ["poly", "systolic_array"] {
        let unit = unit(name).unwrap();
        let top = unit.sizes[0].top;
        let (folder, name) = (written(unit, &unit.sizes[0]), format!("unit:{top}"));
        for (target, expected) in [("lint", "verilator -f"), ("sim", "PASS: "), ("synth", "Number of cells:")] {
            let output = run(folder.path(), target, &name);
            let said = said(&output);
            assert!(output.status.success() && said.contains(expected), "{name} {target}:\n{said}");
            assert!(target != "synth" || said.contains("Found and reported 0 problems"), "{name}:\n{said}");
        }
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

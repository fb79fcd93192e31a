//! The generated testbench of every unit, in two simulators: it passes, and it notices a wrong expectation and a wrong
//! unit.

use ibert_test_support::tools;

use ibert_hdl::catalogue::{Unit, UnitSize, units};
use ibert_kit::testbench::Testbench;
use ibert_sim::Verilator;
use rayon::prelude::*;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// The testbench of a unit in a folder of its own.
fn written(unit: &Unit, size: &UnitSize) -> (Testbench, TempDir) {
    let testbench = Testbench::new(unit, size).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in testbench.files() {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    (testbench, folder)
}

/// `make` in Icarus.
fn icarus() -> Command {
    tools::program("make")
}

/// `make verilator` with the Verilator that everything here uses.
fn verilator() -> Command {
    let verilator = Verilator::find().unwrap();
    let mut make = tools::program("make");
    make.args(["verilator", "OPT_GLOBAL=-O0"]).arg(format!("VERILATOR={}", verilator.path().display()));
    make.envs(verilator.command().get_envs().filter_map(|(name, value)| Some((name, value?))));
    make
}

#[track_caller]
fn passes(make: Command, testbench: &Testbench, folder: &Path) {
    let said = tools::run(make, &[], folder);
    let first = said.lines().next().unwrap_or_default();
    assert_eq!(first, format!("PASS: {} vectors", testbench.results()), "{}:\n{said}", testbench.top());
}

/// Runs a simulation that must end with an error; returns what it printed.
#[track_caller]
fn fails(mut make: Command, folder: &Path) -> String {
    let output = make.current_dir(folder).output().expect("make runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!output.status.success() && said.contains("FAIL") && !said.contains("PASS"), "{said}");
    said
}

/// Each testbench is compiled once: an expected value is read when the simulation starts.
#[test]
fn every_unit_passes_in_icarus_at_every_size_without_a_warning_and_a_corrupted_value_is_found() {
    units().par_iter().for_each(|unit| {
        for size in unit.sizes {
            let (testbench, folder) = written(unit, size);
            let said = tools::run(icarus(), &[], folder.path());
            assert_eq!(said, format!("PASS: {} vectors\n", testbench.results()), "{}", size.top);
            let vector = testbench.results() / 2;
            corrupt(folder.path(), vector);
            let said = fails(icarus(), folder.path());
            assert!(said.contains(&format!("FAIL: vector {vector}, ")), "{}: {said}", size.top);
            assert!(said.contains(&format!("FAIL: 1 errors in {} vectors", testbench.results())), "{said}");
        }
    });
}

/// The compiled runtime of Verilator, the same in each build: most of what a build of a small unit takes.
fn share_runtime(from: &Path, to: &Path) {
    let [from, to] = [from, to].map(|folder| folder.join("build/verilator"));
    std::fs::create_dir_all(&to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("verilated") && name.ends_with(".o") {
            std::fs::copy(entry.path(), to.join(&name)).unwrap();
            // Newer than the makefile that Verilator is about to write, so that make leaves it alone.
            let object = std::fs::File::options().append(true).open(to.join(&name)).unwrap();
            object.set_modified(SystemTime::now() + Duration::from_secs(86_400)).unwrap();
        }
    }
}

#[test]
fn every_unit_passes_in_verilator_and_a_corrupted_value_or_a_mutation_is_found() {
    let mut built: Option<TempDir> = None;
    for unit in units() {
        let (testbench, folder) = written(unit, &unit.sizes[0]);
        if let Some(built) = &built {
            share_runtime(built.path(), folder.path());
        }
        passes(verilator(), &testbench, folder.path());
        corrupt(folder.path(), 100);
        assert!(fails(verilator(), folder.path()).contains("FAIL: vector 100, "), "{}", unit.name);
        built = Some(folder);
    }
    let built = built.unwrap();
    let unit = units().iter().find(|unit| unit.name == "requantizer").unwrap();
    let (_, folder) = written(unit, &unit.sizes[0]);
    share_runtime(built.path(), folder.path());
    let path = folder.path().join("requantizer.v");
    let text = std::fs::read_to_string(&path).unwrap();
    let mutated = text.replace("term_scaled + ", "term_scaled - ");
    assert_ne!(text, mutated);
    std::fs::write(&path, mutated).unwrap();
    assert!(fails(verilator(), folder.path()).contains(", out: expected "));
}

/// Changes the lowest bit of the outputs in a line of `expected.hex`.
fn corrupt(folder: &Path, vector: usize) {
    let path = folder.join("expected.hex");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // The cycle is in the low 32 bits, eight digits; the outputs begin above it.
    let digit = lines[vector].len() - 9;
    let value = u32::from_str_radix(&lines[vector][digit..=digit], 16).unwrap();
    lines[vector].replace_range(digit..=digit, &format!("{:x}", value ^ 1));
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
}

#[test]
fn missing_files_of_stimulus_or_results_do_not_pass() {
    for file in ["stimulus.hex", "expected.hex"] {
        let (_, folder) = written(&units()[0], &units()[0].sizes[0]);
        std::fs::remove_file(folder.path().join(file)).unwrap();
        fails(icarus(), folder.path());
    }
}

//! examples/cocotb: a whole program on the accelerator's Verilog in Icarus Verilog, between cocotbext-axi's AXI4-Lite
//! master and its AXI4 slave. Neither simulator, nor master, nor memory is what the other tests use.

use ibert_kit::toolchain::locate;
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs the tests of the example whose names have `filter` in them, on what is in `folder` or is made there.
fn make(folder: &Path, filter: &str) -> Output {
    let cocotb =
        locate(&["cocotb-config"]).unwrap_or_else(|| panic!("cocotb is not here; install it with `make setup`"));
    let mut make = Command::new("make");
    make.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cocotb"));
    make.arg(format!("BUILD={}", folder.display())).arg(format!("IBERT={}", env!("CARGO_BIN_EXE_ibert")));
    make.arg(format!("COCOTB_TEST_FILTER={filter}"));
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [cocotb.parent().unwrap().to_owned()].into_iter().chain(env::split_paths(&path));
    make.env("PATH", env::join_paths(folders).unwrap());
    // As from a shell, whoever started this test.
    for variable in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL"] {
        make.env_remove(variable);
    }
    make.output().expect("make; install it with `make setup`")
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

#[test]
fn a_program_gives_the_golden_result_between_a_master_and_a_memory_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let output = make(folder, "");
    let text = said(&output);
    assert!(output.status.success() && text.contains("TESTS=2 PASS=2 FAIL=0 SKIP=0"), "{text}");
    // 6 tokens of 64 channels: without pauses; with them, after two faults.
    let runs: Vec<&str> = text.lines().filter(|line| line.contains("384 values equal")).collect();
    let cycles = |line: &str| line.split_whitespace().rev().nth(1).unwrap().parse::<u64>().unwrap();
    assert!(runs.len() == 2 && cycles(runs[0]) < cycles(runs[1]), "{text}");
    for stop in ["ILLEGAL_OPCODE", "READ_SLAVE_ERROR"] {
        assert!(text.contains(&format!("stopped by {stop} at instruction ")), "{text}");
    }

    // One bit of one expected value: token 3, channel 9.
    let path = folder.join("program/expected.bin");
    let mut wrong = fs::read(&path).unwrap();
    wrong[2 * (3 * 64 + 9)] ^= 1;
    fs::write(&path, wrong).unwrap();
    let output = make(folder, "golden");
    let text = said(&output);
    assert!(!output.status.success() && text.contains("TESTS=1 PASS=0 FAIL=1 SKIP=0"), "{text}");
    assert!(text.contains("1 of 384 values differ; token 3, channel 9: expected "), "{text}");
}

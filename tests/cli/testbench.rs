//! `ibert testbench`.

use std::fs;
use std::process::Command;

use serde_json::from_value;

use crate::vocabulary::Workspace;

#[test]
fn writes_a_folder_that_make_runs_without_this_program() {
    let workspace = Workspace::new();
    let command = ["testbench", "systolic_array", "--config", "small", "-o", "a/bench", "--json"];
    let report = workspace.ibert(command).json();
    assert_eq!(report["top"], "systolic_array_n8_testbench");
    let vectors = report["vectors"].as_u64().expect("a number");
    let files: Vec<String> = from_value(report["files"].clone()).expect("paths");
    for name in ["systolic_array_n8.v", "systolic_array_n8_testbench.v", "stimulus.hex", "expected.hex", "Makefile"] {
        assert!(files.contains(&format!("a/bench/{name}")), "{name}: {files:?}");
    }
    assert_eq!(fs::read_dir(workspace.path("a/bench")).expect("folder").count(), files.len(), "nothing else");
    let lines = |name: &str| fs::read_to_string(workspace.path("a/bench").join(name)).expect("written").lines().count();
    assert_eq!(lines("expected.hex") as u64, vectors);
    assert_eq!(lines("stimulus.hex") as u64, report["rows"].as_u64().expect("a number"));

    let made = Command::new("make").arg("-C").arg(workspace.path("a/bench")).arg("-s").output().expect("make runs");
    assert!(made.status.success());
    assert_eq!(String::from_utf8_lossy(&made.stdout).trim(), format!("PASS: {vectors} vectors"));
}

#[test]
fn a_unit_that_does_not_exist_is_refused_with_the_names_there_are() {
    let said = Workspace::new().ibert(["testbench", "alu", "-o", "bench"]).refuses();
    assert!(said.contains("there is no unit `alu`; units are systolic_array, requantizer"), "{said}");
}

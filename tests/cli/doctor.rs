//! `ibert doctor`.

use crate::vocabulary::{Workspace, project};

#[test]
fn lists_every_tool_with_its_purpose_and_the_way_to_get_it() {
    let report = Workspace::new().ibert(["doctor", "--json"]).json();
    assert_eq!(report["ready"], true);
    let tools = report["tools"].as_array().expect("tools");
    let names =
        ["Verilator", "C++ compiler", "Yosys", "nextpnr", "Python", "Icarus Verilog", "FuseSoC", "cocotb", "Chromium"];
    for name in names {
        let tool = tools.iter().find(|tool| tool["name"] == name).unwrap_or_else(|| panic!("{name} is listed"));
        for key in ["purpose", "get"] {
            assert!(tool[key].as_str().is_some_and(|text| !text.is_empty()), "{name}: {key}");
        }
        // Found with a path, or not found with a reason.
        assert_ne!(tool["path"].is_string(), tool["problem"].is_string(), "{tool}");
    }
}

#[test]
fn a_machine_without_tools_is_not_ready_and_says_what_is_missing() {
    let workspace = Workspace::new();
    let nothing = workspace.path("no-such-folder");
    let none = [
        ("PATH", nothing.as_os_str()),
        ("CXX", "".as_ref()),
        ("IBERT_VERILATOR", "".as_ref()),
        ("IBERT_VENV", nothing.as_os_str()),
    ];
    let finished = workspace.ibert_with(["doctor"], &none);
    let message = finished.message();
    assert!(message.contains("Verilator, C++ compiler, Python"), "{message}");
    let (status, list) = finished.status_and_stdout();
    assert_eq!(status, 2);
    assert!(list.contains("get: make setup, or apt-get install verilator"), "{list}");
}

#[test]
fn a_verilator_that_is_too_old_is_refused_with_the_version_found() {
    let old = project("tests/cli/programs/old-verilator");
    let finished = Workspace::new().ibert_with(["doctor", "--json"], &[("IBERT_VERILATOR", old.as_os_str())]);
    assert!(finished.message().contains("not usable: Verilator"), "{}", finished.message());
    let (status, list) = finished.status_and_stdout();
    assert_eq!(status, 2);
    assert!(list.contains("is Verilator 4.038; 5.006 or newer is needed"), "{list}");
}

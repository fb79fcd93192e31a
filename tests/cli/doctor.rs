//! `ibert doctor`.

use crate::vocabulary::Workspace;

#[test]
fn lists_every_tool_with_its_purpose_and_the_way_to_get_it() {
    let report = Workspace::new().ibert(["doctor", "--json"]).json();
    assert_eq!(report["ready"], true);
    let tools = report["tools"].as_array().expect("tools");
    for name in ["Verilator", "C++ compiler", "Yosys", "nextpnr", "Python", "Icarus Verilog"] {
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
    let finished = workspace.ibert_with(["doctor"], &[("PATH", nothing.as_os_str()), ("CXX", "".as_ref())]);
    let message = finished.message();
    assert!(message.contains("Verilator, C++ compiler, make, Python"), "{message}");
    let (status, list) = finished.status_and_stdout();
    assert_eq!(status, 2);
    assert!(list.contains("get: apt-get install verilator"), "{list}");
}

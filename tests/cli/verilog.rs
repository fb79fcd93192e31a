//! `ibert verilog`.

use std::fs;

use serde_json::{from_value, json};

use crate::vocabulary::Workspace;

#[test]
fn writes_one_module_a_file_and_a_file_list_in_order_of_dependency() {
    let workspace = Workspace::new();
    let command = ["verilog", "--unit", "systolic_array", "--config", "small", "-o", "a/rtl", "--json"];
    let report = workspace.ibert(command).json();
    assert_eq!(report["top"], "systolic_array_n8");
    let modules: Vec<String> = from_value(report["modules"].clone()).expect("names");
    assert_eq!(modules.last().map(String::as_str), Some("systolic_array_n8"));
    for module in &modules {
        let text = fs::read_to_string(workspace.path(&format!("a/rtl/{module}.v"))).expect("written");
        assert_eq!(text.matches("endmodule").count(), 1, "{module}");
        assert!(text.contains(&format!("module {module}")), "{module}");
    }
    let list = fs::read_to_string(workspace.path("a/rtl/systolic_array_n8.f")).expect("written");
    assert_eq!(list.lines().collect::<Vec<_>>(), modules.iter().map(|name| format!("{name}.v")).collect::<Vec<_>>());
    let files: Vec<String> = from_value(report["files"].clone()).expect("paths");
    for name in ["systolic_array_n8.core", "synth.tcl", "testbench/expected.hex"] {
        assert!(files.contains(&format!("a/rtl/{name}")), "{name}: {files:?}");
    }
    assert_eq!(files.last(), Some(&"a/rtl/systolic_array_n8.f".to_owned()));
}

#[test]
fn a_unit_of_one_size_is_the_same_in_every_configuration() {
    let workspace = Workspace::new();
    for config in ["tiny", "base"] {
        let command = ["verilog", "--unit", "requantizer", "--config", config, "-o", config, "--json"];
        assert_eq!(workspace.ibert(command).json()["top"], json!("requantizer"));
    }
    let text = |config: &str| fs::read(workspace.path(&format!("{config}/requantizer.v"))).expect("written");
    assert_eq!(text("tiny"), text("base"));
}

#[test]
fn the_same_command_writes_the_same_bytes_for_every_unit() {
    let workspace = Workspace::new();
    for unit in ibert_hdl::catalogue::units() {
        let written = ["one", "two"].map(|folder| -> Vec<(String, Vec<u8>)> {
            let files = workspace.ibert(["verilog", "--unit", unit.name, "-o", folder, "--json"]).json();
            let files: Vec<String> = from_value(files["files"].clone()).expect("paths");
            let content = |path: String| {
                let bytes = fs::read(workspace.path(&path)).expect("written");
                (path.trim_start_matches(folder).to_owned(), bytes)
            };
            files.into_iter().map(content).collect()
        });
        assert!(written[0].len() > 5 && written[0] == written[1], "{}", unit.name);
    }
}

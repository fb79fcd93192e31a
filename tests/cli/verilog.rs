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

/// The accelerator of every configuration: modules in order of dependency, core, datasheet, C headers.
#[test]
fn without_a_unit_the_whole_accelerator_is_written() {
    let workspace = Workspace::new();
    for configuration in ibert_isa::CONFIGURATIONS {
        let (config, top) = (configuration.name, format!("accelerator_{}", configuration.name));
        let report = workspace.ibert(["verilog", "--config", config, "-o", config, "--json"]).json();
        assert_eq!(report["top"], json!(top));
        let modules: Vec<String> = from_value(report["modules"].clone()).expect("names");
        assert_eq!(modules.last(), Some(&top));
        let files: Vec<String> = from_value(report["files"].clone()).expect("paths");
        let beside = ["machine.md", "isa.md", "registers.md", "ibert_isa.h", "ibert_registers.h", "synth.tcl"];
        for name in beside.into_iter().map(str::to_owned).chain([format!("{top}.core"), format!("{top}.f")]) {
            assert!(files.contains(&format!("{config}/{name}")), "{name}: {files:?}");
        }
        let text = |name: &str| fs::read_to_string(workspace.path(&format!("{config}/{name}"))).expect("written");
        let list: Vec<String> = text(&format!("{top}.f")).lines().map(str::to_owned).collect();
        assert_eq!(list, modules.iter().map(|name| format!("{name}.v")).collect::<Vec<_>>());
        let core = text(&format!("{top}.core"));
        assert!(core.contains(&format!("name: ibert:accelerator:{config}:")), "{core}");
        assert!(list.iter().all(|file| core.contains(&format!("      - {file}\n"))), "{core}");
    }
}

#[test]
fn pages_of_the_datasheet_link_to_pages_that_are_there() {
    let workspace = Workspace::new();
    workspace.ibert(["verilog", "-o", "rtl"]).succeeds();
    let mut links = 0;
    for page in fs::read_dir(workspace.path("rtl")).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if page.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&page).expect("text");
            for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
                assert!(workspace.path("rtl").join(link).is_file(), "{} links to {link}", page.display());
                links += 1;
            }
        }
    }
    assert!(links > 5);
}

/// A folder that holds another design's files is written to, with a word of it.
#[test]
fn verilog_of_another_design_in_the_folder_is_named() {
    let workspace = Workspace::new();
    let write = |unit: &str| workspace.ibert(["verilog", "--unit", unit, "-o", "rtl"]).succeeds();
    let said = write("poly");
    assert!(said.ends_with("top module poly\n"), "{said}");
    let said = write("divider");
    assert!(
        said.contains(" other Verilog files were there already, such as rtl/") && said.contains("read divider.f"),
        "{said}"
    );
}

/// The headers alone, in the strictest C there is.
#[test]
fn the_c_headers_compile() {
    let workspace = Workspace::new();
    workspace.ibert(["verilog", "-o", "rtl"]).succeeds();
    let registers = ibert_isa::registers::REGISTERS;
    let status = registers.iter().find(|register| register.name == "status").expect("a register").offset;
    let text = format!(
        "#include \"ibert_isa.h\"\n#include \"ibert_registers.h\"\n#include \"ibert_isa.h\"\n\
         typedef char check[IBERT_REGISTER_STATUS == {status} && IBERT_STOP_ABORTED == 13 && IBERT_INSTRUCTION_BYTES == 32 ? 1 : -1];\n"
    );
    workspace.file("rtl/headers.c", text);
    let mut compiler = std::process::Command::new("cc");
    compiler.args(["-std=c99", "-pedantic-errors", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "headers.c"]);
    let output =
        compiler.current_dir(workspace.path("rtl")).output().expect("a C compiler; install it with `make setup`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn observation_ports_are_written_on_request_only() {
    let workspace = Workspace::new();
    let observers = |arguments: &[&str]| {
        workspace.ibert([&["verilog", "-o", "rtl"], arguments].concat()).succeeds();
        let top = fs::read_to_string(workspace.path("rtl/accelerator_tiny.v")).expect("written");
        top.lines()
            .filter(|line| line.contains("output ") && (line.contains(" trace_") || line.contains(" watch_")))
            .count()
    };
    assert_eq!(observers(&[]), 0);
    assert_eq!(observers(&["--trace"]), 28);
    assert_eq!(observers(&["--config", "tiny"]), 0);
    // A unit has none.
    let refused = workspace.ibert(["verilog", "-o", "rtl", "--unit", "divider", "--trace"]).refuses();
    assert!(refused.contains("cannot be used with"), "{refused}");
}

#[test]
fn the_same_command_writes_the_same_bytes_for_every_unit_and_the_accelerator() {
    let workspace = Workspace::new();
    let units = ibert_hdl::catalogue::units().iter().map(|unit| vec!["--unit", unit.name]);
    for what in units.chain([vec!["--config", "tiny"], vec!["--trace"], vec!["--config", "large"]]) {
        let written = ["one", "two"].map(|folder| -> Vec<(String, Vec<u8>)> {
            let files = workspace.ibert([&["verilog", "-o", folder, "--json"], &what[..]].concat()).json();
            let files: Vec<String> = from_value(files["files"].clone()).expect("paths");
            let content = |path: String| {
                let bytes = fs::read(workspace.path(&path)).expect("written");
                (path.trim_start_matches(folder).to_owned(), bytes)
            };
            files.into_iter().map(content).collect()
        });
        assert!(written[0].len() > 5 && written[0] == written[1], "{what:?}");
    }
}

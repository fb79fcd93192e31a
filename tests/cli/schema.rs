//! What comes from the definition of the commands: schemas of `--json`, completions, manual pages.

use std::fs;

use serde_json::Value;

use crate::vocabulary::{Workspace, project};

/// Every object that a test of this folder reads is held against its schema; here is what they all have in common.
#[test]
fn every_key_is_described_and_the_page_is_up_to_date() {
    let workspace = Workspace::new();
    let page = workspace.ibert(["schema"]).succeeds();
    let committed = fs::read_to_string(project("docs/json.md")).expect("text");
    assert!(
        page == committed,
        "docs/json.md is not what `ibert schema` prints: write it again with `ibert schema > docs/json.md`"
    );
    let undescribed: Vec<&str> = page.lines().filter(|line| line.ends_with("|  |")).collect();
    assert!(undescribed.is_empty(), "{undescribed:#?}");
    let one = workspace.ibert(["schema", "model", "info"]).succeeds();
    assert!(
        one.contains("## ibert model info")
            && !one.contains("## ibert sim")
            && page.contains(one.lines().last().expect("a line"))
    );
    let schemas = workspace.ibert(["schema", "--json"]).json();
    assert_eq!(schemas.as_object().map(|schemas| schemas.len()), Some(page.matches("\n## ibert ").count()));
    let message = workspace.ibert(["schema", "nothing"]).refuses();
    assert!(
        message.contains("no command `ibert nothing` prints an object") && message.contains("model info"),
        "{message}"
    );
}

/// What a schema does not name is found.
#[test]
fn a_schema_refuses_other_keys_and_types() {
    let schemas: Value = Workspace::new().ibert(["schema", "sim", "--json"]).json();
    let validator = jsonschema::validator_for(&schemas["sim"]).expect("a schema");
    let required = schemas["sim"]["required"].as_array().expect("keys");
    assert!(required.len() > 10 && required.iter().any(|key| key == "different"));
    assert!(!validator.is_valid(&serde_json::json!({})));
    let mut schema = schemas["sim"].clone();
    schema["required"] = serde_json::json!([]);
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(validator.is_valid(&serde_json::json!({"different": 0})));
    assert!(!validator.is_valid(&serde_json::json!({"different": "0"})));
    assert!(!validator.is_valid(&serde_json::json!({"differences": 0})));
}

const COMMANDS: [&str; 15] = [
    "demo",
    "doctor",
    "fetch",
    "quantize",
    "model",
    "run",
    "check",
    "verilog",
    "testbench",
    "synth",
    "schedule",
    "sim",
    "schema",
    "completions",
    "man",
];

#[test]
fn completions_know_every_command_and_its_options() {
    let workspace = Workspace::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = workspace.ibert(["completions", shell]).succeeds();
        for word in COMMANDS.into_iter().chain(["latency"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
        assert_eq!(workspace.ibert(["completions", shell, "--json"]).json()["script"], script);
    }
    assert!(workspace.ibert(["completions", "tcsh"]).refuses().contains("possible values: bash"));
}

#[test]
fn every_command_has_a_manual_page_with_its_example() {
    let workspace = Workspace::new();
    let files = workspace.ibert(["man", "-o", "man1", "--json"]).json();
    let files: Vec<String> = serde_json::from_value(files["files"].clone()).expect("paths");
    for command in COMMANDS {
        let page = format!("man1/ibert-{command}.1");
        assert!(files.contains(&page), "{page} in {files:?}");
        let text = fs::read_to_string(workspace.path(&page)).expect("a page");
        assert!(text.contains(".SH NAME"), "{text}");
        if command != "model" {
            assert!(text.contains("Example:") && text.contains(&format!("ibert {command}")), "{text}");
        }
    }
    assert!(files.contains(&"man1/ibert.1".to_owned()) && files.contains(&"man1/ibert-model-random.1".to_owned()));
}

//! Bad input: exit status 2, nothing on stdout, and a message that names the culprit and the way out.

use std::fs;

use insta::assert_snapshot;

use crate::vocabulary::{Workspace, project};

#[test]
fn a_truncated_case_file() {
    let workspace = Workspace::new();
    let bytes = fs::read(project("golden/tests/data/cases/isqrt.safetensors")).expect("readable");
    workspace.file("half.safetensors", &bytes[..bytes.len() / 2]);
    assert_snapshot!(workspace.ibert(["check", "half.safetensors"]).refuses());
}

#[test]
fn a_case_file_that_is_not_there() {
    assert_snapshot!(Workspace::new().ibert(["check", "nowhere.safetensors"]).refuses());
}

#[test]
fn a_cache_folder_that_cannot_be_written() {
    let workspace = Workspace::new();
    let below_a_file = workspace.file("file", "").join("cache");
    let finished = workspace.ibert_with(["fetch", "minilm"], &[("IBERT_CACHE", below_a_file.as_os_str())]);
    assert_snapshot!(finished.refuses());
    assert_eq!(workspace.listing(), ["file"]);
}

#[test]
fn no_python_to_fetch_with() {
    let workspace = Workspace::new();
    let nothing = workspace.path("no-such-folder");
    assert_snapshot!(workspace.ibert_with(["fetch", "minilm"], &[("PATH", nothing.as_os_str())]).refuses());
}

#[test]
fn an_unknown_command() {
    assert_snapshot!(Workspace::new().ibert(["chekc"]).refuses());
}

#[test]
fn quiet_and_verbose_together() {
    assert_snapshot!(Workspace::new().ibert(["doctor", "-q", "-v"]).refuses());
}

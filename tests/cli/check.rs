//! `ibert check`.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::vocabulary::{Finished, Workspace, project};

#[test]
fn reports_cases_and_values_of_each_file() {
    let path = project("golden/tests/data/cases/isqrt.safetensors");
    let report = Workspace::new().ibert(["check".as_ref(), path.as_os_str(), "--json".as_ref()]).json();
    assert_eq!(report["cases"], 1);
    assert_eq!(report["different"], 0);
    assert_eq!(report["files"][0]["path"], path.to_str().expect("UTF-8"));
    let case = &report["files"][0]["cases"][0];
    assert_eq!((&case["op"], &case["different"], &case["first"]), (&"isqrt".into(), &0.into(), &().into()));
    assert_eq!(case["values"], report["values"]);
    assert!(report["values"].as_u64() > Some(1000), "{report}");
}

#[test]
fn a_wrong_expectation_is_found_named_and_gives_status_1() {
    let workspace = Workspace::new();
    let bytes = fs::read(project("golden/tests/data/cases/isqrt.safetensors")).expect("readable");
    let path = workspace.file("wrong.safetensors", with_one_value_raised(&bytes, "000/out", 3));
    let report = workspace.ibert(["check".as_ref(), path.as_os_str(), "--json".as_ref()]).json_with_status(1);
    assert_eq!(report["different"], 1);
    let first = &report["files"][0]["cases"][0]["first"];
    assert_eq!((&first["tensor"], &first["index"]), (&"out".into(), &serde_json::json!([3])));
    let difference = first["expected"].as_i64().expect("expected") - first["got"].as_i64().expect("got");
    assert_eq!(difference, 1);

    let (status, text) = workspace.ibert(["check".as_ref(), path.as_os_str()]).status_and_stdout();
    assert_eq!(status, 1);
    assert!(text.contains("000: 1 differ, first out[3]: expected"), "{text}");
    assert!(text.ends_with(" values, 1 differ\n"), "{text}");
}

/// The same file with the lowest byte of one element of `tensor` raised by one.
fn with_one_value_raised(bytes: &[u8], tensor: &str, element: usize) -> Vec<u8> {
    let (_, header) = SafeTensors::read_metadata(bytes).expect("header");
    let file = SafeTensors::deserialize(bytes).expect("safetensors");
    let mut data = file.tensor(tensor).expect("tensor").data().to_vec();
    let width = data.len() / file.tensor(tensor).expect("tensor").shape().iter().product::<usize>();
    data[element * width] += 1;
    let views = file.iter().map(|(name, view)| {
        let bytes = if name == tensor { &data[..] } else { view.data() };
        (name, TensorView::new(view.dtype(), view.shape().to_vec(), bytes).expect("view"))
    });
    safetensors::serialize(views, header.metadata().clone()).expect("serialized")
}

/// Runs `check --engine rtl` with the simulations that other tests of this machine have built.
fn check_in_rtl(arguments: &[&OsStr]) -> Finished {
    let cache = ibert::cache::folder().expect("a cache folder");
    let rtl = ["check", "--engine", "rtl"].map(OsStr::new);
    Workspace::new().ibert_with(rtl.iter().chain(arguments), &[("IBERT_CACHE", cache.as_os_str())])
}

/// A case of i-exp whose x0 no port carries.
fn wide_case(workspace: &Workspace) -> PathBuf {
    let attributes = r#"{"x0": -20000, "b": 40000, "c": 1000000, "n": 30}"#;
    let cases = format!(r#"[{{"id": "0", "op": "exp", "attrs": {attributes}}}]"#);
    let metadata = [("ibert.case", "1"), ("ibert.cases", &cases), ("ibert.source", "a test")];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect();
    let zero = 0_i64.to_le_bytes();
    let tensors = ["0/q", "0/z"].map(|name| (name, TensorView::new(Dtype::I64, vec![1], &zero).expect("view")));
    workspace.file("wide.safetensors", safetensors::serialize(tensors, Some(metadata)).expect("serialized"))
}

#[test]
fn hardware_units_compute_what_their_ports_carry_and_say_so_of_the_rest() {
    let workspace = Workspace::new();
    let wide = wide_case(&workspace);
    let cases = ["requant", "exp", "isqrt"].map(|op| project(&format!("golden/tests/data/cases/{op}.safetensors")));
    let [requant, exp, isqrt] = cases.each_ref().map(|path| path.as_os_str());
    let report = check_in_rtl(&[requant, exp, isqrt, wide.as_os_str(), "--json".as_ref()]).json();
    assert_eq!((&report["different"], &report["cases"], &report["not_computed"]), (&0.into(), &148.into(), &1.into()));
    let reason = &report["files"][3]["cases"][0]["not_computed"];
    assert!(reason.as_str().is_some_and(|reason| reason.contains("`x0`")), "{reason}");

    let text = check_in_rtl(&[exp, wide.as_os_str()]).succeeds();
    let end = " values, 0 differ, 0 differ from the golden operators; 1 cases not compared\n";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn a_wrong_expectation_is_found_in_hardware_too() {
    let workspace = Workspace::new();
    let bytes = fs::read(project("golden/tests/data/cases/requant.safetensors")).expect("readable");
    let path = workspace.file("wrong.safetensors", with_one_value_raised(&bytes, "000/out", 0));
    let report = check_in_rtl(&[path.as_os_str(), "--json".as_ref()]).json_with_status(1);
    assert_eq!((&report["different"], &report["different_from_golden"]), (&1.into(), &0.into()));
}

/// The report of a difference ends in a command that computes the case again, alone, and records its waves.
#[test]
fn a_difference_in_hardware_can_be_seen_again_with_waves() {
    let workspace = Workspace::new();
    let bytes = fs::read(project("golden/tests/data/cases/requant.safetensors")).expect("readable");
    let path = workspace.file("wrong.safetensors", with_one_value_raised(&bytes, "001/out", 2));
    let (status, text) = check_in_rtl(&[path.as_os_str()]).status_and_stdout();
    assert_eq!(status, 1);
    assert!(text.contains("001: 1 differ, 0 of them or others from the golden operator, first out["), "{text}");
    assert!(text.contains("(0x"), "hexadecimal too: {text}");
    let again = text.lines().find_map(|line| line.trim().strip_prefix("again: ibert ")).expect("a command");
    assert_eq!(again, format!("check {} --case 001 --engine rtl --config tiny --wave case.vcd", path.display()));

    let cache = ibert::cache::folder().expect("a cache folder");
    let replayed = workspace.ibert_with(again.split(' '), &[("IBERT_CACHE", cache.as_os_str())]);
    let (status, text) = replayed.status_and_stdout();
    assert_eq!(status, 1);
    assert!(text.contains("\n1 cases, "), "{text}");
    let waves = fs::read_to_string(workspace.path("case.vcd")).expect("waves");
    assert!(waves.contains("out_valid") && waves.lines().any(|line| line.starts_with('#')), "{waves}");
}

#[test]
fn only_cases_that_the_hardware_cannot_carry_are_bad_input() {
    let workspace = Workspace::new();
    let message = check_in_rtl(&[wide_case(&workspace).as_os_str()]).refuses();
    let expected = "nothing was compared: the engine can compute none of the 1 cases; use --engine golden";
    assert!(message.contains(expected), "{message}");
}

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
    assert!(text.contains("000: 1 differ from the file, first out[3]: expected"), "{text}");
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

/// Elements of a tensor of a case file.
fn values_of(bytes: &[u8], tensor: &str) -> Vec<i64> {
    let file = SafeTensors::deserialize(bytes).expect("safetensors");
    let view = file.tensor(tensor).expect("tensor");
    let width = view.data().len() / view.shape().iter().product::<usize>();
    let extended = |bytes: &[u8]| {
        let mut whole = [if bytes[width - 1] & 0x80 == 0 { 0 } else { 0xff }; 8];
        whole[..width].copy_from_slice(bytes);
        i64::from_le_bytes(whole)
    };
    view.data().chunks_exact(width).map(extended).collect()
}

/// What signals of a VCD file are at a time, and the first and last time that it holds.
struct Waves(String);

impl Waves {
    fn times(&self) -> (u64, u64) {
        let mut times = self.0.lines().filter_map(|line| line.strip_prefix('#')?.parse().ok());
        let first = times.next().expect("a time");
        (first, times.next_back().unwrap_or(first))
    }

    /// A signal of this name, settled at `time`, as a two's complement number.
    fn at(&self, time: u64, signal: &str) -> i64 {
        let is = |words: &&[&str]| words[0] == "$var" && words[4] == signal;
        let lines: Vec<Vec<&str>> = self.0.lines().map(|line| line.split_whitespace().collect()).collect();
        let declared = lines.iter().map(Vec::as_slice).find(|words| words.len() > 4 && is(words)).expect("a signal");
        let (width, code): (u32, &str) = (declared[2].parse().expect("a width"), declared[3]);
        let before = lines.iter().take_while(|words| {
            let now = words.first().and_then(|word| word.strip_prefix('#')?.parse().ok());
            now.is_none_or(|now: u64| now <= time)
        });
        let value = before.filter_map(|words| match words[..] {
            [value, of] if of == code => value.strip_prefix('b'),
            [word] => word.strip_suffix(code).filter(|bit| ["0", "1"].contains(bit)),
            _ => None,
        });
        let bits = value.last().expect("a value");
        let unsigned = i64::from_str_radix(bits, 2).expect("binary");
        if width > 1 && unsigned >> (width - 1) == 1 { unsigned - (1 << width) } else { unsigned }
    }
}

/// The report of a difference ends in a command that computes the case again, alone, and records the waves from its
/// operands to the value.
#[test]
fn a_difference_in_hardware_can_be_seen_again_with_waves() {
    let workspace = Workspace::new();
    let bytes = fs::read(project("golden/tests/data/cases/requant.safetensors")).expect("readable");
    let path = workspace.file("wrong.safetensors", with_one_value_raised(&bytes, "001/out", 12));
    let (status, text) = check_in_rtl(&[path.as_os_str()]).status_and_stdout();
    assert_eq!(status, 1);
    assert!(text.contains("001: 1 differ from the file, 0 from the golden operator, first out["), "{text}");
    assert!(text.contains("(0x"), "hexadecimal too: {text}");
    // A cycle of reset, then one operand a cycle, each with its result 9 cycles later.
    let origin = "requantizer: operands accepted in cycle 13, value offered in cycle 22\n";
    assert!(text.contains(origin), "{text}");
    let again = text.lines().find_map(|line| line.trim().strip_prefix("again: ibert ")).expect("a command");
    let options = "--case 001 --engine rtl --config tiny --wave case.vcd --from 9 --to 27";
    assert_eq!(again, format!("check {} {options}", path.display()));

    let cache = ibert::cache::folder().expect("a cache folder");
    let replayed = workspace.ibert_with(again.split(' '), &[("IBERT_CACHE", cache.as_os_str())]);
    let (status, text) = replayed.status_and_stdout();
    assert_eq!(status, 1);
    assert!(text.contains("\n1 cases, "), "{text}");
    let waves = Waves(fs::read_to_string(workspace.path("case.vcd")).expect("waves"));
    assert_eq!(waves.times(), (90, 270), "a cycle is 10 ns");
    // In the second half of the cycle everything has settled.
    let (q, out) = (values_of(&bytes, "001/q"), values_of(&bytes, "001/out"));
    assert_eq!((waves.at(135, "valid"), waves.at(135, "q")), (1, q[12]));
    assert_eq!((waves.at(225, "out_valid"), waves.at(225, "out")), (1, out[12]));
    assert_ne!(out[11], out[12], "a cycle too early or too late would show");
}

/// Every unit says when it worked on what is wrong; a value that belongs to a row comes from the row's first operand.
#[test]
fn a_difference_in_hardware_names_unit_and_cycles() {
    let workspace = Workspace::new();
    for (op, output, element) in [("exp", "z", 5), ("isqrt", "out", 7)] {
        let bytes = fs::read(project(&format!("golden/tests/data/cases/{op}.safetensors"))).expect("readable");
        let path = workspace.file(op, with_one_value_raised(&bytes, &format!("000/{output}"), element));
        let report = check_in_rtl(&[path.as_os_str(), "--json".as_ref()]).json_with_status(1);
        let case = &report["files"][0]["cases"][0];
        assert_eq!((&case["first"]["tensor"], &case["first"]["element"]), (&output.into(), &element.into()));
        let cycle = |name: &str| case["origin"][name].as_u64().expect("a cycle");
        let (accepted, offered) = (cycle("accepted"), cycle("offered"));
        match op {
            "exp" => assert_eq!((&case["origin"]["unit"], accepted, offered), (&"exp".into(), 6, 27)),
            _ => {
                assert_eq!(case["origin"]["unit"], "sqrt_newton");
                assert!(accepted > 7 && offered > accepted, "{case}");
            }
        }
    }
}

#[test]
fn waves_of_cycles_that_a_case_does_not_have_are_refused() {
    let cases = project("golden/tests/data/cases/requant.safetensors");
    let workspace = Workspace::new();
    let wave = workspace.path("case.vcd");
    let window = ["--case", "001", "--from", "1000000", "--wave"].map(OsStr::new);
    let message = check_in_rtl(&[&[cases.as_os_str()], &window[..], &[wave.as_os_str()]].concat()).refuses();
    assert!(message.contains("there are no waves: the case has no cycle 1000000, or"), "{message}");
}

#[test]
fn only_cases_that_the_hardware_cannot_carry_are_bad_input() {
    let workspace = Workspace::new();
    let message = check_in_rtl(&[wide_case(&workspace).as_os_str()]).refuses();
    let expected = "nothing was compared: the engine can compute none of the 1 cases; use --engine golden";
    assert!(message.contains(expected), "{message}");
}

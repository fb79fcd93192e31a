//! Bad input: exit status 2, nothing on stdout, and a message that names the culprit and the way out.

use std::ffi::OsStr;
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

#[test]
fn a_truncated_model_file() {
    let workspace = Workspace::new();
    workspace.tiny_model("whole");
    let bytes = fs::read(workspace.path("whole")).expect("readable");
    workspace.file("half", &bytes[..bytes.len() / 2]);
    assert_snapshot!(workspace.ibert(["model", "info", "half"]).refuses());
}

#[test]
fn a_safetensors_file_that_is_no_model() {
    let cases = project("golden/tests/data/cases/isqrt.safetensors");
    let workspace = Workspace::new();
    workspace.file("cases", fs::read(cases).expect("readable"));
    assert_snapshot!(workspace.ibert(["run", "cases", "--text", "one"]).refuses());
}

#[test]
fn a_model_file_that_is_not_there() {
    assert_snapshot!(Workspace::new().ibert(["run", "nowhere", "--text", "one"]).refuses());
}

#[test]
fn a_named_model_that_has_not_been_made() {
    assert_snapshot!(Workspace::new().ibert(["run", "minilm", "--text", "one"]).refuses());
}

#[test]
fn an_output_folder_that_is_not_there() {
    let workspace = Workspace::new();
    assert_snapshot!(workspace.ibert(["model", "random", "--preset", "tiny", "-o", "no/such/m"]).refuses());
}

#[test]
fn a_preset_that_does_not_exist() {
    assert_snapshot!(Workspace::new().ibert(["model", "random", "--preset", "gpt", "-o", "m"]).refuses());
}

/// What `run` says about an input to a model of 96 ids and 64 tokens.
fn run_refuses(option: &str, content: &str) -> String {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    workspace.file("input.txt", content);
    let said = workspace.ibert(["run", "m", option, "input.txt", "--dump", "stages"]).refuses();
    assert_eq!(workspace.listing(), ["input.txt", "m"], "nothing is left behind");
    said
}

#[test]
fn an_empty_text_file() {
    assert_snapshot!(run_refuses("--texts", " \n\n"));
}

#[test]
fn an_unknown_token_id() {
    assert_snapshot!(run_refuses("--ids", "1 2 3\n4 96 5\n"));
}

#[test]
fn a_word_that_the_model_has_no_embedding_for() {
    assert_snapshot!(run_refuses("--texts", "one two\nthree beyond\n"));
}

#[test]
fn a_word_in_a_file_of_ids() {
    assert_snapshot!(run_refuses("--ids", "1 two 3"));
}

#[test]
fn a_sequence_longer_than_the_model_allows() {
    assert_snapshot!(run_refuses("--ids", &"1 ".repeat(65)));
}

#[test]
fn a_text_longer_than_the_model_allows() {
    assert_snapshot!(run_refuses("--texts", &"one ".repeat(65)));
}

#[test]
fn texts_for_a_model_without_a_tokenizer() {
    let workspace = Workspace::new();
    workspace.ibert(["model", "random", "--preset", "tiny", "-o", "m"]).succeeds();
    assert_snapshot!(workspace.ibert(["run", "m", "--text", "one"]).refuses());
}

#[test]
fn a_run_without_input() {
    assert_snapshot!(Workspace::new().ibert(["run", "m"]).refuses());
}

#[test]
fn a_unit_that_does_not_exist() {
    let message = Workspace::new().ibert(["verilog", "--unit", "alu", "-o", "rtl"]).refuses();
    let names: Vec<&str> = ibert_hdl::catalogue::units().iter().map(|unit| unit.name).collect();
    assert_snapshot!(message.replace(&names.join(", "), "[the catalogue]"));
}

#[test]
fn an_output_folder_that_is_a_file() {
    let workspace = Workspace::new();
    workspace.file("rtl", "");
    assert_snapshot!(workspace.ibert(["verilog", "--unit", "requantizer", "-o", "rtl"]).refuses());
}

/// `check --engine rtl` with another environment.
fn check_in_rtl_refuses(workspace: &Workspace, variables: &[(&str, &OsStr)]) -> String {
    let cases = project("golden/tests/data/cases/requant.safetensors");
    let arguments = ["check".as_ref(), "--engine".as_ref(), "rtl".as_ref(), cases.as_os_str()];
    let said = workspace.ibert_with(arguments, variables).refuses();
    said.replace(env!("CARGO_MANIFEST_DIR"), "[project]")
}

#[test]
fn no_verilator() {
    let workspace = Workspace::new();
    let nothing = workspace.path("no-such-folder");
    let none = ["PATH", "IBERT_VENV"].map(|variable| (variable, nothing.as_os_str()));
    assert_snapshot!(check_in_rtl_refuses(&workspace, &[&none[..], &[("IBERT_VERILATOR", "".as_ref())]].concat()));
}

#[test]
fn a_verilator_that_is_too_old() {
    let old = project("tests/cli/programs/old-verilator");
    assert_snapshot!(check_in_rtl_refuses(&Workspace::new(), &[("IBERT_VERILATOR", old.as_os_str())]));
}

#[test]
fn a_cache_folder_that_simulations_cannot_be_written_to() {
    let workspace = Workspace::new();
    let below_a_file = workspace.file("file", "").join("cache");
    assert_snapshot!(check_in_rtl_refuses(&workspace, &[("IBERT_CACHE", below_a_file.as_os_str())]));
}

#[test]
fn a_case_that_is_not_in_the_file() {
    let cases = fs::read(project("golden/tests/data/cases/exp.safetensors")).expect("readable");
    let workspace = Workspace::new();
    workspace.file("exp.safetensors", cases);
    assert_snapshot!(workspace.ibert(["check", "exp.safetensors", "--case", "nowhere"]).refuses());
}

#[test]
fn waves_of_the_golden_operators() {
    let cases = project("golden/tests/data/cases/exp.safetensors");
    let arguments = ["check".as_ref(), cases.as_os_str(), "--case".as_ref(), "000".as_ref()];
    assert_snapshot!(
        Workspace::new().ibert([&arguments[..], &["--wave".as_ref(), "w.vcd".as_ref()]].concat()).refuses()
    );
}

#[test]
fn a_hardware_size_for_the_golden_operators() {
    let cases = project("golden/tests/data/cases/exp.safetensors");
    let arguments = ["check".as_ref(), "--config".as_ref(), "tiny".as_ref(), cases.as_os_str()];
    assert_snapshot!(Workspace::new().ibert(arguments).refuses());
}

/// A result never replaces what it is made of, nor what is no regular file.
#[test]
fn results_that_would_replace_an_input_or_a_device() {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    workspace.file("ids", "2 3\n");
    workspace.checkpoint("bert_tiny");
    workspace.file("texts", "one two\n");
    let inputs = ["m", "ids", "texts", "bert_tiny/model.safetensors", "bert_tiny/config.json"];
    let content = || inputs.map(|name| fs::read(workspace.path(name)).expect("still there"));
    let before = content();
    let quantize = ["quantize", "bert_tiny", "--calibration", "texts", "-o"];
    let commands: [&[&str]; 5] = [
        &["run", "m", "--ids", "ids", "--dump", "./m"],
        &["run", "m", "--ids", "ids", "--dump", "ids"],
        &[&quantize[..], &["bert_tiny/model.safetensors"]].concat(),
        &[&quantize[..], &["texts"]].concat(),
        &["model", "random", "--preset", "tiny", "-o", "/dev/null"],
    ];
    let said: String = commands.map(|command| workspace.ibert(command).refuses()).concat();
    assert_snapshot!(said);
    assert!(content() == before, "every input is as it was");
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_printed() {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    let full = fs::File::options().write(true).open("/dev/full").expect("a full device");
    let output = workspace.command(["model", "info", "m"]).stdout(full).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: cannot write to stdout: "));
}

#[test]
fn a_model_that_is_a_folder() {
    let workspace = Workspace::new();
    workspace.checkpoint("bert_tiny");
    assert_snapshot!(workspace.ibert(["run", "bert_tiny", "--text", "one"]).refuses());
}

/// What `ibert schedule` says of a model of two layers and 64 positions.
fn refused_by_schedule(more: &[&str]) -> String {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    workspace.file("two.txt", "1 2 3\n4 5\n");
    workspace.file("three.txt", "1 2 3\n");
    workspace.ibert([&["schedule", "m", "--config", "tiny"], more].concat()).refuses()
}

#[test]
fn more_layers_than_the_model_has() {
    assert_snapshot!(refused_by_schedule(&["--tokens", "4", "--layers", "3"]));
}

#[test]
fn a_text_shorter_than_the_tokens_asked_for() {
    assert_snapshot!(refused_by_schedule(&["--text", "one two", "--tokens", "3"]));
}

#[test]
fn ids_fewer_than_the_tokens_asked_for() {
    assert_snapshot!(refused_by_schedule(&["--ids", "three.txt", "--tokens", "4"]));
}

#[test]
fn several_sequences_for_one_program() {
    assert_snapshot!(refused_by_schedule(&["--ids", "two.txt"]));
}

#[test]
fn more_tokens_than_the_model_has_positions() {
    assert_snapshot!(refused_by_schedule(&["--tokens", "1000"]));
}

#[test]
fn a_sequence_neither_as_text_nor_as_ids_nor_by_its_length() {
    assert_snapshot!(refused_by_schedule(&[]));
}

#[test]
fn a_text_and_ids_at_once() {
    assert_snapshot!(refused_by_schedule(&["--text", "one", "--ids", "three.txt"]));
}

#[test]
fn a_window_of_waves_without_a_cycle() {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    let command = ["sim", "m", "--config", "tiny", "--tokens", "4", "--wave", "w.vcd", "--from", "9", "--to", "9"];
    assert_snapshot!(workspace.ibert(command).refuses());
}

#[test]
fn the_schema_of_no_command() {
    assert_snapshot!(Workspace::new().ibert(["schema", "verify"]).refuses());
}

#[test]
fn folders_and_files_that_are_not_there_where_a_file_is_read() {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    fs::create_dir(workspace.path("folder")).expect("a folder");
    let commands: [&[&str]; 4] = [
        &["check", "folder"],
        &["run", "m", "--texts", "nowhere.txt"],
        &["run", "m", "--ids", "folder"],
        &["quantize", "nowhere"],
    ];
    let said: String = commands.map(|command| workspace.ibert(command).refuses()).concat();
    assert_snapshot!(said);
}

#[test]
fn files_that_are_no_safetensors() {
    let workspace = Workspace::new();
    workspace.file("empty", "");
    workspace.file("text", "what a person might write\n");
    let commands: [&[&str]; 3] = [&["model", "info", "empty"], &["model", "info", "text"], &["check", "text"]];
    let said: String = commands.map(|command| workspace.ibert(command).refuses()).concat();
    assert_snapshot!(said);
}

#[test]
fn a_number_of_tokens_below_one() {
    let said = ["-3", "0", "many"].map(|tokens| refused_by_schedule(&["--tokens", tokens])).concat();
    assert_snapshot!(said);
}

/// The configuration's longest sequence is named, and the configuration that takes this one.
#[test]
fn a_sequence_that_a_configuration_has_no_room_for() {
    let workspace = Workspace::new();
    workspace.ibert(["model", "random", "--preset", "minilm", "--layers", "1", "-o", "m"]).succeeds();
    let schedule =
        |config: &str, tokens: &str| workspace.ibert(["schedule", "m", "--config", config, "--tokens", tokens]);
    let said = schedule("small", "128").refuses();
    assert_snapshot!(said);
    let (_, longest) = said.split_once("takes up to ").expect("the longest");
    let longest: usize = longest.split(' ').next().expect("a number").parse().expect("a number");
    schedule("small", &longest.to_string()).succeeds();
    schedule("small", &(longest + 1).to_string()).refuses();
}

#[test]
fn waves_in_a_file_of_no_wave_format_and_two_results_for_one_file() {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    workspace.file("binary", [0xff, 0xfe, 0x00]);
    let schedule = ["--config", "tiny", "--tokens", "4"];
    let commands: [&[&str]; 3] = [
        &[&["sim", "m"], &schedule[..], &["--wave", "waves.txt"]].concat(),
        &[&["schedule", "m"], &schedule[..], &["--trace", "t", "--html", "t"]].concat(),
        &["run", "m", "--texts", "binary"],
    ];
    let said: String = commands.map(|command| workspace.ibert(command).refuses()).concat();
    assert_snapshot!(said);
}

/// The length of a program is known before the hardware is built.
#[test]
fn waves_that_would_begin_after_the_end() {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    let nothing = workspace.path("no-such-folder");
    let none = ["PATH", "IBERT_VENV"].map(|variable| (variable, nothing.as_os_str()));
    let command = ["sim", "m", "--config", "tiny", "--tokens", "4", "--wave", "w.vcd", "--from", "1000000"];
    assert_snapshot!(workspace.ibert_with(command, &none).refuses());
}

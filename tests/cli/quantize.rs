//! `ibert quantize`.

use std::fs;
use std::path::Path;

use ibert_golden::model::IntegerModel;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::fixture_checkpoint::{read_tensors, write_tensors};
use crate::vocabulary::Workspace;

#[test]
fn a_bert_checkpoint_becomes_a_model_that_runs_texts() {
    let workspace = Workspace::new();
    let folder = workspace.checkpoint("bert_tiny");
    let calibration = workspace.file("calibration.txt", "one two three\nthree\n");
    workspace.file("evaluation.txt", "two\n\none three two one\nthree two\n");
    let report = workspace
        .ibert([
            "quantize".as_ref(),
            folder.as_os_str(),
            "--calibration".as_ref(),
            calibration.as_os_str(),
            "--evaluate".as_ref(),
            "evaluation.txt".as_ref(),
            "-o".as_ref(),
            "m".as_ref(),
            "--json".as_ref(),
        ])
        .json();
    assert_eq!(report["model"], "m");
    assert_eq!((&report["imported"], &report["calibration_texts"]), (&json!(false), &json!(2)));
    let names: Vec<_> = report["layers"].as_array().expect("layers").iter().map(|layer| &layer["name"]).collect();
    assert_eq!(names, ["embeddings", "layer.0", "layer.1"]);
    let query = &report["layers"][1]["tensors"]["attention.query"];
    assert_eq!(query["values"], 4 * 24, "four words, 24 channels");
    assert!(query["relative_error"].as_f64().is_some_and(|error| error > 0.0 && error < 0.1), "{query}");
    assert!(report["widths"]["attention.norm_input"].as_u64().is_some_and(|bits| bits > 8), "{}", report["widths"]);
    assert!(report["saturation"].is_object());
    let evaluation = &report["evaluations"][0];
    assert_eq!(
        (evaluation["path"].as_str(), evaluation["texts"].as_array().map(Vec::len)),
        (Some("evaluation.txt"), Some(3))
    );
    assert!(evaluation["min"].as_f64().is_some_and(|min| min > 0.9), "{evaluation}");

    let model = IntegerModel::read(workspace.path("m")).expect("a valid model");
    assert_eq!((model.config.layers, model.config.hidden), (2, 24));
    let run = workspace.ibert(["run", "m", "--text", "one two", "--json"]).json();
    assert_eq!(run["inputs"][0]["ids"], json!([2, 3]));
}

#[test]
fn an_ibert_checkpoint_is_imported_without_texts() {
    let workspace = Workspace::new();
    let folder = workspace.checkpoint_without_tokenizer("ibert_tiny");
    let arguments = ["quantize".as_ref(), folder.as_os_str(), "-o".as_ref(), "m".as_ref(), "--json".as_ref()];
    let report = workspace.ibert(arguments).json();
    assert_eq!((&report["imported"], &report["calibration_texts"]), (&json!(true), &json!(0)));
    assert_eq!(report["layers"].as_array().map(Vec::len), Some(3));
    let hidden = &report["layers"][2]["tensors"]["ffn.hidden"];
    assert!(hidden["relative_error"].as_f64().is_some_and(|error| error > 0.0 && error < 1.0), "{hidden}");
    assert_eq!(IntegerModel::read(workspace.path("m")).expect("valid").config.architecture, "ibert");
}

#[test]
fn a_person_sees_a_line_a_tensor_and_what_was_made() {
    let workspace = Workspace::new();
    let folder = workspace.checkpoint("bert_tiny");
    workspace.file("texts", "one\ntwo three\n");
    let texts = ["quantize".as_ref(), folder.as_os_str(), "--calibration".as_ref(), "texts".as_ref()];
    let text = workspace.ibert([&texts[..], &["-o".as_ref(), "m".as_ref()]].concat()).succeeds();
    assert!(
        text.starts_with("layer        tensor                    scale min        max  bits  saturated     error\n"),
        "{text}"
    );
    assert_eq!(text.lines().filter(|line| line.starts_with("layer.1 ")).count(), 11, "{text}");
    assert!(text.lines().any(|line| line.starts_with("m  (")), "{text}");
}

/// What `quantize` says of a checkpoint folder after `spoil` was done to it.
fn refuses(spoil: impl FnOnce(&Workspace, &Path)) -> String {
    let workspace = Workspace::new();
    let folder = workspace.checkpoint("bert_tiny");
    spoil(&workspace, &folder);
    let listing = workspace.listing();
    let said = workspace.ibert(["quantize".as_ref(), folder.as_os_str(), "-o".as_ref(), "m".as_ref()]).refuses();
    assert_eq!(workspace.listing(), listing, "nothing is left behind");
    said
}

/// Changes a tensor of a checkpoint: its shape and its bytes.
fn edit(folder: &Path, tensor: &str, change: impl FnOnce(&mut Vec<usize>, &mut Vec<u8>)) {
    let path = folder.join("model.safetensors");
    let mut tensors = read_tensors(&path);
    let (_, (_, shape, bytes)) = tensors.iter_mut().find(|(name, _)| name.ends_with(tensor)).expect("the tensor");
    change(shape, bytes);
    write_tensors(&path, &tensors);
}

#[test]
fn a_truncated_checkpoint() {
    assert_snapshot!(refuses(|_, folder| {
        let path = folder.join("model.safetensors");
        let bytes = fs::read(&path).expect("readable");
        fs::write(path, &bytes[..bytes.len() / 2]).expect("written");
    }));
}

#[test]
fn a_tensor_of_the_wrong_shape() {
    assert_snapshot!(
        refuses(|_, folder| edit(folder, "layer.0.intermediate.dense.weight", |shape, _| shape.reverse()))
    );
}

#[test]
fn a_weight_that_is_not_a_number() {
    assert_snapshot!(refuses(|_, folder| edit(folder, "layer.1.output.dense.bias", |_, bytes| {
        bytes[8..12].copy_from_slice(&f32::NAN.to_le_bytes());
    })));
}

#[test]
fn constants_that_the_hardware_does_not_hold() {
    assert_snapshot!(refuses(|_, folder| edit(folder, "layer.1.intermediate.dense.bias", |_, bytes| {
        bytes[12..16].copy_from_slice(&1e12f32.to_le_bytes());
    })));
}

#[test]
fn an_architecture_that_is_unknown() {
    assert_snapshot!(refuses(|_, folder| {
        let path = folder.join("config.json");
        let mut config: Value = serde_json::from_slice(&fs::read(&path).expect("readable")).expect("JSON");
        config["model_type"] = json!("llama");
        fs::write(path, config.to_string()).expect("written");
    }));
}

#[test]
fn a_checkpoint_without_tokenizer_and_without_ranges() {
    assert_snapshot!(refuses(|_, folder| fs::remove_file(folder.join("tokenizer.json")).expect("removed")));
}

#[test]
fn an_empty_file_of_calibration_texts() {
    let workspace = Workspace::new();
    let folder = workspace.checkpoint("bert_tiny");
    workspace.file("texts", "\n");
    let arguments = ["quantize".as_ref(), folder.as_os_str(), "--calibration".as_ref(), "texts".as_ref()];
    assert_snapshot!(workspace.ibert([&arguments[..], &["-o".as_ref(), "m".as_ref()]].concat()).refuses());
}

/// The warnings of a checkpoint that `spoil` has changed, calibrated with `texts`. With `--strict` nothing is written,
/// and `--json` has the same number of warnings.
fn warned(texts: &str, spoil: impl FnOnce(&Path)) -> Vec<String> {
    let workspace = Workspace::new();
    let folder = workspace.checkpoint("bert_tiny");
    spoil(&folder);
    workspace.file("texts", texts);
    let run = |more: &[&str]| {
        let arguments = ["quantize".as_ref(), folder.as_os_str(), "--calibration".as_ref(), "texts".as_ref()];
        workspace.ibert(arguments.into_iter().chain(more.iter().map(|argument| argument.as_ref())))
    };
    let listing = workspace.listing();
    let refused = run(&["-o", "m", "--strict"]).refuses();
    assert_eq!(workspace.listing(), listing, "nothing is written");
    let warnings: Vec<String> =
        refused.lines().filter_map(|line| line.strip_prefix("warning: ")).map(str::to_owned).collect();
    assert!(refused.contains(&format!("{} warning", warnings.len())), "{refused}");
    let value = run(&["-o", "m", "--json"]).json();
    assert_eq!(value["warnings"].as_array().map(Vec::len), Some(warnings.len()));
    warnings
}

/// Texts that cause no warning.
const GOOD: &str = "one two three\nthree two\none one two\n";

#[test]
fn a_good_model_passes_strictly_and_without_a_word() {
    let workspace = Workspace::new();
    let folder = workspace.checkpoint("bert_tiny");
    workspace.file("texts", GOOD);
    let arguments = ["quantize".as_ref(), folder.as_os_str(), "--calibration".as_ref(), "texts".as_ref()];
    let output = workspace.ibert([&arguments[..], &["-o", "m", "--strict"].map(AsRef::as_ref)].concat());
    assert_eq!(output.message(), "");
    output.succeeds();
}

#[test]
fn texts_longer_than_the_model_allows_are_cut_with_a_warning() {
    let warnings = warned(&format!("{GOOD}{}\n", "two ".repeat(33)), |_| ());
    assert_eq!(warnings, ["1 text of texts cut to 32 tokens, the longest sequence of the model"]);
}

#[test]
fn texts_of_another_language_are_warned_about() {
    let warnings = warned("vier fünf sechs\nzwei eins\n", |_| ());
    assert!(warnings.iter().any(|warning| warning.contains("unknown to the tokenizer")), "{warnings:?}");
}

/// Multiplies the weights of some rows of a matrix of 32 columns.
fn scale_rows(folder: &Path, tensor: &str, rows: std::ops::Range<usize>, factor: f32) {
    edit(folder, tensor, |shape, bytes| {
        let row = 4 * shape[1];
        for weight in bytes[rows.start * row..rows.end * row].chunks_exact_mut(4) {
            let scaled = f32::from_le_bytes(weight.try_into().expect("four bytes")) * factor;
            weight.copy_from_slice(&scaled.to_le_bytes());
        }
    });
}

#[test]
fn rows_of_outliers_are_named() {
    for (tensor, name) in [
        ("layer.1.intermediate.dense.weight", "layer.1.ffn.inner"),
        ("layer.0.output.dense.weight", "layer.0.ffn.output"),
        ("layer.0.attention.self.key.weight", "layer.0.attention.key"),
    ] {
        let warnings = warned(GOOD, |folder| scale_rows(folder, tensor, 3..4, 500.0));
        let named = |warning: &String| warning.starts_with(&format!("row 3 of {name} has weights "));
        assert!(warnings.iter().any(named), "{warnings:?}");
    }
}

#[test]
fn a_folder_that_is_not_there() {
    assert_snapshot!(Workspace::new().ibert(["quantize", "nowhere", "-o", "m"]).refuses());
}

#[test]
fn no_file_to_write_the_model_to() {
    let workspace = Workspace::new();
    workspace.checkpoint("bert_tiny");
    assert_snapshot!(workspace.ibert(["quantize", "bert_tiny"]).refuses());
}

#[test]
fn a_named_checkpoint_that_has_not_been_fetched() {
    assert_snapshot!(Workspace::new().ibert(["quantize", "minilm"]).refuses());
}

#[test]
fn late_softmax_is_the_default_and_not_for_imports() {
    let workspace = Workspace::new();
    let folder = workspace.checkpoint("bert_tiny");
    workspace.file("texts", "one two three\nthree\n");
    let quantize = ["quantize".as_ref(), folder.as_os_str(), "--calibration".as_ref(), "texts".as_ref()];
    let late = ["--softmax".as_ref(), "late".as_ref(), "-o".as_ref(), "m".as_ref()];
    for (form, arguments) in [("late", &["-o", "m"][..]), ("paper", &["--softmax", "paper", "-o", "m"])] {
        let arguments = arguments.iter().map(|argument| argument.as_ref());
        workspace.ibert(quantize.iter().copied().chain(arguments)).succeeds();
        let info = workspace.ibert(["model", "info", "m", "--json"]).json();
        // The model file has it only where it is late.
        assert_eq!(info["softmax"].as_str().unwrap_or("paper"), form);
        workspace.ibert(["run", "m", "--text", "one two", "--json"]).json();
        workspace.ibert(["schedule", "m", "--tokens", "2", "--config", "tiny"]).succeeds();
    }

    let folder = workspace.checkpoint_without_tokenizer("ibert_tiny");
    let import = ["quantize".as_ref(), folder.as_os_str()];
    let refused = workspace.ibert([&import[..], &late].concat()).refuses();
    assert!(refused.contains("ibert_tiny is an I-BERT checkpoint"), "{refused}");
}

/// Pruned rows, heads and matrices.
#[test]
fn rows_of_zeros_are_no_reason_to_refuse() {
    for (tensor, rows) in [
        ("layer.1.intermediate.dense.weight", 0..8),
        ("layer.0.output.dense.weight", 0..8),
        ("layer.0.attention.self.query.weight", 0..16),
        ("layer.0.attention.self.key.weight", 0..16),
        ("layer.0.attention.self.value.weight", 0..16),
        ("layer.1.attention.output.dense.weight", 0..8),
    ] {
        let workspace = Workspace::new();
        let folder = workspace.checkpoint("bert_tiny");
        scale_rows(&folder, tensor, rows.clone(), 0.0);
        edit(&folder, &tensor.replace(".weight", ".bias"), |_, bytes| bytes[..4 * rows.end].fill(0));
        workspace.file("texts", GOOD);
        let arguments = ["quantize".as_ref(), folder.as_os_str(), "--calibration".as_ref(), "texts".as_ref()];
        let output = workspace.ibert([&arguments[..], &["-o", "m"].map(AsRef::as_ref)].concat());
        assert_eq!(output.message(), "", "{tensor}");
        output.succeeds();
    }
}

//! `ibert run`.

use std::fs;

use ibert_golden::encoder::{Encoder, Sequence};
use safetensors::{Dtype, SafeTensors};
use serde_json::{Value, from_value, json};

use crate::vocabulary::Workspace;

#[test]
fn hidden_states_of_token_ids_are_those_of_the_golden_encoder() {
    let workspace = Workspace::new();
    let model = workspace.tiny_model("m");
    workspace.file("ids", "5 6 7\n\n8,9, 10 11\n");
    let report = workspace.ibert(["run", "m", "--ids", "ids", "--json"]).json();
    assert_eq!(report["tokens"], 7);
    for (index, ids) in [vec![5, 6, 7], vec![8, 9, 10, 11]].into_iter().enumerate() {
        assert_eq!(report["inputs"][index]["ids"], json!(ids));
        let hidden: Vec<Vec<i16>> = from_value(report["hidden"][index].clone()).expect("[tokens][channels]");
        let expected = Encoder::new(&model).run(&Sequence::new(ids)).expect("it runs");
        assert_eq!(hidden.concat(), expected.values);
        assert_eq!(report["scale"], json!(expected.scale));
    }
}

#[test]
fn texts_become_unit_vectors_that_depend_on_the_text_alone() {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    workspace.file("texts", "one two\nthree\n\none two\n");
    let from_file = workspace.ibert(["run", "m", "--texts", "texts", "--json"]).json();
    let vectors: Vec<Vec<f64>> = from_value(from_file["embeddings"].clone()).expect("[texts][channels]");
    assert_eq!((vectors.len(), vectors[0].len()), (3, 64));
    for vector in &vectors {
        let norm: f64 = vector.iter().map(|value| value * value).sum();
        assert!((norm - 1.0).abs() < 1e-5, "{norm}");
    }
    assert!(vectors[0] == vectors[2] && vectors[0] != vectors[1]);
    assert_eq!(from_file["inputs"][0], json!({"text": "one two", "ids": [2, 3]}));

    let from_argument = workspace.ibert(["run", "m", "--text", "three", "--json"]).json();
    assert_eq!(from_argument["embeddings"][0], from_file["embeddings"][1]);
}

#[test]
fn similarities_are_shown_to_a_person() {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    let text = workspace.ibert(["run", "m", "--text", "one two", "--text", "three"]).succeeds();
    assert!(
        text.starts_with("  1  one two  (2 tokens)\n  2  three  (1 tokens)\ncosine      1      2\n     1  1.000"),
        "{text}"
    );
}

#[test]
fn a_dump_holds_every_stage_of_every_layer_and_ends_in_the_result() {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    workspace.file("ids", "5 6 7");
    let report = workspace.ibert(["run", "m", "--ids", "ids", "--dump", "stages", "--json"]).json();
    assert_eq!(report["dump"], "stages");
    let bytes = fs::read(workspace.path("stages")).expect("written");
    let dump = SafeTensors::deserialize(&bytes).expect("safetensors");
    for layer in 0..2 {
        let scores = dump.tensor(&format!("layer.{layer}.attention.scores")).expect("scores");
        assert_eq!(scores.shape(), [2, 3, 3], "heads, tokens, tokens");
    }
    let last = dump.tensor("layer.1.ffn.residual").expect("the result");
    assert_eq!((last.dtype(), last.shape()), (Dtype::I16, &[3, 64][..]));
    let values: Vec<i16> = last.data().chunks(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    let hidden: Vec<Vec<i16>> = from_value(report["hidden"][0].clone()).expect("[tokens][channels]");
    assert_eq!(values, hidden.concat());
    assert_eq!(workspace.listing(), ["ids", "m", "stages"]);
}

#[test]
fn a_dump_of_several_inputs_names_the_input_first() {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    workspace.ibert(["run", "m", "--text", "one", "--text", "two", "--dump", "stages"]).succeeds();
    let bytes = fs::read(workspace.path("stages")).expect("written");
    let dump = SafeTensors::deserialize(&bytes).expect("safetensors");
    let of_input = |prefix: &str| dump.names().into_iter().filter(|name| name.starts_with(prefix)).count();
    assert_eq!(of_input("0/"), of_input("1/"));
    assert_eq!(of_input("0/") + of_input("1/"), dump.names().len());
}

#[test]
fn json_is_the_only_thing_on_stdout() {
    let workspace = Workspace::new();
    workspace.tiny_model("m");
    // `json` asserts one line and an empty stderr.
    let report = workspace.ibert(["--json", "run", "m", "--text", "one"]).json();
    assert!(report["seconds"].as_f64() > Some(0.0), "{report}");
    assert_eq!(report["engine"], Value::from("golden"));
}

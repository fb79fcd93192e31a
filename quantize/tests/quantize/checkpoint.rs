//! Checkpoint folders: what is read, and what is refused with which error.

use ibert_test_support::checkpoints as fixture_checkpoint;

use fixture_checkpoint::{Draft, committed, float_bytes, floats, read_tensors, write_tensors};
use ibert_quantize::checkpoint::{Architecture, Checkpoint, CheckpointError};
use ibert_quantize::text::TokenizeError;
use safetensors::tensor::Dtype;
use serde_json::json;

const QUERY: &str = "bert.encoder.layer.0.attention.self.query.weight";

fn open_error(draft: &Draft) -> CheckpointError {
    Checkpoint::open(draft.path()).err().expect("the folder is broken, but opened")
}

fn weights_error(draft: &Draft) -> CheckpointError {
    Checkpoint::open(draft.path()).unwrap().weights().expect_err("the weights are broken, but were read")
}

#[test]
fn configuration_is_read() {
    let config = Checkpoint::open(&committed("roberta_tiny")).unwrap().config;
    assert_eq!(
        (config.architecture, config.hidden, config.heads, config.head_dim()),
        (Architecture::Roberta, 24, 3, 8)
    );
    assert_eq!((config.first_position(), config.max_tokens(), config.layer_norm_eps), (2, 32, 1e-2));
    assert_eq!(Checkpoint::open(&committed("bert_tiny")).unwrap().config.max_tokens(), 32);
}

#[test]
fn weights_are_found_under_any_prefix() {
    let weights = Checkpoint::open(&committed("bert_tiny")).unwrap().weights().unwrap();
    for prefix in ["", "model.", "0.auto_model."] {
        let draft = Draft::of("bert_tiny");
        draft.edit(|tensors| {
            *tensors = std::mem::take(tensors)
                .into_iter()
                .map(|(name, tensor)| (name.replacen("bert.", prefix, 1), tensor))
                .collect();
        });
        assert_eq!(Checkpoint::open(draft.path()).unwrap().weights().unwrap(), weights, "prefix {prefix:?}");
    }
}

#[test]
fn old_layer_norm_names_are_understood() {
    let draft = Draft::of("bert_tiny");
    draft.edit(|tensors| {
        *tensors = std::mem::take(tensors)
            .into_iter()
            .map(|(n, t)| {
                (n.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"), t)
            })
            .collect();
    });
    let weights = Checkpoint::open(draft.path()).unwrap().weights().unwrap();
    assert_eq!(weights, Checkpoint::open(&committed("bert_tiny")).unwrap().weights().unwrap());
}

#[test]
fn shards_hold_the_same_weights_as_one_file() {
    let draft = Draft::of("bert_tiny");
    let tensors = read_tensors(&draft.file("model.safetensors"));
    std::fs::remove_file(draft.file("model.safetensors")).unwrap();
    let mut map = serde_json::Map::new();
    for shard in 0..3 {
        let file = format!("model-{:05}-of-00003.safetensors", shard + 1);
        let part = tensors.iter().enumerate().filter(|(i, _)| i % 3 == shard).map(|(_, t)| t);
        let part = part.map(|(name, tensor)| (name.clone(), tensor.clone())).collect();
        write_tensors(&draft.file(&file), &part);
        map.extend(part.keys().map(|name| (name.clone(), json!(file))));
    }
    draft.write("model.safetensors.index.json", json!({ "weight_map": map }).to_string());
    let weights = Checkpoint::open(draft.path()).unwrap().weights().unwrap();
    assert_eq!(weights, Checkpoint::open(&committed("bert_tiny")).unwrap().weights().unwrap());

    let mut extra = map.clone();
    extra.insert("bert.nowhere".into(), json!("model-00002-of-00003.safetensors"));
    draft.write("model.safetensors.index.json", json!({ "weight_map": extra }).to_string());
    let error = open_error(&draft);
    assert!(matches!(&error, CheckpointError::MissingInShard { tensor, .. } if tensor == "bert.nowhere"), "{error}");

    draft.write("model.safetensors.index.json", json!({ "weight_map": { "a": "../model.safetensors" } }).to_string());
    assert!(matches!(open_error(&draft), CheckpointError::Field { field, .. } if field == "weight_map"));

    draft.write("model.safetensors.index.json", json!({ "weight_map": map }).to_string());
    std::fs::remove_file(draft.file("model-00002-of-00003.safetensors")).unwrap();
    let error = open_error(&draft);
    assert!(
        matches!(&error, CheckpointError::MissingFile { path, .. } if path.ends_with("model-00002-of-00003.safetensors"))
    );
}

/// Values that both half types hold exactly must come back exactly.
#[test]
fn half_precision_weights_are_widened() {
    for (dtype, encode) in [
        (Dtype::BF16, (|v: f32| (v.to_bits() >> 16) as u16) as fn(f32) -> u16),
        // For the multiples of 1/8 below 8 used here: exponent rebias and the top 10 fraction bits.
        (Dtype::F16, |v: f32| {
            let bits = v.to_bits();
            if v == 0.0 {
                0
            } else {
                ((bits >> 16) & 0x8000 | (((bits >> 23) & 0xff) - 112) << 10 | (bits >> 13) & 0x3ff) as u16
            }
        }),
    ] {
        let draft = Draft::of("bert_tiny");
        let mut rounded = Vec::new();
        draft.edit(|tensors| {
            let (kind, _, bytes) = tensors.get_mut(QUERY).unwrap();
            rounded = floats(bytes).iter().map(|v| (v * 8.0).round() / 8.0 + 0.0).collect();
            *bytes = rounded.iter().flat_map(|v| encode(*v).to_le_bytes()).collect();
            *kind = dtype;
        });
        assert_eq!(
            Checkpoint::open(draft.path()).unwrap().weights().unwrap().layers[0].query.weight,
            rounded,
            "{dtype:?}"
        );
    }
}

#[test]
fn sentence_pooling_is_read() {
    let draft = Draft::of("bert_tiny");
    let modules = ["Transformer", "Pooling", "Normalize"].map(|kind| {
        json!({"type": format!("sentence_transformers.models.{kind}"), "path": if kind == "Pooling" { "1_Pooling" } else { "" }})
    });
    draft.write("modules.json", json!(modules).to_string());
    let pooling = |mode: &str| {
        draft.write("1_Pooling/config.json", json!({ "word_embedding_dimension": 24, mode: true }).to_string())
    };
    pooling("pooling_mode_mean_tokens");
    assert!(Checkpoint::open(draft.path()).unwrap().sentence.mean_pooling);
    pooling("pooling_mode_max_tokens");
    assert!(
        matches!(open_error(&draft), CheckpointError::UnsupportedOption { option, .. } if option == "pooling_mode")
    );
    std::fs::remove_file(draft.file("1_Pooling/config.json")).unwrap();
    assert!(
        matches!(open_error(&draft), CheckpointError::MissingFile { path, .. } if path.ends_with("1_Pooling/config.json"))
    );
    draft.write("modules.json", json!([{"type": "sentence_transformers.models.Dense"}]).to_string());
    assert!(matches!(open_error(&draft), CheckpointError::UnsupportedOption { option, .. } if option == "type"));
    draft.write("modules.json", json!([{"type": "models.Pooling", "path": "../elsewhere"}]).to_string());
    assert!(matches!(open_error(&draft), CheckpointError::Field { field, .. } if field == "path"));
}

#[test]
fn an_unknown_architecture_is_refused_with_the_supported_ones() {
    let draft = Draft::of("bert_tiny");
    draft.configure("model_type", Some(json!("deberta-v2")));
    let error = open_error(&draft);
    assert!(matches!(&error, CheckpointError::UnknownArchitecture { found, .. } if found == "deberta-v2"));
    let text = error.to_string();
    assert!(text.contains("bert, roberta, ibert") && text.contains("config.json"), "{text}");
}

#[test]
fn unsupported_options_are_refused_by_name() {
    for (option, value) in [
        ("hidden_act", json!("gelu_new")),
        ("hidden_act", json!("relu")),
        ("position_embedding_type", json!("relative_key")),
        ("is_decoder", json!(true)),
        ("add_cross_attention", json!(true)),
        ("normalize_before", json!(true)),
        ("embedding_size", json!(12)),
    ] {
        let draft = Draft::of("bert_tiny");
        draft.configure(option, Some(value.clone()));
        let error = open_error(&draft);
        let CheckpointError::UnsupportedOption { option: named, found, .. } = &error else {
            panic!("{option}: {error}")
        };
        assert_eq!((named.as_str(), found), (option, &value.to_string()));
    }
    let draft = Draft::of("roberta_tiny");
    draft.configure("model_type", Some(json!("ibert")));
    draft.configure("quant_mode", Some(json!(true)));
    draft.configure("force_dequant", Some(json!("softmax")));
    assert!(
        matches!(open_error(&draft), CheckpointError::UnsupportedOption { option, .. } if option == "force_dequant")
    );
}

#[test]
fn impossible_sizes_are_refused_by_name() {
    for (field, value) in [
        ("hidden_size", None),
        ("hidden_size", Some(json!(0))),
        ("hidden_size", Some(json!(-24))),
        ("num_hidden_layers", Some(json!("two"))),
        ("vocab_size", Some(json!(1u64 << 40))),
        ("num_attention_heads", Some(json!(5))),
        ("layer_norm_eps", Some(json!(-1.0))),
        ("pad_token_id", Some(json!(-1))),
    ] {
        let draft = Draft::of("bert_tiny");
        draft.configure(field, value.clone());
        let error = open_error(&draft);
        assert!(
            matches!(&error, CheckpointError::Field { field: named, .. } if named == field),
            "{field} {value:?}: {error}"
        );
    }
    let draft = Draft::of("roberta_tiny");
    draft.configure("max_position_embeddings", Some(json!(2)));
    assert!(matches!(open_error(&draft), CheckpointError::Field { field, .. } if field == "max_position_embeddings"));
}

#[test]
fn missing_files_are_named() {
    let absent = std::path::Path::new("no/such/folder");
    assert!(matches!(Checkpoint::open(absent), Err(CheckpointError::NotAFolder { path }) if path == absent));
    for (file, named) in [("config.json", "config.json"), ("model.safetensors", "model.safetensors")] {
        let draft = Draft::of("bert_tiny");
        std::fs::remove_file(draft.file(file)).unwrap();
        let error = open_error(&draft);
        assert!(matches!(&error, CheckpointError::MissingFile { path, .. } if path.ends_with(named)), "{error}");
    }
    let draft = Draft::of("bert_tiny");
    std::fs::remove_file(draft.file("model.safetensors")).unwrap();
    draft.write("pytorch_model.bin", "");
    assert!(open_error(&draft).to_string().contains("convert it"));
    let error = Checkpoint::open(&committed("bert_tiny")).unwrap().tokenizer().err().unwrap();
    assert!(matches!(&error, CheckpointError::MissingFile { path, .. } if path.ends_with("tokenizer.json")), "{error}");
}

#[test]
fn damaged_files_are_refused() {
    let draft = Draft::of("bert_tiny");
    draft.write("config.json", "{\"model_type\": ");
    assert!(matches!(open_error(&draft), CheckpointError::Json { path, .. } if path.ends_with("config.json")));
    let whole = std::fs::read(committed("bert_tiny").join("model.safetensors")).unwrap();
    for length in [0, 7, 100, whole.len() - 1] {
        let draft = Draft::of("bert_tiny");
        draft.write("model.safetensors", &whole[..length]);
        let error = open_error(&draft);
        assert!(
            matches!(&error, CheckpointError::Damaged { path, .. } if path.ends_with("model.safetensors")),
            "{error}"
        );
    }
    let draft = Draft::of("bert_tiny");
    draft.write("tokenizer.json", "{}");
    let error = Checkpoint::open(draft.path()).unwrap().tokenizer().err().unwrap();
    assert!(matches!(error, CheckpointError::Tokenizer { source: TokenizeError::Definition(_), .. }));
}

#[test]
fn missing_and_misshapen_tensors_are_named_with_their_shapes() {
    let draft = Draft::of("bert_tiny");
    draft.edit(|tensors| drop(tensors.remove(QUERY)));
    let error = weights_error(&draft);
    assert!(
        matches!(&error, CheckpointError::MissingTensor { tensor, expected, .. } if tensor == QUERY && *expected == [24, 24])
    );

    let draft = Draft::of("bert_tiny");
    draft.edit(|tensors| tensors.get_mut(QUERY).unwrap().1 = vec![12, 48]);
    let error = weights_error(&draft);
    let CheckpointError::WrongShape { tensor, expected, found, .. } = &error else { panic!("{error}") };
    assert_eq!((tensor.as_str(), &expected[..], &found[..]), (QUERY, &[24, 24][..], &[12, 48][..]));

    let draft = Draft::of("bert_tiny");
    draft.configure("num_hidden_layers", Some(json!(3)));
    assert!(
        matches!(weights_error(&draft), CheckpointError::MissingTensor { tensor, .. } if tensor.contains("layer.2."))
    );
}

#[test]
fn weights_that_are_not_finite_floats_are_refused() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let draft = Draft::of("bert_tiny");
        draft.edit(|tensors| {
            let bytes = &mut tensors.get_mut(QUERY).unwrap().2;
            let mut values = floats(bytes);
            values[77] = value;
            *bytes = float_bytes(&values);
        });
        let error = weights_error(&draft);
        assert!(matches!(&error, CheckpointError::NotFinite { tensor, index: 77, .. } if tensor == QUERY), "{error}");
    }
    let draft = Draft::of("bert_tiny");
    draft.edit(|tensors| tensors.get_mut(QUERY).unwrap().0 = Dtype::I32);
    assert!(matches!(weights_error(&draft), CheckpointError::UnsupportedType { tensor, .. } if tensor == QUERY));
}

#[test]
fn an_encoder_that_cannot_be_located_is_an_error() {
    let anchor = "bert.embeddings.word_embeddings.weight";
    let draft = Draft::of("bert_tiny");
    draft.edit(|tensors| drop(tensors.remove(anchor)));
    assert!(matches!(weights_error(&draft), CheckpointError::NoEncoder { .. }));
    let draft = Draft::of("bert_tiny");
    draft.edit(|tensors| {
        drop(tensors.insert("other.embeddings.word_embeddings.weight".into(), tensors[anchor].clone()))
    });
    let text = weights_error(&draft).to_string();
    assert!(text.contains("\"bert.\"") && text.contains("\"other.\""), "{text}");
}

//! Integer-model files that are not what they should be: container, metadata, tensors.

use ibert_golden::model::{IntegerModel, ModelError};
use safetensors::Dtype;
use serde_json::{Value, json};

use super::small_model::{beyond_the_paper, file, ibert};
use crate::support::safetensors_file::{File, Stored};

fn refusal(file: &File) -> ModelError {
    let Err(refused) = IntegerModel::from_bytes(&file.to_bytes()) else { panic!("the broken file was read") };
    refused
}

/// The refusal of the small model with changed metadata.
fn with_header(change: impl FnOnce(&mut Value)) -> ModelError {
    let mut file = file(&ibert());
    let mut header = serde_json::from_str(&file.metadata["ibert.model"]).unwrap();
    change(&mut header);
    file.metadata.insert("ibert.model".into(), header.to_string());
    refusal(&file)
}

#[test]
fn what_is_no_safetensors_file_is_refused() {
    let bytes = ibert().to_bytes().unwrap();
    for broken in [&b""[..], b"not a model", &bytes[..7], &bytes[..bytes.len() / 2], &bytes[..bytes.len() - 1]] {
        let refused = IntegerModel::from_bytes(broken).unwrap_err();
        assert!(matches!(refused, ModelError::Container(_)), "{refused}");
    }
}

#[test]
fn another_kind_of_safetensors_file_is_not_a_model() {
    let mut file = file(&ibert());
    file.metadata.clear();
    assert!(matches!(refusal(&file), ModelError::NotAModel));
    file.metadata.insert("format".into(), "pt".into());
    assert!(matches!(refusal(&file), ModelError::NotAModel));
}

#[test]
fn another_version_is_refused_before_its_configuration_is_read() {
    let refused = with_header(|header| *header = json!({"version": 3, "config": "of another kind"}));
    assert!(matches!(refused, ModelError::Version { found: 3, known: 2 }), "{refused}");
}

#[test]
fn metadata_of_another_structure_is_refused() {
    let changes: [fn(&mut Value); 6] = [
        |header| *header = json!("text"),
        |header| header["version"] = json!("one"),
        |header| header["config"]["hidden"] = json!(-64),
        |header| header["config"]["hidden"] = json!(64.5),
        |header| header["config"]["colour"] = json!(1),
        |header| drop(header["config"].as_object_mut().unwrap().remove("heads")),
    ];
    for change in changes {
        let refused = with_header(change);
        assert!(matches!(refused, ModelError::Metadata(_)), "{refused}");
    }
    let mut file = file(&ibert());
    file.metadata.insert("ibert.model".into(), "{".into());
    assert!(matches!(refusal(&file), ModelError::Metadata(_)));
}

#[test]
fn sizes_and_attributes_out_of_range_are_refused_by_name() {
    for (field, value, refused_field) in [
        ("hidden", json!(0), "hidden"),
        ("hidden", json!(1 << 25), "hidden"),
        ("heads", json!(0), "heads"),
        ("heads", json!(7), "heads"),
        ("ffn", json!(0), "ffn"),
        ("layers", json!(0), "layers"),
        ("layers", json!(1025), "layers"),
        ("vocab", json!(0), "vocab"),
        ("vocab", json!(u64::MAX), "vocab"),
        ("positions", json!(0), "positions"),
        ("positions", json!(2), "longest sequence"),
        ("position_ids", json!({"after_padding": {"padding_id": u32::MAX}}), "longest sequence"),
        ("token_types", json!(0), "token_types"),
        ("residual_bits", json!(12), "residual_bits"),
        ("residual_bits", json!(16), "chained_requant"),
        ("embedding_bits", json!(0), "embedding_bits"),
    ] {
        let refused = with_header(|header| header["config"][field] = value.clone());
        let named = matches!(&refused, ModelError::Config { field, .. } if *field == refused_field);
        assert!(named, "{field} = {value}: {refused}");
    }
}

/// 2^7 * 2^7 * 2^17 = 2^31 is one more than a score accumulator holds.
#[test]
fn heads_whose_scores_could_leave_the_accumulator_are_refused() {
    let refused = with_header(|header| {
        header["config"]["hidden"] = json!(1 << 17);
        header["config"]["heads"] = json!(1);
    });
    assert!(matches!(refused, ModelError::Config { field: "heads", .. }), "{refused}");
}

#[test]
fn each_missing_tensor_is_named() {
    for model in [ibert(), beyond_the_paper()] {
        let whole = file(&model);
        for name in whole.tensors.keys().filter(|name| *name != "tokenizer") {
            let mut file = whole.clone();
            file.tensors.remove(name);
            let refused = refusal(&file);
            assert!(matches!(&refused, ModelError::MissingTensor { tensor } if tensor == name), "{name}: {refused}");
        }
    }
}

#[test]
fn a_tensor_too_many_is_named() {
    let mut file = file(&ibert());
    file.tensors.insert("layer.2.ffn.gelu.b".into(), Stored::i64(&[1], &[0]));
    let refused = refusal(&file);
    assert!(matches!(&refused, ModelError::ExtraTensor { tensor } if tensor == "layer.2.ffn.gelu.b"), "{refused}");
}

#[test]
fn each_tensor_of_another_dtype_is_named() {
    for model in [ibert(), beyond_the_paper()] {
        let whole = file(&model);
        for (name, stored) in &whole.tensors {
            let mut file = whole.clone();
            let bytes = vec![0; stored.shape.iter().product::<usize>() * 2];
            *file.tensor(name) = Stored { dtype: Dtype::F16, shape: stored.shape.clone(), bytes };
            let refused = refusal(&file);
            assert!(
                matches!(&refused, ModelError::Dtype { tensor, found, .. } if tensor == name && found == "F16"),
                "{name}: {refused}"
            );
        }
    }
}

#[test]
fn each_tensor_of_another_shape_is_named() {
    for model in [ibert(), beyond_the_paper()] {
        let whole = file(&model);
        for (name, stored) in &whole.tensors {
            let mut shapes = vec![[&[1], &stored.shape[..]].concat(), vec![]];
            if name != "tokenizer" {
                shapes.push(stored.shape.iter().map(|extent| extent + 1).collect());
            }
            for shape in shapes {
                let element = stored.bytes.len() / stored.shape.iter().product::<usize>();
                let mut file = whole.clone();
                let bytes = vec![0; shape.iter().product::<usize>() * element];
                *file.tensor(name) = Stored { dtype: stored.dtype, shape: shape.clone(), bytes };
                let refused = refusal(&file);
                let named =
                    matches!(&refused, ModelError::Shape { tensor, found, .. } if tensor == name && *found == shape);
                assert!(named, "{name} {shape:?}: {refused}");
            }
        }
    }
}

#[test]
fn as_many_shifts_as_mantissas() {
    let mut file = file(&ibert());
    *file.tensor("layer.0.ffn.norm.requant.e") = Stored { dtype: Dtype::I32, shape: vec![1], bytes: vec![30, 0, 0, 0] };
    let refused = refusal(&file);
    assert!(
        matches!(&refused, ModelError::Shape { tensor, .. } if tensor == "layer.0.ffn.norm.requant.e"),
        "{refused}"
    );
}

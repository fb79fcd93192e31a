//! Writing and reading an integer model.

use ibert_golden::{
    encoder::{Encoder, Sequence},
    model::{IntegerModel, ModelError},
};

use super::small_model::{beyond_the_paper, ibert};

#[test]
fn a_model_survives_its_file() {
    for model in [ibert(), beyond_the_paper()] {
        let bytes = model.to_bytes().unwrap();
        assert_eq!(IntegerModel::from_bytes(&bytes).unwrap(), model);
    }
}

#[test]
fn equal_models_give_equal_bytes() {
    for model in [ibert(), beyond_the_paper()] {
        let bytes = model.to_bytes().unwrap();
        // Every write makes new hash maps, whose order differs.
        for _ in 0..8 {
            assert!(bytes == model.clone().to_bytes().unwrap());
        }
        assert!(bytes == IntegerModel::from_bytes(&bytes).unwrap().to_bytes().unwrap());
    }
    assert_ne!(ibert().to_bytes().unwrap(), beyond_the_paper().to_bytes().unwrap());
}

#[test]
fn a_model_survives_the_disk_and_a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    ibert().write(&path).unwrap();
    assert_eq!(IntegerModel::read(&path).unwrap(), ibert());

    let nowhere = folder.path().join("missing").join("model.safetensors");
    for refused in [IntegerModel::read(&nowhere).unwrap_err(), ibert().write(&nowhere).unwrap_err()] {
        assert!(matches!(&refused, ModelError::Io { path, .. } if *path == nowhere), "{refused}");
        assert!(refused.to_string().contains("missing"), "{refused}");
    }
}

/// What was written behaves as what was built, attributes beyond the paper included.
#[test]
fn a_model_that_was_read_computes_the_same() {
    for model in [ibert(), beyond_the_paper()] {
        let read = IntegerModel::from_bytes(&model.to_bytes().unwrap()).unwrap();
        let sequence = Sequence::new(vec![5, 1, 7, 30]);
        let hidden = Encoder::new(&model).run(&sequence).unwrap();
        assert_eq!(Encoder::new(&read).run(&sequence).unwrap(), hidden);
        assert!(hidden.values.iter().any(|&v| v != hidden.values[0]), "a constant result shows nothing");
    }
}

//! Small valid models to break: the reference encoder, and the same with every attribute beyond the paper.

use ibert_golden::model::{IntegerModel, ModelParts, PositionIds, Requantization, Softmax, SoftmaxForm};
use ibert_golden::ops::LateSoftmaxConstants;
use ibert_golden::vectors::TinyEncoder;

use crate::support::safetensors_file::File;

/// I-BERT's attributes: 8-bit residual, chained requants, positions behind the padding id.
pub(crate) fn ibert() -> IntegerModel {
    IntegerModel::new(ibert_parts()).unwrap()
}

/// The same, to be broken.
pub(crate) fn ibert_parts() -> ModelParts {
    let mut model = TinyEncoder::read().parts();
    model.tokenizer = Some(b"{\"version\": \"1.0\"}".to_vec());
    model
}

/// 16-bit residual and tables, a zero point, late softmax, no chained requants, absolute positions.
pub(crate) fn beyond_the_paper() -> IntegerModel {
    IntegerModel::new(beyond_the_paper_parts()).unwrap()
}

/// The same, to be broken.
pub(crate) fn beyond_the_paper_parts() -> ModelParts {
    let mut model = ibert_parts();
    let config = &mut model.config;
    (config.residual_bits, config.embedding_bits, config.chained_requant) = (16, 16, false);
    config.position_ids = PositionIds::Absolute;
    config.softmax = SoftmaxForm::Late;
    model.tokenizer = None;
    let residual = Requantization { scale: vec![1e-3], ..model.embeddings.norm.output.clone() };
    model.embeddings.norm.residual = Some(residual.clone());
    for layer in &mut model.layers {
        layer.attention.softmax = Softmax::Late(LateSoftmaxConstants::derive(2e-3).unwrap());
        layer.attention.norm.residual = Some(residual.clone());
        (layer.ffn.norm.residual, layer.ffn.zero_point) = (Some(residual.clone()), -17);
        (layer.ffn.input, layer.ffn.rescale) = (None, None);
    }
    model
}

/// A model's file, to break.
pub(crate) fn file(model: &IntegerModel) -> File {
    File::parse(&model.to_bytes().unwrap())
}

//! Stages of I-BERT in the naming and storage of Hugging Face's modules.

use ibert_golden::encoder::{Block, Role, TensorId};
use safetensors::tensor::Dtype;

/// The golden encoder's tensor that corresponds to the stage of a Hugging Face module.
pub fn golden_tensor(stage: &str) -> TensorId {
    let Some(rest) = stage.strip_prefix("encoder.layer.") else {
        return Block::Embeddings.tensor(match stage.strip_prefix("embeddings.").unwrap() {
            "embeddings_act1" => Role::WordType,
            "embeddings_act1#1" => Role::Sum,
            "LayerNorm" => Role::Norm,
            "output_activation" => Role::Hidden,
            other => panic!("unknown stage {other}"),
        });
    };
    let (layer, module) = rest.split_once('.').unwrap();
    let layer = layer.parse().unwrap();
    let (attention, ffn) = (Block::Attention(layer), Block::FeedForward(layer));
    let (block, role) = match module {
        "attention.self.query" => (attention, Role::QueryAcc),
        "attention.self.key" => (attention, Role::KeyAcc),
        "attention.self.value" => (attention, Role::ValueAcc),
        "attention.self.query_activation" => (attention, Role::Query),
        "attention.self.key_activation" => (attention, Role::Key),
        "attention.self.value_activation" => (attention, Role::Value),
        "attention.self.scores" => (attention, Role::Scores),
        "attention.self.softmax.act" => (attention, Role::Exp),
        "attention.self.softmax" => (attention, Role::Probabilities),
        "attention.self.context_acc" => (attention, Role::ContextAcc),
        "attention.self.output_activation" => (attention, Role::Context),
        "attention.output.dense" => (attention, Role::OutputAcc),
        "attention.output.ln_input_act" => (attention, Role::NormInput),
        "attention.output.LayerNorm" => (attention, Role::Norm),
        "attention.output.output_activation" => (attention, Role::Hidden),
        "pre_intermediate_act" => (ffn, Role::Input),
        "intermediate.dense" => (ffn, Role::InnerAcc),
        "intermediate.intermediate_act_fn" => (ffn, Role::Gelu),
        "intermediate.output_activation" => (ffn, Role::Activation),
        "pre_output_act" => (ffn, Role::Rescaled),
        "output.dense" => (ffn, Role::OutputAcc),
        "output.ln_input_act" => (ffn, Role::NormInput),
        "output.LayerNorm" => (ffn, Role::Norm),
        "output.output_activation" => (ffn, Role::Hidden),
        other => panic!("unknown stage {other}"),
    };
    block.tensor(role)
}

/// The elements of an integer tensor of any width as `i64`.
pub fn widen((dtype, _, bytes): &(Dtype, Vec<usize>, Vec<u8>)) -> Vec<i64> {
    let size = dtype.bitsize() / 8;
    let value = |bytes: &[u8]| {
        let mut wide = [if bytes[size - 1] >> 7 == 1 { 0xff } else { 0 }; 8];
        wide[..size].copy_from_slice(bytes);
        i64::from_le_bytes(wide)
    };
    bytes.chunks_exact(size).map(value).collect()
}

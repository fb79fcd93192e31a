//! Stages of I-BERT as Hugging Face's modules name and store them.

use safetensors::tensor::Dtype;

/// Where the golden encoder shows the stage of a Hugging Face module.
pub fn golden_name(stage: &str) -> String {
    let within = |block: &str, tensor: &str| format!("{block}.{tensor}");
    let Some(rest) = stage.strip_prefix("encoder.layer.") else {
        return within(
            "embeddings",
            match stage.strip_prefix("embeddings.").unwrap() {
                "embeddings_act1" => "word_type",
                "embeddings_act1#1" => "sum",
                "LayerNorm" => "norm",
                "output_activation" => "hidden",
                other => panic!("unknown stage {other}"),
            },
        );
    };
    let (layer, module) = rest.split_once('.').unwrap();
    let (block, tensor) = match module {
        "attention.self.query" => ("attention", "query_acc"),
        "attention.self.key" => ("attention", "key_acc"),
        "attention.self.value" => ("attention", "value_acc"),
        "attention.self.query_activation" => ("attention", "query"),
        "attention.self.key_activation" => ("attention", "key"),
        "attention.self.value_activation" => ("attention", "value"),
        "attention.self.scores" => ("attention", "scores"),
        "attention.self.softmax.act" => ("attention", "exp"),
        "attention.self.softmax" => ("attention", "probabilities"),
        "attention.self.context_acc" => ("attention", "context_acc"),
        "attention.self.output_activation" => ("attention", "context"),
        "attention.output.dense" => ("attention", "output_acc"),
        "attention.output.ln_input_act" => ("attention", "norm_input"),
        "attention.output.LayerNorm" => ("attention", "norm"),
        "attention.output.output_activation" => ("attention", "hidden"),
        "pre_intermediate_act" => ("ffn", "input"),
        "intermediate.dense" => ("ffn", "inner_acc"),
        "intermediate.intermediate_act_fn" => ("ffn", "gelu"),
        "intermediate.output_activation" => ("ffn", "activation"),
        "pre_output_act" => ("ffn", "rescaled"),
        "output.dense" => ("ffn", "output_acc"),
        "output.ln_input_act" => ("ffn", "norm_input"),
        "output.LayerNorm" => ("ffn", "norm"),
        "output.output_activation" => ("ffn", "hidden"),
        other => panic!("unknown stage {other}"),
    };
    within(&format!("layer.{layer}"), &within(block, tensor))
}

/// The integers of a tensor of integers of any width.
pub fn widen((dtype, _, bytes): &(Dtype, Vec<usize>, Vec<u8>)) -> Vec<i64> {
    let size = dtype.bitsize() / 8;
    let value = |bytes: &[u8]| {
        let mut wide = [if bytes[size - 1] >> 7 == 1 { 0xff } else { 0 }; 8];
        wide[..size].copy_from_slice(bytes);
        i64::from_le_bytes(wide)
    };
    bytes.chunks_exact(size).map(value).collect()
}

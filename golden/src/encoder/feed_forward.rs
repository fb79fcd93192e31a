//! Feed-forward block: two linear layers with i-GELU between, residual, LayerNorm.

use super::{
    Observer, matmul,
    norm::{Stream, normalize, per_channel, requantize, requantize_residual},
    observer::Block,
};
use crate::{
    model::{FeedForward, ModelConfig},
    ops::{OpError, Width, igelu, requant_zero_point},
};

pub(super) fn forward<O: Observer>(
    part: &FeedForward,
    config: &ModelConfig,
    mut stream: Stream,
    block: &mut Block<'_, O>,
) -> Result<Stream, OpError> {
    let (hidden, ffn) = (config.hidden, config.ffn);
    let tokens = stream.operand.len() / hidden;
    if let Some(input) = &part.input {
        // I-BERT's chained requant: h' is the operand and the residual.
        stream = Stream { operand: requantize(&stream.operand, input, hidden, Width::INT8), residual: None, ..stream };
        block.see("input", &[tokens, hidden], &stream.operand);
    }

    let mut inner_acc = vec![0; tokens * ffn];
    matmul::linear(&stream.operand, &part.inner.weight, &part.inner.bias, hidden, &mut inner_acc);
    block.see("inner_acc", &[tokens, ffn], &inner_acc);

    let constants = part.gelu.iter().cycle();
    let gelu: Vec<i64> = inner_acc.iter().zip(constants).map(|(&q, k)| igelu(q.into(), k)).collect::<Result<_, _>>()?;
    block.see("gelu", &[tokens, ffn], &gelu);
    let mut activation = per_channel(&gelu, ffn, |channel, q| {
        requant_zero_point(q, part.activation.constant(channel), part.zero_point, Width::INT8) as i16
    });
    block.see("activation", &[tokens, ffn], &activation);
    if let Some(rescale) = &part.rescale {
        activation = requantize(&activation, rescale, ffn, Width::INT8);
        block.see("rescaled", &[tokens, ffn], &activation);
    }

    let mut output_acc = vec![0; tokens * hidden];
    matmul::linear(&activation, &part.output.weight, &part.output.bias, ffn, &mut output_acc);
    block.see("output_acc", &[tokens, hidden], &output_acc);
    let joined = requantize_residual(&output_acc, stream.residual(), &part.norm_input, hidden, Width::INT22);
    block.see("norm_input", &[tokens, hidden], &joined);
    normalize(&joined, &part.norm, stream.saturated_variances, block)
}

//! Feed-forward block: two linear layers with i-GELU between, residual, LayerNorm.

use super::{
    Observer, Role, matmul,
    norm::{HiddenStream, normalize, per_channel, requantize, requantize_residual},
    observer::Scope,
};
use crate::{
    model::{FeedForward, ModelConfig},
    ops::{OpError, Width, igelu, requant_zero_point},
};

pub(super) fn forward<O: Observer>(
    part: &FeedForward,
    config: &ModelConfig,
    mut stream: HiddenStream,
    scope: &mut Scope<'_, O>,
) -> Result<HiddenStream, OpError> {
    let (hidden, ffn) = (config.hidden, config.ffn);
    let tokens = stream.operand.len() / hidden;
    if let Some(input) = &part.input {
        // I-BERT's chained requant: h' is the operand and the residual.
        stream =
            HiddenStream { operand: requantize(&stream.operand, input, hidden, Width::INT8), residual: None, ..stream };
        scope.see(Role::Input, &[tokens, hidden], &stream.operand);
    }

    let mut inner_acc = vec![0; tokens * ffn];
    matmul::linear(&stream.operand, &part.inner.weight, &part.inner.bias, hidden, &mut inner_acc);
    scope.see(Role::InnerAcc, &[tokens, ffn], &inner_acc);

    let constants = part.gelu.iter().cycle();
    let gelu: Vec<i64> = inner_acc.iter().zip(constants).map(|(&q, k)| igelu(q.into(), k)).collect::<Result<_, _>>()?;
    scope.see(Role::Gelu, &[tokens, ffn], &gelu);
    let mut activation = per_channel(&gelu, ffn, |channel, q| {
        requant_zero_point(q, part.activation.constant(channel), part.zero_point, Width::INT8) as i16
    });
    scope.see(Role::Activation, &[tokens, ffn], &activation);
    if let Some(rescale) = &part.rescale {
        activation = requantize(&activation, rescale, ffn, Width::INT8);
        scope.see(Role::Rescaled, &[tokens, ffn], &activation);
    }

    let mut output_acc = vec![0; tokens * hidden];
    matmul::linear(&activation, &part.output.weight, &part.output.bias, ffn, &mut output_acc);
    scope.see(Role::OutputAcc, &[tokens, hidden], &output_acc);
    let joined = requantize_residual(&output_acc, stream.residual(), &part.norm_input, hidden, Width::INT22);
    scope.see(Role::NormInput, &[tokens, hidden], &joined);
    normalize(&joined, &part.norm, stream.saturated_variances, scope)
}

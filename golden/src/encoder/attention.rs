//! Self-attention: projections, scores, i-softmax, context, output projection, residual, LayerNorm.

use super::{
    Observer, Role, matmul,
    norm::{HiddenStream, normalize, requantize, requantize_residual},
    observer::Scope,
};
use crate::{
    model::{Attention, ModelConfig, Projection},
    ops::{OpError, SoftmaxSteps, Width, softmax_row},
};

pub(super) fn forward<O: Observer>(
    part: &Attention,
    config: &ModelConfig,
    stream: HiddenStream,
    mask: &[bool],
    scope: &mut Scope<'_, O>,
) -> Result<HiddenStream, OpError> {
    let hidden = config.hidden;
    let tokens = stream.operand.len() / hidden;
    let shape = [tokens, hidden];
    let mut acc = vec![0; tokens * hidden];

    let mut project = |part: &Projection, accumulator, result, scope: &mut Scope<'_, O>| {
        matmul::linear(&stream.operand, &part.linear.weight, &part.linear.bias, hidden, &mut acc);
        scope.see(accumulator, &shape, &acc);
        let projected = requantize(&acc, &part.output, hidden, Width::INT8);
        scope.see(result, &shape, &projected);
        projected
    };
    let query = project(&part.query, Role::QueryAcc, Role::Query, scope);
    let key = project(&part.key, Role::KeyAcc, Role::Key, scope);
    let value = project(&part.value, Role::ValueAcc, Role::Value, scope);

    let context_acc = attend(part, config, [&query, &key, &value], mask, scope)?;
    scope.see(Role::ContextAcc, &shape, &context_acc);
    let context = requantize(&context_acc, &part.context, hidden, Width::INT8);
    scope.see(Role::Context, &shape, &context);

    matmul::linear(&context, &part.output.weight, &part.output.bias, hidden, &mut acc);
    scope.see(Role::OutputAcc, &shape, &acc);
    let joined = requantize_residual(&acc, stream.residual(), &part.norm_input, hidden, Width::INT22);
    scope.see(Role::NormInput, &shape, &joined);
    normalize(&joined, &part.norm, stream.saturated_variances, scope)
}

/// Scores, i-softmax and context of every head; the context accumulator is `[tokens, hidden]`, heads side by side.
fn attend<O: Observer>(
    part: &Attention,
    config: &ModelConfig,
    [query, key, value]: [&[i16]; 3],
    mask: &[bool],
    scope: &mut Scope<'_, O>,
) -> Result<Vec<i32>, OpError> {
    let (hidden, dim, heads) = (config.hidden, config.head_dim(), config.heads);
    let tokens = query.len() / hidden;
    let mut context = vec![0; tokens * hidden];
    let mut seen = SeenHeads::default();

    let mut scores = vec![0_i32; tokens * tokens];
    let mut head_context = vec![0_i32; tokens * dim];
    let (mut row, mut exp16, mut probabilities) = (vec![0; tokens], vec![0; tokens], vec![0; tokens]);
    for head in 0..heads {
        let columns = head * dim..(head + 1) * dim;
        let of_head = |x: &[i16]| -> Vec<i16> {
            x.chunks_exact(hidden).flat_map(|token| &token[columns.clone()]).copied().collect()
        };
        matmul::matmul(&of_head(query), &of_head(key), dim, &mut scores);

        let mut p = Vec::with_capacity(tokens * tokens);
        for scores in scores.chunks_exact(tokens) {
            row.iter_mut().zip(scores).for_each(|(row, &score)| *row = score.into());
            let steps = softmax_row(&row, mask, &part.softmax, &mut exp16, &mut probabilities)?;
            p.extend(probabilities.iter().map(|&p| p as i16));
            if O::OBSERVES {
                seen.row(&exp16, steps);
            }
        }

        let value_transposed: Vec<i16> =
            columns.clone().flat_map(|channel| value.chunks_exact(hidden).map(move |token| token[channel])).collect();
        matmul::matmul(&p, &value_transposed, tokens, &mut head_context);
        for (token, head_token) in context.chunks_exact_mut(hidden).zip(head_context.chunks_exact(dim)) {
            token[columns.clone()].copy_from_slice(head_token);
        }
        if O::OBSERVES {
            seen.head(&scores, &p);
        }
    }
    if O::OBSERVES {
        let square = [heads, tokens, tokens];
        scope.see(Role::Scores, &square, &seen.scores);
        scope.see(Role::Exp, &square, &seen.exp16);
        scope.see(Role::ExpSum, &square[..2], &seen.sum);
        scope.see(Role::ExpFactor, &square[..2], &seen.factor);
        scope.see(Role::Probabilities, &square, &seen.probabilities);
    }
    Ok(context)
}

/// Observed tensors of all heads together.
#[derive(Default)]
struct SeenHeads {
    scores: Vec<i32>,
    exp16: Vec<i64>,
    sum: Vec<i64>,
    factor: Vec<i64>,
    probabilities: Vec<i16>,
}

impl SeenHeads {
    fn row(&mut self, exp16: &[i64], steps: SoftmaxSteps) {
        self.exp16.extend_from_slice(exp16);
        self.sum.push(steps.sum);
        self.factor.push(steps.factor);
    }

    fn head(&mut self, scores: &[i32], probabilities: &[i16]) {
        self.scores.extend_from_slice(scores);
        self.probabilities.extend_from_slice(probabilities);
    }
}

//! Self-attention: projections, scores, i-softmax, context, output projection, residual, LayerNorm.

use super::{
    Observer, matmul,
    norm::{Stream, normalize, requantize, requantize_residual},
    observer::Block,
};
use crate::{
    model::{Attention, ModelConfig, Projection},
    ops::{OpError, SoftmaxSteps, Width, softmax_row},
};

pub(super) fn forward<O: Observer>(
    part: &Attention,
    config: &ModelConfig,
    stream: Stream,
    mask: &[bool],
    block: &mut Block<'_, O>,
) -> Result<Stream, OpError> {
    let hidden = config.hidden;
    let tokens = stream.operand.len() / hidden;
    let shape = [tokens, hidden];
    let mut acc = vec![0; tokens * hidden];

    let mut project = |part: &Projection, acc_name, name, block: &mut Block<'_, O>| {
        matmul::linear(&stream.operand, &part.linear.weight, &part.linear.bias, hidden, &mut acc);
        block.see(acc_name, &shape, &acc);
        let projected = requantize(&acc, &part.output, hidden, Width::INT8);
        block.see(name, &shape, &projected);
        projected
    };
    let query = project(&part.query, "query_acc", "query", block);
    let key = project(&part.key, "key_acc", "key", block);
    let value = project(&part.value, "value_acc", "value", block);

    let context_acc = attend(part, config, [&query, &key, &value], mask, block)?;
    block.see("context_acc", &shape, &context_acc);
    let context = requantize(&context_acc, &part.context, hidden, Width::INT8);
    block.see("context", &shape, &context);

    matmul::linear(&context, &part.output.weight, &part.output.bias, hidden, &mut acc);
    block.see("output_acc", &shape, &acc);
    let joined = requantize_residual(&acc, stream.residual(), &part.norm_input, hidden, Width::INT22);
    block.see("norm_input", &shape, &joined);
    normalize(&joined, &part.norm, stream.saturated_variances, block)
}

/// Scores, i-softmax and context of every head; the context accumulator is `[tokens, hidden]`, heads side by side.
fn attend<O: Observer>(
    part: &Attention,
    config: &ModelConfig,
    [query, key, value]: [&[i16]; 3],
    mask: &[bool],
    block: &mut Block<'_, O>,
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
        block.see("scores", &square, &seen.scores);
        block.see("exp", &square, &seen.exp16);
        block.see("exp_sum", &square[..2], &seen.sum);
        block.see("exp_factor", &square[..2], &seen.factor);
        block.see("probabilities", &square, &seen.probabilities);
    }
    Ok(context)
}

/// What an observer sees of all heads together.
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

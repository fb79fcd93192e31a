//! Self-attention: projections, scores, i-softmax, context, output projection, residual, LayerNorm.

use super::{
    Observer, Role, matmul,
    norm::{HiddenStream, normalize, requantize, requantize_residual},
    observer::Scope,
};
use crate::{
    model::{Attention, ModelConfig, Projection, Softmax},
    ops::{OpError, RowReciprocal, Width, late_softmax_row, softmax_row},
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

    let (mut context_acc, reciprocals) = attend(part, config, [&query, &key, &value], mask, scope)?;
    scope.see(Role::ContextAcc, &shape, &context_acc);
    if !reciprocals.is_empty() {
        divide(&mut context_acc, &reciprocals, config);
        scope.see(Role::ContextMean, &shape, &context_acc);
    }
    let context = requantize(&context_acc, &part.context, hidden, Width::INT8);
    scope.see(Role::Context, &shape, &context);

    matmul::linear(&context, &part.output.weight, &part.output.bias, hidden, &mut acc);
    scope.see(Role::OutputAcc, &shape, &acc);
    let joined = requantize_residual(&acc, stream.residual(), &part.norm_input, hidden, Width::INT22);
    scope.see(Role::NormInput, &shape, &joined);
    normalize(&joined, &part.norm, stream.saturated_variances, scope)
}

/// Divides the context accumulator of each token and head by the sum of its weights; `reciprocals` is
/// `[heads, tokens]`.
fn divide(context: &mut [i32], reciprocals: &[RowReciprocal], config: &ModelConfig) {
    let (hidden, dim) = (config.hidden, config.head_dim());
    let tokens = context.len() / hidden;
    for (token, context) in context.chunks_exact_mut(hidden).enumerate() {
        for (head, context) in context.chunks_exact_mut(dim).enumerate() {
            let reciprocal = reciprocals[head * tokens + token];
            context.iter_mut().for_each(|c| *c = reciprocal.normalize(*c).into());
        }
    }
}

/// Scores, i-softmax and context of every head; the context accumulator is `[tokens, hidden]`, heads side by side.
///
/// In late i-softmax also the reciprocal of each row's sum, `[heads, tokens]`.
fn attend<O: Observer>(
    part: &Attention,
    config: &ModelConfig,
    [query, key, value]: [&[i16]; 3],
    mask: &[bool],
    scope: &mut Scope<'_, O>,
) -> Result<(Vec<i32>, Vec<RowReciprocal>), OpError> {
    let (hidden, dim, heads) = (config.hidden, config.head_dim(), config.heads);
    let tokens = query.len() / hidden;
    let mut context = vec![0; tokens * hidden];
    let mut seen = SeenHeads::default();

    let mut scores = vec![0_i32; tokens * tokens];
    let mut head_context = vec![0_i32; tokens * dim];
    let mut rows = Rows::new(tokens);
    let mut reciprocals = Vec::new();
    for head in 0..heads {
        let columns = head * dim..(head + 1) * dim;
        let of_head = |x: &[i16]| -> Vec<i16> {
            x.chunks_exact(hidden).flat_map(|token| &token[columns.clone()]).copied().collect()
        };
        matmul::matmul(&of_head(query), &of_head(key), dim, &mut scores);

        let mut p = Vec::with_capacity(tokens * tokens);
        for scores in scores.chunks_exact(tokens) {
            let steps = rows.softmax(scores, mask, &part.softmax, &mut p)?;
            reciprocals.extend(steps.reciprocal);
            if O::OBSERVES {
                seen.row(&rows, &steps);
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
        if matches!(part.softmax, Softmax::Paper(_)) {
            scope.see(Role::Exp, &square, &seen.exp16);
        }
        scope.see(Role::ExpSum, &square[..2], &seen.sum);
        scope.see(Role::ExpFactor, &square[..2], &seen.factor);
        scope.see(Role::Probabilities, &square, &seen.probabilities);
    }
    Ok((context, reciprocals))
}

/// Buffers of a row of the softmax.
struct Rows {
    scores: Vec<i64>,
    exp16: Vec<i64>,
    probabilities: Vec<i64>,
    weights: Vec<u8>,
}

/// What the softmax of a row has in addition to its probabilities.
struct RowSteps {
    sum: i64,
    factor: i64,
    /// In late i-softmax.
    reciprocal: Option<RowReciprocal>,
}

impl Rows {
    fn new(tokens: usize) -> Self {
        Rows {
            scores: vec![0; tokens],
            exp16: vec![0; tokens],
            probabilities: vec![0; tokens],
            weights: vec![0; tokens],
        }
    }

    /// Appends the softmax of a row of scores to `p`.
    fn softmax(
        &mut self,
        scores: &[i32],
        mask: &[bool],
        softmax: &Softmax,
        p: &mut Vec<i16>,
    ) -> Result<RowSteps, OpError> {
        self.scores.iter_mut().zip(scores).for_each(|(row, &score)| *row = score.into());
        match softmax {
            Softmax::Paper(k) => {
                let steps = softmax_row(&self.scores, mask, k, &mut self.exp16, &mut self.probabilities)?;
                p.extend(self.probabilities.iter().map(|&p| p as i16));
                Ok(RowSteps { sum: steps.sum, factor: steps.factor, reciprocal: None })
            }
            Softmax::Late(k) => {
                let sum = late_softmax_row(&self.scores, mask, k, &mut self.weights)?;
                p.extend(self.weights.iter().map(|&weight| i16::from(weight)));
                let reciprocal = RowReciprocal::of(sum)?;
                let factor = reciprocal.mantissa().into();
                Ok(RowSteps { sum: sum.into(), factor, reciprocal: Some(reciprocal) })
            }
        }
    }
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
    fn row(&mut self, rows: &Rows, steps: &RowSteps) {
        self.exp16.extend_from_slice(&rows.exp16);
        self.sum.push(steps.sum);
        self.factor.push(steps.factor);
    }

    fn head(&mut self, scores: &[i32], probabilities: &[i16]) {
        self.scores.extend_from_slice(scores);
        self.probabilities.extend_from_slice(probabilities);
    }
}

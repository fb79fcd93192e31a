//! Residual addition, LayerNorm and the requantizations after it: the end of every block.

use super::{Observer, Role, observer::Scope};
use crate::{
    model::{Norm, Requantization, ResidualRequantization},
    ops::{OpError, Width, layernorm_row, requant, requant_residual},
};

/// What flows from block to block, `[tokens, hidden]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenStream {
    pub(super) operand: Vec<i16>,
    pub(super) residual: Option<Vec<i16>>,
    pub(super) saturated_variances: usize,
}

impl HiddenStream {
    /// int8 operand of the next matrix multiplication.
    pub fn operand(&self) -> &[i16] {
        &self.operand
    }

    /// The residual: 16 bits wide, or the operand where the model has no residual of its own.
    pub fn residual(&self) -> &[i16] {
        self.residual.as_ref().unwrap_or(&self.operand)
    }

    /// LayerNorm variances that were saturated on the way here ([`super::Hidden::saturated_variances`]).
    pub fn saturated_variances(&self) -> usize {
        self.saturated_variances
    }

    pub(super) fn into_residual(self) -> Vec<i16> {
        self.residual.unwrap_or(self.operand)
    }
}

/// Requantizes `[tokens, channels]` values channel by channel.
pub(super) fn requantize<T: Copy + Into<i64>>(
    values: &[T],
    part: &Requantization,
    channels: usize,
    width: Width,
) -> Vec<i16> {
    per_channel(values, channels, |channel, value| requant(value, part.constant(channel), width) as i16)
}

/// `result(channel, value)` of every value of `[tokens, channels]`.
pub(super) fn per_channel<T: Copy + Into<i64>, R>(
    values: &[T],
    channels: usize,
    result: impl Fn(usize, i64) -> R,
) -> Vec<R> {
    let mut results = Vec::with_capacity(values.len());
    for token in values.chunks_exact(channels) {
        results.extend(token.iter().enumerate().map(|(channel, &value)| result(channel, value.into())));
    }
    results
}

/// Requantizes `[tokens, channels]` values and residuals together.
pub(super) fn requantize_residual<T: Copy + Into<i64>>(
    values: &[T],
    residual: &[i16],
    part: &ResidualRequantization,
    channels: usize,
    width: Width,
) -> Vec<i32> {
    let mut joined = Vec::with_capacity(values.len());
    for (token, residual) in values.chunks_exact(channels).zip(residual.chunks_exact(channels)) {
        joined.extend(token.iter().zip(residual).enumerate().map(|(channel, (&value, &residual))| {
            let constant = part.main.constant(channel);
            requant_residual(value.into(), constant, residual.into(), part.residual, width) as i32
        }));
    }
    joined
}

/// LayerNorm of `[tokens, hidden]` values and the requantizations of its result; counts on from `saturated_before`.
pub(super) fn normalize<O: Observer>(
    values: &[i32],
    part: &Norm,
    saturated_before: usize,
    scope: &mut Scope<'_, O>,
) -> Result<HiddenStream, OpError> {
    let channels = part.bias.len();
    let tokens = values.len() / channels;
    let mut saturated_variances = saturated_before;
    let mut steps = Vec::with_capacity(tokens);
    let mut normalized = vec![0; values.len()];
    let mut row = Vec::with_capacity(channels);
    for (token, out) in values.chunks_exact(channels).zip(normalized.chunks_exact_mut(channels)) {
        row.clear();
        row.extend(token.iter().map(|&value| i64::from(value)));
        let step = layernorm_row(&row, &part.bias, part.shift, out)?;
        saturated_variances += usize::from(step.saturated);
        steps.push(step);
    }
    let operand = requantize(&normalized, &part.output, channels, Width::INT8);
    let residual = part.residual.as_ref().map(|part| requantize(&normalized, part, channels, Width::INT16));
    if O::OBSERVES {
        let column = |field: fn(&crate::ops::LayerNormSteps) -> i64| steps.iter().map(field).collect::<Vec<_>>();
        scope.see(Role::NormMean, &[tokens], &column(|s| s.mean));
        scope.see(Role::NormVar, &[tokens], &column(|s| s.var.into()));
        scope.see(Role::NormStd, &[tokens], &column(|s| s.std));
        scope.see(Role::NormFactor, &[tokens], &column(|s| s.factor));
        scope.see(Role::Norm, &[tokens, channels], &normalized);
        scope.see(Role::Hidden, &[tokens, channels], &operand);
        if let Some(residual) = &residual {
            scope.see(Role::Residual, &[tokens, channels], residual);
        }
    }
    Ok(HiddenStream { operand, residual, saturated_variances })
}

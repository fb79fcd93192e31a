//! Embedding: three table look-ups, two joining requantizations, LayerNorm.

use super::{
    EncodeError, Observer, Role, Sequence,
    norm::{HiddenStream, normalize, requantize_residual},
    observer::Scope,
};
use crate::{
    model::{Embeddings, ModelConfig, PositionIds, Table},
    ops::Width,
};

pub(super) fn forward<O: Observer>(
    part: &Embeddings,
    config: &ModelConfig,
    sequence: &Sequence,
    scope: &mut Scope<'_, O>,
) -> Result<HiddenStream, EncodeError> {
    let hidden = config.hidden;
    let shape = [sequence.ids.len(), hidden];
    let first_type = vec![0; sequence.ids.len()];
    let token_types = if sequence.token_types.is_empty() { &first_type } else { &sequence.token_types };

    let word = look_up(&part.word, &sequence.ids, hidden);
    let token_type = look_up(&part.token_type, token_types, hidden);
    let position = look_up(&part.position, &position_ids(config.position_ids, &sequence.ids), hidden);

    let word_type = requantize_residual(&word, &token_type, &part.word_type, hidden, Width::INT16);
    scope.see(Role::WordType, &shape, &word_type);
    let sum = requantize_residual(&word_type, &position, &part.sum, hidden, Width::INT16);
    scope.see(Role::Sum, &shape, &sum);
    normalize(&sum, &part.norm, 0, scope).map_err(|source| EncodeError::Op { layer: None, source })
}

/// The rows of `ids`, `[ids.len(), hidden]`.
fn look_up(table: &Table, ids: &[u32], hidden: usize) -> Vec<i16> {
    ids.iter().flat_map(|&id| &table.values[id as usize * hidden..][..hidden]).copied().collect()
}

fn position_ids(scheme: PositionIds, ids: &[u32]) -> Vec<u32> {
    match scheme {
        PositionIds::Absolute => (0..ids.len() as u32).collect(),
        PositionIds::AfterPadding { padding_id } => {
            let mut last = padding_id;
            ids.iter()
                .map(|&id| {
                    if id == padding_id {
                        return padding_id;
                    }
                    last += 1;
                    last
                })
                .collect()
        }
    }
}

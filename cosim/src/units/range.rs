//! Ranges of ports.

use super::RtlError;
use std::ops::RangeInclusive;

/// Refuses a value that its port does not carry.
pub(super) fn within(
    unit: &'static str,
    tensor: &'static str,
    index: usize,
    value: i64,
    range: RangeInclusive<i64>,
    legal: &'static str,
) -> Result<(), RtlError> {
    match range.contains(&value) {
        true => Ok(()),
        false => Err(RtlError::Range { unit, tensor, index, value, legal }),
    }
}

//! Widening the integer dtypes of safetensors to 64 bits.

use safetensors::{Dtype, tensor::TensorView};

use super::CaseError;
use crate::Tensor;

/// Widens a safetensors view of any integer dtype.
pub(super) fn widen(name: &str, view: &TensorView<'_>) -> Result<Tensor, CaseError> {
    let data = view.data();
    let values = match view.dtype() {
        Dtype::BOOL | Dtype::U8 => data.iter().map(|&v| v.into()).collect(),
        Dtype::I8 => elements(data, |b| i8::from_le_bytes(b).into()),
        Dtype::I16 => elements(data, |b| i16::from_le_bytes(b).into()),
        Dtype::U16 => elements(data, |b| u16::from_le_bytes(b).into()),
        Dtype::I32 => elements(data, |b| i32::from_le_bytes(b).into()),
        Dtype::U32 => elements(data, |b| u32::from_le_bytes(b).into()),
        Dtype::I64 => elements(data, i64::from_le_bytes),
        Dtype::U64 => elements(data, |b| i64::try_from(u64::from_le_bytes(b)))
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(|_| CaseError::TooLarge { tensor: name.into() })?,
        dtype => return Err(CaseError::NotAnInteger { tensor: name.into(), dtype: format!("{dtype:?}") }),
    };
    Ok(Tensor { shape: view.shape().to_vec(), values })
}

/// Little-endian elements of `N` bytes.
fn elements<const N: usize, T>(data: &[u8], convert: impl Fn([u8; N]) -> T) -> Vec<T> {
    data.as_chunks::<N>().0.iter().map(|bytes| convert(*bytes)).collect()
}

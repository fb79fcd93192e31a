//! Every intermediate tensor of encoder runs in one safetensors file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use ibert_golden::Tensor;
use ibert_golden::encoder::Recording;
use safetensors::tensor::View;
use safetensors::{Dtype, SafeTensorError};

use crate::staging::{Staged, StagingError};

/// A dump being collected; its file appears with [`publish`](Dump::publish).
///
/// Tensors have the names of their identities (`layer.3.attention.scores`), each in the narrowest of int8, int16, int32
/// and int64 that holds its values: read them as integers of any width.
#[derive(Debug)]
pub struct Dump {
    target: PathBuf,
    staged: Staged,
    tensors: Vec<(String, Stored)>,
}

/// Why a dump could not be written.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The file cannot be put in its place.
    #[error(transparent)]
    Staging(#[from] StagingError),
    /// The tensors cannot be written.
    #[error("cannot write {}: {source}", target.display())]
    Write {
        /// Requested file.
        target: PathBuf,
        /// Error of safetensors.
        source: SafeTensorError,
    },
}

impl Dump {
    /// Prepares a dump to `target`.
    ///
    /// # Errors
    /// When `target` cannot be written, which is found out before anything is computed.
    pub fn create(target: &Path) -> Result<Self, StagingError> {
        Ok(Self { target: target.to_owned(), staged: Staged::file(target)?, tensors: Vec::new() })
    }

    /// Adds the tensors of one run, `prefix` before each name.
    pub fn add(&mut self, prefix: &str, recording: Recording) {
        let named =
            recording.tensors.into_iter().map(|(id, tensor)| (format!("{prefix}{id}"), Stored::narrow(&tensor)));
        self.tensors.extend(named);
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When the disk is full or the folder has gone.
    pub fn publish(self) -> Result<(), DumpError> {
        let metadata = HashMap::from([("ibert.dump".to_owned(), "1".to_owned())]);
        let write = || {
            fs::write(self.staged.path(), safetensors::serialize(self.tensors, Some(metadata))?)
                .map_err(SafeTensorError::from)
        };
        write().map_err(|source| DumpError::Write { target: self.target, source })?;
        Ok(self.staged.publish()?)
    }
}

/// A tensor as it is in the file.
#[derive(Debug)]
struct Stored {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Stored {
    fn narrow(tensor: &Tensor) -> Self {
        let values = &tensor.values;
        let all_fit = |least: i64, most: i64| values.iter().all(|value| (least..=most).contains(value));
        let (dtype, width) = if all_fit(i8::MIN.into(), i8::MAX.into()) {
            (Dtype::I8, 1)
        } else if all_fit(i16::MIN.into(), i16::MAX.into()) {
            (Dtype::I16, 2)
        } else if all_fit(i32::MIN.into(), i32::MAX.into()) {
            (Dtype::I32, 4)
        } else {
            (Dtype::I64, 8)
        };
        // The low bytes of a little-endian two's-complement number are the number, where it fits.
        let bytes = values.iter().flat_map(|value| value.to_le_bytes().into_iter().take(width)).collect();
        Self { dtype, shape: tensor.shape.clone(), bytes }
    }
}

impl View for Stored {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(values: &[i64]) -> (Dtype, Vec<u8>) {
        let stored = Stored::narrow(&Tensor { shape: vec![values.len()], values: values.to_vec() });
        (stored.dtype, stored.bytes)
    }

    #[test]
    fn the_narrowest_type_that_holds_all_values_is_taken() {
        assert_eq!(stored(&[-128, 127]), (Dtype::I8, vec![0x80, 0x7f]));
        assert_eq!(stored(&[-129, 1]), (Dtype::I16, vec![0x7f, 0xff, 0x01, 0x00]));
        assert_eq!(stored(&[32_768]), (Dtype::I32, vec![0x00, 0x80, 0x00, 0x00]));
        assert_eq!(stored(&[-2_147_483_649]).0, Dtype::I64);
    }
}

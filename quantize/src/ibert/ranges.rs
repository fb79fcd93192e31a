//! The trained ranges in an I-BERT state dict.

use ibert_golden::model::limits;
use ibert_golden::ops::{SymmetricScale, Width};

use crate::QuantizeError;
use crate::checkpoint::{Checkpoint, TensorStore, encoder_prefix};

/// Ranges that Hugging Face initializes a `QuantAct` with, ±1e-5, before the first training step.
const UNTRAINED: f32 = 1.1e-5;

/// `x_min`, `x_max` and `shift` tensors below the encoder's prefix.
pub(super) struct Ranges<'a> {
    tensors: &'a TensorStore,
    prefix: String,
}

impl<'a> Ranges<'a> {
    pub(super) fn new(checkpoint: &'a Checkpoint) -> Result<Self, QuantizeError> {
        let tensors = &checkpoint.tensors;
        Ok(Self { tensors, prefix: encoder_prefix(tensors)? })
    }

    fn scalar(&self, name: &str) -> Result<f32, QuantizeError> {
        Ok(self.tensors.f32(&format!("{}{name}", self.prefix), &[1])?[0])
    }

    /// The scale of a `QuantAct` of `width`: `max(|x_min|, |x_max|, 1e-8) / (2^(width-1) - 1)` in f32.
    pub(super) fn activation(&self, module: &str, width: Width) -> Result<f64, QuantizeError> {
        let (min, max) = (self.scalar(&format!("{module}.x_min"))?, self.scalar(&format!("{module}.x_max"))?);
        if min.abs().max(max.abs()) < UNTRAINED {
            return Err(QuantizeError::UntrainedRange { module: format!("{}{module}", self.prefix), min, max });
        }
        Ok(f32::symmetric_scale(min, max, width).into())
    }

    /// The variance shift of a LayerNorm: a whole number that the hardware's shifter has.
    pub(super) fn shift(&self, module: &str) -> Result<u32, QuantizeError> {
        let shift = self.scalar(&format!("{module}.shift"))?;
        if shift.fract() != 0.0 || !(0.0..=limits::NORM_SHIFT_MAX as f32).contains(&shift) {
            let tensor = format!("{}{module}.shift", self.prefix);
            return Err(QuantizeError::Shift { tensor, value: shift, limit: limits::NORM_SHIFT_MAX });
        }
        Ok(shift as u32)
    }
}

//! Constant words of a model's parts.

use super::ScheduleError;
use ibert_golden::model::{Linear, Norm, Requantization, Softmax};
use ibert_golden::ops::{Dyadic, GeluConstants, LateSoftmaxConstants, SoftmaxConstants};
use ibert_isa::*;

/// Words of K, as bytes in external memory.
pub(super) struct ConstantWords {
    pub(super) bytes: Vec<u8>,
}

/// Identity requantization 8→8: multiplication by 1.
fn identity() -> (i64, u64) {
    (1 << 30, 30)
}

/// Origin of a constant, for error messages.
struct Source<'s> {
    tensor: &'s str,
    channel: usize,
}

impl Source<'_> {
    fn fits<T>(&self, result: Result<T, FieldError>) -> Result<T, ScheduleError> {
        let Source { tensor, channel } = *self;
        result.map_err(|source| ScheduleError::Constant { tensor: tensor.into(), channel, source })
    }
}

impl ConstantWords {
    pub(super) fn new() -> Self {
        ConstantWords { bytes: Vec::new() }
    }

    /// Number of words.
    pub(super) fn words(&self) -> usize {
        self.bytes.len() / CONSTANT_BYTES
    }

    fn word(&mut self) -> &mut [u8] {
        let start = self.bytes.len();
        self.bytes.resize(start + CONSTANT_BYTES, 0);
        &mut self.bytes[start..]
    }

    /// Channel constants of a linear layer and of the operation that follows it.
    pub(super) fn channels(
        &mut self,
        tensor: &str,
        channels: std::ops::Range<usize>,
        linear: Option<&Linear>,
        output: &Requantization,
        gelu: Option<&[GeluConstants]>,
    ) -> Result<(), ScheduleError> {
        for channel in channels {
            let source = Source { tensor, channel };
            let (m, e) = parts(output.constant(channel));
            let bias = linear.map_or(0, |linear| linear.bias[channel].into());
            let word = self.word();
            source.fits(Channel { bias, m, e }.encode(word))?;
            if let Some(gelu) = gelu {
                let (b, c, shift) = (gelu[channel].b(), gelu[channel].c(), gelu[channel].shift());
                source.fits(GeluChannel { b, c, shift }.encode(word))?;
            }
        }
        Ok(())
    }

    /// Channel constants of a LayerNorm.
    pub(super) fn norm(&mut self, tensor: &str, norm: &Norm) -> Result<(), ScheduleError> {
        for (channel, bias) in norm.bias.iter().enumerate() {
            let source = Source { tensor, channel };
            let (m, e) = parts(norm.output.constant(channel));
            let word = self.word();
            source.fits(Channel { bias: *bias, m, e }.encode(word))?;
            if let Some(residual) = &norm.residual {
                let (m2, e2) = parts(residual.constant(channel));
                source.fits(ResidualChannel { m2, e2 }.encode(word))?;
            }
        }
        Ok(())
    }

    /// Parameter word of `requantize`, or of `join` with a residual.
    pub(super) fn parameters(&mut self, tensor: &str, dyadic: Option<Dyadic>) -> Result<(), ScheduleError> {
        let (m, e) = dyadic.map_or(identity(), parts);
        Source { tensor, channel: 0 }.fits(Parameters { m, e }.encode(self.word()))
    }

    pub(super) fn gelu_parameters(
        &mut self,
        tensor: &str,
        chain: Option<Dyadic>,
        n: u32,
        zero_point: i32,
    ) -> Result<(), ScheduleError> {
        let source = Source { tensor, channel: 0 };
        let (m, e) = chain.map_or(identity(), parts);
        let word = self.word();
        source.fits(Parameters { m, e }.encode(word))?;
        source.fits(GeluParameters { n: n.into(), zero_point: zero_point.into() }.encode(word))
    }

    /// Parameter word of `softmax` or `late_softmax`.
    pub(super) fn softmax_parameters(&mut self, tensor: &str, softmax: &Softmax) -> Result<(), ScheduleError> {
        match softmax {
            Softmax::Paper(softmax) => self.paper_softmax_parameters(tensor, softmax),
            Softmax::Late(softmax) => self.late_softmax_parameters(tensor, softmax),
        }
    }

    fn late_softmax_parameters(&mut self, tensor: &str, softmax: &LateSoftmaxConstants) -> Result<(), ScheduleError> {
        let exp = softmax.exp();
        let parameters = LateSoftmaxParameters {
            x0: exp.x0(),
            b: exp.b(),
            c: exp.c(),
            n: exp.n().into(),
            shift: softmax.shift().into(),
            m: softmax.m().into(),
            e: softmax.e().into(),
        };
        Source { tensor, channel: 0 }.fits(parameters.encode(self.word()))
    }

    fn paper_softmax_parameters(&mut self, tensor: &str, softmax: &SoftmaxConstants) -> Result<(), ScheduleError> {
        let exp = softmax.exp();
        let (m16, e16) = parts(softmax.requant16());
        let parameters = SoftmaxParameters {
            x0: exp.x0(),
            b: exp.b(),
            c: exp.c(),
            n: exp.n().into(),
            m16,
            e16,
            out_bits: softmax.out_bits().into(),
        };
        Source { tensor, channel: 0 }.fits(parameters.encode(self.word()))
    }

    pub(super) fn norm_parameters(
        &mut self,
        tensor: &str,
        chain: Option<Dyadic>,
        norm: &Norm,
    ) -> Result<(), ScheduleError> {
        let source = Source { tensor, channel: 0 };
        let (m, e) = chain.map_or(identity(), parts);
        let parameters =
            NormParameters { shift: norm.shift.bits().into(), residual_is_operand: norm.residual.is_none() };
        let word = self.word();
        source.fits(Parameters { m, e }.encode(word))?;
        source.fits(parameters.encode(word))
    }

    /// Mask of a sequence, one word per column.
    pub(super) fn mask(&mut self, keep: impl Iterator<Item = bool>) -> Result<(), ScheduleError> {
        for (channel, keep) in keep.enumerate() {
            Source { tensor: "mask", channel }.fits(Column { keep }.encode(self.word()))?;
        }
        Ok(())
    }
}

fn parts(dyadic: Dyadic) -> (i64, u64) {
    // A left shift becomes an exponent that does not fit any field.
    (dyadic.m(), u64::try_from(dyadic.e()).unwrap_or(u64::MAX))
}

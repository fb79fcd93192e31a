//! The activation function, alone and with its requantization.

use super::range::within;
use super::stream::{Output, StreamingUnit};
use super::{Pace, RtlError, Transit};
use ibert_golden::model::limits;
use ibert_golden::ops::{Dyadic, GeluConstants};
use ibert_isa::timing::units::{GELU_LATENCY, GELU_REQUANTIZER_LATENCY};
use ibert_sim::{BuildOptions, Library};

const UNIT: &str = "gelu";

const FUSED: &str = "gelu_requantizer";

/// A [`Gelu`](ibert_hdl::units::Gelu) in Verilator.
pub struct GeluUnit(StreamingUnit);

/// Activations and their timing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activations {
    /// `[tokens, channels]`, saturated to 40 bits.
    pub values: Vec<i64>,
    /// The same before saturation.
    pub exact: Vec<i128>,
    /// When each accumulator went through the unit.
    pub spans: Vec<Transit>,
    /// Clock cycles from the first accumulator to the last result, both included.
    pub cycles: u64,
}

impl GeluUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(GeluUnit(StreamingUnit::build(UNIT, GELU_LATENCY, options)?))
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        self.0.library()
    }

    /// i-GELU of `q`, `[tokens, channels]`, with one set of constants per channel.
    ///
    /// # Errors
    /// [`RtlError::Shape`], [`RtlError::Range`] for a value out of the range of its port: `q` 32 bits, `b` -2^17..=0,
    /// `c` and `shift` 36 bits.
    pub fn gelu(&self, q: &[i64], channels: &[GeluConstants], pace: Pace) -> Result<Activations, RtlError> {
        check_operands(UNIT, q, channels)?;
        let elements = q.iter().zip(channels.iter().cycle()).map(|(q, k)| operands(*q, k));
        let elements = elements.collect::<Vec<_>>().into_iter();
        let outputs = [Output::Signed("out"), Output::Signed("exact")];
        let streamed = self.0.run(["q", "b", "c", "shift", "n"], outputs, elements, pace)?;
        let (values, exact) = streamed.results.iter().map(|[out, exact]| (*out as i64, *exact)).unzip();
        Ok(Activations { values, exact, spans: streamed.spans, cycles: streamed.cycles })
    }
}

/// A [`GeluRequantizer`](ibert_hdl::units::GeluRequantizer) in Verilator.
pub struct GeluRequantUnit(StreamingUnit);

/// What a channel's activations go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeluChannel {
    /// Constants of i-GELU.
    pub gelu: GeluConstants,
    /// From its scale to that of the result.
    pub scale: Dyadic,
}

/// Requantized activations and their timing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequantizedActivations {
    /// `[tokens, channels]`.
    pub values: Vec<i8>,
    /// Clock cycles from the first accumulator to the last result, both included.
    pub cycles: u64,
}

impl GeluRequantUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(GeluRequantUnit(StreamingUnit::build(FUSED, GELU_REQUANTIZER_LATENCY, options)?))
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        self.0.library()
    }

    /// `clamp(RNE(i-GELU(q)·m / 2^e) + zero_point)` to int8 of `q`, `[tokens, channels]`.
    ///
    /// # Errors
    /// As [`GeluUnit::gelu`]; [`RtlError::Range`] for an `m` other than 0 or ±2^30..=2^31, or an `e` beyond 0..=62
    /// (0..=61 with a zero point), where saturation could show.
    pub fn gelu_requant(
        &self,
        q: &[i64],
        channels: &[GeluChannel],
        zero_point: i8,
        pace: Pace,
    ) -> Result<RequantizedActivations, RtlError> {
        check_operands(FUSED, q, &channels.iter().map(|channel| channel.gelu).collect::<Vec<_>>())?;
        let (exponents, legal) = match zero_point {
            0 => (limits::EXPONENTS, "0..=62"),
            _ => (limits::EXPONENTS_ZERO_POINT, "0..=61, the exponents with a zero point,"),
        };
        for (index, GeluChannel { scale, .. }) in channels.iter().enumerate() {
            if scale.m() != 0 {
                let magnitude = scale.m().unsigned_abs() as i64;
                within(FUSED, "|m|", index, magnitude, 1 << 30..=1 << 31, "0 or 2^30..=2^31")?;
            }
            let (first, last) = (i64::from(*exponents.start()), i64::from(*exponents.end()));
            within(FUSED, "e", index, scale.e().into(), first..=last, legal)?;
        }
        let element = |(q, channel): (&i64, &GeluChannel)| {
            let [q, b, c, shift, n] = operands(*q, &channel.gelu);
            [q, b, c, shift, n, channel.scale.m() as u64, channel.scale.e() as u64, zero_point as u64]
        };
        let elements = q.iter().zip(channels.iter().cycle()).map(element).collect::<Vec<_>>().into_iter();
        let inputs = ["q", "b", "c", "shift", "n", "m", "e", "zero_point"];
        let streamed = self.0.run(inputs, [Output::Signed("out")], elements, pace)?;
        let values = streamed.results.iter().map(|[out]| *out as i8).collect();
        Ok(RequantizedActivations { values, cycles: streamed.cycles })
    }
}

fn operands(q: i64, k: &GeluConstants) -> [u64; 5] {
    [q as u64, k.b() as u64, k.c() as u64, k.shift() as u64, k.n().into()]
}

fn check_operands(unit: &'static str, q: &[i64], channels: &[GeluConstants]) -> Result<(), RtlError> {
    if channels.is_empty() || !q.len().is_multiple_of(channels.len()) {
        return Err(RtlError::Shape { unit, tensor: "b", found: channels.len(), expected: 1 });
    }
    for (index, q) in q.iter().enumerate() {
        within(unit, "q", index, *q, i32::MIN.into()..=i32::MAX.into(), "-2^31..2^31")?;
    }
    for (index, k) in channels.iter().enumerate() {
        within(unit, "b", index, k.b(), -(1 << 17)..=0, "-2^17..=0")?;
        within(unit, "c", index, k.c(), -(1 << 35)..=(1 << 35) - 1, "-2^35..2^35")?;
        within(unit, "shift", index, k.shift(), -(1 << 35)..=(1 << 35) - 1, "-2^35..2^35")?;
    }
    Ok(())
}

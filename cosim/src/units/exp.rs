//! The exponential.

use super::range::within;
use super::stream::{Output, StreamingUnit};
use super::{Pace, RtlError, Transit};
use ibert_golden::ops::{Dyadic, ExpConstants, ExpSteps};
use ibert_isa::timing::units::EXP_LATENCY;
use ibert_sim::{BuildOptions, Library};

const UNIT: &str = "exp";

/// An [`Exp`](ibert_hdl::units::Exp) in Verilator.
pub struct ExpUnit(StreamingUnit);

/// Exponentials and their timing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exponentials {
    /// Octaves and polynomial of each operand.
    pub steps: Vec<ExpSteps>,
    /// The 16-bit exponential of each operand.
    pub exp16: Vec<i64>,
    /// When each operand went through the unit.
    pub spans: Vec<Transit>,
    /// Clock cycles from the first operand to the last result, both included.
    pub cycles: u64,
}

impl ExpUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(ExpUnit(StreamingUnit::build(UNIT, EXP_LATENCY, options)?))
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        self.0.library()
    }

    /// The exponential of each `x` ≤ 0, and `min(RNE(max(t, 0)·m16 / 2^(e16 + z)), 32767)` with `requant16` as `m16 /
    /// 2^e16`.
    ///
    /// # Errors
    /// [`RtlError::Range`] for a value out of the range of its port: `x` -(2^32-1)..=0, x0 -16384..=-1, b 17 bits, c 32
    /// bits, m16 positive, e16 0..=127.
    pub fn exp(&self, x: &[i64], k: &ExpConstants, requant16: Dyadic, pace: Pace) -> Result<Exponentials, RtlError> {
        check_constants(UNIT, k, requant16)?;
        for (index, x) in x.iter().enumerate() {
            within(UNIT, "q", index, *x, -(1 << 32) + 1..=0, "-2^32+1..=0")?;
        }
        let elements = x.iter().map(|x| {
            let [x0, b, c, m16] = [k.x0(), k.b(), k.c(), requant16.m()].map(|k| k as u64);
            [*x as u64, x0, b, c, k.n().into(), m16, requant16.e() as u64]
        });
        let outputs = [Output::Unsigned("exp16"), Output::Unsigned("z"), Output::Signed("t")];
        let streamed = self.0.run(["x", "x0", "b", "c", "n", "m16", "e16"], outputs, elements, pace)?;
        Ok(Exponentials {
            steps: streamed.results.iter().map(|[_, z, t]| ExpSteps { z: *z as u32, t: *t as i64 }).collect(),
            exp16: streamed.results.iter().map(|[exp16, ..]| *exp16 as i64).collect(),
            cycles: streamed.cycles,
            spans: streamed.spans,
        })
    }
}

/// Refuses constants of i-exp and its requantization that the ports of `unit` do not carry. Every `n` that there is
/// fits its port.
pub(super) fn check_constants(unit: &'static str, k: &ExpConstants, requant16: Dyadic) -> Result<(), RtlError> {
    check_exp_constants(unit, k)?;
    within(unit, "m16", 0, requant16.m(), 0..=1 << 31, "0..=2^31")?;
    within(unit, "e16", 0, requant16.e().into(), 0..=127, "0..=127")
}

/// Refuses constants of i-exp that the ports of `unit` do not carry.
pub(super) fn check_exp_constants(unit: &'static str, k: &ExpConstants) -> Result<(), RtlError> {
    within(unit, "x0", 0, k.x0(), -(1 << 14)..=-1, "-16384..=-1")?;
    within(unit, "b", 0, k.b(), -(1 << 16)..=(1 << 16) - 1, "-2^16..2^16")?;
    within(unit, "c", 0, k.c(), -(1 << 31)..=(1 << 31) - 1, "-2^31..2^31")
}

//! Requantization on the hardware unit.

use super::{RtlError, Transit, build};
use ibert_isa::timing::units::REQUANTIZER_LATENCY;
use ibert_sim::{BuildOptions, Library, Stimulus};

const UNIT: &str = "requantizer";

/// Elements driven in one call.
const BATCH: usize = 1 << 16;

/// A [`Requantizer`](ibert_hdl::units::Requantizer) in Verilator.
pub struct RequantUnit {
    library: Library,
}

/// Integers at one scale and the dyadic constants that take them to another, `q · m / 2^e`.
#[derive(Debug, Clone, Copy)]
pub struct Term<'a> {
    /// `[tokens, channels]`.
    pub q: &'a [i64],
    /// Mantissas: one per channel, or one for all.
    pub m: &'a [i64],
    /// Exponents: as many as `m`.
    pub e: &'a [i32],
}

/// A requantized tensor and its timing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requantized {
    /// `[tokens, channels]`.
    pub values: Vec<i32>,
    /// Clock cycles from the first operand to the last result, both included.
    pub cycles: u64,
    /// When each value went through the unit.
    pub spans: Vec<Transit>,
}

impl RequantUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(RequantUnit { library: build(UNIT, None, options)? })
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// `clamp(RNE(q·m/2^e) [+ RNE(q2·m2/2^e2)] + zero_point)` to `bits` bits, with `second` as the second term.
    ///
    /// # Errors
    /// [`RtlError::Shape`] for tensors of different lengths or constants that are neither one nor one per channel,
    /// [`RtlError::Range`] for a value out of the range of its port: q 40 bits, q2 24 bits, |m| ≤ 2^31, e 0..=63,
    /// `bits` 1..=22.
    pub fn requant(
        &self,
        first: Term<'_>,
        second: Option<Term<'_>>,
        zero_point: i8,
        bits: u32,
    ) -> Result<Requantized, RtlError> {
        if !(1..=22).contains(&bits) {
            return Err(range("bits", 0, bits.into(), "1..=22"));
        }
        check(&first, ["q", "m", "e"], 40, "-2^39..2^39", first.q.len())?;
        if let Some(second) = &second {
            check(second, ["id.q", "id.m", "id.e"], 24, "-2^23..2^23", first.q.len())?;
        }
        let absent = Term { q: &[0], m: &[0], e: &[0] };
        let second = second.unwrap_or(absent);

        let mut instance = self.library.instance()?;
        let reset_n = instance.port("reset_n")?;
        instance.write(reset_n, 0);
        instance.tick();
        instance.write(reset_n, 1);
        let (out_valid, out) = (self.library.port("out_valid")?, self.library.port("out")?);
        let inputs = ["valid", "q", "m", "e", "q2", "m2", "e2", "zero_point", "bits"];
        let mut result = Requantized { values: vec![], cycles: 0, spans: vec![] };
        let mut driven = 0;
        for start in (0..first.q.len()).step_by(BATCH) {
            let end = first.q.len().min(start + BATCH);
            let mut stimulus = Stimulus::new(&self.library, &inputs, &["out_valid", "out"])?;
            for index in start..end {
                let at = |term: &Term<'_>| {
                    let constant = index % term.m.len();
                    [term.q[index % term.q.len()] as u64, term.m[constant] as u64, term.e[constant] as u64]
                };
                let ([q, m, e], [q2, m2, e2]) = (at(&first), at(&second));
                stimulus.row(&[1, q, m, e, q2, m2, e2, zero_point as u64, bits.into()]);
            }
            if end == first.q.len() {
                stimulus.row(&[0; 9]).hold(REQUANTIZER_LATENCY - 1);
            }
            let begin = instance.cycle();
            let responses = instance.drive(&stimulus)?;
            for row in (0..responses.rows()).filter(|row| responses.get(*row, out_valid) == 1) {
                let offered = begin + row as u64;
                result.spans.push(Transit { accepted: offered.saturating_sub(REQUANTIZER_LATENCY as u64), offered });
                result.values.push(responses.get_signed(row, out) as i32);
                result.cycles = driven + row as u64 + 1;
            }
            driven += responses.rows() as u64;
        }
        match result.values.len() == first.q.len() {
            true => Ok(result),
            false => Err(RtlError::Results { unit: UNIT, found: result.values.len(), expected: first.q.len() }),
        }
    }
}

fn range(tensor: &'static str, index: usize, value: i64, legal: &'static str) -> RtlError {
    RtlError::Range { unit: UNIT, tensor, index, value, legal }
}

fn check(
    term: &Term<'_>,
    [q, m, e]: [&'static str; 3],
    width: u32,
    legal: &'static str,
    elements: usize,
) -> Result<(), RtlError> {
    let shape = |tensor, found, expected| Err(RtlError::Shape { unit: UNIT, tensor, found, expected });
    if term.q.len() != elements {
        return shape(q, term.q.len(), elements);
    }
    if term.m.is_empty() || !elements.is_multiple_of(term.m.len()) {
        return shape(m, term.m.len(), 1);
    }
    if term.e.len() != term.m.len() {
        return shape(e, term.e.len(), term.m.len());
    }
    let limit = 1i64 << (width - 1);
    if let Some(index) = term.q.iter().position(|q| !(-limit..limit).contains(q)) {
        return Err(range(q, index, term.q[index], legal));
    }
    if let Some(index) = term.m.iter().position(|m| m.unsigned_abs() > 1 << 31) {
        return Err(range(m, index, term.m[index], "-2^31..=2^31"));
    }
    if let Some(index) = term.e.iter().position(|e| !(0..64).contains(e)) {
        return Err(range(e, index, term.e[index].into(), "0..=63"));
    }
    Ok(())
}

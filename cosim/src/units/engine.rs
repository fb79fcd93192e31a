//! [`Rtl`]: case files pushed through hardware units.

use super::array::MatrixUnit;
use super::exp::{ExpUnit, Exponentials};
use super::gelu::{Activations, GeluUnit};
use super::handshake::{RESET, Transfer};
use super::layernorm::{self, LayerNormUnit};
use super::requantizer::{RequantUnit, Term};
use super::softmax::{Row, SoftmaxUnit};
use super::sqrt::NewtonUnit;
use super::transit::{Trail, Transit};
use super::{Pace, RtlError, catalogue};
use crate::check::{Answer, CaseEngine, EngineError, Origin};
use ibert_golden::case::{
    CaseOperation, ExpCase, GeluCase, IsqrtCase, LayerNormCase, LinearCase, Outputs, RequantCase, SoftmaxCase,
};
use ibert_golden::ops::{Dyadic, ExpSteps};
use ibert_sim::BuildOptions;

/// The hardware units in Verilator. Each is built when the first case needs it.
///
/// | operator | unit | on the host |
/// |---|---|---|
/// | requant | requantizer | exponents outside 0..=63, which exporters refuse: see below |
/// | linear | systolic array of the chosen side | adding the bias |
/// | gelu | gelu; `out` is what the unit has before it saturates to 40 bits | |
/// | softmax | softmax | |
/// | exp | exp | `out` = `max(t, 0) << (n - z)`, which no hardware needs |
/// | layernorm | layernorm | |
/// | isqrt | sqrt_newton | |
///
/// An exponent `e` < 0 is a left shift of `q`, done before the unit; one of 73 or more gives 0 for every
/// product that the unit can carry (|q·m| ≤ 2^70), so `m` becomes 0.
pub struct Rtl {
    side: usize,
    options: BuildOptions,
    array: Option<MatrixUnit>,
    requantizer: Option<RequantUnit>,
    gelu: Option<GeluUnit>,
    exp: Option<ExpUnit>,
    softmax: Option<SoftmaxUnit>,
    layernorm: Option<LayerNormUnit>,
    newton: Option<NewtonUnit>,
    /// Of the latest operation.
    trail: Option<Trail>,
}

/// What a unit computed: outputs, and when each element went through.
type Computed = (&'static str, Vec<Transit>, Outputs);

impl Rtl {
    /// An engine with an array of side `side`.
    ///
    /// # Errors
    /// [`RtlError::UnknownSize`].
    pub fn new(side: usize, options: BuildOptions) -> Result<Self, RtlError> {
        catalogue_size(side)?;
        Ok(Rtl {
            side,
            options,
            array: None,
            requantizer: None,
            gelu: None,
            exp: None,
            softmax: None,
            layernorm: None,
            newton: None,
            trail: None,
        })
    }

    fn requant(&mut self, case: &RequantCase) -> Result<Computed, RtlError> {
        let unit = match &mut self.requantizer {
            Some(unit) => unit,
            none => none.insert(RequantUnit::build(&self.options)?),
        };
        let (q, m, e) = within_ports(&case.q, &case.scale)?;
        let first = Term { q: &q, m: &m, e: &e };
        let residual =
            case.residual.as_ref().map(|residual| within_ports(&residual.q, &[residual.scale])).transpose()?;
        let second = residual.as_ref().map(|(q, m, e)| Term { q, m, e });
        let result = unit.requant(first, second, 0, case.width.bits())?;
        let out = result.values.into_iter().map(i64::from).collect();
        Ok(("requantizer", result.spans, vec![("out", out)]))
    }

    fn linear(&mut self, case: &LinearCase) -> Result<Computed, RtlError> {
        let unit = match &mut self.array {
            Some(unit) => unit,
            none => none.insert(MatrixUnit::build(self.side, &self.options)?),
        };
        let x = narrowed("x", &case.x, "-256..=255", |x| i16::try_from(x).ok().filter(|x| (-256..256).contains(x)))?;
        let w = narrowed("w", &case.w, "-128..=127", |w| i8::try_from(w).ok())?;
        let product = unit.linear(&x, &w, case.inputs)?;
        let biased = |(acc, bias): (i32, &i64)| i64::from(acc) + bias;
        let out = product.values.into_iter().zip(case.bias.iter().cycle()).map(biased).collect();
        Ok(("systolic_array", product.spans, vec![("out", out)]))
    }

    fn gelu(&mut self, case: &GeluCase) -> Result<Computed, RtlError> {
        let unit = match &mut self.gelu {
            Some(unit) => unit,
            none => none.insert(GeluUnit::build(&self.options)?),
        };
        let Activations { exact, spans, .. } = unit.gelu(&case.q, &case.constants, Pace::Full)?;
        let out = |(index, exact): (usize, &i128)| {
            let (unit, tensor, value, legal) = ("gelu", "q", case.q[index], "what gives a result of 64 bits");
            i64::try_from(*exact).map_err(|_| RtlError::Range { unit, tensor, index, value, legal })
        };
        let out = exact.iter().enumerate().map(out).collect::<Result<_, _>>()?;
        Ok(("gelu", spans, vec![("out", out)]))
    }

    fn exp(&mut self, case: &ExpCase) -> Result<Computed, RtlError> {
        let unit = match &mut self.exp {
            Some(unit) => unit,
            none => none.insert(ExpUnit::build(&self.options)?),
        };
        // The operator has no requantization: its result in 16 bits is not looked at.
        let Exponentials { steps, spans, .. } = unit.exp(&case.q, &case.constants, Dyadic::default(), Pace::Full)?;
        let column = |of: &dyn Fn(&ExpSteps) -> i64| steps.iter().map(of).collect::<Vec<_>>();
        // At most 62 bits: t has 32 unless it is negative.
        let out = column(&|steps| steps.value(&case.constants) as i64);
        let outputs = vec![("z", column(&|steps| steps.z.into())), ("t", column(&|steps| steps.t)), ("out", out)];
        Ok(("exp", spans, outputs))
    }

    fn softmax(&mut self, case: &SoftmaxCase) -> Result<Computed, RtlError> {
        let unit = match &mut self.softmax {
            Some(unit) => unit,
            none => none.insert(SoftmaxUnit::build(&self.options)?),
        };
        let row = |q| Row { q, keep: &case.keep, constants: &case.constants };
        let rows: Vec<Row<'_>> = case.q.chunks(case.columns).map(row).collect();
        let rows = unit.softmax(&rows, Pace::Full)?;
        let spans = rows.iter().flat_map(|row| in_row(row.accepted, &row.offered)).collect();
        let outputs = vec![
            ("exp16", rows.iter().flat_map(|row| row.exp16.iter().copied()).collect()),
            ("sum", rows.iter().map(|row| row.steps.sum).collect()),
            ("factor", rows.iter().map(|row| row.steps.factor).collect()),
            ("out", rows.iter().flat_map(|row| row.out.iter().copied()).collect()),
        ];
        Ok(("softmax", spans, outputs))
    }

    fn layernorm(&mut self, case: &LayerNormCase) -> Result<Computed, RtlError> {
        let unit = match &mut self.layernorm {
            Some(unit) => unit,
            none => none.insert(LayerNormUnit::build(&self.options)?),
        };
        let row = |x| layernorm::Row { x, bias: &case.bias, shift: case.shift.bits() };
        let rows: Vec<layernorm::Row<'_>> = case.q.chunks(case.bias.len()).map(row).collect();
        let rows = unit.layernorm(&rows, Pace::Full)?;
        let spans = rows.iter().flat_map(|row| in_row(row.accepted, &row.offered)).collect();
        let outputs = vec![
            ("mean", rows.iter().map(|row| row.steps.mean).collect()),
            ("var", rows.iter().map(|row| row.steps.var.into()).collect()),
            ("std", rows.iter().map(|row| row.steps.std).collect()),
            ("factor", rows.iter().map(|row| row.steps.factor).collect()),
            ("out", rows.iter().flat_map(|row| row.out.iter().copied()).collect()),
        ];
        Ok(("layernorm", spans, outputs))
    }

    fn isqrt(&mut self, case: &IsqrtCase) -> Result<Computed, RtlError> {
        let unit = match &mut self.newton {
            Some(unit) => unit,
            none => none.insert(NewtonUnit::build(&self.options)?),
        };
        let roots = unit.isqrt(&case.n, Pace::Full)?;
        let wide = |values: &[u32]| values.iter().map(|value| i64::from(*value)).collect();
        let span = |transfer: &Transfer| after_reset(transfer.accepted, transfer.offered);
        let spans = roots.transfers.iter().map(span).collect();
        Ok(("sqrt_newton", spans, vec![("out", wide(&roots.roots)), ("updates", wide(&roots.updates))]))
    }
}

/// The span of cycles that are counted from the end of the reset.
fn after_reset(accepted: u64, offered: u64) -> Transit {
    Transit { accepted: RESET + accepted, offered: RESET + offered }
}

/// The spans of a row's results: each depends on the whole row.
fn in_row(accepted: u64, offered: &[u64]) -> impl Iterator<Item = Transit> {
    offered.iter().map(move |offered| after_reset(accepted, *offered))
}

impl CaseEngine for Rtl {
    fn compute(&mut self, operation: &CaseOperation) -> Result<Answer, EngineError> {
        let out = match operation {
            CaseOperation::Requant(case) => self.requant(case),
            CaseOperation::Linear(case) => self.linear(case),
            CaseOperation::Gelu(case) => self.gelu(case),
            CaseOperation::Exp(case) => self.exp(case),
            CaseOperation::Softmax(case) => self.softmax(case),
            CaseOperation::LayerNorm(case) => self.layernorm(case),
            CaseOperation::Isqrt(case) => self.isqrt(case),
        };
        match out {
            Ok((unit, spans, outputs)) => {
                self.trail = Some(Trail::new(unit, spans, &outputs));
                Ok(Answer::Outputs(outputs))
            }
            Err(error @ RtlError::Range { .. }) => Ok(Answer::NotComputed { reason: error.to_string() }),
            Err(error) => Err(EngineError(error.into())),
        }
    }

    fn origin(&self, output: &str, element: usize) -> Option<Origin> {
        self.trail.as_ref()?.origin(output, element)
    }
}

fn catalogue_size(side: usize) -> Result<(), RtlError> {
    let unit = catalogue::unit("systolic_array").map(|unit| unit.sizes).unwrap_or_default();
    match unit.iter().any(|size| size.side == Some(side)) {
        true => Ok(()),
        false => {
            let sides = unit.iter().filter_map(|size| size.side).collect();
            Err(RtlError::UnknownSize { unit: "systolic_array", side: Some(side), sides })
        }
    }
}

/// Operands and constants with every exponent in the hardware's range, and the same result.
#[expect(clippy::type_complexity, reason = "one use, named by its destructuring")]
fn within_ports(q: &[i64], scale: &[Dyadic]) -> Result<(Vec<i64>, Vec<i64>, Vec<i32>), RtlError> {
    let shifted = |(index, q): (usize, &i64)| {
        let left = (-scale[index % scale.len()].e()).max(0) as u32;
        let fits = left < q.leading_zeros().max(q.leading_ones());
        let legal = "what a left shift leaves in 64 bits";
        let error = RtlError::Range { unit: "requantizer", tensor: "q", index, value: *q, legal };
        if fits { Ok(q << left) } else { Err(error) }
    };
    let q = q.iter().enumerate().map(shifted).collect::<Result<_, _>>()?;
    let constant = |scale: &Dyadic| if scale.e() >= 73 { (0, 0) } else { (scale.m(), scale.e().max(0)) };
    let (m, e) = scale.iter().map(constant).unzip();
    Ok((q, m, e))
}

fn narrowed<T>(
    tensor: &'static str,
    values: &[i64],
    legal: &'static str,
    narrow: impl Fn(i64) -> Option<T>,
) -> Result<Vec<T>, RtlError> {
    let fit = |(index, value): (usize, &i64)| {
        narrow(*value).ok_or(RtlError::Range { unit: "systolic_array", tensor, index, value: *value, legal })
    };
    values.iter().enumerate().map(fit).collect()
}

//! Cases decoded into typed, checked operations, and their recomputation by the golden operators.

use super::{Case, CaseError};
use crate::{
    Tensor,
    ops::{
        Dyadic, ExpConstants, GeluConstants, LayerNormSteps, OpError, SoftmaxConstants, VarianceShift, Width, iexp,
        igelu, isqrt, layernorm_row, linear, requant, requant_residual, softmax_row,
    },
};

/// Every tensor that a case of each operator may hold: inputs and constants, then outputs (docs/numerics.md, "Reference
/// vectors").
const TENSORS: [(&str, &[&str]); 7] = [
    ("requant", &["q", "m", "e", "id.q", "id.m", "id.e", "out"]),
    ("linear", &["x", "w", "bias", "out"]),
    ("gelu", &["q", "b", "c", "shift", "out"]),
    ("exp", &["q", "z", "t", "out"]),
    ("softmax", &["q", "mask", "exp16", "sum", "factor", "out"]),
    ("layernorm", &["q", "bias", "mean", "var", "std", "factor", "out"]),
    ("isqrt", &["n", "out", "updates"]),
];

/// Outputs by name, each row-major in the shape that docs/numerics.md, "Reference vectors" gives.
pub type Outputs = Vec<(&'static str, Vec<i64>)>;

/// A decoded case.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the operators' names")]
pub enum CaseOperation {
    Requant(RequantCase),
    Linear(LinearCase),
    Gelu(GeluCase),
    Exp(ExpCase),
    Softmax(SoftmaxCase),
    LayerNorm(LayerNormCase),
    Isqrt(IsqrtCase),
}

/// Requantization of `q` `[rows, channels]` with per-channel constants.
#[derive(Debug, Clone)]
pub struct RequantCase {
    /// Operand, row-major.
    pub q: Vec<i64>,
    /// One constant per channel.
    pub scale: Vec<Dyadic>,
    /// Residual term, if any.
    pub residual: Option<Residual>,
    /// Width of the result.
    pub width: Width,
}

/// The residual term of a [`RequantCase`]: same shape as its operand, one constant for all channels.
#[derive(Debug, Clone)]
pub struct Residual {
    /// Operand, row-major.
    pub q: Vec<i64>,
    /// Constant of the residual.
    pub scale: Dyadic,
}

/// `x` `[tokens, inputs]` times `w` `[outputs, inputs]` transposed, plus `bias` `[outputs]`.
#[derive(Debug, Clone)]
pub struct LinearCase {
    /// Activations, row-major.
    pub x: Vec<i64>,
    /// Weights, row-major.
    pub w: Vec<i64>,
    /// Bias of each output.
    pub bias: Vec<i64>,
    /// Number of inputs, the depth of each dot product.
    pub inputs: usize,
}

/// i-GELU of `q` `[rows, channels]`.
#[derive(Debug, Clone)]
pub struct GeluCase {
    /// Operand, row-major.
    pub q: Vec<i64>,
    /// Constants of each channel.
    pub constants: Vec<GeluConstants>,
}

/// i-exp of each element of `q`.
#[derive(Debug, Clone)]
pub struct ExpCase {
    /// Operands, all ≤ 0.
    pub q: Vec<i64>,
    /// Constants.
    pub constants: ExpConstants,
}

/// i-softmax of each row of `q` `[rows, columns]`.
#[derive(Debug, Clone)]
pub struct SoftmaxCase {
    /// Scores, row-major.
    pub q: Vec<i64>,
    /// Number of columns of each row.
    pub columns: usize,
    /// One flag per column, or empty to keep all columns.
    pub keep: Vec<bool>,
    /// Constants.
    pub constants: SoftmaxConstants,
}

/// i-LayerNorm of each row of `q` `[rows, bias.len()]`.
#[derive(Debug, Clone)]
pub struct LayerNormCase {
    /// Operand, row-major.
    pub q: Vec<i64>,
    /// Bias of each channel.
    pub bias: Vec<i64>,
    /// Right shift before the square.
    pub shift: VarianceShift,
}

/// i-sqrt of each element of `n`.
#[derive(Debug, Clone)]
pub struct IsqrtCase {
    /// Radicands.
    pub n: Vec<u32>,
}

impl CaseOperation {
    /// Decodes and checks a case's inputs and constants.
    pub fn decode(case: &Case) -> Result<Self, CaseError> {
        case.check_tensor_names()?;
        let op_error = |source| CaseError::Op { id: case.id.clone(), source };
        match case.op.as_str() {
            "requant" => {
                let (q, channels) = operand(case, "q")?;
                let scale = case.dyadics("m", "e", channels)?;
                let bits = unsigned(case, "bits")?;
                let residual = case.has_residual().then(|| case.residual(q)).transpose()?;
                let width = Width::new(bits).map_err(op_error)?;
                Ok(Self::Requant(RequantCase { q: q.values.clone(), scale, residual, width }))
            }
            "linear" => {
                let (x, inputs) = operand(case, "x")?;
                let w = case.tensor("w")?;
                let (outputs, weight_inputs) = case.matrix("w", w)?;
                if weight_inputs != inputs {
                    return Err(case.wrong_shape("w", w, format!("[outputs, {inputs}]")));
                }
                let bias = case.constants("bias", outputs)?;
                Ok(Self::Linear(LinearCase { x: x.values.clone(), w: w.values.clone(), bias, inputs }))
            }
            "gelu" => {
                let (q, channels) = operand(case, "q")?;
                let n = unsigned(case, "n")?;
                let (b, c, shift) = (
                    case.constants("b", channels)?,
                    case.constants("c", channels)?,
                    case.constants("shift", channels)?,
                );
                let constants = (0..channels)
                    .map(|i| GeluConstants::new(b[i], c[i], shift[i], n))
                    .collect::<Result<_, _>>()
                    .map_err(op_error)?;
                Ok(Self::Gelu(GeluCase { q: q.values.clone(), constants }))
            }
            "exp" => {
                let constants = case.exp_constants()?;
                Ok(Self::Exp(ExpCase { q: case.tensor("q")?.values.clone(), constants }))
            }
            "softmax" => {
                let (q, columns) = operand(case, "q")?;
                let keep = match case.tensors.contains_key("mask") {
                    true => case.constants("mask", columns)?.iter().map(|&keep| keep != 0).collect(),
                    false => Vec::new(),
                };
                let e16 = i32::try_from(case.attribute("e16")?).unwrap_or(i32::MAX);
                let requant16 = Dyadic::new(case.attribute("m16")?, e16).map_err(op_error)?;
                let out_bits = unsigned(case, "out_bits")?;
                let constants = SoftmaxConstants::new(case.exp_constants()?, requant16, out_bits).map_err(op_error)?;
                Ok(Self::Softmax(SoftmaxCase { q: q.values.clone(), columns, keep, constants }))
            }
            "layernorm" => {
                let (q, channels) = operand(case, "q")?;
                let shift = VarianceShift::new(unsigned(case, "shift")?).map_err(op_error)?;
                let bias = case.constants("bias", channels)?;
                Ok(Self::LayerNorm(LayerNormCase { q: q.values.clone(), bias, shift }))
            }
            "isqrt" => {
                let n = case.tensor("n")?.values.iter().enumerate();
                let n = n
                    .map(|(index, &value)| {
                        let (tensor, legal) = (case.full_name("n"), "0..2^32");
                        u32::try_from(value).map_err(|_| CaseError::Value { tensor, index, value, legal })
                    })
                    .collect::<Result<_, _>>()?;
                Ok(Self::Isqrt(IsqrtCase { n }))
            }
            op => Err(CaseError::UnknownOp { id: case.id.clone(), op: op.into() }),
        }
    }

    /// Recomputes every output with the golden operators.
    pub fn golden(&self) -> Result<Outputs, OpError> {
        match self {
            Self::Requant(case) => Ok(vec![("out", case.golden())]),
            Self::Linear(case) => Ok(vec![("out", linear(&case.x, &case.w, &case.bias, case.inputs)?)]),
            Self::Gelu(case) => {
                let channels = case.constants.iter().cycle();
                Ok(vec![("out", case.q.iter().zip(channels).map(|(&q, k)| igelu(q, k)).collect::<Result<_, _>>()?)])
            }
            Self::Exp(case) => case.golden(),
            Self::Softmax(case) => case.golden(),
            Self::LayerNorm(case) => case.golden(),
            Self::Isqrt(case) => {
                let steps = case.n.iter().map(|&n| isqrt(n));
                let (roots, updates) = steps.map(|s| (i64::from(s.root), i64::from(s.updates))).unzip();
                Ok(vec![("out", roots), ("updates", updates)])
            }
        }
    }
}

impl RequantCase {
    fn golden(&self) -> Vec<i64> {
        let operand = self.q.iter().zip(self.scale.iter().cycle());
        match &self.residual {
            None => operand.map(|(&q, &k)| requant(q, k, self.width)).collect(),
            Some(residual) => operand
                .zip(&residual.q)
                .map(|((&q, &k), &q2)| requant_residual(q, k, q2, residual.scale, self.width))
                .collect(),
        }
    }
}

impl ExpCase {
    fn golden(&self) -> Result<Outputs, OpError> {
        let steps: Vec<_> = self.q.iter().map(|&q| iexp(q, &self.constants)).collect::<Result<_, _>>()?;
        let out = steps
            .iter()
            .map(|s| i64::try_from(s.value(&self.constants)))
            .collect::<Result<_, _>>()
            .map_err(|_| OpError::Overflow { op: "exp", name: "out", bits: 64 })?;
        let z = steps.iter().map(|s| s.z.into()).collect();
        Ok(vec![("z", z), ("t", steps.iter().map(|s| s.t).collect()), ("out", out)])
    }
}

impl SoftmaxCase {
    fn golden(&self) -> Result<Outputs, OpError> {
        let (mut exp16, mut out) = (vec![0; self.q.len()], vec![0; self.q.len()]);
        let (mut sum, mut factor) = (Vec::new(), Vec::new());
        let rows = self.q.chunks_exact(self.columns);
        for ((q, exp16), out) in rows.zip(exp16.chunks_mut(self.columns)).zip(out.chunks_mut(self.columns)) {
            let steps = softmax_row(q, &self.keep, &self.constants, exp16, out)?;
            sum.push(steps.sum);
            factor.push(steps.factor);
        }
        Ok(vec![("exp16", exp16), ("sum", sum), ("factor", factor), ("out", out)])
    }
}

impl LayerNormCase {
    fn golden(&self) -> Result<Outputs, OpError> {
        let channels = self.bias.len();
        let mut out = vec![0; self.q.len()];
        let rows = self.q.chunks_exact(channels).zip(out.chunks_mut(channels));
        let steps: Vec<LayerNormSteps> =
            rows.map(|(q, out)| layernorm_row(q, &self.bias, self.shift, out)).collect::<Result<_, _>>()?;
        let column = |field: fn(&LayerNormSteps) -> i64| steps.iter().map(field).collect();
        Ok(vec![
            ("mean", column(|s| s.mean)),
            ("var", column(|s| s.var.into())),
            ("std", column(|s| s.std)),
            ("factor", column(|s| s.factor)),
            ("out", out),
        ])
    }
}

/// A matrix operand and its number of columns. It has elements, so the file's size bounds the columns.
fn operand<'a>(case: &'a Case, name: &str) -> Result<(&'a Tensor, usize), CaseError> {
    let tensor = case.tensor(name)?;
    let (rows, columns) = case.matrix(name, tensor)?;
    if rows == 0 || columns == 0 {
        return Err(case.wrong_shape(name, tensor, "at least one row and one column"));
    }
    Ok((tensor, columns))
}

fn unsigned(case: &Case, attribute: &'static str) -> Result<u32, CaseError> {
    u32::try_from(case.attribute(attribute)?).map_err(|_| CaseError::Attribute { id: case.id.clone(), attribute })
}

impl Case {
    /// Number of rows and columns of a matrix, or the error that it is none.
    fn matrix(&self, name: &str, tensor: &Tensor) -> Result<(usize, usize), CaseError> {
        match tensor.shape[..] {
            [rows, columns] => Ok((rows, columns)),
            _ => Err(self.wrong_shape(name, tensor, "[rows, columns]")),
        }
    }

    /// A constant tensor of `channels` values, or of one that is repeated.
    fn constants(&self, name: &str, channels: usize) -> Result<Vec<i64>, CaseError> {
        let tensor = self.tensor(name)?;
        match tensor.values[..] {
            [single] => Ok(vec![single; channels]),
            _ if tensor.shape == [channels] => Ok(tensor.values.clone()),
            _ => Err(self.wrong_shape(name, tensor, format!("[{channels}] or [1]"))),
        }
    }

    fn dyadics(&self, m: &str, e: &str, channels: usize) -> Result<Vec<Dyadic>, CaseError> {
        let pairs = self.constants(m, channels)?.into_iter().zip(self.constants(e, channels)?);
        pairs
            .enumerate()
            .map(|(index, (value, shift))| {
                let shift = i32::try_from(shift).map_err(|_| CaseError::Value {
                    tensor: self.full_name(e),
                    index,
                    value: shift,
                    legal: "a 32-bit exponent",
                })?;
                Dyadic::new(value, shift).map_err(|source| CaseError::Op { id: self.id.clone(), source })
            })
            .collect()
    }

    /// Rejects a tensor that the operator does not have.
    fn check_tensor_names(&self) -> Result<(), CaseError> {
        let Some((_, known)) = TENSORS.iter().find(|(op, _)| *op == self.op) else {
            return Err(CaseError::UnknownOp { id: self.id.clone(), op: self.op.clone() });
        };
        match self.tensors.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => {
                let (tensor, known) = (self.full_name(name), known.join(", "));
                Err(CaseError::UnknownTensor { tensor, op: self.op.clone(), known })
            }
            None => Ok(()),
        }
    }

    /// Whether any tensor of the residual term is there: then all of them have to be.
    fn has_residual(&self) -> bool {
        self.tensors.keys().any(|name| name.starts_with("id."))
    }

    fn residual(&self, q: &Tensor) -> Result<Residual, CaseError> {
        let residual = self.tensor("id.q")?;
        if residual.shape != q.shape {
            return Err(self.wrong_shape("id.q", residual, format!("{:?} as `q`", q.shape)));
        }
        let scale = self.dyadics("id.m", "id.e", 1)?[0];
        Ok(Residual { q: residual.values.clone(), scale })
    }

    fn exp_constants(&self) -> Result<ExpConstants, CaseError> {
        let (x0, b, c) = (self.attribute("x0")?, self.attribute("b")?, self.attribute("c")?);
        let constants = ExpConstants::new(x0, b, c, unsigned(self, "n")?);
        constants.map_err(|source| CaseError::Op { id: self.id.clone(), source })
    }
}

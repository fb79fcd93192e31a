//! Conditions on the values of an integer model, in addition to the shapes.
//!
//! Every way to an [`IntegerModel`](super::IntegerModel) runs the same checks, so no model reaches an engine whose
//! integers could leave the hardware's fields ([`limits`]). Where a bound depends on data, it is proved for every
//! input, not sampled.

use std::ops::RangeInclusive;

use super::{
    FeedForward, Layer, Linear, ModelConfig, ModelError, ModelParts, Norm, Requantization, ResidualRequantization,
    Softmax, WidthLimit, limits,
};
use crate::ops::{Dyadic, ExpConstants, GeluConstants, LateSoftmaxConstants, OpError, SoftmaxConstants};

/// Largest magnitude of an int8 operand.
const INT8_MAGNITUDE: i64 = 128;

/// Checks that the parts that an attribute adds are there exactly where the attribute is set, and all layers.
pub(super) fn optional_parts(model: &ModelParts) -> Result<(), ModelError> {
    let config = &model.config;
    if model.layers.len() != config.layers {
        return Err(ModelError::config("layers", config.layers, "the number of layers present"));
    }
    wide_residual([&model.embeddings.norm], config)?;
    model.layers.iter().try_for_each(|layer| optional_parts_of(layer, config))
}

/// Checks the parts of one layer.
pub(super) fn optional_parts_of(layer: &Layer, config: &ModelConfig) -> Result<(), ModelError> {
    wide_residual([&layer.attention.norm, &layer.ffn.norm], config)?;
    if layer.attention.softmax.form() != config.softmax {
        let legal = "the form of every layer's softmax constants";
        return Err(ModelError::config("softmax", format!("{:?}", config.softmax).to_lowercase(), legal));
    }
    if [&layer.ffn.input, &layer.ffn.rescale].into_iter().any(|part| part.is_some() != config.chained_requant) {
        let legal = "true where every layer has both chained requants, false where none has one";
        return Err(ModelError::config("chained_requant", config.chained_requant, legal));
    }
    Ok(())
}

fn wide_residual<const N: usize>(norms: [&Norm; N], config: &ModelConfig) -> Result<(), ModelError> {
    if norms.into_iter().any(|norm| norm.residual.is_some() != (config.residual_bits == 16)) {
        let legal = "16 where every LayerNorm has a residual requant, 8 where none has";
        return Err(ModelError::config("residual_bits", config.residual_bits, legal));
    }
    Ok(())
}

/// Checks constants and scales, and that every value fits the hardware's width for every possible input.
pub(super) fn values(model: &ModelParts) -> Result<(), ModelError> {
    let embeddings = &model.embeddings;
    residual_requant(&embeddings.word_type, "embeddings.word_type")?;
    residual_requant(&embeddings.sum, "embeddings.sum")?;
    norm(&embeddings.norm, "embeddings.norm")?;
    model.layers.iter().enumerate().try_for_each(|(index, part)| layer(part, index))
}

/// Checks constants, scales and widths of layer `index`.
pub(super) fn layer(layer: &Layer, index: usize) -> Result<(), ModelError> {
    let at = |part: &str| format!("layer.{index}.{part}");
    let attention = &layer.attention;
    for (projection, role) in [(&attention.query, "query"), (&attention.key, "key"), (&attention.value, "value")] {
        let name = at(&format!("attention.{role}"));
        accumulator(&projection.linear, &name)?;
        requant(&projection.output, &format!("{name}.requant"))?;
    }
    match &attention.softmax {
        Softmax::Paper(k) => softmax(k, at("attention.softmax"))?,
        Softmax::Late(k) => late_softmax(k, at("attention.softmax"))?,
    }
    requant(&attention.context, &at("attention.context.requant"))?;
    accumulator(&attention.output, &at("attention.output"))?;
    residual_requant(&attention.norm_input, &at("attention.norm_input"))?;
    norm(&attention.norm, &at("attention.norm"))?;
    ffn(&layer.ffn, &at("ffn"))
}

fn ffn(part: &FeedForward, name: &str) -> Result<(), ModelError> {
    if let Some(input) = &part.input {
        requant(input, &format!("{name}.input.requant"))?;
    }
    accumulator(&part.inner, &format!("{name}.inner"))?;
    gelu(&part.gelu, &format!("{name}.gelu"))?;
    let exponents = if part.zero_point == 0 { limits::EXPONENTS } else { limits::EXPONENTS_ZERO_POINT };
    requant_within(&part.activation, &format!("{name}.activation.requant"), exponents)?;
    let (tensor, value) = (format!("{name}.activation.zero_point"), i64::from(part.zero_point));
    let legal = match &part.rescale {
        // The chained requant is symmetric and would scale the zero point too.
        Some(_) if value != 0 => Some("0 where there is a chained requant"),
        _ if !(-128..=127).contains(&value) => Some("-128..=127"),
        _ => None,
    };
    if let Some(legal) = legal {
        return Err(ModelError::Value { tensor, index: 0, value, legal: legal.into() });
    }
    if let Some(rescale) = &part.rescale {
        requant(rescale, &format!("{name}.rescale.requant"))?;
    }
    accumulator(&part.output, &format!("{name}.output"))?;
    residual_requant(&part.norm_input, &format!("{name}.norm_input"))?;
    norm(&part.norm, &format!("{name}.norm"))
}

/// Proves that no int8 input can take an accumulator out of its width.
fn accumulator(linear: &Linear, name: &str) -> Result<(), ModelError> {
    let rows = linear.weight.chunks_exact(linear.inputs().max(1));
    for (channel, (row, &bias)) in rows.zip(&linear.bias).enumerate() {
        let magnitudes: i64 = row.iter().map(|&w| i64::from(w.unsigned_abs())).sum();
        let bound = i128::from(magnitudes * INT8_MAGNITUDE + i64::from(bias).abs());
        width(bound, limits::ACCUMULATOR, format!("{name} accumulator bound"), channel)?;
    }
    Ok(())
}

fn requant(part: &Requantization, name: &str) -> Result<(), ModelError> {
    requant_within(part, name, limits::EXPONENTS)
}

fn requant_within(part: &Requantization, name: &str, exponents: RangeInclusive<i32>) -> Result<(), ModelError> {
    dyadics(&part.constants, name, exponents)?;
    let unfit = part.scale.iter().position(|&scale| !(scale.is_finite() && scale > 0.0));
    match unfit {
        Some(index) => Err(ModelError::Scale { tensor: format!("{name}.scale"), index, value: part.scale[index] }),
        None => Ok(()),
    }
}

fn residual_requant(part: &ResidualRequantization, name: &str) -> Result<(), ModelError> {
    requant(&part.main, &format!("{name}.requant"))?;
    dyadics(&[part.residual], &format!("{name}.residual"), limits::EXPONENTS)
}

/// Checks exponents against the requantizer's shift, and that mantissas are normalized: only then does an operand that
/// saturates at [`limits::REQUANT_OPERAND`] still clamp to the same result (docs/numerics.md, "Widths").
fn dyadics(constants: &[Dyadic], name: &str, exponents: RangeInclusive<i32>) -> Result<(), ModelError> {
    let normalized = |m: i64| m == 0 || m.unsigned_abs() >= 1 << 30;
    if let Some(index) = constants.iter().position(|k| !normalized(k.m())) {
        let (tensor, value) = (format!("{name}.m"), constants[index].m());
        return Err(ModelError::Value { tensor, index, value, legal: "0, or a magnitude of 2^30..=2^31".into() });
    }
    match constants.iter().position(|k| !exponents.contains(&k.e())) {
        Some(index) => Err(ModelError::Value {
            tensor: format!("{name}.e"),
            index,
            value: constants[index].e().into(),
            legal: format!("{}..={}, the requantizer's shift", exponents.start(), exponents.end()),
        }),
        None => Ok(()),
    }
}

fn norm(part: &Norm, name: &str) -> Result<(), ModelError> {
    for (channel, &bias) in part.bias.iter().enumerate() {
        width(bias.into(), limits::NORM_BIAS, format!("{name}.bias"), channel)?;
    }
    if part.shift.bits() > limits::NORM_SHIFT_MAX {
        let (tensor, value) = (format!("{name}.shift"), part.shift.bits());
        let legal = format!("0..={}", limits::NORM_SHIFT_MAX);
        return Err(ModelError::Value { tensor, index: 0, value: value.into(), legal });
    }
    requant(&part.output, &format!("{name}.requant"))?;
    part.residual.as_ref().map_or(Ok(()), |residual| {
        requant_within(residual, &format!("{name}.residual.requant"), limits::EXPONENTS_INT16)
    })
}

/// Checks the intermediates of i-GELU that depend on them alone.
fn gelu(constants: &[GeluConstants], name: &str) -> Result<(), ModelError> {
    for (channel, k) in constants.iter().enumerate() {
        let n = k.n();
        let (b, c, shift) = (i128::from(k.b()), i128::from(k.c()), i128::from(k.shift()));
        // a + b runs from b (q = 0) to 0 (saturated erf); the polynomial lies between c and b^2 + c.
        let extremes = [c, b * b + c].map(|poly| [poly >> n, -poly >> n]);
        for (value, limit, quantity) in
            [(b, limits::GELU_B, "b"), (c, limits::GELU_C, "c"), (b * b, limits::GELU_C, "b^2")]
        {
            width(value, limit, format!("{name}.{quantity}"), channel)?;
        }
        for l in extremes.into_iter().flatten() {
            width(l + shift, limits::GELU_SHIFT, format!("{name} L+shift"), channel)?;
        }
    }
    Ok(())
}

/// Checks i-exp's constants, the attributes that are fixed in an encoder, and the 16-bit requantization.
fn softmax(k: &SoftmaxConstants, name: String) -> Result<(), ModelError> {
    let (exp, requant16) = (k.exp(), k.requant16());
    if k.out_bits() != 8 {
        let (tensor, value) = (format!("{name}.out_bits"), k.out_bits().into());
        return Err(ModelError::Value { tensor, index: 0, value, legal: "8 in an encoder".into() });
    }
    exponential(&exp, &name)?;
    dyadics(&[requant16], &format!("{name}.exp16"), limits::EXPONENTS)?;
    // The largest score has t = c. Its exponential keeps the sum positive, so that every row has a reciprocal.
    if requant16.scale(exp.c()) < 1 {
        let source = OpError::Operand {
            op: "softmax",
            name: "16-bit exponential of the largest score",
            value: requant16.scale(exp.c()),
            legal: "positive",
        };
        return Err(ModelError::Constants { tensors: name, channel: 0, source });
    }
    Ok(())
}

/// Checks i-exp's constants and that the largest score has a weight, so that every row has a reciprocal.
fn late_softmax(k: &LateSoftmaxConstants, name: String) -> Result<(), ModelError> {
    exponential(&k.exp(), &name)?;
    let refuse = |source| ModelError::Constants { tensors: name.clone(), channel: 0, source };
    let weight = k.weight(0).map_err(refuse)?;
    if weight < 1 {
        let (op, name) = ("late_softmax", "weight of the largest score");
        return Err(refuse(OpError::Operand { op, name, value: weight.into(), legal: "positive" }));
    }
    Ok(())
}

/// Checks the fields of i-exp and the extremes of its polynomial between the ends of an octave.
fn exponential(exp: &ExpConstants, name: &str) -> Result<(), ModelError> {
    let (x0, b, c) = (exp.x0(), exp.b(), exp.c());
    if exp.n() != 30 {
        let (tensor, value) = (format!("{name}.n"), exp.n().into());
        return Err(ModelError::Value { tensor, index: 0, value, legal: "30 in an encoder".into() });
    }
    for (value, limit, constant) in [(x0, limits::EXP_X0, "x0"), (b, limits::EXP_B, "b"), (c, limits::EXP_C, "c")] {
        width(value.into(), limit, format!("{name}.{constant}"), 0)?;
    }
    // t = r^2 + b*r + c on x0 < r <= 0 is convex: largest at an end (c at r = 0), smallest at its vertex if b > 0.
    let (end, vertex) = (x0 + 1, (-b / 2).clamp(x0 + 1, 0));
    for r in [end, vertex] {
        width(((r + b) * r + c).into(), limits::EXP_C, format!("{name} t"), 0)?;
    }
    Ok(())
}

fn width(value: i128, limit: WidthLimit, quantity: String, channel: usize) -> Result<(), ModelError> {
    if limit.holds(value) {
        return Ok(());
    }
    Err(ModelError::Width { quantity, channel, value, bits: limit.bits, why: limit.what })
}

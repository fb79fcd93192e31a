//! The tensors of an integer model: their names, dtypes and shapes, written once for reading and for writing.
//!
//! [`Codec`] is what a direction does with one tensor; the `visit` functions say which tensors there are. They walk a
//! model in place: a writer reads the fields, a reader fills the fields of [`blank`].

use safetensors::Dtype;

use super::{
    Attention, Embeddings, FeedForward, Layer, Linear, ModelConfig, ModelError, ModelParts, Norm, Projection,
    Requantization, ResidualRequantization, Softmax, SoftmaxForm, Table, limits,
};
use crate::ops::{Dyadic, ExpConstants, GeluConstants, LateSoftmaxConstants, OpError, SoftmaxConstants, VarianceShift};

/// An element type of a tensor.
pub(super) trait Element: Copy {
    const DTYPE: Dtype;
    fn put(self, bytes: &mut Vec<u8>);
    fn get(bytes: &[u8]) -> Vec<Self>;
}

macro_rules! element {
    ($($type:ty: $dtype:ident),*) => { $(
        impl Element for $type {
            const DTYPE: Dtype = Dtype::$dtype;
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            fn get(bytes: &[u8]) -> Vec<Self> {
                bytes.as_chunks().0.iter().map(|bytes| <$type>::from_le_bytes(*bytes)).collect()
            }
        }
    )* };
}
element!(u8: U8, i8: I8, i16: I16, i32: I32, i64: I64, f64: F64);

/// The shapes that a tensor may have.
#[derive(Debug, Clone, Copy)]
pub(super) enum Extent<'a> {
    /// Exactly this shape.
    Exact(&'a [usize]),
    /// One value per channel, or one for all channels.
    PerChannel(usize),
    /// A vector of any length.
    Any,
}

/// The shape in which `values` values are stored where `extent` is expected.
pub(super) fn shape_of(values: usize, extent: Extent<'_>) -> Vec<usize> {
    match extent {
        Extent::Exact(shape) if shape.iter().product::<usize>() == values => shape.to_vec(),
        _ => vec![values],
    }
}

/// Checks a shape against what is allowed.
pub(super) fn check_extent(tensor: &str, found: &[usize], extent: Extent<'_>) -> Result<(), ModelError> {
    let (fits, expected) = match extent {
        Extent::Exact(shape) => (found == shape, format!("{shape:?}")),
        Extent::PerChannel(1) => (found == [1], "[1]".into()),
        Extent::PerChannel(channels) => (found == [channels] || found == [1], format!("[{channels}] or [1]")),
        Extent::Any => (found.len() == 1, "one dimension".into()),
    };
    if fits { Ok(()) } else { Err(ModelError::Shape { tensor: tensor.into(), found: found.to_vec(), expected }) }
}

/// Visitor of tensors: reads, writes, or checks the shape.
pub(super) trait Codec {
    fn tensor<E: Element>(&mut self, name: &str, extent: Extent<'_>, values: &mut Vec<E>) -> Result<(), ModelError>;

    /// A single value, stored as `[1]`.
    fn scalar<E: Element>(&mut self, name: &str, value: &mut E) -> Result<(), ModelError> {
        let mut values = vec![*value];
        self.tensor(name, Extent::Exact(&[1]), &mut values)?;
        *value = values[0];
        Ok(())
    }
}

/// Constants that a reader overwrites, with the attributes that are the same in every encoder.
const fn blank_softmax(form: SoftmaxForm) -> Softmax {
    let (Ok(exp), Ok(requant16)) = (ExpConstants::new(-1, 0, 0, 30), Dyadic::new(1, 0)) else { unreachable!() };
    match form {
        SoftmaxForm::Paper => {
            let Ok(softmax) = SoftmaxConstants::new(exp, requant16, 8) else { unreachable!() };
            Softmax::Paper(softmax)
        }
        SoftmaxForm::Late => {
            let Ok(softmax) = LateSoftmaxConstants::new(exp, 0, 1, 0) else { unreachable!() };
            Softmax::Late(softmax)
        }
    }
}

/// Checks that every tensor has the shape that follows from the configuration.
pub(super) struct Shapes;

impl Codec for Shapes {
    fn tensor<E: Element>(&mut self, name: &str, extent: Extent<'_>, values: &mut Vec<E>) -> Result<(), ModelError> {
        check_extent(name, &shape_of(values.len(), extent), extent)
    }
}

/// A model of `config` with every tensor empty, for a reader to fill.
pub(super) fn blank(config: ModelConfig) -> ModelParts {
    let norm = || Norm { residual: (config.residual_bits == 16).then(Requantization::default), ..Norm::default() };
    let chained = || config.chained_requant.then(Requantization::default);
    let layer = || Layer {
        attention: Attention {
            query: Projection::default(),
            key: Projection::default(),
            value: Projection::default(),
            softmax: blank_softmax(config.softmax),
            context: Requantization::default(),
            output: Linear::default(),
            norm_input: ResidualRequantization::default(),
            norm: norm(),
        },
        ffn: FeedForward {
            input: chained(),
            inner: Linear::default(),
            gelu: Vec::new(),
            activation: Requantization::default(),
            zero_point: 0,
            rescale: chained(),
            output: Linear::default(),
            norm_input: ResidualRequantization::default(),
            norm: norm(),
        },
    };
    let embeddings = Embeddings {
        word: Table::default(),
        token_type: Table::default(),
        position: Table::default(),
        word_type: ResidualRequantization::default(),
        sum: ResidualRequantization::default(),
        norm: norm(),
    };
    let layers = (0..config.layers).map(|_| layer()).collect();
    ModelParts { config, embeddings, layers, tokenizer: None }
}

/// Visits every tensor of the model but the tokenizer.
pub(super) fn visit(model: &mut ModelParts, codec: &mut impl Codec) -> Result<(), ModelError> {
    let config = &model.config;
    visit_embeddings(&mut model.embeddings, config, codec)?;
    for (index, layer) in model.layers.iter_mut().enumerate() {
        visit_layer(layer, index, config, codec)?;
    }
    Ok(())
}

/// Visits every tensor of layer `index`.
pub(super) fn visit_layer(
    layer: &mut Layer,
    index: usize,
    config: &ModelConfig,
    codec: &mut impl Codec,
) -> Result<(), ModelError> {
    visit_attention(&mut layer.attention, &format!("layer.{index}.attention"), config, codec)?;
    visit_ffn(&mut layer.ffn, &format!("layer.{index}.ffn"), config, codec)
}

fn visit_embeddings(part: &mut Embeddings, config: &ModelConfig, codec: &mut impl Codec) -> Result<(), ModelError> {
    visit_table(&mut part.word, "embeddings.word", config.vocab, config, codec)?;
    visit_table(&mut part.token_type, "embeddings.token_type", config.token_types, config, codec)?;
    visit_table(&mut part.position, "embeddings.position", config.positions, config, codec)?;
    visit_residual_requant(&mut part.word_type, "embeddings.word_type", config.hidden, codec)?;
    visit_residual_requant(&mut part.sum, "embeddings.sum", config.hidden, codec)?;
    visit_norm(&mut part.norm, "embeddings.norm", config, codec)
}

fn visit_table(
    table: &mut Table,
    name: &str,
    rows: usize,
    config: &ModelConfig,
    codec: &mut impl Codec,
) -> Result<(), ModelError> {
    let shape = [rows, config.hidden];
    if config.embedding_bits == 16 {
        return codec.tensor(name, Extent::Exact(&shape), &mut table.values);
    }
    let mut narrow = Vec::with_capacity(table.values.len());
    for (index, &value) in table.values.iter().enumerate() {
        narrow.push(i8::try_from(value).map_err(|_| ModelError::Value {
            tensor: name.into(),
            index,
            value: value.into(),
            legal: "int8, as `embedding_bits` is 8".into(),
        })?);
    }
    codec.tensor(name, Extent::Exact(&shape), &mut narrow)?;
    table.values = narrow.into_iter().map(i16::from).collect();
    Ok(())
}

fn visit_attention(
    part: &mut Attention,
    name: &str,
    config: &ModelConfig,
    codec: &mut impl Codec,
) -> Result<(), ModelError> {
    let hidden = config.hidden;
    for (projection, role) in [(&mut part.query, "query"), (&mut part.key, "key"), (&mut part.value, "value")] {
        let name = format!("{name}.{role}");
        visit_linear(&mut projection.linear, &name, hidden, hidden, codec)?;
        visit_requant(&mut projection.output, &format!("{name}.requant"), hidden, codec)?;
    }
    visit_softmax(&mut part.softmax, &format!("{name}.softmax"), codec)?;
    visit_requant(&mut part.context, &format!("{name}.context.requant"), hidden, codec)?;
    visit_linear(&mut part.output, &format!("{name}.output"), hidden, hidden, codec)?;
    visit_residual_requant(&mut part.norm_input, &format!("{name}.norm_input"), hidden, codec)?;
    visit_norm(&mut part.norm, &format!("{name}.norm"), config, codec)
}

fn visit_ffn(
    part: &mut FeedForward,
    name: &str,
    config: &ModelConfig,
    codec: &mut impl Codec,
) -> Result<(), ModelError> {
    if let Some(input) = &mut part.input {
        visit_requant(input, &format!("{name}.input.requant"), 1, codec)?;
    }
    visit_linear(&mut part.inner, &format!("{name}.inner"), config.hidden, config.ffn, codec)?;
    visit_gelu(&mut part.gelu, &format!("{name}.gelu"), config.ffn, codec)?;
    visit_requant(&mut part.activation, &format!("{name}.activation.requant"), config.ffn, codec)?;
    codec.scalar(&format!("{name}.activation.zero_point"), &mut part.zero_point)?;
    if let Some(rescale) = &mut part.rescale {
        visit_requant(rescale, &format!("{name}.rescale.requant"), 1, codec)?;
    }
    visit_linear(&mut part.output, &format!("{name}.output"), config.ffn, config.hidden, codec)?;
    visit_residual_requant(&mut part.norm_input, &format!("{name}.norm_input"), config.hidden, codec)?;
    visit_norm(&mut part.norm, &format!("{name}.norm"), config, codec)
}

fn visit_linear(
    linear: &mut Linear,
    name: &str,
    inputs: usize,
    outputs: usize,
    codec: &mut impl Codec,
) -> Result<(), ModelError> {
    codec.tensor(&format!("{name}.weight"), Extent::Exact(&[outputs, inputs]), &mut linear.weight)?;
    codec.tensor(&format!("{name}.bias"), Extent::Exact(&[outputs]), &mut linear.bias)
}

fn visit_norm(part: &mut Norm, name: &str, config: &ModelConfig, codec: &mut impl Codec) -> Result<(), ModelError> {
    codec.tensor(&format!("{name}.bias"), Extent::Exact(&[config.hidden]), &mut part.bias)?;
    let mut shift = part.shift.bits() as i32;
    codec.scalar(&format!("{name}.shift"), &mut shift)?;
    let legal = u32::try_from(shift).ok().and_then(|shift| VarianceShift::new(shift).ok());
    part.shift = legal.ok_or_else(|| ModelError::Value {
        tensor: format!("{name}.shift"),
        index: 0,
        value: shift.into(),
        legal: format!("0..={}", limits::NORM_SHIFT_MAX),
    })?;
    visit_requant(&mut part.output, &format!("{name}.requant"), config.hidden, codec)?;
    match &mut part.residual {
        Some(residual) => visit_requant(residual, &format!("{name}.residual.requant"), config.hidden, codec),
        None => Ok(()),
    }
}

fn visit_requant(
    part: &mut Requantization,
    name: &str,
    channels: usize,
    codec: &mut impl Codec,
) -> Result<(), ModelError> {
    visit_dyadics(&mut part.constants, name, Extent::PerChannel(channels), codec)?;
    codec.tensor(&format!("{name}.scale"), Extent::PerChannel(channels), &mut part.scale)
}

fn visit_residual_requant(
    part: &mut ResidualRequantization,
    name: &str,
    channels: usize,
    codec: &mut impl Codec,
) -> Result<(), ModelError> {
    visit_requant(&mut part.main, &format!("{name}.requant"), channels, codec)?;
    let mut residual = vec![part.residual];
    visit_dyadics(&mut residual, &format!("{name}.residual"), Extent::Exact(&[1]), codec)?;
    part.residual = residual[0];
    Ok(())
}

fn visit_dyadics(
    dyadics: &mut Vec<Dyadic>,
    name: &str,
    extent: Extent<'_>,
    codec: &mut impl Codec,
) -> Result<(), ModelError> {
    let (mut m, mut e): (Vec<i64>, Vec<i32>) = dyadics.iter().map(|d| (d.m(), d.e())).unzip();
    codec.tensor(&format!("{name}.m"), extent, &mut m)?;
    codec.tensor(&format!("{name}.e"), extent, &mut e)?;
    if m.len() != e.len() {
        let expected = format!("[{}] as `{name}.m`", m.len());
        return Err(ModelError::Shape { tensor: format!("{name}.e"), found: vec![e.len()], expected });
    }
    *dyadics = each_channel(name, m.len(), |i| Dyadic::new(m[i], e[i]))?;
    Ok(())
}

fn visit_gelu(
    constants: &mut Vec<GeluConstants>,
    name: &str,
    channels: usize,
    codec: &mut impl Codec,
) -> Result<(), ModelError> {
    let field = |field: fn(&GeluConstants) -> i64| constants.iter().map(field).collect::<Vec<_>>();
    let (mut b, mut c, mut shift) = (field(GeluConstants::b), field(GeluConstants::c), field(GeluConstants::shift));
    // The file has one shift for all channels.
    let common = constants.first().map_or(0, GeluConstants::n);
    if let Some(index) = constants.iter().position(|k| k.n() != common) {
        let (tensor, value) = (format!("{name}.n"), constants[index].n().into());
        return Err(ModelError::Value { tensor, index, value, legal: format!("{common} as channel 0") });
    }
    let mut n = common as i32;
    for (values, field) in [(&mut b, "b"), (&mut c, "c"), (&mut shift, "shift")] {
        codec.tensor(&format!("{name}.{field}"), Extent::Exact(&[channels]), values)?;
    }
    codec.scalar(&format!("{name}.n"), &mut n)?;
    // A negative n becomes a huge one, which the constants refuse.
    *constants = each_channel(name, channels, |i| GeluConstants::new(b[i], c[i], shift[i], n as u32))?;
    Ok(())
}

fn visit_softmax(part: &mut Softmax, name: &str, codec: &mut impl Codec) -> Result<(), ModelError> {
    let refuse = |source| ModelError::Constants { tensors: name.into(), channel: 0, source };
    *part = match *part {
        Softmax::Paper(softmax) => {
            let exp = visit_exp(softmax.exp(), name, codec)?;
            let mut requant16 = vec![softmax.requant16()];
            visit_dyadics(&mut requant16, &format!("{name}.exp16"), Extent::Exact(&[1]), codec)?;
            Softmax::Paper(SoftmaxConstants::new(exp, requant16[0], softmax.out_bits()).map_err(refuse)?)
        }
        Softmax::Late(softmax) => {
            let exp = visit_exp(softmax.exp(), name, codec)?;
            let mut weight = [softmax.shift(), softmax.m(), softmax.e()].map(|value| value as i32);
            for (value, field) in weight.iter_mut().zip(["shift", "m", "e"]) {
                codec.scalar(&format!("{name}.weight.{field}"), value)?;
            }
            // A negative value becomes a huge one, which the constants refuse.
            let [shift, m, e] = weight.map(|value| value as u32);
            Softmax::Late(LateSoftmaxConstants::new(exp, shift, m, e).map_err(refuse)?)
        }
    };
    Ok(())
}

fn visit_exp(exp: ExpConstants, name: &str, codec: &mut impl Codec) -> Result<ExpConstants, ModelError> {
    let (mut x0, mut b, mut c) = (exp.x0(), exp.b(), exp.c());
    for (value, field) in [(&mut x0, "x0"), (&mut b, "b"), (&mut c, "c")] {
        codec.scalar(&format!("{name}.{field}"), value)?;
    }
    ExpConstants::new(x0, b, c, exp.n()).map_err(|source| ModelError::Constants {
        tensors: name.into(),
        channel: 0,
        source,
    })
}

/// Constants of each of `channels` channels, or the first one's error with its place.
fn each_channel<T>(
    name: &str,
    channels: usize,
    constants: impl Fn(usize) -> Result<T, OpError>,
) -> Result<Vec<T>, ModelError> {
    let at =
        |channel| constants(channel).map_err(|source| ModelError::Constants { tensors: name.into(), channel, source });
    (0..channels).map(at).collect()
}

//! Parts that are no model: every length and every size, one off; and any constant anywhere. What is not refused, runs.

use ibert_golden::{
    encoder::{EncodeError, Encoder, Sequence, Unobserved},
    model::{IntegerModel, Layer, ModelError, ModelParts, Norm, PositionIds, Requantization, Softmax},
    ops::{Dyadic, ExpConstants, GeluConstants, LateSoftmaxConstants, SoftmaxConstants, VarianceShift},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::num::NonZeroUsize;

use super::small_model::{beyond_the_paper, beyond_the_paper_parts, ibert, ibert_parts};

/// A change to the length of one vector of the parts.
type Resize = Box<dyn Fn(&mut ModelParts)>;

/// One element less, one more, none: of a vector that is reached by `path`.
fn resizes<T: Clone + 'static>(path: fn(&mut ModelParts) -> &mut Vec<T>) -> [Resize; 3] {
    [
        Box::new(move |parts| drop(path(parts).pop())),
        Box::new(move |parts| {
            let first = path(parts)[0].clone();
            path(parts).push(first);
        }),
        Box::new(move |parts| path(parts).clear()),
    ]
}

macro_rules! lengths {
    ($($($part:ident).+ $([$layer:literal] $(.$within:ident)+)?),* $(,)?) => {
        vec![$((
            stringify!($($part).+ $([$layer] $(.$within)+)?),
            resizes(|parts| &mut parts.$($part).+ $([$layer] $(.$within)+)?),
        )),*]
    };
}

#[test]
fn every_length_that_is_one_off_is_refused() {
    let tables = lengths!(embeddings.word.values, embeddings.token_type.values, embeddings.position.values);
    let linears = lengths!(
        layers[0].attention.query.linear.weight,
        layers[1].attention.key.linear.weight,
        layers[0].attention.value.linear.weight,
        layers[1].attention.output.weight,
        layers[0].ffn.inner.weight,
        layers[1].ffn.output.weight,
    );
    let accumulators = lengths!(
        layers[0].attention.query.linear.bias,
        layers[1].attention.key.linear.bias,
        layers[0].attention.value.linear.bias,
        layers[1].attention.output.bias,
        layers[0].ffn.inner.bias,
        layers[1].ffn.output.bias,
    );
    let norms = lengths!(embeddings.norm.bias, layers[0].attention.norm.bias, layers[1].ffn.norm.bias);
    let dyadics = lengths!(
        embeddings.word_type.main.constants,
        embeddings.sum.main.constants,
        embeddings.norm.output.constants,
        layers[0].attention.query.output.constants,
        layers[1].attention.key.output.constants,
        layers[0].attention.value.output.constants,
        layers[1].attention.context.constants,
        layers[0].attention.norm_input.main.constants,
        layers[1].attention.norm.output.constants,
        layers[0].ffn.activation.constants,
        layers[1].ffn.norm_input.main.constants,
        layers[0].ffn.norm.output.constants,
    );
    let scales = lengths!(
        embeddings.word_type.main.scale,
        embeddings.norm.output.scale,
        layers[0].attention.query.output.scale,
        layers[1].attention.context.scale,
        layers[0].ffn.activation.scale,
        layers[1].ffn.norm.output.scale,
    );
    let gelu = lengths!(layers[0].ffn.gelu, layers[1].ffn.gelu);
    let layers = lengths!(layers);
    let all = [tables, linears, accumulators, norms, dyadics, scales, gelu, layers].into_iter().flatten();
    let mut refusals = 0;
    for (path, resizes) in all {
        for (change, resize) in ["pop", "push", "clear"].iter().zip(resizes) {
            for mut parts in [ibert_parts(), beyond_the_paper_parts()] {
                resize(&mut parts);
                let refused = IntegerModel::new(parts).err().unwrap_or_else(|| panic!("{change} of {path}"));
                let named = matches!(refused, ModelError::Shape { .. } | ModelError::Config { field: "layers", .. });
                assert!(named, "{change} of {path}: {refused}");
                refusals += 1;
            }
        }
    }
    assert_eq!(refusals, 39 * 3 * 2);
}

#[test]
fn every_size_that_is_not_that_of_the_parts_is_refused() {
    type Change = fn(&mut ModelParts);
    let changes: [(&str, Change); 21] = [
        ("hidden", |parts| parts.config.hidden += 1),
        ("hidden", |parts| parts.config.hidden *= 2),
        ("hidden", |parts| parts.config.hidden = 0),
        ("heads", |parts| parts.config.heads += 1),
        ("heads", |parts| parts.config.heads = 0),
        ("ffn", |parts| parts.config.ffn += 1),
        ("ffn", |parts| parts.config.ffn = 0),
        ("layers", |parts| parts.config.layers += 1),
        ("layers", |parts| parts.config.layers -= 1),
        ("layers", |parts| parts.config.layers = 0),
        ("vocab", |parts| parts.config.vocab += 1),
        ("vocab", |parts| parts.config.vocab = 0),
        ("positions", |parts| parts.config.positions += 1),
        ("positions", |parts| parts.config.positions = usize::MAX),
        ("token_types", |parts| parts.config.token_types += 1),
        ("token_types", |parts| parts.config.token_types = 0),
        ("position_ids", |parts| parts.config.position_ids = PositionIds::AfterPadding { padding_id: u32::MAX }),
        ("residual_bits", |parts| parts.config.residual_bits ^= 8 ^ 16),
        ("residual_bits", |parts| parts.config.residual_bits = 0),
        ("embedding_bits", |parts| parts.config.embedding_bits = 7),
        ("chained_requant", |parts| parts.config.chained_requant ^= true),
    ];
    for (field, change) in changes {
        for mut parts in [ibert_parts(), beyond_the_paper_parts()] {
            change(&mut parts);
            assert!(IntegerModel::new(parts).is_err(), "{field}");
        }
    }
}

/// A layer in the place of another is checked as a whole model is, and a refused one leaves the model as it was.
#[test]
fn a_layer_that_takes_the_place_of_another_is_checked() {
    let mut model = ibert();
    let before = model.clone();
    let changed = |change: fn(&mut Layer)| {
        let mut layer = ibert().layers[1].clone();
        change(&mut layer);
        layer
    };
    let refusals = [
        model.replace_layer(1, changed(|layer| layer.ffn.inner.bias[3] = i32::MAX)),
        model.replace_layer(1, changed(|layer| layer.ffn.inner.bias.truncate(127))),
        model.replace_layer(1, changed(|layer| layer.ffn.input = None)),
        model.replace_layer(1, beyond_the_paper().layers[1].clone()),
        model.replace_layer(2, changed(|_| {})),
    ];
    assert!(refusals.iter().all(Result::is_err), "{refusals:?}");
    let named = refusals[0].as_ref().unwrap_err().to_string();
    assert!(named.starts_with("`layer.1.ffn.inner accumulator bound`, channel 3"), "{named}");
    assert_eq!(model, before);
    model.replace_layer(1, changed(|layer| layer.ffn.inner.bias[3] += 1)).unwrap();
    assert_eq!(model.layers[1].ffn.inner.bias[3], before.layers[1].ffn.inner.bias[3] + 1);
    assert_eq!(IntegerModel::new(model.clone().into_parts()).unwrap(), model);
}

#[test]
fn the_first_layers_of_a_model_are_a_model() {
    for (count, layers) in [(1, 1), (2, 2), (9, 2)] {
        let shorter = ibert().first_layers(NonZeroUsize::new(count).unwrap());
        assert_eq!((shorter.layers.len(), shorter.config.layers), (layers, layers));
        assert_eq!(IntegerModel::new(shorter.clone().into_parts()).unwrap(), shorter);
        // What enters the layer behind the last is what the shorter model returns.
        let (model, sequence) = (ibert(), Sequence::new(vec![5, 6, 7]));
        let encoder = Encoder::new(&model);
        let mut stream = encoder.embed(&sequence, &mut Unobserved).unwrap();
        for index in 0..layers {
            stream = encoder.layer(index, stream, &[], &mut Unobserved).unwrap();
        }
        assert_eq!(Encoder::new(&shorter).run(&sequence).unwrap().values, stream.residual());
    }
}

#[test]
fn a_layer_refuses_what_is_not_for_it() {
    let (model, wide) = (ibert(), beyond_the_paper());
    let encoder = Encoder::new(&model);
    let sequence = Sequence::new(vec![5, 6, 7]);
    let stream = |model: &IntegerModel| Encoder::new(model).embed(&sequence, &mut Unobserved).unwrap();
    let refused = |index, model, mask: &[bool]| encoder.layer(index, stream(model), mask, &mut Unobserved).unwrap_err();
    assert_eq!(refused(2, &model, &[]), EncodeError::NoSuchLayer { index: 2, layers: 2 });
    assert_eq!(refused(usize::MAX, &model, &[]), EncodeError::NoSuchLayer { index: usize::MAX, layers: 2 });
    let other = EncodeError::OtherStream { operands: 192, residuals: 192, hidden: 64 };
    assert_eq!(refused(0, &wide, &[]), other);
    assert_eq!(refused(0, &model, &[true; 2]), EncodeError::Length { name: "mask", found: 2, tokens: 3 });
}

/// Values of every magnitude.
fn value(rng: &mut ChaCha8Rng) -> i64 {
    rng.random::<i64>() >> rng.random_range(0..64)
}

/// One constant of the layer, or of a LayerNorm, becomes another that can be built.
fn change_a_constant(rng: &mut ChaCha8Rng, parts: &mut ModelParts) {
    let dyadic = |rng: &mut ChaCha8Rng| {
        let m = rng.random_range(-(1_i64 << 31)..=1 << 31);
        Dyadic::new(if rng.random() { m | 1 << 30 } else { m }, rng.random_range(-32..80)).ok()
    };
    let requant = |rng: &mut ChaCha8Rng, part: &mut Requantization| {
        let index = rng.random_range(0..part.constants.len());
        part.constants[index] = dyadic(rng).unwrap_or_default();
    };
    let index = rng.random_range(0..2);
    let Layer { attention, ffn } = &mut parts.layers[index];
    let norm = |rng: &mut ChaCha8Rng, part: &mut Norm| match rng.random_range(0..3) {
        0 => part.bias[7] = value(rng),
        1 => part.shift = VarianceShift::new(rng.random_range(0..=30)).unwrap(),
        _ => requant(rng, &mut part.output),
    };
    match rng.random_range(0..12) {
        0 => requant(rng, &mut attention.query.output),
        1 => requant(rng, &mut attention.context),
        2 => requant(rng, &mut attention.norm_input.main),
        3 => requant(rng, &mut ffn.activation),
        4 => norm(rng, &mut attention.norm),
        5 => norm(rng, &mut ffn.norm),
        6 => norm(rng, &mut parts.embeddings.norm),
        7 => attention.key.linear.bias[9] = value(rng) as i32,
        8 => ffn.output.bias[9] = value(rng) as i32,
        9 => ffn.zero_point = value(rng) as i32,
        10 => {
            let k = &mut ffn.gelu[rng.random_range(0..128)];
            let fields = [k.b(), k.c(), k.shift()].map(|old| if rng.random() { old } else { value(rng) });
            *k = GeluConstants::new(fields[0], fields[1], fields[2], k.n()).unwrap_or(*k);
        }
        _ => {
            let old = attention.softmax;
            let fields = [old.exp().x0(), old.exp().b(), old.exp().c()];
            let [x0, b, c] = fields.map(|old| if rng.random() { old } else { value(rng) });
            let exp = ExpConstants::new(x0, b, c, 30).unwrap_or(old.exp());
            attention.softmax = match old {
                Softmax::Paper(k) => {
                    let requant16 = if rng.random() { k.requant16() } else { dyadic(rng).unwrap_or_default() };
                    SoftmaxConstants::new(exp, requant16, 8).map_or(old, Softmax::Paper)
                }
                Softmax::Late(k) => {
                    let [shift, m, e] =
                        [k.shift(), k.m(), k.e()].map(|old| if rng.random() { old } else { value(rng) as u32 });
                    LateSoftmaxConstants::new(exp, shift, m, e).map_or(old, Softmax::Late)
                }
            };
        }
    }
}

/// Whatever is accepted encodes every sequence; nothing panics, whatever the constants.
#[test]
fn any_constants_are_refused_or_run() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut refused, mut run) = (0, 0);
    for round in 0..600 {
        let mut parts = if round % 2 == 0 { ibert_parts() } else { beyond_the_paper_parts() };
        (0..rng.random_range(1..4)).for_each(|_| change_a_constant(&mut rng, &mut parts));
        match IntegerModel::new(parts) {
            Err(_) => refused += 1,
            Ok(model) => {
                run += 1;
                let tokens = rng.random_range(1..=8);
                let ids = (0..tokens).map(|_| rng.random_range(0..model.config.vocab as u32)).collect();
                let mut mask: Vec<bool> = (0..tokens).map(|_| rng.random()).collect();
                mask[0] = true;
                Encoder::new(&model).run(&Sequence { mask, ..Sequence::new(ids) }).unwrap();
            }
        }
    }
    println!("{refused} refused, {run} run");
    assert!(refused > 100 && run > 100, "{refused} refused, {run} run");
}

//! Parts whose constants an operator or the hardware does not take. Each is refused when a model is made of it and,
//! where a file can hold it, when that is read.

use ibert_golden::{
    model::{IntegerModel, ModelError, ModelParts, Softmax, limits},
    ops::{Dyadic, ExpConstants, GeluConstants, OpError, SoftmaxConstants},
};

use super::small_model::{beyond_the_paper, beyond_the_paper_parts, file, ibert, ibert_parts};

fn dyadic(m: i64, e: i32) -> Dyadic {
    Dyadic::new(m, e).unwrap()
}

/// The refusal of the small model after `change`.
fn refusal(change: impl FnOnce(&mut ModelParts)) -> ModelError {
    let mut model = ibert_parts();
    change(&mut model);
    let Err(refused) = IntegerModel::new(model) else { panic!("the broken model is valid") };
    refused
}

/// The refusal of the small model's file with one value changed.
fn file_refusal<const N: usize>(tensor: &str, index: usize, value: [u8; N]) -> ModelError {
    let mut file = file(&ibert());
    file.tensor(tensor).set(index, value);
    let Err(refused) = IntegerModel::from_bytes(&file.to_bytes()) else { panic!("the broken file was read") };
    refused
}

#[track_caller]
fn assert_value(refused: ModelError, name: &str, at: usize, wrong: i64) {
    let named = matches!(
        &refused,
        ModelError::Value { tensor, index, value, .. } if tensor == name && *index == at && *value == wrong
    );
    assert!(named, "{refused}");
}

#[track_caller]
fn assert_width(refused: ModelError, name: &str, at: usize, width: u32) {
    let named = matches!(
        &refused,
        ModelError::Width { quantity, channel, bits, .. } if quantity == name && *channel == at && *bits == width
    );
    assert!(named, "{refused}");
}

#[test]
fn shifts_beyond_the_requantizer_are_refused_wherever_they_are() {
    for (tensor, index) in [
        ("embeddings.word_type.requant.e", 0),
        ("embeddings.sum.residual.e", 0),
        ("embeddings.norm.requant.e", 63),
        ("layer.0.attention.query.requant.e", 5),
        ("layer.1.attention.key.requant.e", 63),
        ("layer.0.attention.value.requant.e", 0),
        ("layer.0.attention.softmax.exp16.e", 0),
        ("layer.1.attention.context.requant.e", 0),
        ("layer.1.attention.norm_input.requant.e", 2),
        ("layer.1.attention.norm_input.residual.e", 0),
        ("layer.0.attention.norm.requant.e", 1),
        ("layer.0.ffn.input.requant.e", 0),
        ("layer.0.ffn.activation.requant.e", 127),
        ("layer.0.ffn.rescale.requant.e", 0),
        ("layer.0.ffn.norm_input.requant.e", 9),
        ("layer.1.ffn.norm.requant.e", 8),
    ] {
        assert_value(file_refusal(tensor, index, 63_i32.to_le_bytes()), tensor, index, 63);
    }
    let refused = refusal(|model| model.layers[1].attention.context.constants = vec![dyadic(1 << 30, -1)]);
    assert_value(refused, "layer.1.attention.context.requant.e", 0, -1);
}

/// A zero point and a 16-bit result leave a saturated operand less room.
#[test]
fn shifts_are_shorter_where_a_saturated_operand_would_show() {
    let exponent = |change: fn(&mut ModelParts, Dyadic), e: i32| {
        let mut model = beyond_the_paper_parts();
        change(&mut model, dyadic(1 << 30, e));
        IntegerModel::new(model)
    };
    let activation = |model: &mut ModelParts, k| model.layers[1].ffn.activation.constants[3] = k;
    exponent(activation, 61).unwrap();
    assert_value(exponent(activation, 62).unwrap_err(), "layer.1.ffn.activation.requant.e", 3, 62);
    let residual = |model: &mut ModelParts, k| model.layers[1].ffn.norm.residual.as_mut().unwrap().constants[3] = k;
    exponent(residual, 54).unwrap();
    assert_value(exponent(residual, 55).unwrap_err(), "layer.1.ffn.norm.residual.requant.e", 3, 55);
}

#[test]
fn mantissas_that_are_not_normalized_are_refused() {
    for m in [1, -1, (1 << 30) - 1, -(1 << 30) + 1] {
        let refused = refusal(|model| model.layers[0].attention.query.output.constants[3] = dyadic(m, 31));
        assert_value(refused, "layer.0.attention.query.requant.m", 3, m);
    }
    // A scale ratio of 0 is legal: a channel that is always 0.
    let mut model = ibert_parts();
    model.layers[0].attention.query.output.constants[3] = dyadic(0, 31);
    IntegerModel::new(model).unwrap();
}

#[test]
fn mantissas_beyond_2_to_31_are_refused() {
    let refused = file_refusal("layer.0.attention.query.requant.m", 7, ((1_i64 << 31) + 1).to_le_bytes());
    let ModelError::Constants { tensors, channel: 7, source: OpError::Constant { name: "m", .. } } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(tensors, "layer.0.attention.query.requant");
}

#[test]
fn shifts_that_no_dyadic_number_has_are_refused() {
    let refused = file_refusal("layer.0.attention.query.requant.e", 7, i32::MIN.to_le_bytes());
    let named =
        matches!(&refused, ModelError::Constants { channel: 7, source: OpError::Constant { name: "e", .. }, .. });
    assert!(named, "{refused}");
}

#[test]
fn scales_that_are_no_scales_are_refused() {
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, -1e-3] {
        for tensor in ["embeddings.sum.requant.scale", "layer.1.ffn.norm.requant.scale"] {
            let refused = file_refusal(tensor, 0, wrong.to_le_bytes());
            let named = matches!(&refused, ModelError::Scale { tensor: found, index: 0, value }
                if found == tensor && value.to_bits() == wrong.to_bits());
            assert!(named, "{refused}");
        }
    }
}

/// 64 weights of -128 with operands of -128 leave a bias of 2^31 - 1 - 2^20 and not one more.
#[test]
fn accumulators_are_proved_to_fit_for_every_input() {
    let with_bias = |bias: i32| {
        let mut model = ibert_parts();
        let linear = &mut model.layers[1].attention.output;
        linear.weight[64 * 5..64 * 6].fill(-128);
        linear.bias[5] = bias;
        IntegerModel::new(model)
    };
    let limit = i32::MAX - (1 << 20);
    with_bias(limit).unwrap();
    assert_width(with_bias(limit + 1).unwrap_err(), "layer.1.attention.output accumulator bound", 5, 32);
    assert_width(with_bias(-limit - 1).unwrap_err(), "layer.1.attention.output accumulator bound", 5, 32);
    assert_width(with_bias(i32::MIN).unwrap_err(), "layer.1.attention.output accumulator bound", 5, 32);

    for (tensor, name) in [
        ("layer.0.attention.query.bias", "layer.0.attention.query accumulator bound"),
        ("layer.0.attention.key.bias", "layer.0.attention.key accumulator bound"),
        ("layer.0.attention.value.bias", "layer.0.attention.value accumulator bound"),
        ("layer.0.ffn.inner.bias", "layer.0.ffn.inner accumulator bound"),
        ("layer.0.ffn.output.bias", "layer.0.ffn.output accumulator bound"),
    ] {
        assert_width(file_refusal(tensor, 2, i32::MAX.to_le_bytes()), name, 2, 32);
    }
}

#[test]
fn gelu_constants_beyond_their_fields_are_refused() {
    let gelu = |field: &str| format!("layer.0.ffn.gelu.{field}");
    assert_width(file_refusal(&gelu("b"), 9, (-65537_i64).to_le_bytes()), &gelu("b"), 9, 17);
    assert_width(file_refusal(&gelu("c"), 9, (1_i64 << 33).to_le_bytes()), &gelu("c"), 9, 34);
    assert_width(file_refusal(&gelu("c"), 9, i64::MIN.to_le_bytes()), &gelu("c"), 9, 34);
    assert_width(file_refusal(&gelu("shift"), 9, (1_i64 << 20).to_le_bytes()), "layer.0.ffn.gelu L+shift", 9, 21);
    // With n = 0 the polynomial is not shifted down into the field of L.
    assert_width(file_refusal(&gelu("n"), 0, 0_i32.to_le_bytes()), "layer.0.ffn.gelu L+shift", 0, 21);
}

#[test]
fn gelu_constants_that_the_operator_refuses_are_refused_by_channel() {
    let refused = file_refusal("layer.0.ffn.gelu.b", 9, 1_i64.to_le_bytes());
    let ModelError::Constants { tensors, channel: 9, source: OpError::Constant { name: "b", .. } } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(tensors, "layer.0.ffn.gelu");
    for n in [63, -1] {
        let refused = file_refusal("layer.0.ffn.gelu.n", 0, i32::to_le_bytes(n));
        let named =
            matches!(&refused, ModelError::Constants { channel: 0, source: OpError::Constant { name: "n", .. }, .. });
        assert!(named, "{refused}");
    }
}

#[test]
fn one_gelu_shift_serves_all_channels() {
    let refused = refusal(|model| {
        let k = &mut model.layers[1].ffn.gelu[4];
        *k = GeluConstants::new(k.b(), k.c(), k.shift(), 13).unwrap();
    });
    assert_value(refused, "layer.1.ffn.gelu.n", 4, 13);
}

#[test]
fn softmax_constants_beyond_their_fields_are_refused() {
    let softmax = |field: &str| format!("layer.1.attention.softmax.{field}");
    for (field, value, bits) in [("x0", -16385_i64, 15), ("b", 65536, 17), ("c", 1 << 31, 32)] {
        assert_width(file_refusal(&softmax(field), 0, value.to_le_bytes()), &softmax(field), 0, bits);
    }
}

/// The constants of a softmax in I-BERT's form.
fn paper(softmax: &Softmax) -> SoftmaxConstants {
    let Softmax::Paper(constants) = softmax else { panic!("{softmax:?}") };
    *constants
}

/// A negative `b` bends the polynomial up towards the end of the octave: `t` passes `c`.
#[test]
fn the_exponentials_polynomial_is_proved_to_fit() {
    let refused = refusal(|model| {
        let softmax = &mut model.layers[1].attention.softmax;
        let exp = ExpConstants::new(softmax.exp().x0(), -1, (1 << 31) - 1, 30).unwrap();
        *softmax = Softmax::Paper(SoftmaxConstants::new(exp, paper(softmax).requant16(), 8).unwrap());
    });
    assert_width(refused, "layer.1.attention.softmax t", 0, 32);
}

#[test]
fn softmax_constants_that_the_operator_refuses_are_refused() {
    for (tensor, value, constant) in [("x0", 0_i64, "x0"), ("exp16.m", -(1 << 30), "m16")] {
        let refused = file_refusal(&format!("layer.0.attention.softmax.{tensor}"), 0, value.to_le_bytes());
        let ModelError::Constants { tensors, channel: 0, source: OpError::Constant { name, .. } } = &refused else {
            panic!("{refused}")
        };
        assert_eq!((tensors.as_str(), *name), ("layer.0.attention.softmax", constant));
    }
}

#[test]
fn a_softmax_that_gives_no_weight_to_the_largest_score_is_refused() {
    let with = |c: i64, e: i32| {
        let mut model = ibert_parts();
        let softmax = &mut model.layers[0].attention.softmax;
        let exp = ExpConstants::new(softmax.exp().x0(), softmax.exp().b(), c, 30).unwrap();
        *softmax = Softmax::Paper(SoftmaxConstants::new(exp, dyadic(1 << 30, e), 8).unwrap());
        IntegerModel::new(model)
    };
    let weightless = |refused: ModelError| {
        matches!(refused, ModelError::Constants { source: OpError::Operand { op: "softmax", .. }, .. })
    };
    with(1 << 26, 56).unwrap(); // 2^26 * 2^30 / 2^56 = 1
    assert!(weightless(with(1 << 26, 57).unwrap_err())); // 1/2 rounds to 0
    assert!(weightless(with(0, 40).unwrap_err()));
    assert!(weightless(with(-1, 40).unwrap_err()));
}

/// The file has no place for other values: they would be lost, and read back as I-BERT's.
#[test]
fn softmax_attributes_of_an_encoder_are_fixed() {
    let with = |n: u32, out_bits: u32| {
        refusal(|model| {
            let softmax = &mut model.layers[0].attention.softmax;
            let exp = softmax.exp();
            let exp = ExpConstants::new(exp.x0(), exp.b(), exp.c(), n).unwrap();
            *softmax = Softmax::Paper(SoftmaxConstants::new(exp, paper(softmax).requant16(), out_bits).unwrap());
        })
    };
    assert_value(with(29, 8), "layer.0.attention.softmax.n", 0, 29);
    assert_value(with(30, 16), "layer.0.attention.softmax.out_bits", 0, 16);
}

#[test]
fn layernorm_constants_beyond_their_fields_are_refused() {
    for bias in [limits::NORM_BIAS.bits, 63].map(|bits| 1_i64 << (bits - 1)) {
        assert_width(file_refusal("layer.0.ffn.norm.bias", 11, bias.to_le_bytes()), "layer.0.ffn.norm.bias", 11, 40);
    }
    assert_width(file_refusal("embeddings.norm.bias", 0, i64::MIN.to_le_bytes()), "embeddings.norm.bias", 0, 40);
    for shift in [23, -1, i32::MIN] {
        let refused = file_refusal("layer.1.attention.norm.shift", 0, shift.to_le_bytes());
        assert_value(refused, "layer.1.attention.norm.shift", 0, shift.into());
    }
}

#[test]
fn a_zero_point_is_an_int8_and_not_rescaled() {
    for zero_point in [-129, 128] {
        let mut model = beyond_the_paper_parts();
        model.layers[1].ffn.zero_point = zero_point;
        assert_value(
            IntegerModel::new(model).err().unwrap(),
            "layer.1.ffn.activation.zero_point",
            0,
            zero_point.into(),
        );
    }
    let refused = refusal(|model| model.layers[1].ffn.zero_point = 1);
    assert_value(refused, "layer.1.ffn.activation.zero_point", 0, 1);
}

#[test]
fn tables_hold_the_bits_that_the_configuration_says() {
    let mut model = ibert_parts();
    model.embeddings.position.values[77] = 128;
    assert_value(IntegerModel::new(model.clone()).err().unwrap(), "embeddings.position", 77, 128);
    model.config.embedding_bits = 16;
    IntegerModel::new(model).unwrap();
}

#[test]
fn parts_that_an_attribute_adds_are_there_exactly_where_it_is_set() {
    let field = |refused: ModelError| match refused {
        ModelError::Config { field, .. } => field,
        other => panic!("{other}"),
    };
    assert_eq!(field(refusal(|model| model.config.chained_requant = false)), "chained_requant");
    assert_eq!(field(refusal(|model| model.layers[1].ffn.rescale = None)), "chained_requant");
    assert_eq!(field(refusal(|model| model.layers[0].ffn.input = None)), "chained_requant");
    let residual = |model: &ModelParts| Some(model.embeddings.norm.output.clone());
    assert_eq!(field(refusal(|model| model.embeddings.norm.residual = residual(model))), "residual_bits");
    assert_eq!(field(refusal(|model| model.layers[1].ffn.norm.residual = residual(model))), "residual_bits");
    let mut wide = beyond_the_paper_parts();
    wide.layers[0].attention.norm.residual = None;
    assert_eq!(field(IntegerModel::new(wide).err().unwrap()), "residual_bits");
    let layers = refusal(|model| drop(model.layers.pop()));
    assert_eq!(field(layers), "layers");
}

#[test]
fn the_models_that_are_broken_here_are_valid() {
    for model in [ibert(), beyond_the_paper()] {
        assert_eq!(IntegerModel::new(model.clone().into_parts()).unwrap(), model);
    }
}

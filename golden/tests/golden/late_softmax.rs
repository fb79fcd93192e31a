//! Late i-softmax in an encoder, against docs/numerics.md written out with fractions, and against exact means.

use ibert_golden::{
    encoder::{Block, Encoder, Recording, Role, Sequence},
    model::{IntegerModel, ModelConfig, Preset, Softmax, SoftmaxForm},
};

/// A random encoder with late i-softmax.
fn late(seed: u64) -> IntegerModel {
    IntegerModel::random(ModelConfig { softmax: SoftmaxForm::Late, ..Preset::Tiny.config() }, seed).unwrap()
}

/// Every tensor of a run of `tokens` tokens, of which every fifth is masked.
fn observe(model: &IntegerModel, tokens: usize) -> (Recording, Vec<bool>) {
    let ids = (0..tokens as u32).map(|i| 3 + i * 7 % 90).collect();
    let mask: Vec<bool> = (0..tokens).map(|token| token % 5 != 4).collect();
    let mut recording = Recording::default();
    let sequence = Sequence { mask: mask.clone(), ..Sequence::new(ids) };
    Encoder::new(model).run_observed(&sequence, &mut recording).unwrap();
    (recording, mask)
}

/// The integer closest to `numerator / denominator`, the even one of two; found by trying the neighbours.
fn nearest(numerator: i128, denominator: i128) -> i128 {
    let guess = numerator / denominator;
    let distance = |n: i128| (numerator - n * denominator).abs();
    (guess - 1..=guess + 1).min_by_key(|&n| (distance(n), n & 1)).unwrap()
}

#[test]
fn every_tensor_of_attention_is_what_the_specification_says() {
    for (seed, tokens) in [(1, 1), (2, 33), (3, 64)] {
        let model = late(seed);
        let (recording, mask) = observe(&model, tokens);
        let (hidden, dim) = (model.config.hidden, model.config.head_dim());
        for (layer, part) in model.layers.iter().enumerate() {
            let get = |role| &recording.tensors[&Block::Attention(layer).tensor(role)].values;
            let Softmax::Late(k) = part.attention.softmax else { panic!() };
            let (x0, b, c) = (i128::from(k.exp().x0()), i128::from(k.exp().b()), i128::from(k.exp().c()));
            assert!(!recording.tensors.contains_key(&Block::Attention(layer).tensor(Role::Exp)));
            let rows = get(Role::Scores).chunks(tokens).zip(get(Role::Probabilities).chunks(tokens));
            for (row, (scores, weights)) in rows.enumerate() {
                let (head, token) = (row / tokens, row % tokens);
                let max = (0..tokens).filter(|&j| mask[j]).map(|j| scores[j]).max().unwrap();
                for column in 0..tokens {
                    let expected = if mask[column] {
                        let x = i128::from(scores[column] - max).max(30 * x0);
                        let (z, r) = ((-x) / (-x0), x % x0);
                        let t = ((r + b) * r + c).max(0) >> k.shift();
                        nearest(t * i128::from(k.m()), 1 << (i128::from(k.e()) + z)).min(255)
                    } else {
                        0
                    };
                    assert_eq!(i128::from(weights[column]), expected, "layer {layer}, row {row}, column {column}");
                }
                let sum: i64 = weights.iter().sum();
                assert_eq!(get(Role::ExpSum)[row], sum);
                let bits = (1..).find(|&bits| sum < 1 << bits).unwrap();
                let mantissa = get(Role::ExpFactor)[row];
                assert!(mantissa * sum <= 1 << (bits + 15) && (mantissa + 1) * sum > 1 << (bits + 15));
                for channel in head * dim..(head + 1) * dim {
                    let value = |j: usize| get(Role::Value)[j * hidden + channel];
                    let acc: i64 = (0..tokens).map(|j| weights[j] * value(j)).sum();
                    assert_eq!(get(Role::ContextAcc)[token * hidden + channel], acc);
                    let aligned = (i128::from(acc) << 10).div_euclid(1 << bits);
                    let mean = get(Role::ContextMean)[token * hidden + channel];
                    assert_eq!(i128::from(mean), nearest(aligned * i128::from(mantissa), 1 << 17));
                    // The mean of the values, with the weights of the row.
                    let exact = acc as f64 * 256.0 / sum as f64;
                    assert!((mean as f64 - exact).abs() < 2.0, "{mean}, not {exact}");
                }
            }
        }
    }
}

#[test]
fn the_model_file_keeps_the_form() {
    let model = late(5);
    let bytes = model.to_bytes().unwrap();
    assert_eq!(IntegerModel::from_bytes(&bytes).unwrap(), model);
    let header = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..2000]).into_owned();
    assert!(header(&bytes).contains(r#"\"version\":2"#) && header(&bytes).contains(r#"\"softmax\":\"late\""#));
    let paper = ModelConfig { softmax: SoftmaxForm::Paper, ..Preset::Tiny.config() };
    let paper = IntegerModel::random(paper, 5).unwrap().to_bytes().unwrap();
    assert!(header(&paper).contains(r#"\"version\":1"#) && !header(&paper).contains("softmax\\\""));
}

/// Weights add up to 255 per token, so the accumulator of the context bounds the length of a sequence.
#[test]
fn sequences_whose_context_could_overflow_are_refused() {
    let with = |positions| {
        let sizes = ModelConfig { hidden: 2, heads: 1, ffn: 2, layers: 1, vocab: 1, ..Preset::Tiny.config() };
        IntegerModel::random(ModelConfig { positions, softmax: SoftmaxForm::Late, ..sizes }, 1)
    };
    with(1 << 16).unwrap();
    let refused = with((1 << 16) + 1).unwrap_err().to_string();
    assert!(refused.contains("longest sequence") && refused.contains("late softmax"), "{refused}");
}

#[test]
fn constants_of_the_other_form_are_refused() {
    let mut parts = late(5).into_parts();
    parts.config.softmax = SoftmaxForm::Paper;
    let refused = IntegerModel::new(parts).unwrap_err().to_string();
    assert!(refused.contains("`softmax`"), "{refused}");
}

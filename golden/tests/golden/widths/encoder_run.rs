//! Every intermediate value of whole encoder runs, also those inside an operator, in the field that is promised for it.

use ibert_golden::vectors::TinyEncoder;
use std::collections::BTreeMap;

use ibert_golden::{
    encoder::{Block, Encoder, Recording, Role, Sequence},
    model::{IntegerModel, Layer, ModelConfig, Norm, Preset, Softmax, SoftmaxForm, limits},
};

use super::signed_bits;

/// The widest value seen of each quantity, in signed bits.
#[derive(Default)]
struct Widest(BTreeMap<&'static str, u32>);

impl Widest {
    fn see(&mut self, quantity: &'static str, value: impl Into<i128>) {
        let widest = self.0.entry(quantity).or_default();
        *widest = signed_bits(value.into()).max(*widest);
    }

    fn see_all(&mut self, quantity: &'static str, values: &[i64]) {
        values.iter().for_each(|&value| self.see(quantity, value));
    }

    fn attention(&mut self, layer: &Layer, config: &ModelConfig, tensor: &dyn Fn(Role) -> Vec<i64>) {
        for role in [Role::QueryAcc, Role::KeyAcc, Role::ValueAcc, Role::OutputAcc] {
            self.see_all("accumulator", &tensor(role));
        }
        let (scores, exp16) = (tensor(Role::Scores), tensor(Role::Exp));
        let tokens = tensor(Role::Query).len() / config.hidden;
        let Softmax::Paper(k) = &layer.attention.softmax else { panic!("{:?}", config.softmax) };
        for (row, exp16) in scores.chunks(tokens).zip(exp16.chunks(tokens)) {
            let kept = row.iter().zip(exp16).filter(|(_, exp16)| **exp16 != 0).map(|(q, _)| *q);
            let max = kept.max().unwrap();
            for &q in row.iter().filter(|&&q| q <= max) {
                let x = (q - max).max(30 * k.exp().x0());
                let (z, r) = (x / k.exp().x0(), x % k.exp().x0());
                let t = (r + k.exp().b()) * r + k.exp().c();
                assert!((0..=30).contains(&z));
                self.see("exp x", x);
                self.see("exp r", r);
                self.see("exp r + b", r + k.exp().b());
                self.see("exp t", t);
                self.see("exp t * m16", i128::from(t.max(0)) * i128::from(k.requant16().m()));
            }
        }
        self.see("exp c", k.exp().c());
        self.see_all("score", &scores);
        self.see_all("exp16", &exp16);
        let (sum, factor) = (tensor(Role::ExpSum), tensor(Role::ExpFactor));
        self.see_all("exp sum", &sum);
        self.see_all("exp factor", &factor);
        for (exp16, factor) in exp16.chunks(tokens).zip(&factor) {
            exp16.iter().for_each(|exp16| self.see("exp16 * factor", exp16 * factor));
        }
        self.see_all("probability", &tensor(Role::Probabilities));
        self.see_all("P * V accumulator", &tensor(Role::ContextAcc));
    }

    fn norm(&mut self, part: &Norm, input: Role, get: &dyn Fn(Role) -> Vec<i64>) {
        let input = get(input);
        let rows = input.chunks(part.bias.len());
        for ((row, mean), factor) in rows.zip(get(Role::NormMean)).zip(get(Role::NormFactor)) {
            self.see("LayerNorm sum", row.iter().sum::<i64>());
            for x in row {
                self.see("LayerNorm y", x - mean);
                self.see("LayerNorm y * factor", (x - mean) * factor);
            }
        }
        self.see_all("LayerNorm input", &input);
        self.see_all("LayerNorm var", &get(Role::NormVar));
        self.see_all("LayerNorm factor", &get(Role::NormFactor));
        self.see_all("LayerNorm out", &get(Role::Norm));
        self.see_all("requant operand", &get(Role::Norm));
    }

    fn feed_forward(&mut self, layer: &Layer, tensor: &dyn Fn(Role) -> Vec<i64>) {
        let acc = tensor(Role::InnerAcc);
        for (q, k) in acc.iter().zip(layer.ffn.gelu.iter().cycle()) {
            let sum = i128::from(q.abs().min(-k.b()) + k.b());
            let l = (i128::from(q.signum()) * (sum * sum + i128::from(k.c()))) >> k.n();
            self.see("GELU a + b", sum);
            self.see("GELU square", sum * sum);
            self.see("GELU c", k.c());
            self.see("GELU L + shift", l + i128::from(k.shift()));
        }
        self.see_all("accumulator", &acc);
        self.see_all("accumulator", &tensor(Role::OutputAcc));
        self.see_all("GELU out", &tensor(Role::Gelu));
        self.see_all("requant operand", &tensor(Role::Gelu));
    }
}

/// The widest values of a run of `model` over `sequences`.
fn widest(model: &IntegerModel, sequences: &[Sequence]) -> Widest {
    let mut widest = Widest::default();
    for sequence in sequences {
        let mut recording = Recording::default();
        let hidden = Encoder::new(model).run_observed(sequence, &mut recording).unwrap();
        assert_eq!(hidden.saturated_variances, 0);
        let tensors = |block: Block| {
            let recording = &recording;
            move |role: Role| recording.tensors[&block.tensor(role)].values.clone()
        };
        widest.norm(&model.embeddings.norm, Role::Sum, &tensors(Block::Embeddings));
        for (index, layer) in model.layers.iter().enumerate() {
            let (attention, ffn) = (tensors(Block::Attention(index)), tensors(Block::FeedForward(index)));
            widest.attention(layer, &model.config, &attention);
            widest.norm(&layer.attention.norm, Role::NormInput, &attention);
            widest.feed_forward(layer, &ffn);
            widest.norm(&layer.ffn.norm, Role::NormInput, &ffn);
        }
    }
    widest
}

/// docs/numerics.md, "Widths", in signed bits: an unsigned quantity has one more than the table says.
fn promised(config: &ModelConfig) -> BTreeMap<&'static str, u32> {
    let accumulator = signed_bits(i128::from(config.hidden.max(config.ffn) as u32) * 127 * 128);
    BTreeMap::from([
        ("accumulator", accumulator.max(17)), // 25 for 768 inputs, 27 for 3072 and 4096
        ("score", signed_bits(i128::from(config.head_dim() as u32) << 14)),
        ("exp x", 20),
        ("exp r", limits::EXP_X0.bits),
        ("exp r + b", limits::EXP_B.bits),
        ("exp c", limits::EXP_C.bits),
        ("exp t", limits::EXP_C.bits),
        ("exp t * m16", 63),
        ("exp16", 16),
        ("exp sum", 26),
        ("exp factor", 34),
        ("exp16 * factor", 34),
        ("probability", 9),
        ("P * V accumulator", 16), // a row's probabilities sum to at most 256
        ("GELU a + b", limits::GELU_B.bits),
        ("GELU square", limits::GELU_C.bits),
        ("GELU c", limits::GELU_C.bits),
        ("GELU L + shift", limits::GELU_SHIFT.bits),
        ("GELU out", 47),
        ("LayerNorm input", 22),
        ("LayerNorm sum", 34),
        ("LayerNorm y", 23),
        ("LayerNorm var", 33),
        ("LayerNorm factor", 33),
        ("LayerNorm y * factor", 34), // of rows whose variance is neither 0 nor saturated
        ("LayerNorm out", 40),
        ("requant operand", limits::REQUANT_OPERAND.bits),
    ])
}

fn check(name: &str, model: &IntegerModel, sequences: &[Sequence]) {
    let (widest, promised) = (widest(model, sequences), promised(&model.config));
    let fields: Vec<_> = widest.0.iter().map(|(quantity, bits)| format!("{quantity} {bits}")).collect();
    println!("{name}: {}", fields.join(", "));
    assert!(widest.0.keys().eq(promised.keys()), "a promised quantity was not looked at");
    for (quantity, bits) in &widest.0 {
        assert!(*bits <= promised[quantity], "{name}: {quantity} has {bits} bits, promised {}", promised[quantity]);
    }
    // The run is alive: a model of zeros would keep every promise.
    assert!(widest.0["accumulator"] >= 14 && widest.0["GELU out"] >= 20, "{name}: nothing is computed");
}

#[test]
fn the_reference_encoder_keeps_the_widths() {
    let reference = TinyEncoder::read();
    check("reference", &reference.model(), &reference.sequences());
}

#[test]
fn random_models_of_every_size_keep_the_widths() {
    for preset in Preset::ALL {
        // Late softmax has its bounds proved over all sums, in `late_softmax`.
        let config = ModelConfig { layers: 1, vocab: 64, softmax: SoftmaxForm::Paper, ..preset.config() };
        let model = IntegerModel::random(config, 11).unwrap();
        let ids = (0..12).map(|i| 3 + i * 5 % 61).collect();
        check(preset.name(), &model, &[Sequence::new(ids)]);
    }
}

//! The constants of the reference encoder, derived from its scales.

use std::collections::BTreeMap;

use ibert_golden::ops::{Dyadic, GeluConstants, SoftmaxConstants, gelu_output_scale};
use serde_json::Value;

use super::ieee::{self, integers, list};

struct Reference {
    constants: Value,
    scales: BTreeMap<String, Vec<f64>>,
    softmax: Value,
}

fn reference() -> Reference {
    let mut json = ieee::read("tiny_encoder_scales.json");
    let scales = json["scales"].as_object().unwrap().iter();
    let scales = scales.map(|(module, values)| (module.clone(), list(values, ieee::f64))).collect();
    Reference { constants: ieee::read("tiny_encoder.json"), scales, softmax: json["softmax"].take() }
}

impl Reference {
    fn scale(&self, module: &str) -> f64 {
        let [scale] = self.scales[module][..] else { panic!("{module} has a scale a channel") };
        scale
    }

    /// Compares a requant's constants with the ratios of `s_in` and the output scale of module `out`.
    fn check_requant(&self, name: &str, s_in: &[f64], out: &str) -> usize {
        let entry = &self.constants["requant"][name];
        let (m, e) = (integers(&entry["m"]), integers(&entry["e"]));
        assert_eq!(m.len(), s_in.len(), "{name}");
        for (channel, &s_in) in s_in.iter().enumerate() {
            let k = Dyadic::from_scales(s_in, self.scale(out)).unwrap();
            assert_eq!((k.m(), i64::from(k.e())), (m[channel], e[channel]), "{name}, channel {channel}");
        }
        m.len()
    }

    fn check_residual(&self, name: &str, input: &str, residual: &str, out: &str) -> usize {
        let entry = &self.constants["requant"][name];
        let k = Dyadic::from_scales(self.scale(residual), self.scale(out)).unwrap();
        assert_eq!((k.m(), i64::from(k.e())), (entry["id_m"].as_i64().unwrap(), entry["id_e"].as_i64().unwrap()));
        self.check_requant(name, &self.scales[input], out) + 1
    }
}

#[test]
fn requant_constants_equal_the_reference() {
    let r = reference();
    let mut compared = r.check_residual(
        "emb1",
        "embeddings.word_embeddings",
        "embeddings.token_type_embeddings",
        "embeddings.embeddings_act1",
    );
    compared += r.check_residual(
        "emb2",
        "embeddings.embeddings_act1",
        "embeddings.position_embeddings",
        "embeddings.embeddings_act1",
    );
    compared += r.check_requant("emb_out", &r.scales["embeddings.LayerNorm"], "embeddings.output_activation");
    let mut input = "embeddings.output_activation".to_owned();
    for layer in 0..2 {
        let at = |module: &str| format!("encoder.layer.{layer}.{module}");
        for role in ["query", "key", "value"] {
            let name = at(&format!("attention.self.{role}"));
            compared += r.check_requant(&name, &r.scales[&name], &format!("{name}_activation"));
        }
        let context = r.scale(&at("attention.self.softmax")) * r.scale(&at("attention.self.value_activation"));
        let out = at("attention.self.output_activation");
        compared += r.check_requant(&at("attention.self.context"), &[context], &out);
        let ln_input = at("attention.output.ln_input");
        compared += r.check_residual(&ln_input, &at("attention.output.dense"), &input, &format!("{ln_input}_act"));
        let norm = &r.scales[&at("attention.output.LayerNorm")];
        compared += r.check_requant(&at("attention.output.out"), norm, &at("attention.output.output_activation"));

        let attended = &r.scales[&at("attention.output.output_activation")];
        compared += r.check_requant(&at("pre_intermediate"), attended, &at("pre_intermediate_act"));
        let gelu = &r.scales[&at("intermediate.intermediate_act_fn")];
        compared += r.check_requant(&at("intermediate.out"), gelu, &at("intermediate.output_activation"));
        let activation = &r.scales[&at("intermediate.output_activation")];
        compared += r.check_requant(&at("pre_output"), activation, &at("pre_output_act"));
        let (ln_input, residual) = (at("output.ln_input"), at("pre_intermediate_act"));
        compared += r.check_residual(&ln_input, &at("output.dense"), &residual, &format!("{ln_input}_act"));
        compared +=
            r.check_requant(&at("output.out"), &r.scales[&at("output.LayerNorm")], &at("output.output_activation"));
        input = at("output.output_activation");
    }
    println!("{compared} requant constants, 0 differ");
    assert_eq!(r.constants["requant"].as_object().unwrap().len(), 3 + 2 * 11);
    assert_eq!(compared, 2 + 2 + 64 + 2 * (3 * 64 + 1 + 65 + 64 + 1 + 128 + 1 + 65 + 64));
}

#[test]
fn gelu_constants_and_output_scale_equal_the_reference() {
    let r = reference();
    for layer in 0..2 {
        let at = |module: &str| format!("encoder.layer.{layer}.intermediate.{module}");
        let entry = &r.constants["ops"][at("gelu")];
        let (b, c, shift) = (integers(&entry["b"]), integers(&entry["c"]), integers(&entry["shift"]));
        let (inputs, outputs) = (&r.scales[&at("dense")], &r.scales[&at("intermediate_act_fn")]);
        assert_eq!((inputs.len(), outputs.len(), b.len()), (128, 128, 128));
        for channel in 0..128 {
            let k = GeluConstants::derive(inputs[channel], 14).unwrap();
            assert_eq!(
                (k.b(), k.c(), k.shift(), k.n()),
                (b[channel], c[channel], shift[channel], 14),
                "channel {channel}"
            );
            let scale = gelu_output_scale(inputs[channel], 14);
            assert_eq!(scale.to_bits(), outputs[channel].to_bits(), "layer {layer}, channel {channel}");
        }
    }
}

#[test]
fn softmax_constants_equal_the_reference() {
    let r = reference();
    for layer in 0..2 {
        let at = |module: &str| format!("encoder.layer.{layer}.attention.self.{module}");
        let entry = &r.constants["ops"][at("softmax")];
        let value = |name: &str| entry[name].as_i64().unwrap();
        let (scale, exp_scale) = (&r.softmax[at("softmax")]["S"], &r.softmax[at("softmax")]["zs"]);
        let (scale, exp_scale) = (ieee::f64(scale), ieee::f64(exp_scale));
        // The score scale folds 1/sqrt(16).
        assert_eq!(scale, r.scale(&at("query_activation")) * r.scale(&at("key_activation")) / 4.0);
        let k = SoftmaxConstants::derive(scale, exp_scale, 8).unwrap();
        let exp = k.exp();
        assert_eq!((exp.x0(), exp.b(), exp.c(), exp.n()), (value("x0"), value("b"), value("c"), 30));
        assert_eq!((k.requant16().m(), i64::from(k.requant16().e())), (value("m16"), value("e16")));
    }
}

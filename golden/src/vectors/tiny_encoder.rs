//! [`TinyEncoder`]: a two-layer I-BERT encoder with the stages that Hugging Face's modules compute.

use std::collections::BTreeMap;

use crate::{
    encoder::Sequence,
    model::{
        Attention, Embeddings, FeedForward, IntegerModel, Layer, Linear, ModelConfig, ModelParts, Norm, PositionIds,
        Projection, Requantization, ResidualRequantization, Softmax, SoftmaxForm, Table,
    },
    ops::{Dyadic, ExpConstants, GeluConstants, SoftmaxConstants, VarianceShift},
};
use safetensors::SafeTensors;
use serde_json::Value;

/// A small I-BERT encoder, computed by Hugging Face's modules: constants, weights, inputs, and every stage.
#[derive(Debug, Clone)]
pub struct TinyEncoder {
    /// Sizes, constants of the operators, token ids and masks.
    pub json: Value,
    /// Weights and stages, with Hugging Face's names.
    pub tensors: BTreeMap<String, Vec<i64>>,
}

impl TinyEncoder {
    /// Reads it from the sources of this crate.
    ///
    /// # Panics
    /// If the sources are not where the crate was compiled.
    pub fn read() -> Self {
        let data = super::folder();
        let json = serde_json::from_slice(&std::fs::read(data.join("tiny_encoder.json")).unwrap()).unwrap();
        let bytes = std::fs::read(data.join("tiny_encoder.safetensors")).unwrap();
        let views = SafeTensors::deserialize(&bytes).unwrap();
        let tensors = views.iter().map(|(name, view)| (name.to_owned(), widen(&view))).collect();
        TinyEncoder { json, tensors }
    }

    fn size(&self, name: &str) -> usize {
        self.json[name].as_u64().unwrap() as usize
    }

    fn table(&self, name: &str) -> Table {
        let values = &self.tensors[&format!("embeddings.{name}_embeddings.weight_int")];
        Table { values: values.iter().map(|&v| v.try_into().unwrap()).collect() }
    }

    fn linear(&self, name: &str) -> Linear {
        let weight: Vec<i8> = self.tensors[&format!("{name}.weight_int")].iter().map(|&v| v as i8).collect();
        let bias: Vec<i32> = self.tensors[&format!("{name}.bias_int")].iter().map(|&v| v as i32).collect();
        Linear { weight, bias }
    }

    fn requant(&self, name: &str) -> Requantization {
        let entry = &self.json["requant"][name];
        let pairs = integers(&entry["m"]).into_iter().zip(integers(&entry["e"]));
        let constants = pairs.map(|(m, e)| Dyadic::new(m, e as i32).unwrap()).collect();
        Requantization { constants, scale: vec![1.0] }
    }

    fn residual_requant(&self, name: &str) -> ResidualRequantization {
        let entry = &self.json["requant"][name];
        let residual = Dyadic::new(entry["id_m"].as_i64().unwrap(), entry["id_e"].as_i64().unwrap() as i32).unwrap();
        ResidualRequantization { main: self.requant(name), residual }
    }

    fn norm(&self, name: &str, requant: &str) -> Norm {
        Norm {
            bias: self.tensors[&format!("{name}.bias_int")].clone(),
            shift: VarianceShift::new(self.json["ops"][name]["shift"].as_u64().unwrap() as u32).unwrap(),
            output: self.requant(requant),
            residual: None,
        }
    }

    fn softmax(&self, name: &str) -> SoftmaxConstants {
        let value = |key: &str| self.json["ops"][name][key].as_i64().unwrap();
        let exp = ExpConstants::new(value("x0"), value("b"), value("c"), 30).unwrap();
        SoftmaxConstants::new(exp, Dyadic::new(value("m16"), value("e16") as i32).unwrap(), 8).unwrap()
    }

    fn gelu(&self, name: &str) -> Vec<GeluConstants> {
        let entry = &self.json["ops"][name];
        let (b, c, shift) = (integers(&entry["b"]), integers(&entry["c"]), integers(&entry["shift"]));
        let n = entry["n"].as_u64().unwrap() as u32;
        (0..b.len()).map(|i| GeluConstants::new(b[i], c[i], shift[i], n).unwrap()).collect()
    }

    fn layer(&self, index: usize) -> Layer {
        let at = |name: &str| format!("encoder.layer.{index}.{name}");
        let projection = |role: &str| {
            let name = at(&format!("attention.self.{role}"));
            Projection { linear: self.linear(&name), output: self.requant(&name) }
        };
        Layer {
            attention: Attention {
                query: projection("query"),
                key: projection("key"),
                value: projection("value"),
                softmax: Softmax::Paper(self.softmax(&at("attention.self.softmax"))),
                context: self.requant(&at("attention.self.context")),
                output: self.linear(&at("attention.output.dense")),
                norm_input: self.residual_requant(&at("attention.output.ln_input")),
                norm: self.norm(&at("attention.output.LayerNorm"), &at("attention.output.out")),
            },
            ffn: FeedForward {
                input: Some(self.requant(&at("pre_intermediate"))),
                inner: self.linear(&at("intermediate.dense")),
                gelu: self.gelu(&at("intermediate.gelu")),
                activation: self.requant(&at("intermediate.out")),
                zero_point: 0,
                rescale: Some(self.requant(&at("pre_output"))),
                output: self.linear(&at("output.dense")),
                norm_input: self.residual_requant(&at("output.ln_input")),
                norm: self.norm(&at("output.LayerNorm"), &at("output.out")),
            },
        }
    }

    /// The encoder as an integer model.
    ///
    /// # Panics
    /// If a file was changed.
    pub fn model(&self) -> IntegerModel {
        IntegerModel::new(self.parts()).unwrap()
    }

    /// The parts of the model.
    ///
    /// # Panics
    /// If a file was changed.
    pub fn parts(&self) -> ModelParts {
        let (word, position, token_type) = (self.table("word"), self.table("position"), self.table("token_type"));
        let hidden = self.size("hidden");
        let config = ModelConfig {
            architecture: "ibert".into(),
            source: "random parameters".into(),
            hidden,
            heads: self.size("heads"),
            ffn: self.size("ffn"),
            layers: self.size("layers"),
            vocab: word.values.len() / hidden,
            positions: position.values.len() / hidden,
            token_types: token_type.values.len() / hidden,
            position_ids: PositionIds::AfterPadding { padding_id: self.size("pad_token_id") as u32 },
            residual_bits: 8,
            embedding_bits: 8,
            softmax: SoftmaxForm::Paper,
            chained_requant: true,
            pooling: None,
        };
        let embeddings = Embeddings {
            word,
            token_type,
            position,
            word_type: self.residual_requant("emb1"),
            sum: self.residual_requant("emb2"),
            norm: self.norm("embeddings.LayerNorm", "emb_out"),
        };
        let layers = (0..config.layers).map(|index| self.layer(index)).collect();
        ModelParts { config, embeddings, layers, tokenizer: None }
    }

    /// The inputs.
    ///
    /// # Panics
    /// If a file was changed.
    pub fn sequences(&self) -> Vec<Sequence> {
        let rows = |name: &str| self.json[name].as_array().unwrap().iter().map(integers).collect::<Vec<_>>();
        let sequence = |(ids, mask): (Vec<i64>, Vec<i64>)| Sequence {
            ids: ids.into_iter().map(|id| id as u32).collect(),
            token_types: Vec::new(),
            mask: mask.into_iter().map(|keep| keep == 1).collect(),
        };
        rows("ids").into_iter().zip(rows("mask")).map(sequence).collect()
    }
}

fn integers(value: &Value) -> Vec<i64> {
    value.as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect()
}

fn widen(view: &safetensors::tensor::TensorView<'_>) -> Vec<i64> {
    use safetensors::Dtype::{I8, I16, I32, I64, U8};
    let data = view.data();
    match view.dtype() {
        U8 => data.iter().map(|&v| v.into()).collect(),
        I8 => data.iter().map(|&v| (v as i8).into()).collect(),
        I16 => data.as_chunks().0.iter().map(|b| i16::from_le_bytes(*b).into()).collect(),
        I32 => data.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b).into()).collect(),
        I64 => data.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b)).collect(),
        dtype => panic!("{dtype:?}"),
    }
}

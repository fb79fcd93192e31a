//! Identities of tensors: what the encoder shows is exactly what the blocks list, and names and identities are the
//! same.

use std::collections::BTreeSet;

use ibert_golden::{
    encoder::{Block, Encoder, Observer, Role, Sequence, TensorId},
    model::{IntegerModel, ModelConfig, Preset, SoftmaxForm},
};

/// Keeps the identities in the order in which they are shown.
#[derive(Default)]
struct Order(Vec<TensorId>);

impl Observer for Order {
    fn tensor<T: Copy + Into<i64>>(&mut self, id: TensorId, _: &[usize], _: &[T]) {
        self.0.push(id);
    }
}

fn shown(config: ModelConfig) -> Vec<TensorId> {
    let model = IntegerModel::random(ModelConfig { layers: 12, ..config }, 1).unwrap();
    let mut order = Order::default();
    Encoder::new(&model).run_observed(&Sequence::new(vec![5, 6]), &mut order).unwrap();
    order.0
}

fn blocks() -> impl Iterator<Item = Block> {
    let layers = (0..12).flat_map(|layer| [Block::Attention(layer), Block::FeedForward(layer)]);
    std::iter::once(Block::Embeddings).chain(layers)
}

/// A wide residual and chained requantizations exclude each other, as do the forms of the softmax; together the two
/// encoders have every tensor.
#[test]
fn the_encoder_shows_every_tensor_that_a_block_lists_and_no_other() {
    let wide = shown(ModelConfig { softmax: SoftmaxForm::Late, ..Preset::Tiny.config() });
    let chained = ModelConfig { residual_bits: 8, embedding_bits: 8, chained_requant: true, ..Preset::Tiny.config() };
    let chained = shown(ModelConfig { softmax: SoftmaxForm::Paper, ..chained });
    let listed: BTreeSet<TensorId> = blocks().flat_map(|b| b.roles().map(move |role| b.tensor(role))).collect();
    let seen: BTreeSet<TensorId> = wide.iter().chain(&chained).copied().collect();
    assert_eq!(seen, listed);
    assert!(wide.len() < listed.len() && chained.len() < listed.len());
}

#[test]
fn the_order_of_identities_is_that_of_the_computation() {
    let shown = shown(Preset::Tiny.config());
    assert!(shown.is_sorted() && shown.len() > 12 * 30, "{shown:?}");
    // The list of a block is in that order too.
    for block in blocks() {
        assert!(block.roles().map(|role| block.tensor(role)).is_sorted(), "{block}");
    }
}

#[test]
fn names_and_identities_are_the_same() {
    let mut names = BTreeSet::new();
    for block in blocks() {
        for role in block.roles() {
            let id = block.tensor(role);
            assert_eq!(id.to_string().parse(), Ok(id));
            let layer = id.layer().map_or(String::new(), |layer| format!("layer.{layer}."));
            assert_eq!(id.to_string(), layer + &id.within_layer());
            assert_eq!(serde_json::to_value(id).unwrap(), id.to_string());
            assert!(names.insert(id.to_string()), "two tensors are called {id}");
        }
    }
    assert!(names.contains("embeddings.word_type") && names.contains("layer.11.ffn.norm_factor"));
}

#[test]
fn other_names_are_refused() {
    for name in [
        "",
        "scores",
        "attention.scores",
        "layer.attention.scores",
        "layer.1.scores",
        "layer.1.embeddings.sum",
        "layer.1.attention.gelu",
        "layer.1.attention.Scores",
        "layer.01.attention.scores",
        "layer.+1.attention.scores",
        "layer.-1.attention.scores",
        "layer.1.attention.scores.",
        "layer.99999999999999999999.attention.scores",
        "embeddings.norm_input",
        "embeddings",
    ] {
        let refused = name.parse::<TensorId>().unwrap_err().to_string();
        assert!(refused.contains(&format!("`{name}`")), "{refused}");
    }
    assert_eq!(Block::FeedForward(2).tensor(Role::Gelu).to_string(), "layer.2.ffn.gelu");
}

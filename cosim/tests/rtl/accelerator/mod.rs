//! The accelerator's RTL: every value that an engine writes, and what the host reads back, against the golden encoder
//! and against Hugging Face.

mod encoders;
mod hugging_face_stages;
mod observation;
mod seeing;
mod stops;
mod timing;
mod view;

use ibert_test_support::{checkpoints as fixture_checkpoint, hugging_face};

use ibert_compile::scoreboard::Scoreboard;
use ibert_compile::{Compiled, Layers, compile};
use ibert_cosim::accelerator::{Accelerator, RunOptions, Session};
use ibert_golden::encoder::{Encoder, Sequence};
use ibert_golden::model::{IntegerModel, ModelConfig, Preset, SoftmaxForm};
use ibert_isa::Configuration;
use ibert_sim::BuildOptions;

/// The accelerator of a configuration, built once for all runs of the tests.
fn accelerator(configuration: Configuration) -> Accelerator {
    Accelerator::build(configuration, &BuildOptions::default()).unwrap()
}

/// Two heads of 32 channels, 64 hidden, 128 feed-forward channels, two layers: as I-BERT's training makes them
/// (`chained`), with the paper's softmax, or as post-training quantization does, with late softmax.
fn small_encoder(chained: bool, seed: u64) -> IntegerModel {
    let (residual_bits, chained_requant, softmax) =
        if chained { (8, true, SoftmaxForm::Paper) } else { (16, false, SoftmaxForm::Late) };
    let config = ModelConfig { residual_bits, chained_requant, softmax, layers: 2, ..Preset::Tiny.config() };
    IntegerModel::random(config, seed).unwrap()
}

fn sequence(model: &IntegerModel, tokens: usize, seed: u64) -> Sequence {
    let vocab = model.config.vocab as u64;
    // Any spread of ids will do; the padding id of RoBERTa is left out.
    let ids = (0..tokens as u64).map(|token| (2 + (token * token * 7 + token * 3 + seed * 11) % (vocab - 2)) as u32);
    Sequence::new(ids.collect())
}

fn compiled(model: &IntegerModel, configuration: Configuration, sequence: &Sequence) -> Compiled {
    compile(model, configuration, sequence, Layers::All).unwrap()
}

/// Runs a program; panics unless every element of every tensor was written and is right, and so is what the host reads
/// back. The cycles.
#[track_caller]
fn equal(session: &mut Session, model: &IntegerModel, sequence: &Sequence, compiled: &Compiled) -> u64 {
    let mut scoreboard = Scoreboard::new(model, compiled, sequence).unwrap();
    let observed = session.run(compiled, &mut scoreboard).unwrap();
    if let Some(first) = &scoreboard.first {
        panic!("{first}; {}", compiled.program[first.instruction]);
    }
    assert_eq!(scoreboard.different(), 0, "{:?}", scoreboard.tensors);
    assert!(scoreboard.tensors.values().all(|tally| tally.elements > 0 && tally.values == tally.elements));
    assert_eq!(compiled.hidden(&observed.memory), Encoder::new(model).run(sequence).unwrap().values);
    observed.cycles
}

/// [`equal`] on a session of its own.
#[track_caller]
fn check(accelerator: &Accelerator, model: &IntegerModel, sequence: &Sequence, options: &RunOptions) -> u64 {
    let compiled = compiled(model, *accelerator.configuration(), sequence);
    let mut session = Session::new(accelerator, compiled.image.bytes.len(), options).unwrap();
    equal(&mut session, model, sequence, &compiled)
}

//! Encoders of many shapes on every configuration.

use super::{accelerator, check, compiled, equal, sequence, small_encoder};
use ibert_compile::{Choices, Layers, compile_with, for_model};
use ibert_cosim::accelerator::{RunOptions, Session};
use ibert_golden::model::{IntegerModel, ModelConfig, Preset, SoftmaxForm};
use ibert_isa::{BASE, Configuration, LARGE, SMALL, TINY};

#[test]
fn sequences_of_any_length_and_masks_are_equal() {
    for chained in [false, true] {
        let model = small_encoder(chained, 5);
        let [tiny, small] = [TINY, SMALL].map(|configuration| accelerator(for_model(configuration, &model)));
        for tokens in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23] {
            let mut sequence = sequence(&model, tokens, 2);
            check(&tiny, &model, &sequence, &RunOptions::default());
            sequence.mask = (0..tokens).map(|token| token == 0 || token * 3 % 7 < 4).collect();
            check(&small, &model, &sequence, &RunOptions::default());
        }
    }
}

#[test]
fn residuals_of_8_and_of_16_bits_are_equal() {
    for (seed, chained) in [(1, false), (2, true), (3, true)] {
        let model = small_encoder(chained, seed);
        for configuration in [TINY, SMALL] {
            let accelerator = accelerator(for_model(configuration, &model));
            check(&accelerator, &model, &sequence(&model, 13, seed), &RunOptions::default());
        }
    }
}

/// Heads of 64 and of 16 channels, and a feed-forward layer that is no power of two.
#[test]
fn other_shapes_are_equal() {
    let shapes = [
        (TINY, ModelConfig { hidden: 48, heads: 3, ffn: 80, layers: 2, ..Preset::Tiny.config() }),
        (SMALL, ModelConfig { hidden: 128, heads: 2, ffn: 200, layers: 1, ..Preset::Tiny.config() }),
        (SMALL, ModelConfig { hidden: 64, heads: 8, ffn: 64, layers: 3, ..Preset::Tiny.config() }),
    ];
    for (seed, (configuration, config)) in shapes.into_iter().enumerate() {
        let model = IntegerModel::random(config, seed as u64).unwrap();
        check(&accelerator(configuration), &model, &sequence(&model, 11, 4), &RunOptions::default());
    }
}

#[test]
fn the_large_configurations_are_equal() {
    // A layer of a real model's shape, and sequences that fill no tile.
    let config = ModelConfig { layers: 1, ..Preset::MiniLm.config() };
    for (configuration, softmax) in
        [BASE, LARGE].into_iter().flat_map(|it| [(it, SoftmaxForm::Late), (it, SoftmaxForm::Paper)])
    {
        let model = IntegerModel::random(ModelConfig { softmax, ..config.clone() }, 9).unwrap();
        let accelerator = accelerator(for_model(configuration, &model));
        for tokens in [9, 40] {
            let mut sequence = sequence(&model, tokens, 1);
            sequence.mask = (0..tokens).map(|token| token < tokens - 3).collect();
            check(&accelerator, &model, &sequence, &RunOptions::default());
        }
    }
}

/// Whatever the scheduler decides.
#[test]
fn no_choice_of_the_scheduler_changes_a_bit() {
    for configuration in [TINY, SMALL] {
        let mut sessions = [false, true].map(|chained| session(for_model(configuration, &small_encoder(chained, 0))));
        for seed in 0..16 {
            let chained = seed % 3 == 0;
            let (model, session) = (small_encoder(chained, seed), &mut sessions[usize::from(chained)]);
            let tokens = 1 + seed as usize * 5 % 23;
            let sequence = sequence(&model, tokens, seed);
            let choices = Choices::random(seed, tokens.div_ceil(configuration.side));
            let compiled = compile_with(&model, configuration, &sequence, Layers::All, &choices).unwrap();
            equal(session, &model, &sequence, &compiled);
        }
    }
}

/// Programs one after the other on one accelerator: nothing is left of the one before.
#[test]
fn programs_follow_each_other() {
    let mut session = session(TINY);
    for (seed, tokens) in [(1, 9), (2, 3), (3, 12)] {
        let model = small_encoder(false, seed);
        let sequence = sequence(&model, tokens, seed);
        let compiled = compiled(&model, TINY, &sequence);
        equal(&mut session, &model, &sequence, &compiled);
    }
}

fn session(configuration: Configuration) -> Session {
    Session::new(&accelerator(configuration), 1 << 20, &RunOptions::default()).unwrap()
}

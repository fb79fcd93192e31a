//! Encoders of many shapes on every configuration.

use super::{accelerator, check, compiled, equal, sequence, small_encoder};
use ibert_compile::cycles::predict;
use ibert_compile::{Choices, Compiled, Layers, ScheduleError, compile, compile_with, for_model};
use ibert_cosim::accelerator::{Accelerator, Agreement, RunOptions, Session, memory_timing, verify};
use ibert_golden::encoder::Sequence;
use ibert_golden::model::{IntegerModel, ModelConfig, Preset, SoftmaxForm};
use ibert_isa::{BASE, CONFIGURATIONS, Configuration, LARGE, SMALL, TINY};

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

/// Both forms of softmax from one token to the longest sequences, values and cycles.
#[test]
fn both_softmaxes_are_equal_on_every_configuration_at_every_length() {
    for configuration in CONFIGURATIONS {
        // A head is as wide as the array.
        let hidden = 2 * configuration.side;
        for softmax in [SoftmaxForm::Late, SoftmaxForm::Paper] {
            let shape = ModelConfig { hidden, heads: 2, ffn: hidden, layers: 1, softmax, ..Preset::Tiny.config() };
            let model = IntegerModel::random(ModelConfig { positions: 512, ..shape }, 3).unwrap();
            let accelerator = accelerator(for_model(configuration, &model));
            for tokens in [1, 33, 128, 257, 512] {
                let mut sequence = sequence(&model, tokens, 1);
                sequence.mask = (0..tokens).map(|token| token % 11 != 10).collect();
                match compile(&model, configuration, &sequence, Layers::All) {
                    Ok(compiled) => exact(&accelerator, &model, &sequence, &compiled),
                    // Scores of so many tokens do not fit its memory C.
                    Err(ScheduleError::DoesNotFit { .. }) => assert_eq!((configuration.side, tokens > 256), (4, true)),
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
}

/// Every value is the golden encoder's, and every instruction starts and retires in the predicted cycle.
#[track_caller]
fn exact(accelerator: &Accelerator, model: &IntegerModel, sequence: &Sequence, compiled: &Compiled) {
    let verified = verify(accelerator, model, sequence, compiled, &RunOptions::default()).unwrap();
    assert!(verified.different == 0 && verified.values > 0, "{:?}", verified.first);
    let timing = memory_timing(&RunOptions::default().timing).unwrap();
    let prediction = predict(&compiled.program, compiled.image.program, &compiled.configuration, timing).unwrap();
    let agreement = Agreement::new(&compiled.program, &prediction, &verified.observed);
    assert!(agreement.is_exact(), "{} tokens: {:?}", compiled.tokens, agreement.first);
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

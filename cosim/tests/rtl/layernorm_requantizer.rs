//! LayerNorm with its requantizations in Verilator against the golden operators, at full rate, with stalls and after
//! resets.

use crate::channels;
use crate::options;

use channels::{Channels, MAX, channels, random_row};
use ibert_cosim::units::layernorm_requantizer::{LayerNormRequantUnit, Requantized, RequantizedRow};
use ibert_cosim::units::{Pace, source};
use ibert_golden::ops::{Dyadic, Width, requant};
use ibert_hdl::units::LayerNormRequantizer;
use ibert_hdl::verilog::generate;
use ibert_sim::Library;
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::LazyLock;

static UNIT: LazyLock<LayerNormRequantUnit> =
    LazyLock::new(|| LayerNormRequantUnit::build(&options::shared()).unwrap());

/// A row that owns its values.
#[derive(Debug, Clone)]
struct Token {
    channels: Channels,
    scale: Vec<Dyadic>,
    residual_scale: Vec<Dyadic>,
}

impl Token {
    fn row(&self) -> RequantizedRow<'_> {
        RequantizedRow { norm: self.channels.row(), scale: &self.scale, residual_scale: &self.residual_scale }
    }
}

fn compare(tokens: &[Token], results: &[Requantized], context: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(tokens.len(), results.len());
    let mut overflow = false;
    for (number, (token, got)) in tokens.iter().zip(results).enumerate() {
        let (steps, normalized) = token.channels.golden();
        overflow |= steps.saturated;
        let golden = |scale: &[Dyadic], width| -> Vec<i64> {
            normalized.iter().zip(scale).map(|(n, scale)| requant(*n, *scale, width)).collect()
        };
        let n = normalized.len();
        prop_assert_eq!(
            &got.out,
            &golden(&token.scale, Width::INT8),
            "row {} of {}, {}: {:?}",
            number,
            n,
            context,
            token
        );
        let residual = golden(&token.residual_scale, Width::INT16);
        prop_assert_eq!(&got.residual, &residual, "residual, row {} of {}, {}: {:?}", number, n, context, token);
        prop_assert_eq!((got.saturated, got.overflow), (steps.saturated, overflow), "row {}, {}", number, context);
    }
    Ok(())
}

fn check(tokens: &[Token], pace: Pace) -> Result<(), TestCaseError> {
    let borrowed: Vec<RequantizedRow<'_>> = tokens.iter().map(Token::row).collect();
    compare(tokens, &UNIT.requantized(&borrowed, pace).unwrap(), &format!("{pace:?}"))
}

/// A constant that brings values of about `bits` bits to int8 or int16, of either sign.
fn fitting(rng: &mut ChaCha8Rng, bits: u32, width: u32) -> Dyadic {
    let m = rng.random_range(1i64 << 30..=1 << 31);
    Dyadic::new(if rng.random() { m } else { -m }, (bits + 31 - width) as i32).unwrap()
}

/// Constants of the channels, and one for the residual of all of them, as in I-BERT; the last few bits saturate.
fn random_token(rng: &mut ChaCha8Rng, channels: usize) -> Token {
    let channels = random_row(rng, channels);
    let largest = channels.golden().1.iter().map(|n| n.unsigned_abs()).max().unwrap_or(0);
    let bits = (64 - largest.leading_zeros()).clamp(16, 42) - rng.random_range(0..3);
    let scale = channels.x.iter().map(|_| fitting(rng, bits.min(40), 8)).collect();
    let residual = fitting(rng, bits.min(42), 16);
    Token { residual_scale: vec![residual; channels.x.len()], scale, channels }
}

fn dyadic() -> impl Strategy<Value = Dyadic> {
    let m = prop_oneof![4 => 1i64 << 30..=1 << 31, 1 => prop::sample::select(vec![0, 1, 1 << 30, 1 << 31])];
    let e = prop_oneof![3 => 20..=60, 1 => 0..=63];
    (m, any::<bool>(), e).prop_map(|(m, negative, e)| Dyadic::new(if negative { -m } else { m }, e).unwrap())
}

fn tokens(rows: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Token>> {
    let token = channels(1..40).prop_flat_map(|channels| {
        let n = channels.x.len();
        let scales = (prop::collection::vec(dyadic(), n), prop::collection::vec(dyadic(), n));
        scales.prop_map(move |(scale, residual_scale)| Token { channels: channels.clone(), scale, residual_scale })
    });
    prop::collection::vec(token, rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn rows_with_constants_of_their_own_give_the_golden_result(tokens in tokens(1..12)) {
        check(&tokens, Pace::Full)?;
    }

    #[test]
    fn stalls_on_every_handshake_change_nothing(tokens in tokens(1..8), seed: u64) {
        check(&tokens, Pace::Random { seed })?;
    }
}

#[test]
fn rows_of_networks_have_results_of_every_size() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let lengths = [768, 1, 384, 2, 1024, 50, 4096, 768];
    let tokens: Vec<Token> = lengths.into_iter().map(|channels| random_token(&mut rng, channels)).collect();
    for pace in [Pace::Full, Pace::Random { seed: 7 }] {
        check(&tokens, pace).unwrap();
    }
}

/// Results beyond 40 bits, which an operand of 40 bits would saturate: seen in int16 with e = 63, and in int8 there,
/// too.
#[test]
fn results_beyond_40_bits_keep_all_their_bits() {
    let limit = (1i64 << 39) - 1;
    let mut x = vec![0; 4096];
    x[77] = 2048;
    let channels = Channels { x, bias: vec![limit; 4096], shift: 22 };
    let normalized = channels.golden().1;
    assert_eq!(normalized[77], (1 << 41) + limit);
    let scale = Dyadic::new((1 << 30) + 12345, 63).unwrap();
    let saturated = |width| requant(limit, scale, width) != requant(normalized[77], scale, width);
    assert!(saturated(Width::INT8) && saturated(Width::INT16));
    let token = Token { channels, scale: vec![scale; 4096], residual_scale: vec![scale; 4096] };
    check(&[token], Pace::Full).unwrap();
}

#[test]
fn both_clamps_are_reached_from_either_side_and_ties_round_to_even() {
    // A constant row: its results are the biases.
    let cases = [
        (127, 0, 0),
        (128, 0, 0),
        (-128, 0, 0),
        (-129, 0, 0),
        (32767, 0, 0),
        (32768, 0, 0),
        (-32768, 0, 0),
        (-32769, 0, 0),
        (1, 1, 1),
        (3, 1, 1),
        (-1, 1, 1),
        (-3, 1, 1),
        (255, 1, 1),
        (-257, 1, 1),
        (65535, 1, 1),
        (-65537, 1, 1),
        (1, 2, 2),
        (3, 2, 2),
    ];
    let one = |e: i32| Dyadic::new(1, e).unwrap();
    let channels = Channels { x: vec![MAX; cases.len()], bias: cases.iter().map(|case| case.0).collect(), shift: 9 };
    let token = Token {
        channels,
        scale: cases.iter().map(|case| one(case.1)).collect(),
        residual_scale: cases.iter().map(|case| one(case.2)).collect(),
    };
    let results = UNIT.requantized(&[token.row()], Pace::Full).unwrap();
    assert_eq!(results[0].out[..4], [127, 127, -128, -128]);
    assert_eq!(results[0].residual[4..8], [32767, 32767, -32768, -32768]);
    assert_eq!(results[0].out[8..14], [0, 2, 0, -2, 127, -128]);
    assert_eq!(results[0].residual[14..], [32767, -32768, 0, 1]);
    compare(&[token], &results, "clamps").unwrap();
}

/// Memories of 16 elements, whose pointers wrap around every few rows, and a queue after the requantizers that is often
/// full.
#[test]
fn small_memories_wrap_around_without_harm() {
    let design = generate(&LayerNormRequantizer::<4, 5>::default(), "layernorm_requantizer_under_test").unwrap();
    let unit = LayerNormRequantUnit::on(Library::build(&source(&design), &options::shared()).unwrap());
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut token = || {
            let channels = rng.random_range(1..=16);
            random_token(&mut rng, channels)
        };
        let tokens: Vec<Token> = (0..30).map(|_| token()).collect();
        let borrowed: Vec<RequantizedRow<'_>> = tokens.iter().map(Token::row).collect();
        let pace = if seed % 4 == 0 { Pace::Full } else { Pace::Random { seed } };
        compare(&tokens, &unit.requantized(&borrowed, pace).unwrap(), &format!("seed {seed}")).unwrap();
    }
}

/// Rows as the unit's documentation times them: each alone in an idle unit.
#[test]
fn latency_is_the_same_for_all_data_of_a_length() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for channels in [1, 2, 3, 15, 16, 17, 50, 768, 4096] {
        for _ in 0..3 {
            let token = random_token(&mut rng, channels);
            let result = UNIT.requantized(&[token.row()], Pace::Full).unwrap();
            compare(std::slice::from_ref(&token), &result, "alone").unwrap();
            let (first, last) =
                (result[0].first_offered - result[0].accepted, result[0].last_offered - result[0].accepted);
            let length = channels as u64;
            assert_eq!((first, last), (2 * length + FIRST, 3 * length + FIRST - 1), "{channels} channels");
        }
    }
}

/// Cycles beside two of each channel until the first result.
const FIRST: u64 = 112;

#[test]
fn rows_from_50_elements_on_take_a_cycle_an_element() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    for (channels, cycles) in [(1, 50), (49, 50), (50, 50), (64, 64), (768, 768), (4035, 4035)] {
        let tokens: Vec<Token> = (0..8).map(|_| random_token(&mut rng, channels)).collect();
        let borrowed: Vec<RequantizedRow<'_>> = tokens.iter().map(Token::row).collect();
        let results = UNIT.requantized(&borrowed, Pace::Full).unwrap();
        compare(&tokens, &results, "one behind the other").unwrap();
        let intervals = [5, 6, 7].map(|row| results[row].last_offered - results[row - 1].last_offered);
        assert_eq!(intervals, [cycles; 3], "{channels} channels");
    }
}

#[test]
fn reset_in_mid_operation_forgets_everything_with_any_registers_before() {
    let options = options::shared();
    let unit = LayerNormRequantUnit::build(&options).unwrap();
    let inputs =
        ["x", "last", "shift", "bias", "m", "e", "residual_m", "residual_e", "valid", "bias_valid", "out_ready"];
    let port = |name: &str| unit.library().port(name).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let tokens: Vec<Token> = [3, 60, 1].map(|channels| random_token(&mut rng, channels)).into();
    let borrowed: Vec<RequantizedRow<'_>> = tokens.iter().map(Token::row).collect();
    let fresh = UNIT.requantized(&borrowed, Pace::Full).unwrap();
    for (seed, dirty) in (1..).zip([0, 1, 60, 100, 110, 120, 150, 400, 3000]) {
        let mut instance = unit.library().instance_with_seed(seed).unwrap();
        instance.write(port("reset_n"), 1);
        for _ in 0..dirty {
            inputs.iter().for_each(|name| instance.write(port(name), rng.random()));
            instance.write(port("last"), rng.random_ratio(1, 10).into());
            instance.tick();
        }
        instance.write(port("valid"), 0);
        instance.write(port("bias_valid"), 0);
        instance.write(port("reset_n"), 0);
        instance.tick();
        instance.write(port("reset_n"), 1);
        instance.eval();
        let flags = ["ready", "out_valid", "bias_ready"].map(|name| instance.read(port(name)));
        assert_eq!(flags, [1, 0, 0], "after {dirty} cycles");
        let results = unit.requantized_on(&mut instance, &borrowed, Pace::Full).unwrap();
        compare(&tokens, &results, &format!("reset after {dirty} cycles, seed {seed}")).unwrap();
        assert_eq!(results, fresh, "cycles too");
    }
}

#[test]
fn values_beyond_the_ports_are_refused_by_name() {
    let one = Dyadic::new(1, 0).unwrap();
    let channels = Channels { x: vec![1, 2], bias: vec![3, 4], shift: 0 };
    let good = Token { channels, scale: vec![one; 2], residual_scale: vec![one; 2] };
    let with = |change: &dyn Fn(&mut Token)| {
        let mut token = good.clone();
        change(&mut token);
        UNIT.requantized(&[good.row(), token.row()], Pace::Full).unwrap_err().to_string()
    };
    let error = with(&|token| token.channels.shift = 23);
    assert!(error.contains("layernorm_requantizer") && error.contains("`shift`[0] = 23 is not in 0..=22"), "{error}");
    assert!(with(&|token| token.scale.truncate(1)).contains("`m` has 1 values, expected 2"));
    assert!(with(&|token| token.residual_scale.push(one)).contains("`residual_m` has 3 values, expected 2"));
    assert!(with(&|token| token.scale[1] = Dyadic::new(1, 64).unwrap()).contains("`e`[1] = 64 is not in 0..=63"));
    assert!(with(&|token| token.residual_scale[0] = Dyadic::new(1, -1).unwrap()).contains("`residual_e`[0] = -1"));
}

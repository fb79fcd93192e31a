//! LayerNorm in Verilator against the reference cases and the golden operator, at full rate, with stalls and after
//! resets.

use crate::channels;
use crate::options;

use channels::{Channels, MAX, channels, random_row};
use ibert_cosim::check::{Answer, CaseEngine, check_file};
use ibert_cosim::units::engine::Rtl;
use ibert_cosim::units::handshake::{Input, exchange, started};
use ibert_cosim::units::layernorm::{LayerNormUnit, MAX_CHANNELS, Normalized, Row};
use ibert_cosim::units::{Pace, source};
use ibert_golden::case::{CaseFile, CaseOperation};
use ibert_golden::vectors::case_file;
use ibert_hdl::units::LayerNorm;
use ibert_hdl::verilog::generate;
use ibert_sim::Library;
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use std::sync::LazyLock;

static UNIT: LazyLock<LayerNormUnit> = LazyLock::new(|| LayerNormUnit::build(&options::shared()).unwrap());

/// `layernorm` keeps a sticky flag: `rows` are all that it has seen since reset.
fn compare(rows: &[Channels], results: &[Normalized], context: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(rows.len(), results.len());
    let mut overflow = false;
    for (number, (row, got)) in rows.iter().zip(results).enumerate() {
        let (steps, out) = row.golden();
        overflow |= steps.saturated;
        let channels = row.x.len();
        prop_assert_eq!(got.steps, steps, "row {} of {} channels, {}: {:?}", number, channels, context, row);
        prop_assert_eq!(&got.out, &out, "out of row {} of {} channels, {}: {:?}", number, channels, context, row);
        prop_assert_eq!(got.overflow, overflow, "overflow at row {}, {}", number, context);
    }
    Ok(())
}

fn check(rows: &[Channels], pace: Pace) -> Result<(), TestCaseError> {
    let borrowed: Vec<Row<'_>> = rows.iter().map(Channels::row).collect();
    compare(rows, &UNIT.layernorm(&borrowed, pace).unwrap(), &format!("{pace:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn rows_with_their_own_shift_give_the_golden_result(rows in prop::collection::vec(channels(1..40), 1..12)) {
        check(&rows, Pace::Full)?;
    }

    #[test]
    fn stalls_on_every_handshake_change_nothing(rows in prop::collection::vec(channels(1..40), 1..8), seed: u64) {
        check(&rows, Pace::Random { seed })?;
    }
}

#[test]
fn long_rows_in_any_order_with_stalls_share_the_memories_without_harm() {
    for seed in 0..3 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let lengths = [4096, 1, 2800, 2, 4095, 768, 3, 1024, 2049];
        let rows: Vec<Channels> = lengths.into_iter().map(|channels| random_row(&mut rng, channels)).collect();
        check(&rows, Pace::Random { seed }).unwrap();
    }
}

/// Memories of 16 elements, which every few rows wrap around.
#[test]
fn small_memories_wrap_around_without_harm() {
    let design = generate(&LayerNorm::<4, 5>::default(), "layernorm_under_test").unwrap();
    let unit = LayerNormUnit::on(Library::build(&source(&design), &options::shared()).unwrap());
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let rows: Vec<Channels> = (0..30)
            .map(|_| {
                let channels = rng.random_range(1..=16);
                random_row(&mut rng, channels)
            })
            .collect();
        let borrowed: Vec<Row<'_>> = rows.iter().map(Channels::row).collect();
        let pace = if seed % 4 == 0 { Pace::Full } else { Pace::Random { seed } };
        compare(&rows, &unit.layernorm(&borrowed, pace).unwrap(), &format!("seed {seed}")).unwrap();
    }
}

/// Every row of one, two and three channels from -3 to 3: sums of each residue and sign, so every tie of the mean.
#[test]
fn all_small_rows_are_right_ties_of_the_mean_among_them() {
    let mut rows = Vec::new();
    for shift in 0..2 {
        for a in -3..=3 {
            rows.push(Channels { x: vec![a], bias: vec![9], shift });
            for b in -3..=3 {
                rows.push(Channels { x: vec![a, b], bias: vec![0, -1], shift });
                rows.extend((-3..=3).map(|c| Channels { x: vec![a, b, c], bias: vec![1, 2, 3], shift }));
            }
        }
    }
    check(&rows, Pace::Full).unwrap();
    let ties = rows.iter().filter(|row| row.x.len() == 2 && row.x.iter().sum::<i64>() % 2 != 0);
    let rounded_to: Vec<i64> = ties.map(|row| row.golden().0.mean).collect();
    assert!([-2, 0, 2].iter().all(|mean| rounded_to.contains(mean)) && rounded_to.iter().all(|mean| mean % 2 == 0));
}

/// Rows of random length and sum, most of them at or next to a tie.
#[test]
fn means_next_to_a_tie_round_to_even() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let mut ties = 0;
    let row = |_| {
        let channels = rng.random_range(1..=80usize);
        let mut x: Vec<i64> = (0..channels).map(|_| rng.random_range(-1000..=1000)).collect();
        let (n, sum) = (channels as i64, x.iter().sum::<i64>());
        let missing = (n / 2 - sum.rem_euclid(n)) + rng.random_range(-1..=1);
        x[0] += missing;
        ties += usize::from(2 * (sum + missing).rem_euclid(n) == n);
        Channels { bias: vec![0; channels], x, shift: 3 }
    };
    let rows: Vec<Channels> = (0..600).map(row).collect();
    check(&rows, Pace::Full).unwrap();
    assert!(ties > 60, "{ties} ties");
}

#[test]
fn the_largest_sums_means_and_results_are_exact() {
    let low = -(1i64 << 39);
    let mut rows = Vec::new();
    for channels in [1, 2, 3, 4095, 4096] {
        for shift in [0, 11, 22] {
            for (x, bias) in [(MAX, !low), (!MAX, low)] {
                rows.push(Channels { x: vec![x; channels], bias: vec![bias; channels], shift });
                // All but one at one end, the last at the other.
                let mut far = vec![x; channels];
                far[channels - 1] = !x;
                rows.push(Channels { x: far, bias: vec![bias; channels], shift });
            }
        }
    }
    // A variance of 0 by its shift, with a difference of half the length: the largest result there is.
    let mut ramp = vec![0; 4096];
    ramp[77] = 2048;
    rows.push(Channels { x: ramp, bias: vec![!low; 4096], shift: 22 });
    let largest = rows[rows.len() - 1].golden();
    assert_eq!((largest.0.mean, largest.0.std, largest.0.factor), (0, 1, 1 << 31), "2048 / 4096 is a tie");
    assert_eq!(largest.1[77], (1 << 41) + (1 << 39) - 1);
    check(&rows, Pace::Full).unwrap();
}

#[test]
fn a_standard_deviation_of_one_has_the_factor_two_to_the_31() {
    let ones = Channels { x: vec![5, 6, 5, 5], bias: vec![7; 4], shift: 0 };
    let constant = Channels { x: vec![-9; 5], bias: vec![1, 2, 3, 4, 5], shift: 4 };
    for row in [&ones, &constant] {
        assert_eq!((row.golden().0.std, row.golden().0.factor), (1, 1 << 31));
    }
    assert_eq!((ones.golden().0.var, constant.golden().0.var), (1, 0));
    check(&[ones, constant], Pace::Full).unwrap();
}

/// Variances around 2^32: the last that fits, and the first that does not.
#[test]
fn a_variance_saturates_at_two_to_the_32_minus_one_and_the_sticky_flag_stays() {
    let row = |x: &[i64], shift| Channels { x: x.to_vec(), bias: vec![0; x.len()], shift };
    // 2·46340² = 4 294 790 400 fits, 2·46341² = 4 294 976 562 is beyond 2^32 - 1.
    let (fits, beyond) = (row(&[46340, -46340], 0), row(&[46341, -46341], 0));
    // One square alone: 65536² = 2^32, 65535² fits; their partners are far smaller. And 18 bits of difference, which
    // the multiplier does not take.
    let (one_fits, one_beyond, far) = (row(&[65535, -65535], 1), row(&[131_072, -131_072], 1), row(&[MAX, !MAX], 0));
    let flags = |rows: &[&Channels]| rows.iter().map(|row| row.golden().0.saturated).collect::<Vec<_>>();
    assert_eq!(flags(&[&fits, &beyond, &one_fits, &one_beyond, &far]), [false, true, false, true, true]);
    for saturating in [beyond, one_beyond, far] {
        let rows = [fits.clone(), one_fits.clone(), saturating, fits.clone(), one_fits.clone()];
        let borrowed: Vec<Row<'_>> = rows.iter().map(Channels::row).collect();
        for pace in [Pace::Full, Pace::Random { seed: 1 }] {
            let results = UNIT.layernorm(&borrowed, pace).unwrap();
            compare(&rows, &results, "around 2^32").unwrap();
            let flags: Vec<_> = results.iter().map(|row| (row.steps.saturated, row.overflow)).collect();
            assert_eq!(flags, [(false, false), (false, false), (true, true), (false, true), (false, true)]);
        }
    }
}

/// Rows as the unit's documentation times them: each alone in an idle unit.
#[test]
fn latency_is_the_same_for_all_data_of_a_length() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for channels in [1, 2, 3, 4, 5, 8, 50, 51, 52, 128, 384, 768, 1024, 4095, 4096] {
        let mut rows: Vec<Channels> = (0..3).map(|_| random_row(&mut rng, channels)).collect();
        rows.push(Channels { x: vec![MAX; channels], bias: vec![-1; channels], shift: 0 });
        rows.push(Channels {
            x: (0..channels).map(|c| if c % 2 == 0 { MAX } else { !MAX }).collect(),
            ..rows[3].clone()
        });
        for row in rows {
            let result = UNIT.layernorm(&[row.row()], Pace::Full).unwrap();
            compare(std::slice::from_ref(&row), &result, "alone").unwrap();
            let (first, last) =
                (result[0].first_offered - result[0].accepted, result[0].last_offered - result[0].accepted);
            let length = channels as u64;
            assert_eq!((first, last), (2 * length + 102, 3 * length + 101), "{channels} channels");
        }
    }
}

/// Cycles from one row to the next when rows of a length follow each other, in the steady state.
fn interval(channels: usize) -> u64 {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let rows: Vec<Channels> = (0..8).map(|_| random_row(&mut rng, channels)).collect();
    let borrowed: Vec<Row<'_>> = rows.iter().map(Channels::row).collect();
    let results = UNIT.layernorm(&borrowed, Pace::Full).unwrap();
    compare(&rows, &results, "one behind the other").unwrap();
    let intervals = [5, 6, 7].map(|row| results[row].last_offered - results[row - 1].last_offered);
    assert!(intervals.iter().all(|interval| *interval == intervals[0]), "{channels} channels: {intervals:?}");
    intervals[0]
}

#[test]
fn rows_from_50_elements_on_take_a_cycle_an_element() {
    for channels in [50, 51, 64, 128, 384, 768, 1024, MAX_CHANNELS - 61] {
        assert_eq!(interval(channels), channels as u64, "{channels} channels");
    }
}

#[test]
fn shorter_rows_wait_for_root_and_divider_and_longer_ones_for_memory() {
    for channels in [1, 2, 10, 49] {
        assert_eq!(interval(channels), 50, "{channels} channels");
    }
    for channels in [MAX_CHANNELS - 60, 4080, MAX_CHANNELS] {
        assert_eq!(interval(channels), (2 * channels - (MAX_CHANNELS - 61)) as u64, "{channels} channels");
    }
}

/// More elements than the memory holds, without `last`: cut, and the rest is a row of its own.
#[test]
fn a_row_longer_than_the_memory_is_cut() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let long = random_row(&mut rng, MAX_CHANNELS + 100);
    let element = |(index, x): (usize, &i64)| vec![*x as u64, (index + 1 == long.x.len()).into(), long.shift.into()];
    let elements = long.x.iter().enumerate().map(element);
    let biases = long.bias.iter().map(|bias| vec![*bias as u64]);
    let mut instance = started(UNIT.library()).unwrap();
    let inputs = vec![
        Input::new(UNIT.library(), "", &["x", "last", "shift"], elements).unwrap(),
        Input::new(UNIT.library(), "bias_", &["bias"], biases).unwrap(),
    ];
    let results = exchange("layernorm", &mut instance, inputs, &["out", "out_last"], long.x.len(), Pace::Full).unwrap();
    let lasts: Vec<usize> = (0..results.len()).filter(|index| results[*index].values[1] == 1).collect();
    assert_eq!(lasts, [MAX_CHANNELS - 1, MAX_CHANNELS + 99]);
    let part = |range: std::ops::Range<usize>| Channels {
        x: long.x[range.clone()].to_vec(),
        bias: long.bias[range].to_vec(),
        shift: long.shift,
    };
    let expected = [part(0..MAX_CHANNELS).golden().1, part(MAX_CHANNELS..MAX_CHANNELS + 100).golden().1].concat();
    let signed = |out: u64| (out << 21) as i64 >> 21;
    assert_eq!(results.iter().map(|result| signed(result.values[0])).collect::<Vec<_>>(), expected);
}

#[test]
fn reset_in_mid_operation_forgets_everything_with_any_registers_before() {
    let options = options::shared();
    let unit = LayerNormUnit::build(&options).unwrap();
    let inputs = ["x", "last", "shift", "bias", "valid", "bias_valid", "out_ready"];
    let port = |name: &str| unit.library().port(name).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let rows: Vec<Channels> = [3, 60, 1].map(|channels| random_row(&mut rng, channels)).into();
    let borrowed: Vec<Row<'_>> = rows.iter().map(Channels::row).collect();
    let fresh = UNIT.layernorm(&borrowed, Pace::Full).unwrap();
    let dirty_runs = [0, 1, 5, 30, 45, 60, 100, 110, 150, 400, 3000];
    for (seed, dirty) in (1..).zip(dirty_runs) {
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
        let flags = ["ready", "out_valid", "bias_ready", "overflow"].map(|name| instance.read(port(name)));
        assert_eq!(flags, [1, 0, 0, 0], "after {dirty} cycles");
        let results = unit.layernorm_on(&mut instance, &borrowed, Pace::Full).unwrap();
        compare(&rows, &results, &format!("reset after {dirty} cycles, seed {seed}")).unwrap();
        assert_eq!(results, fresh, "cycles too");
    }
}

#[test]
fn reference_cases_have_no_difference() {
    let mut engine = Rtl::new(4, options::shared()).unwrap();
    let checked = check_file(&case_file("layernorm"), &mut engine, |_| {}).unwrap();
    let different: Vec<_> =
        checked.cases.iter().filter(|case| case.not_computed.is_some() || case.comparison.different > 0).collect();
    assert!(different.is_empty(), "{different:#?}");
    assert_eq!(checked.cases.len(), 22);
}

/// The LayerNorms of a slice of a real layer against the golden operator.
#[test]
fn a_real_layer_is_equal_to_the_golden_operator() {
    let mut engine = Rtl::new(4, options::shared()).unwrap();
    let file = CaseFile::read(case_file("roberta_base_layer0_slice")).unwrap();
    let layernorms: Vec<_> = file.cases.iter().filter(|case| case.op == "layernorm").collect();
    assert!(!layernorms.is_empty());
    for case in layernorms {
        let operation = CaseOperation::decode(case).unwrap();
        let Answer::Outputs(outputs) = engine.compute(&operation).unwrap() else { panic!("{}: refused", case.id) };
        let mut named: Vec<_> = outputs.iter().map(|(name, _)| *name).collect();
        named.sort_unstable();
        assert_eq!(named, ["factor", "mean", "out", "std", "var"]);
        assert_eq!(outputs, operation.golden().unwrap(), "case {}", case.id);
    }
}

#[test]
fn values_beyond_the_ports_are_refused_by_name() {
    let good = Channels { x: vec![1, 2], bias: vec![3, 4], shift: 0 };
    let with = |change: &dyn Fn(&mut Channels)| {
        let mut row = good.clone();
        change(&mut row);
        UNIT.layernorm(&[good.row(), row.row()], Pace::Full).unwrap_err().to_string()
    };
    assert!(with(&|row| row.x[1] = 1 << 21).contains("`q`[1] = 2097152 is not in -2^21..2^21"));
    assert!(with(&|row| row.bias[0] = 1 << 39).contains("`bias`[0] = 549755813888 is not in -2^39..2^39"));
    assert!(with(&|row| row.shift = 23).contains("`shift`[0] = 23 is not in 0..=22"));
    assert!(with(&|row| row.x.clear()).contains("`q` has 0 values, expected 1"));
    assert!(with(&|row| row.x.resize(MAX_CHANNELS + 1, 0)).contains("`q` has 4097 values, expected 4096"));
    assert!(with(&|row| row.bias.push(0)).contains("`bias` has 3 values, expected 2"));
}

//! Late softmax in Verilator against the golden operators: weights and sums of rows at full rate, with pauses and after
//! resets; reciprocals of every sum; means.

use crate::options;
use ibert_cosim::units::handshake::{started, transfer};
use ibert_cosim::units::late_softmax::{LateSoftmaxUnit, Scores, Weights};
use ibert_cosim::units::reciprocal::ReciprocalUnit;
use ibert_cosim::units::row_mean::RowMeanUnit;
use ibert_cosim::units::softmax::MAX_COLUMNS;
use ibert_cosim::units::{Pace, source};
use ibert_golden::ops::{ExpConstants, LateSoftmaxConstants, RowReciprocal, late_softmax_row};
use ibert_hdl::units::LateSoftmax;
use ibert_hdl::verilog::generate;
use ibert_isa::timing::units::{RECIPROCAL_LATENCY, RECIPROCAL_PERIOD, late_softmax};
use ibert_sim::Library;
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::LazyLock;

static UNIT: LazyLock<LateSoftmaxUnit> = LazyLock::new(|| LateSoftmaxUnit::build(&options::shared()).unwrap());

/// A row that owns its values.
#[derive(Debug, Clone)]
struct Row {
    q: Vec<i64>,
    keep: Vec<bool>,
}

impl Row {
    fn scores(&self) -> Scores<'_> {
        Scores { q: &self.q, keep: &self.keep }
    }

    /// Weights and sum. The operator refuses a row of which no column is kept; the unit's weights of it are 0.
    fn golden(&self, constants: &LateSoftmaxConstants) -> (Vec<u8>, u32) {
        let mut weights = vec![0; self.q.len()];
        let sum = late_softmax_row(&self.q, &self.keep, constants, &mut weights);
        (weights, sum.unwrap_or(0))
    }
}

fn compare(
    constants: &LateSoftmaxConstants,
    rows: &[Row],
    results: &[Weights],
    context: &str,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(rows.len(), results.len());
    for (number, (row, got)) in rows.iter().zip(results).enumerate() {
        let expected = row.golden(constants);
        let columns = row.q.len();
        prop_assert_eq!((&got.weights, got.sum), (&expected.0, expected.1), "{}: {} of {}", context, number, columns);
    }
    Ok(())
}

fn check(constants: &LateSoftmaxConstants, rows: &[Row], pace: Pace) -> Result<(), TestCaseError> {
    let scores: Vec<Scores<'_>> = rows.iter().map(Row::scores).collect();
    let results = UNIT.softmax(constants, &scores, pace).unwrap();
    compare(constants, rows, &results, &format!("{constants:?}, {pace:?}"))
}

/// Scores of some spread; a part of them masked.
fn random_row(rng: &mut ChaCha8Rng, columns: usize) -> Row {
    let spread = 1 << rng.random_range(0..16);
    let offset = rng.random_range(-1_000_000..1_000_000);
    let q = (0..columns).map(|_| offset + rng.random_range(-spread..=spread)).collect();
    let kept = rng.random_range(1..=columns);
    let keep = if rng.random() { vec![] } else { (0..columns).map(|column| column < kept).collect() };
    Row { q, keep }
}

fn score() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => -3000i64..3000,
        1 => -300_000i64..300_000,
        1 => prop_oneof![Just(0), Just(i64::from(i32::MIN)), Just(i64::from(i32::MAX)), Just(-1), Just(1)],
    ]
}

fn row(columns: std::ops::Range<usize>) -> impl Strategy<Value = Row> {
    let mask = |columns: usize| prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(any::<bool>(), columns)];
    let values = columns.prop_flat_map(move |columns| (prop::collection::vec(score(), columns), mask(columns)));
    values.prop_map(|(q, keep)| Row { q, keep })
}

/// Derived from a scale, or anything that the ports carry.
fn any_constants() -> impl Strategy<Value = LateSoftmaxConstants> {
    let exp = (-16384i64..=-1, -65536i64..=65535, -(1i64 << 31)..1 << 31, 0..=30u32, 0..=15u32);
    let scale = (1..=65535u32, 0..=31u32);
    prop_oneof![
        3 => (5e-5..1.5).prop_map(|scale| LateSoftmaxConstants::derive(scale).unwrap()),
        2 => (exp, scale).prop_map(|((x0, b, c, n, more), (m, e))| {
            // The smallest shift that leaves 16 bits, or more.
            let shift = (16..31).find(|bits| c >> bits == 0).map_or(16, |bits| bits - 16 + 1) + more;
            let exp = ExpConstants::new(x0, b.max(-x0 - 1), c, n).unwrap();
            LateSoftmaxConstants::new(exp, shift, m, e).unwrap()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn rows_give_the_golden_result(constants in any_constants(), rows in prop::collection::vec(row(1..40), 1..12)) {
        check(&constants, &rows, Pace::Full)?;
    }

    #[test]
    fn pauses_change_nothing(
        constants in any_constants(),
        rows in prop::collection::vec(row(1..40), 1..8),
        seed: u64,
    ) {
        check(&constants, &rows, Pace::Random { seed })?;
    }
}

#[test]
fn long_rows_in_any_order_share_the_memory_without_harm() {
    for seed in 0..6 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let constants = LateSoftmaxConstants::derive(1e-3 * (1 + seed) as f64).unwrap();
        let lengths = [1024, 1, 700, 2, 1023, 400, 3, 600, 513, 1024, 1024];
        let rows: Vec<Row> = lengths.into_iter().map(|columns| random_row(&mut rng, columns)).collect();
        let pace = if seed % 2 == 0 { Pace::Full } else { Pace::Random { seed } };
        check(&constants, &rows, pace).unwrap();
    }
}

/// A memory of 16 elements, which every few rows wrap around.
#[test]
fn a_small_memory_wraps_around_without_harm() {
    let design = generate(&LateSoftmax::<4, 5>::default(), "late_softmax_under_test").unwrap();
    let unit = LateSoftmaxUnit::on(Library::build(&source(&design), &options::shared()).unwrap());
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let constants = LateSoftmaxConstants::derive([1e-3, 1e-2][rng.random_range(0..2)]).unwrap();
        let rows: Vec<Row> = (0..30)
            .map(|_| {
                let columns = rng.random_range(1..=16);
                random_row(&mut rng, columns)
            })
            .collect();
        let scores: Vec<Scores<'_>> = rows.iter().map(Row::scores).collect();
        let pace = if seed % 4 == 0 { Pace::Full } else { Pace::Random { seed } };
        compare(&constants, &rows, &unit.softmax(&constants, &scores, pace).unwrap(), &format!("seed {seed}")).unwrap();
    }
}

/// Rows as the documentation of the unit times them: each alone in an idle unit.
#[test]
fn latency_is_the_same_for_all_data_of_a_length() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let constants = LateSoftmaxConstants::derive(1e-3).unwrap();
    for columns in [1, 2, 3, 4, 5, 8, 19, 20, 21, 128, 512, 1023, 1024] {
        let mut rows: Vec<Row> = (0..2).map(|_| random_row(&mut rng, columns)).collect();
        rows.push(Row { q: vec![i32::MIN.into(); columns], keep: vec![] });
        rows.push(Row { keep: vec![false; columns], ..rows[0].clone() });
        for row in rows {
            let result = UNIT.softmax(&constants, &[row.scores()], Pace::Full).unwrap();
            compare(&constants, std::slice::from_ref(&row), &result, "alone").unwrap();
            let Weights { accepted, first_offered, last_offered, .. } = result[0];
            let length = columns as u64;
            let cycles = (first_offered - accepted, last_offered - accepted);
            assert_eq!(cycles, (length + 21, 2 * length + 20), "{columns} columns");
            assert_eq!(cycles.1, late_softmax(10).last_result(columns) as u64, "{columns} columns");
        }
    }
}

/// Cycles from one row to the next when rows of a length follow each other, in the steady state.
fn interval(columns: usize) -> u64 {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let constants = LateSoftmaxConstants::derive(2e-3).unwrap();
    let rows: Vec<Row> = (0..12).map(|_| random_row(&mut rng, columns)).collect();
    let scores: Vec<Scores<'_>> = rows.iter().map(Row::scores).collect();
    let results = UNIT.softmax(&constants, &scores, Pace::Full).unwrap();
    compare(&constants, &rows, &results, "one after the other").unwrap();
    let intervals = [9, 10, 11].map(|row| results[row].last_offered - results[row - 1].last_offered);
    assert!(intervals.iter().all(|interval| *interval == intervals[0]), "{columns} columns: {intervals:?}");
    intervals[0]
}

#[test]
fn rows_follow_each_other_as_documented() {
    for columns in [20, 21, 64, 128, 512, MAX_COLUMNS - 2] {
        assert_eq!(interval(columns), columns as u64, "{columns} columns");
    }
    for columns in [1, 2, 10, 19] {
        assert_eq!(interval(columns), RECIPROCAL_PERIOD as u64, "{columns} columns");
    }
    for columns in [MAX_COLUMNS - 1, MAX_COLUMNS] {
        assert_eq!(interval(columns), (2 * columns - (MAX_COLUMNS - 2)) as u64, "{columns} columns");
    }
}

#[test]
fn a_row_of_which_nothing_is_kept_gives_zeros_and_the_next_row_is_right() {
    let row = |keep: &[bool]| Row { q: vec![5, 700, -9], keep: keep.to_vec() };
    let rows = [row(&[]), row(&[false; 3]), row(&[true, false, true]), row(&[false, true, false])];
    check(&LateSoftmaxConstants::derive(1e-2).unwrap(), &rows, Pace::Full).unwrap();
}

/// More elements than the memory holds, without `last`: cut, and the rest is a row of its own.
#[test]
fn a_row_longer_than_the_memory_is_cut() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let long = random_row(&mut rng, MAX_COLUMNS + 100);
    let element = |(index, q): (usize, &i64)| {
        let keep = long.keep.is_empty() || long.keep[index];
        vec![*q as u64, keep.into(), (index + 1 == long.q.len()).into()]
    };
    let requests: Vec<Vec<u64>> = long.q.iter().enumerate().map(element).collect();
    let mut instance = started(UNIT.library()).unwrap();
    let (inputs, outputs) = (["q", "keep", "last"], ["out_last"]);
    let requests = requests.into_iter();
    let results = transfer("late_softmax", &mut instance, &inputs, &outputs, requests, Pace::Full).unwrap();
    let lasts: Vec<usize> = (0..results.len()).filter(|index| results[*index].values[0] == 1).collect();
    assert_eq!(lasts, [MAX_COLUMNS - 1, MAX_COLUMNS + 99]);
}

#[test]
fn reset_in_mid_operation_forgets_everything_with_any_registers_before() {
    let inputs = ["q", "keep", "last", "valid", "x0", "b", "c", "n", "shift", "m", "e"];
    let port = |name: &str| UNIT.library().port(name).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let constants = LateSoftmaxConstants::derive(1e-3).unwrap();
    let rows: Vec<Row> = [3, 50, 1].map(|columns| random_row(&mut rng, columns)).into();
    let scores: Vec<Scores<'_>> = rows.iter().map(Row::scores).collect();
    let fresh = UNIT.softmax(&constants, &scores, Pace::Full).unwrap();
    for (seed, dirty) in [(1, 0), (2, 1), (3, 5), (4, 30), (5, 60), (6, 100), (7, 150), (8, 400), (9, 3000)] {
        let mut instance = UNIT.library().instance_with_seed(seed).unwrap();
        instance.write(port("reset_n"), 1);
        for _ in 0..dirty {
            inputs.iter().for_each(|name| instance.write(port(name), rng.random()));
            instance.write(port("last"), rng.random_ratio(1, 10).into());
            instance.tick();
        }
        instance.write(port("valid"), 0);
        instance.write(port("reset_n"), 0);
        instance.tick();
        instance.write(port("reset_n"), 1);
        instance.eval();
        assert_eq!((instance.read(port("ready")), instance.read(port("out_valid"))), (1, 0), "after {dirty} cycles");
        let results = UNIT.softmax_on(&mut instance, &constants, &scores, Pace::Full).unwrap();
        compare(&constants, &rows, &results, &format!("reset after {dirty} cycles, seed {seed}")).unwrap();
        assert_eq!(results, fresh, "cycles too");
    }
}

#[test]
fn values_beyond_the_ports_are_refused_by_name() {
    let constants = LateSoftmaxConstants::derive(1e-2).unwrap();
    let refused = |q: &[i64], keep: &[bool]| {
        let rows = [Scores { q: &[1, 2], keep: &[] }, Scores { q, keep }];
        UNIT.softmax(&constants, &rows, Pace::Full).unwrap_err().to_string()
    };
    assert!(refused(&[1, 1 << 31], &[]).contains("`q`[1] = 2147483648 is not in -2^31..2^31"));
    assert!(refused(&[], &[]).contains("`q` has 0 values, expected 1"));
    assert!(refused(&[0; 1025], &[]).contains("`q` has 1025 values, expected 1024"));
    assert!(refused(&[1, 2], &[true]).contains("`mask` has 1 values, expected 2"));
    let wide = LateSoftmaxConstants::new(ExpConstants::new(-16385, 20_000, 1, 30).unwrap(), 0, 1, 0).unwrap();
    let refused = UNIT.softmax(&wide, &[Scores { q: &[1], keep: &[] }], Pace::Full).unwrap_err().to_string();
    assert!(refused.contains("`x0`[0] = -16385"), "{refused}");
}

/// Every sum that a row of 1024 columns can have, and 0, of which there is no reciprocal.
#[test]
fn reciprocals_of_every_sum_are_the_golden_ones() {
    let unit = ReciprocalUnit::build(&options::shared()).unwrap();
    let sums: Vec<u32> = (0..=255 * 1024).collect();
    let results = unit.invert(&sums, Pace::Full).unwrap();
    assert_eq!(results.len(), sums.len());
    for (sum, got) in sums.iter().zip(&results) {
        let expected = RowReciprocal::of(*sum).unwrap_or(RowReciprocal::NONE);
        assert_eq!((got.mantissa, got.length), (expected.mantissa(), expected.length()), "{sum}");
        assert_eq!(got.transfer.offered - got.transfer.accepted, RECIPROCAL_LATENCY as u64, "latency of {sum}");
    }
    let random: Vec<u32> = (0..400).map(|index| index * 613 % 255 + 1).collect();
    for (sum, got) in random.iter().zip(unit.invert(&random, Pace::Random { seed: 1 }).unwrap()) {
        assert_eq!(got.mantissa, RowReciprocal::of(*sum).unwrap().mantissa(), "{sum}, with pauses");
    }
}

/// Sums of every length with accumulators up to their limits.
#[test]
fn means_are_the_golden_ones() {
    let unit = RowMeanUnit::build(&options::shared()).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut operands = Vec::new();
    for _ in 0..60_000 {
        let length = rng.random_range(1..=18);
        let sum = rng.random_range(1 << (length - 1)..1_u32 << length);
        let limit = 128 * sum as i32;
        let accumulator = match rng.random_range(0..8) {
            0 => -limit,
            1 => limit - 1,
            2 => limit,
            3 => rng.random_range(-3..=3),
            // Close to a tie: an odd number of 512ths of the sum.
            4 => (sum as i64 * (2 * rng.random_range(-3000..3000) + 1) / 512 + rng.random_range(-1..=1)) as i32,
            _ => rng.random_range(-limit..limit),
        };
        operands.push((accumulator.clamp(-limit, limit), RowReciprocal::of(sum).unwrap()));
    }
    for pace in [Pace::Full, Pace::Random { seed: 3 }] {
        let means = unit.divide(&operands, pace).unwrap();
        for ((accumulator, reciprocal), got) in operands.iter().zip(means) {
            assert_eq!(got, reciprocal.normalize(*accumulator), "{accumulator} by {reciprocal:?}");
        }
    }
}

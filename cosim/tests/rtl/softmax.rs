//! Softmax in Verilator against the reference cases and the golden operator, at full rate, with stalls and after
//! resets.

use crate::options;
use ibert_cosim::check::{Answer, CaseEngine, check_file};
use ibert_cosim::units::engine::Rtl;
use ibert_cosim::units::handshake::{started, transfer};
use ibert_cosim::units::softmax::{MAX_COLUMNS, Probabilities, Row, SoftmaxUnit};
use ibert_cosim::units::{Pace, source};
use ibert_golden::case::{CaseFile, CaseOperation};
use ibert_golden::ops::{Dyadic, ExpConstants, SoftmaxConstants, SoftmaxSteps, softmax_row};
use ibert_golden::vectors::case_file;
use ibert_hdl::units::Softmax;
use ibert_hdl::verilog::generate;
use ibert_sim::Library;
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use std::sync::LazyLock;

static UNIT: LazyLock<SoftmaxUnit> = LazyLock::new(|| SoftmaxUnit::build(&options::shared()).unwrap());

/// A row that owns its values.
#[derive(Debug, Clone)]
struct Scores {
    q: Vec<i64>,
    keep: Vec<bool>,
    constants: SoftmaxConstants,
}

impl Scores {
    fn row(&self) -> Row<'_> {
        Row { q: &self.q, keep: &self.keep, constants: &self.constants }
    }

    /// `exp16`, sum and factor, `out`. The operator refuses a row whose exponentials are all 0; the unit's
    /// documentation says what it gives.
    fn golden(&self) -> (Vec<i64>, SoftmaxSteps, Vec<i64>) {
        let (mut exp16, mut out) = (vec![0; self.q.len()], vec![0; self.q.len()]);
        match softmax_row(&self.q, &self.keep, &self.constants, &mut exp16, &mut out) {
            Ok(steps) => (exp16, steps, out),
            Err(_) => (vec![0; self.q.len()], SoftmaxSteps { sum: 0, factor: (1 << 33) - 1 }, vec![0; self.q.len()]),
        }
    }
}

fn compare(rows: &[Scores], results: &[Probabilities], context: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(rows.len(), results.len());
    for (number, (row, got)) in rows.iter().zip(results).enumerate() {
        let (exp16, steps, out) = row.golden();
        let columns = row.q.len();
        prop_assert_eq!(&got.exp16, &exp16, "exp16 of row {} of {} columns, {}: {:?}", number, columns, context, row);
        prop_assert_eq!(got.steps, steps, "row {} of {} columns, {}: {:?}", number, columns, context, row);
        prop_assert_eq!(&got.out, &out, "out of row {} of {} columns, {}: {:?}", number, columns, context, row);
    }
    Ok(())
}

fn check(rows: &[Scores], pace: Pace) -> Result<(), TestCaseError> {
    let borrowed: Vec<Row<'_>> = rows.iter().map(Scores::row).collect();
    compare(rows, &UNIT.softmax(&borrowed, pace).unwrap(), &format!("{pace:?}"))
}

/// Constants of a score scale, with a 16-bit exponential of full range.
fn constants(scale: f64, out_bits: u32) -> SoftmaxConstants {
    let full_range = SoftmaxConstants::full_range_exp_scale(scale).unwrap();
    SoftmaxConstants::derive(scale, full_range, out_bits).unwrap()
}

/// Scores of some spread; a part of them masked.
fn random_row(rng: &mut ChaCha8Rng, columns: usize, constants: SoftmaxConstants) -> Scores {
    let spread = 1 << rng.random_range(0..16);
    let offset = rng.random_range(-1_000_000..1_000_000);
    let q = (0..columns).map(|_| offset + rng.random_range(-spread..=spread)).collect();
    let kept = rng.random_range(1..=columns);
    let keep = if rng.random() { vec![] } else { (0..columns).map(|column| column < kept).collect() };
    Scores { q, keep, constants }
}

fn score() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => -3000i64..3000,
        1 => -300_000i64..300_000,
        1 => prop_oneof![Just(0), Just(i64::from(i32::MIN)), Just(i64::from(i32::MAX)), Just(-1), Just(1)],
    ]
}

/// Derived from a scale, or anything that the ports carry.
fn any_constants() -> impl Strategy<Value = SoftmaxConstants> {
    let exp = (-16384i64..=-1, -65536i64..=65535, -(1i64 << 31)..1 << 31, 0..=30u32);
    let dyadic = (1i64..=1 << 31, 0..=96).prop_map(|(m, e)| Dyadic::new(m, e).unwrap());
    prop_oneof![
        3 => (5e-5..0.5, prop_oneof![Just(8u32), 1..=16u32]).prop_map(|(scale, bits)| constants(scale, bits)),
        1 => (exp, dyadic, 1..=16u32).prop_map(|((x0, b, c, n), requant16, out_bits)| {
            SoftmaxConstants::new(ExpConstants::new(x0, b, c, n).unwrap(), requant16, out_bits).unwrap()
        }),
    ]
}

fn scores(columns: std::ops::Range<usize>) -> impl Strategy<Value = Scores> {
    let mask = |columns: usize| prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(any::<bool>(), columns)];
    let values = columns.prop_flat_map(move |columns| (prop::collection::vec(score(), columns), mask(columns)));
    (values, any_constants()).prop_map(|((q, keep), constants)| Scores { q, keep, constants })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn rows_with_their_own_constants_give_the_golden_result(rows in prop::collection::vec(scores(1..40), 1..12)) {
        check(&rows, Pace::Full)?;
    }

    #[test]
    fn stalls_on_either_side_change_nothing(rows in prop::collection::vec(scores(1..40), 1..8), seed: u64) {
        check(&rows, Pace::Random { seed })?;
    }
}

#[test]
fn long_rows_in_any_order_with_stalls_share_the_memories_without_harm() {
    for seed in 0..6 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let rows: Vec<Scores> = [1024, 1, 700, 2, 1023, 400, 3, 600, 513]
            .into_iter()
            .map(|columns| random_row(&mut rng, columns, constants(1e-3 * (1 + columns % 7) as f64, 8)))
            .collect();
        check(&rows, Pace::Random { seed }).unwrap();
    }
}

/// Memories of 16 elements, which every few rows wrap around.
#[test]
fn small_memories_wrap_around_without_harm() {
    let design = generate(&Softmax::<4, 5>::default(), "softmax_under_test").unwrap();
    let unit = SoftmaxUnit::on(Library::build(&source(&design), &options::shared()).unwrap());
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let row = |_| {
            let columns = rng.random_range(1..=16);
            let k = constants([1e-3, 1e-2][rng.random_range(0..2)], rng.random_range(1..=16));
            random_row(&mut rng, columns, k)
        };
        let rows: Vec<Scores> = (0..30).map(row).collect();
        let borrowed: Vec<Row<'_>> = rows.iter().map(Scores::row).collect();
        let pace = if seed % 4 == 0 { Pace::Full } else { Pace::Random { seed } };
        compare(&rows, &unit.softmax(&borrowed, pace).unwrap(), &format!("seed {seed}")).unwrap();
    }
}

/// Rows as the unit's documentation times them: each alone in an idle unit.
#[test]
fn latency_is_the_same_for_all_data_of_a_length() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for columns in [1, 2, 3, 4, 5, 8, 34, 35, 64, 128, 512, 1023, 1024] {
        let mut rows: Vec<Scores> = (0..2).map(|_| random_row(&mut rng, columns, constants(1e-3, 8))).collect();
        rows.push(Scores { q: vec![i32::MIN.into(); columns], keep: vec![], constants: constants(5e-5, 16) });
        rows.push(Scores { keep: vec![false; columns], ..rows[0].clone() });
        for row in rows {
            let result = UNIT.softmax(&[row.row()], Pace::Full).unwrap();
            compare(std::slice::from_ref(&row), &result, "alone").unwrap();
            let (first, last) =
                (result[0].first_offered - result[0].accepted, result[0].last_offered - result[0].accepted);
            let length = columns as u64;
            assert_eq!((first, last), (2 * length + 64, 3 * length + 63), "{columns} columns");
        }
    }
}

/// Cycles from one row to the next when rows of a length follow each other, in the steady state.
fn interval(columns: usize) -> u64 {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let rows: Vec<Scores> = (0..12).map(|_| random_row(&mut rng, columns, constants(2e-3, 8))).collect();
    let borrowed: Vec<Row<'_>> = rows.iter().map(Scores::row).collect();
    let results = UNIT.softmax(&borrowed, Pace::Full).unwrap();
    compare(&rows, &results, "one behind the other").unwrap();
    let intervals = [9, 10, 11].map(|row| results[row].last_offered - results[row - 1].last_offered);
    assert!(intervals.iter().all(|interval| *interval == intervals[0]), "{columns} columns: {intervals:?}");
    intervals[0]
}

#[test]
fn rows_from_34_elements_on_take_a_cycle_an_element() {
    for columns in [34, 35, 64, 128, 512, MAX_COLUMNS - 60] {
        assert_eq!(interval(columns), columns as u64, "{columns} columns");
    }
}

#[test]
fn shorter_rows_wait_for_the_divider_and_longer_ones_for_memory() {
    for columns in [1, 2, 10, 33] {
        assert_eq!(interval(columns), 34, "{columns} columns");
    }
    for columns in [MAX_COLUMNS - 59, 1000, MAX_COLUMNS] {
        assert_eq!(interval(columns), (2 * columns - (MAX_COLUMNS - 60)) as u64, "{columns} columns");
    }
}

#[test]
fn a_row_of_which_nothing_is_kept_gives_zeros_and_the_next_row_is_right() {
    let row = |keep: &[bool]| Scores { q: vec![5, 700, -9], keep: keep.to_vec(), constants: constants(1e-2, 8) };
    check(&[row(&[]), row(&[false; 3]), row(&[true, false, true]), row(&[false, true, false])], Pace::Full).unwrap();
}

#[test]
fn probability_one_saturates_in_every_width() {
    for out_bits in 1..=16 {
        let row = Scores { q: vec![1000], keep: vec![], constants: constants(1e-2, out_bits) };
        assert_eq!(UNIT.softmax(&[row.row()], Pace::Full).unwrap()[0].out, [(1 << out_bits) - 1]);
        // A sum of 1 has the largest factor, 2^32.
        let tiny = SoftmaxConstants::new(row.constants.exp(), Dyadic::new(1 << 30, 45).unwrap(), out_bits).unwrap();
        let row = Scores { constants: tiny, ..row };
        assert_eq!(row.golden().1, SoftmaxSteps { sum: 1, factor: 1 << 32 });
        check(&[row], Pace::Full).unwrap();
    }
}

/// More elements than the memory holds, without `last`: cut, and the rest is a row of its own.
#[test]
fn a_row_longer_than_the_memory_is_cut() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let long = random_row(&mut rng, MAX_COLUMNS + 100, constants(1e-3, 8));
    let k = &long.constants;
    let element = |(index, q): (usize, &i64)| {
        let last = index + 1 == long.q.len();
        let [x0, b, c, m16] =
            [k.exp().x0(), k.exp().b(), k.exp().c(), k.requant16().m()].map(|constant| constant as u64);
        let keep = long.keep.is_empty() || long.keep[index];
        vec![*q as u64, keep.into(), last.into(), x0, b, c, k.exp().n().into(), m16, k.requant16().e() as u64, 8]
    };
    let requests: Vec<Vec<u64>> = long.q.iter().enumerate().map(element).collect();
    let inputs = ["q", "keep", "last", "x0", "b", "c", "n", "m16", "e16", "out_bits"];
    let mut instance = started(UNIT.library()).unwrap();
    let results =
        transfer("softmax", &mut instance, &inputs, &["out", "out_last"], requests.into_iter(), Pace::Full).unwrap();
    let lasts: Vec<usize> = (0..results.len()).filter(|index| results[*index].values[1] == 1).collect();
    assert_eq!(lasts, [MAX_COLUMNS - 1, MAX_COLUMNS + 99]);
    let part = |range: std::ops::Range<usize>| Scores {
        q: long.q[range.clone()].to_vec(),
        keep: long.keep.get(range).unwrap_or_default().to_vec(),
        constants: *k,
    };
    let expected = [part(0..MAX_COLUMNS).golden().2, part(MAX_COLUMNS..MAX_COLUMNS + 100).golden().2].concat();
    assert_eq!(results.iter().map(|result| result.values[0] as i64).collect::<Vec<_>>(), expected);
}

#[test]
fn reset_in_mid_operation_forgets_everything_with_any_registers_before() {
    let options = options::shared();
    let unit = SoftmaxUnit::build(&options).unwrap();
    let inputs = ["q", "keep", "last", "x0", "b", "c", "n", "m16", "e16", "out_bits", "valid", "out_ready"];
    let port = |name: &str| unit.library().port(name).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let rows: Vec<Scores> = [3, 50, 1].map(|columns| random_row(&mut rng, columns, constants(1e-3, 8))).into();
    let borrowed: Vec<Row<'_>> = rows.iter().map(Scores::row).collect();
    let fresh = UNIT.softmax(&borrowed, Pace::Full).unwrap();
    for (seed, dirty) in [(1, 0), (2, 1), (3, 5), (4, 30), (5, 60), (6, 100), (7, 150), (8, 400), (9, 3000)] {
        let mut instance = unit.library().instance_with_seed(seed).unwrap();
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
        let mut results = unit.softmax_on(&mut instance, &borrowed, Pace::Full).unwrap();
        compare(&rows, &results, &format!("reset after {dirty} cycles, seed {seed}")).unwrap();
        results.iter_mut().zip(&fresh).for_each(|(result, fresh)| assert_eq!(result, fresh, "cycles too"));
    }
}

#[test]
fn reference_cases_have_no_difference() {
    let mut engine = Rtl::new(4, options::shared()).unwrap();
    let checked = check_file(&case_file("softmax"), &mut engine, |_| {}).unwrap();
    let different: Vec<_> =
        checked.cases.iter().filter(|case| case.not_computed.is_some() || case.comparison.different > 0).collect();
    assert!(different.is_empty(), "{different:#?}");
    assert_eq!(checked.cases.len(), 129);
}

/// Every operator of the slice of a real layer that the hardware has, against the golden operator: the dump itself has
/// four softmax values one too high.
#[test]
fn a_real_layer_is_equal_to_the_golden_operators() {
    let mut engine = Rtl::new(16, options::shared()).unwrap();
    let file = CaseFile::read(case_file("roberta_base_layer0_slice")).unwrap();
    let mut softmax = 0;
    for case in &file.cases {
        let operation = CaseOperation::decode(case).unwrap();
        if let Answer::Outputs(outputs) = engine.compute(&operation).unwrap() {
            assert_eq!(outputs, operation.golden().unwrap(), "case {}", case.id);
            softmax += usize::from(case.op == "softmax");
        }
    }
    assert!(softmax > 3, "{softmax} softmax cases");
}

#[test]
fn values_beyond_the_ports_are_refused_by_name() {
    let good = Scores { q: vec![1, 2], keep: vec![], constants: constants(1e-2, 8) };
    let refused = |row: &Scores| UNIT.softmax(&[good.row(), row.row()], Pace::Full).unwrap_err().to_string();
    let with = |change: &dyn Fn(&mut Scores)| {
        let mut row = good.clone();
        change(&mut row);
        refused(&row)
    };
    assert!(with(&|row| row.q[1] = 1 << 31).contains("`q`[1] = 2147483648 is not in -2^31..2^31"));
    assert!(with(&|row| row.q.clear()).contains("`q` has 0 values, expected 1"));
    assert!(with(&|row| row.q.resize(1025, 0)).contains("`q` has 1025 values, expected 1024"));
    assert!(with(&|row| row.keep.push(true)).contains("`mask` has 1 values, expected 2"));
    let wide = SoftmaxConstants::new(ExpConstants::new(-16385, 0, 1 << 20, 30).unwrap(), good.constants.requant16(), 8);
    assert!(with(&|row| row.constants = wide.clone().unwrap()).contains("`x0`[0] = -16385"));
}

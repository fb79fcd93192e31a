//! The systolic array in Verilator against the golden linear operator, values and cycles.

use crate::options;
use ibert_cosim::check::check_file;
use ibert_cosim::units::RtlError;
use ibert_cosim::units::array::MatrixUnit;
use ibert_cosim::units::engine::Rtl;
use ibert_golden::ops::linear;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SIDES: [usize; 4] = [4, 8, 16, 32];

fn array(side: usize) -> MatrixUnit {
    MatrixUnit::build(side, &options::shared()).unwrap()
}

/// The array's product equals the golden one, and takes as long as tiles of depth K without a bubble take:
/// a tile a max(K, N) cycles, K for the last, and 2N + 2 until its last word is out.
#[track_caller]
fn check(unit: &MatrixUnit, x: &[i16], w: &[i8], inputs: usize) {
    let n = unit.side();
    let product = unit.linear(x, w, inputs).unwrap();
    let wide = |values: &[i8]| values.iter().map(|v| i64::from(*v)).collect::<Vec<_>>();
    let x_wide: Vec<i64> = x.iter().map(|v| i64::from(*v)).collect();
    let (tokens, channels) = (x.len() / inputs, w.len() / inputs);
    let expected = linear(&x_wide, &wide(w), &vec![0; channels], inputs).unwrap();
    for (index, (got, expected)) in product.values.iter().zip(&expected).enumerate() {
        let (token, channel) = (index / channels, index % channels);
        assert_eq!(
            i64::from(*got),
            *expected,
            "N={n}, {tokens}x{inputs}x{channels}: acc[{token},{channel}] (index {index}), tile {}",
            token / n * channels.div_ceil(n) + channel / n
        );
    }
    assert_eq!(product.values.len(), expected.len());
    let tiles = tokens.div_ceil(n) * channels.div_ceil(n);
    assert_eq!(product.tiles, tiles);
    let cycles = (tiles - 1) * inputs.max(n) + inputs + 2 * n + 2;
    assert_eq!(product.cycles, cycles as u64, "N={n}, {tokens}x{inputs}x{channels}: cycles for {tiles} tiles");
}

fn random<T>(random: &mut ChaCha8Rng, len: usize, from: impl Fn(&mut ChaCha8Rng) -> T) -> Vec<T> {
    (0..len).map(|_| from(random)).collect()
}

#[test]
fn products_of_every_shape_class_equal_the_golden_linear() {
    for side in SIDES {
        let unit = array(side);
        let mut rng = ChaCha8Rng::seed_from_u64(side as u64);
        let inputs = [1, 2, side - 1, side, side + 1, 2 * side + 3, 100, 768];
        for (inputs, (tokens, channels)) in
            inputs.iter().zip([(1, 1), (side, side), (2 * side, 3 * side), (side + 1, 2 * side - 1)].iter().cycle())
        {
            let x = random(&mut rng, tokens * inputs, |r| r.random_range(-256..256));
            let w = random(&mut rng, channels * inputs, |r| r.random());
            check(&unit, &x, &w, *inputs);
        }
    }
}

#[test]
fn signed_and_unsigned_a_operands_use_their_whole_range() {
    for side in SIDES {
        let unit = array(side);
        let mut rng = ChaCha8Rng::seed_from_u64(99);
        let (tokens, inputs, channels) = (side, 3 * side + 1, 2 * side);
        let w = random(&mut rng, channels * inputs, |r| r.random());
        let int8 = random(&mut rng, tokens * inputs, |r| r.random::<i8>().into());
        let uint8 = random(&mut rng, tokens * inputs, |r| r.random::<u8>().into());
        check(&unit, &int8, &w, inputs);
        check(&unit, &uint8, &w, inputs);
    }
}

#[test]
fn extreme_operands_of_either_sign_are_exact() {
    for side in SIDES {
        let unit = array(side);
        let inputs = 768;
        for a in [-256, -128, 127, 255] {
            for b in [-128, 127] {
                check(&unit, &vec![a; side * inputs], &vec![b; side * inputs], inputs);
            }
        }
    }
}

#[test]
fn forty_tiles_of_depth_n_follow_each_other_without_a_bubble() {
    for side in SIDES {
        let unit = array(side);
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let x = random(&mut rng, 8 * side * side, |r| r.random_range(-256..256));
        let w = random(&mut rng, 5 * side * side, |r| r.random());
        check(&unit, &x, &w, side);
        let product = unit.linear(&x, &w, side).unwrap();
        assert_eq!(product.tiles, 40);
        assert_eq!(product.cycles, (40 * side + 2 * side + 2) as u64);
    }
}

#[test]
fn a_tile_order_of_operands_by_channel_gives_the_same_product() {
    let unit = array(4);
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let (tokens, inputs, channels) = (9, 6, 7);
    let a = random(&mut rng, tokens * inputs, |r| r.random_range(-256..256));
    let w: Vec<i8> = random(&mut rng, channels * inputs, |r| r.random());
    let transposed: Vec<i8> = (0..inputs * channels).map(|i| w[i % channels * inputs + i / channels]).collect();
    assert_eq!(unit.matmul(&a, &transposed, inputs).unwrap(), unit.linear(&a, &w, inputs).unwrap());
}

#[test]
fn a_product_longer_than_a_batch_is_whole() {
    // 72 tiles of depth 768 are 55 296 cycles, more than one call into the simulation.
    let unit = array(8);
    let mut rng = ChaCha8Rng::seed_from_u64(21);
    let x = random(&mut rng, 64 * 768, |r| r.random_range(-128..128));
    let w = random(&mut rng, 70 * 768, |r| r.random());
    check(&unit, &x, &w, 768);
}

#[test]
fn reference_cases_of_the_linear_operator_have_no_difference() {
    let path = ibert_golden::vectors::case_file("linear");
    for side in SIDES {
        let mut engine = Rtl::new(side, options::shared()).unwrap();
        let checked = check_file(&path, &mut engine, |_| {}).unwrap();
        let different: Vec<_> =
            checked.cases.iter().filter(|case| case.not_computed.is_some() || case.comparison.different > 0).collect();
        assert!(different.is_empty(), "N={side}: {different:#?}");
        assert_eq!(checked.cases.iter().map(|case| case.comparison.values).sum::<usize>(), 616);
    }
}

#[test]
fn operands_that_do_not_fit_are_refused_by_name() {
    let unit = array(4);
    let error = unit.linear(&[0, 256], &[1, 2], 2).unwrap_err();
    assert_eq!(
        error.to_string(),
        "systolic_array: `a`[1] = 256 is not in -256..=255, the range of the hardware's port"
    );
    let error = unit.linear(&[0; 3], &[1, 2], 2).unwrap_err();
    assert!(matches!(error, RtlError::Shape { tensor: "a", found: 3, expected: 4, .. }), "{error}");
    let error = MatrixUnit::build(5, &options::shared()).err().unwrap();
    assert_eq!(error.to_string(), "systolic_array: no size Some(5); it is offered for N of [4, 8, 16, 32]");
}

//! The integer functions against the real ones (docs/numerics.md, "Accuracy of the operators").

use ibert_golden::ops::{
    ExpConstants, GeluConstants, SoftmaxConstants, VarianceShift, gelu_output_scale, iexp, igelu, layernorm_bias,
    layernorm_output_scale, layernorm_row, softmax_row,
};

/// `erf`, by its Maclaurin series: within 1e-6 up to 5, where cancellation is worst, and 1 to 1e-11 beyond.
fn erf(x: f64) -> f64 {
    if x.abs() > 5.0 {
        return x.signum();
    }
    // sum of (-1)^k x^(2k+1) / (k! (2k+1))
    let (mut power_over_factorial, mut sum) = (x, x);
    for k in 1..=120 {
        power_over_factorial *= -x * x / f64::from(k);
        sum += power_over_factorial / f64::from(2 * k + 1);
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}

fn gelu(x: f64) -> f64 {
    x * 0.5 * (1.0 + erf(x / std::f64::consts::SQRT_2))
}

/// Largest and root-mean-square error of i-GELU over `-limit..=limit` at scale `scale`.
fn gelu_error(scale: f64, limit: f64, n: u32) -> (f64, f64) {
    let k = GeluConstants::derive(scale, n).unwrap();
    let out = gelu_output_scale(scale, n);
    let last = (limit / scale) as i64;
    let error = |q: i64| igelu(q, &k).unwrap() as f64 * out - gelu(q as f64 * scale);
    let (max, squares) = (-last..=last)
        .map(error)
        .fold((0.0_f64, 0.0), |(max, squares), error| (max.max(error.abs()), squares + error * error));
    (max, (squares / (2 * last + 1) as f64).sqrt())
}

#[test]
fn the_series_is_the_error_function() {
    // Abramowitz and Stegun, table 7.1
    for (x, value) in [(0.0, 0.0), (0.5, 0.520_499_877_8), (1.0, 0.842_700_792_9), (2.0, 0.995_322_265_0)] {
        assert!((erf(x) - value).abs() < 1e-9 && (erf(-x) + value).abs() < 1e-9, "erf({x}) = {}", erf(x));
    }
    assert!((erf(3.5) - 0.999_999_257).abs() < 1e-8 && (erf(4.99) - 1.0).abs() < 1e-6);
}

#[test]
fn gelu_is_within_the_papers_error() {
    let (max, _) = gelu_error(1e-4, 10.0, 14);
    let (_, rms) = gelu_error(1e-4, 4.0, 14);
    println!("i-GELU at 1e-4: max error {max:.4e}, RMS on [-4, 4] {rms:.4e}");
    assert!((1.80e-2..1.83e-2).contains(&max) && (8.1e-3..8.3e-3).contains(&rms), "{max} {rms}");
}

/// Coarse scales want a small shift: with I-BERT's 14 nothing of the polynomial is left.
#[test]
fn a_small_shift_serves_coarse_scales() {
    let (small, _) = gelu_error(1e-2, 8.0, 4);
    let (large, _) = gelu_error(1e-2, 8.0, 14);
    println!("i-GELU at 1e-2: max error {small:.4e} with n = 4, {large:.4e} with n = 14");
    assert!(small < 2.5e-2 && large > 0.1, "{small} {large}");
}

#[test]
fn exp_is_within_the_papers_error() {
    let scale = 1e-4;
    let k = ExpConstants::derive(scale).unwrap();
    // The polynomial's leading coefficient and the shift: exp = value * 0.35815147 * S^2 / 2^30
    let out = 0.358_151_47 * scale * scale / 2_f64.powi(30);
    let last = (12.0 / scale) as i64;
    let error = |x: i64| (iexp(x, &k).unwrap().value(&k) as f64 * out - (x as f64 * scale).exp()).abs();
    let max = (-last..=0).map(error).fold(0.0, f64::max);
    println!("i-exp at 1e-4: max error {max:.4e}");
    assert!((1.89e-3..1.93e-3).contains(&max), "{max}");
}

/// Rows of several lengths and spreads, made by a linear congruence: repeatable and unstructured.
fn rows(scale: f64) -> impl Iterator<Item = Vec<i64>> {
    let mut state = 1_u64;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    [1_usize, 2, 8, 64, 128].into_iter().flat_map(|n| [0.5, 2.0, 8.0, 30.0].map(|spread| (n, spread))).flat_map(
        move |(n, spread)| {
            let row = (0..20).map(|_| (0..n).map(|_| (uniform() * spread / scale) as i64).collect());
            row.collect::<Vec<Vec<i64>>>()
        },
    )
}

#[test]
fn softmax_is_within_its_error() {
    let mut max = 0.0_f64;
    for scale in [1e-4, 3e-4, 1e-3] {
        let k = SoftmaxConstants::derive(scale, SoftmaxConstants::full_range_exp_scale(scale).unwrap(), 8).unwrap();
        for q in rows(scale) {
            let (mut exp16, mut out) = (vec![0; q.len()], vec![0; q.len()]);
            softmax_row(&q, &[], &k, &mut exp16, &mut out).unwrap();
            let largest = *q.iter().max().unwrap();
            let exps: Vec<f64> = q.iter().map(|&q| ((q - largest) as f64 * scale).exp()).collect();
            let sum: f64 = exps.iter().sum();
            let errors = out.iter().zip(&exps).map(|(&p, exp)| (p as f64 / 256.0 - exp / sum).abs());
            max = errors.fold(max, f64::max);
        }
    }
    println!("integer softmax, 8 bit: max error {max:.4e}");
    assert!((3.0e-3..=4.7e-3).contains(&max), "{max}");
}

/// LayerNorm with gamma and beta of both signs: what the integers stand for is the real result.
#[test]
fn layernorm_stands_for_the_real_one() {
    let n = 96;
    let x: Vec<i64> = (0..n).map(|i| (i * i * 977 + i * 131) % 20_011 - 7_000).collect();
    let gamma: Vec<f64> = (0..n).map(|i| (0.3 + i as f64 / 80.0) * if i % 5 == 0 { -1.0 } else { 1.0 }).collect();
    let beta: Vec<f64> = (0..n).map(|i| (i as f64 - 40.0) / 25.0).collect();
    let bias: Vec<i64> = (0..gamma.len()).map(|i| layernorm_bias(beta[i], gamma[i], gamma.len()).unwrap()).collect();
    let mut out = vec![0; x.len()];
    layernorm_row(&x, &bias, VarianceShift::new(5).unwrap(), &mut out).unwrap();

    let mean = x.iter().sum::<i64>() as f64 / n as f64;
    let deviation = (x.iter().map(|&x| (x as f64 - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
    for i in 0..x.len() {
        let real = (x[i] as f64 - mean) / deviation * gamma[i] + beta[i];
        let got = out[i] as f64 * layernorm_output_scale(gamma[i], gamma.len());
        assert!((got - real).abs() < 4e-3, "channel {i}: {got} for {real}");
    }
}

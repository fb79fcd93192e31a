//! The derivation of constants, off-line: what it refuses. What it gives is compared in `tests/derivations`.

use ibert_golden::ops::{
    ExpConstants, GeluConstants, OpError, SoftmaxConstants, SymmetricScale, Width, layernorm_bias,
    layernorm_output_scale, quantize_f32, quantize_f64,
};

const NO_SCALES: [f64; 6] = [0.0, -0.0, -1e-3, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

#[test]
fn derivations_refuse_what_is_no_scale() {
    for scale in NO_SCALES {
        let refusals = [
            GeluConstants::derive(scale, 14).unwrap_err(),
            ExpConstants::derive(scale).unwrap_err(),
            SoftmaxConstants::derive(scale, 1e9, 8).unwrap_err(),
            SoftmaxConstants::full_range_exp_scale(scale).unwrap_err(),
        ];
        for refused in refusals {
            assert!(matches!(refused, OpError::Derivation { name: "input scale", .. }), "{scale}: {refused}");
        }
    }
}

#[test]
fn derivations_refuse_scales_that_are_too_fine() {
    assert!(matches!(GeluConstants::derive(1e-12, 14), Err(OpError::Derivation { op: "gelu", .. })));
    assert!(matches!(ExpConstants::derive(1e-12), Err(OpError::Constant { op: "exp", .. })));
    assert!(matches!(SoftmaxConstants::derive(1e-3, 1e-200, 8), Err(OpError::Derivation { name: "scale ratio", .. })));
    assert!(matches!(SoftmaxConstants::derive(1e-3, -1e9, 8), Err(OpError::Constant { name: "m16", .. })));
}

#[test]
fn layernorm_refuses_a_gamma_of_zero_and_one_that_vanishes_beside_beta() {
    for gamma in [0.0, -0.0, f64::NAN, 1e-300] {
        assert!(matches!(layernorm_bias(1.0, gamma, 768), Err(OpError::Derivation { name: "gamma", .. })), "{gamma}");
    }
    // beta = 0 beside gamma = 0 has no value either
    assert!(layernorm_bias(0.0, 0.0, 768).is_err());
    assert_eq!(layernorm_bias(0.0, 1e-300, 768), Ok(0));
}

#[test]
fn layernorm_bias_floors_and_its_scale_keeps_the_sign_of_gamma() {
    // sqrt(256) / 2^30 = 2^-26
    assert_eq!(layernorm_bias(1.5, 1.0, 256), Ok(3 << 25));
    assert_eq!(layernorm_bias(-1.0, 3.0, 256), Ok(-22_369_622)); // -2^26 / 3 = -22369621.33
    assert_eq!(layernorm_output_scale(-2.0, 256), -2.0 / 67_108_864.0);
}

#[test]
fn quantization_refuses_what_is_not_finite() {
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let refusals =
            [quantize_f32(x as f32, 0.1, Width::INT8).unwrap_err(), quantize_f64(x, 0.1, Width::INT8).unwrap_err()];
        assert!(refusals.iter().all(|e| matches!(e, OpError::Derivation { name: "value", .. })), "{x}: {refusals:?}");
    }
    for scale in NO_SCALES {
        let refusals = [
            quantize_f32(1.0, scale as f32, Width::INT8).unwrap_err(),
            quantize_f64(1.0, scale, Width::INT8).unwrap_err(),
        ];
        assert!(
            refusals.iter().all(|e| matches!(e, OpError::Derivation { name: "scale", .. })),
            "{scale}: {refusals:?}"
        );
    }
    // The inverse of a subnormal scale is infinite, and infinity times 0 is nothing.
    assert!(matches!(
        quantize_f32(0.0, f32::from_bits(1), Width::INT8),
        Err(OpError::Derivation { name: "value", .. })
    ));
    assert!(matches!(
        quantize_f64(0.0, f64::from_bits(1), Width::INT8),
        Err(OpError::Derivation { name: "value", .. })
    ));
}

#[test]
fn weights_lie_in_hugging_faces_asymmetric_range() {
    assert_eq!(
        [-9.0, -1.27, -0.125, 0.005, 0.015, 1.26, 9.0].map(|x| quantize_f64(x, 0.01, Width::INT8).unwrap()),
        [-127, -127, -12, 0, 2, 126, 126]
    );
    assert_eq!(quantize_f32(1e30, 0.01, Width::INT16), Ok(32766));
    assert_eq!(quantize_f32(-1e30, 0.01, Width::INT16), Ok(-32767));
}

#[test]
fn symmetric_scale_is_bounded_away_from_zero() {
    assert_eq!(f64::symmetric_scale(0.0, 0.0, Width::INT8), 1e-8 / 127.0);
    assert_eq!(f32::symmetric_scale(0.0, 0.0, Width::INT8), 1e-8_f32 / 127.0);
    assert_eq!(f64::symmetric_scale(-3.0, 2.0, Width::INT16), 3.0 / 32767.0);
}

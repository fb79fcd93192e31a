//! i-poly, the second-order polynomial under i-GELU and i-exp (paper Alg. 1).

/// `(q + b)^2 + c` at scale `a*S^2`; `None` where `i128` would overflow.
///
/// The polynomial it stands for is `a*(x + b_f)^2 + c_f` with `b = floor(b_f/S)`, `c = floor(c_f/(a*S^2))`.
#[inline]
pub fn ipoly(q: i64, b: i64, c: i64) -> Option<i128> {
    let shifted = i128::from(q) + i128::from(b);
    // |shifted| <= 2^64, so only the square of exactly the extremes overflows.
    shifted.checked_mul(shifted)?.checked_add(c.into())
}

//! Poly: both forms over operands of every magnitude.

use super::streaming::{Element, fill as stream};
use crate::testbench::Vectors;
use crate::testbench::edges::signed;
use ibert_golden::ops::{OpError, ipoly};
use ibert_isa::timing::units::POLY_LATENCY;
use rand::Rng;

pub(super) fn fill(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    stream(vectors, POLY_LATENCY, 4000, |rng| {
        // `q + b` must fit the operands' 18 bits too.
        let (q, sum) = loop {
            let (q, sum) = (signed(rng, 18), signed(rng, 18));
            if (-(1 << 17)..1 << 17).contains(&(sum - q)) {
                break (q, sum);
            }
        };
        let (b, c, square) = (sum - q, signed(rng, 36), rng.random::<bool>());
        // The golden i-poly is the squared form; i-exp's is (q + b)·q + c = (q + b)² + c - (q + b)·b.
        let squared = ipoly(q, b, c).ok_or(OpError::Overflow { op: "poly", name: "out", bits: 128 })?;
        let polynomial = if square { squared } else { squared - i128::from(sum) * i128::from(b) };
        Ok(Element {
            operands: vec![("q", q), ("b", b), ("c", c), ("square", square.into())],
            results: vec![("out", polynomial)],
        })
    })
}

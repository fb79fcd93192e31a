//! Units that take one element per cycle and have a fixed latency.

use crate::testbench::Vectors;
use crate::testbench::word::Word;
use ibert_golden::ops::OpError;
use rand_chacha::ChaCha8Rng;

/// Operands and results of one element, by port.
pub(super) struct Element {
    pub(super) operands: Vec<(&'static str, i64)>,
    pub(super) results: Vec<(&'static str, i128)>,
}

/// Sends elements one per cycle, then with gaps, alternating every 500; resets at times within the stream.
pub(super) fn fill(
    vectors: &mut Vectors,
    latency: usize,
    elements: usize,
    mut element: impl FnMut(&mut ChaCha8Rng) -> Result<Element, OpError>,
) -> Result<(), OpError> {
    for index in 0..elements {
        let Element { operands, results } = element(vectors.rng())?;
        let operands: Vec<(&str, Word)> =
            operands.iter().map(|(port, value)| (*port, vectors.word(port, *value))).collect();
        let results: Vec<(&str, Word)> =
            results.iter().map(|(port, value)| (*port, vectors.word(port, *value))).collect();
        let row = vectors.operands(&operands);
        vectors.expect(Some(row + latency), &results);
        vectors.gaps(if index % 1000 < 500 { 0 } else { 30 });
        if index % 1300 == 1299 {
            vectors.reset();
        }
    }
    Ok(())
}

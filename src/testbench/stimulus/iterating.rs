//! Units that work on one operand for many cycles, with a handshake on both sides.

use super::streaming::Element;
use crate::testbench::Vectors;
use crate::testbench::word::Word;
use ibert_golden::ops::OpError;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Offers elements as fast as the unit takes them, then with gaps, in turns of 40; every now and then one of which nothing comes out, since
/// a reset follows less than `latency` cycles after it.
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
        vectors.operands(&operands);
        if index % 50 == 49 {
            let cycles = vectors.rng().random_range(0..latency - 1);
            (0..cycles).for_each(|_| vectors.gap());
            vectors.reset();
            continue;
        }
        let results: Vec<(&str, Word)> =
            results.iter().map(|(port, value)| (*port, vectors.word(port, *value))).collect();
        vectors.expect(None, &results);
        vectors.gaps(if index % 80 < 40 { 0 } else { 60 });
    }
    Ok(())
}

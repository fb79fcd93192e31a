//! Units that work on one operand for many cycles, with a handshake on both sides.

use super::streaming::Element;
use crate::testbench::Vectors;
use crate::testbench::word::Word;
use ibert_golden::ops::OpError;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Offers elements as fast as the unit takes them, then with gaps, in turns of 40; every now and then one of which
/// nothing comes out, since a reset follows before it can. `element` makes elements and says how many cycles the unit
/// takes for each.
pub(super) fn fill(
    vectors: &mut Vectors,
    elements: usize,
    mut element: impl FnMut(&mut ChaCha8Rng) -> Result<(Element, usize), OpError>,
) -> Result<(), OpError> {
    for index in 0..elements {
        let (Element { operands, results }, latency) = element(vectors.rng())?;
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
        vectors.expect_after(latency, &results);
        vectors.gaps(if index % 80 < 40 { 0 } else { 60 });
    }
    Ok(())
}

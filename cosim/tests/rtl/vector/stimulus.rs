//! Memories and programs at random, edges over-represented.

use super::bench::{Design, Memories};
use ibert_golden::ops::{GELU_SHIFT, GeluConstants, LateSoftmaxConstants, RowReciprocal, SoftmaxConstants};
use ibert_isa::timing::vector::RECIPROCALS;
use ibert_isa::{
    Channel, Column, GeluChannel, GeluParameters, LateSoftmaxParameters, NormParameters, Parameters, ResidualChannel,
    SoftmaxParameters, Vector, VectorOperation,
};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// A value of at most `bits` bits, of any magnitude; now and then an extreme one.
pub(crate) fn value(rng: &mut ChaCha8Rng, bits: u32) -> i64 {
    let limit = 1i64 << (bits - 1);
    match rng.random_range(0..16) {
        0 => [-limit, limit - 1, 0, 1, -1][rng.random_range(0..5)],
        _ => rng.random_range(-limit..limit) >> rng.random_range(0..bits - 1),
    }
}

/// A mantissa that exporters make: 0, or a magnitude of 2^30 to 2^31 inclusive.
fn mantissa(rng: &mut ChaCha8Rng) -> i64 {
    let magnitude = match rng.random_range(0..12) {
        0 => [0, 1 << 30, 1 << 31][rng.random_range(0..3)],
        _ => rng.random_range(1 << 30..=1 << 31),
    };
    if rng.random() { -magnitude } else { magnitude }
}

fn channel(rng: &mut ChaCha8Rng, exponents: std::ops::RangeInclusive<u64>, bias_bits: u32) -> Channel {
    Channel { bias: value(rng, bias_bits), m: mantissa(rng), e: rng.random_range(exponents) }
}

/// Where the kinds of words lie in K: those for gelu from 0 on, those for layernorm, parameters, and those for
/// layernorm again, up to the last word.
fn regions(words: usize) -> (usize, std::ops::Range<usize>) {
    (words * 3 / 8, words * 7 / 8..words * 15 / 16)
}

fn gelu_channel(rng: &mut ChaCha8Rng) -> GeluChannel {
    if rng.random_ratio(1, 8) {
        // Anything that the fields hold, if only the result fits the golden model's 64 bits.
        return GeluChannel { b: -value(rng, 17).abs(), c: value(rng, 34), shift: value(rng, 21) };
    }
    let scale = 4e-5 * 3000f64.powf(rng.random());
    let k = GeluConstants::derive(scale, GELU_SHIFT).unwrap();
    let limit = 1 << 20;
    GeluChannel { b: k.b(), c: k.c(), shift: k.shift().clamp(-limit, limit - 1) }
}

fn parameter_word(rng: &mut ChaCha8Rng, operation: VectorOperation) -> [u8; 32] {
    let mut bytes = [0; 32];
    let identity = Parameters { m: 1 << 30, e: 30 };
    let chain = match (operation, rng.random_range(0..3)) {
        (VectorOperation::Join, _) => Parameters { m: mantissa(rng), e: rng.random_range(20..40) },
        (_, 0) => identity,
        _ => Parameters { m: mantissa(rng), e: rng.random_range(28..34) },
    };
    chain.encode(&mut bytes).unwrap();
    match operation {
        VectorOperation::Gelu => {
            let zero_point = if rng.random() { 0 } else { value(rng, 8) };
            GeluParameters { n: rng.random_range(4..=16), zero_point }.encode(&mut bytes).unwrap();
        }
        VectorOperation::Softmax => {
            let scale = 5e-5 * 2000f64.powf(rng.random());
            let full_range = SoftmaxConstants::full_range_exp_scale(scale).unwrap();
            let out_bits = if rng.random() { 8 } else { rng.random_range(1..=8) };
            let softmax = SoftmaxConstants::derive(scale, full_range, out_bits).unwrap();
            let (exp, requant16) = (softmax.exp(), softmax.requant16());
            let (x0, b, c, n) = (exp.x0(), exp.b(), exp.c(), exp.n().into());
            let (m16, e16) = (requant16.m(), requant16.e() as u64);
            let out_bits = out_bits.into();
            let parameters = SoftmaxParameters { x0, b, c, n, m16, e16, out_bits };
            parameters.encode(&mut bytes).unwrap();
        }
        VectorOperation::Layernorm => {
            // Now and then one that is too small for the data, so that the variance saturates.
            let shift = rng.random_range(0..14);
            NormParameters { shift, residual_is_operand: rng.random() }.encode(&mut bytes).unwrap();
        }
        VectorOperation::LateSoftmax => {
            let softmax = LateSoftmaxConstants::derive(5e-5 * 2000f64.powf(rng.random())).unwrap();
            let exp = softmax.exp();
            let (x0, b, c, n) = (exp.x0(), exp.b(), exp.c(), exp.n().into());
            let (shift, m, e) = (softmax.shift().into(), softmax.m().into(), softmax.e().into());
            LateSoftmaxParameters { x0, b, c, n, shift, m, e }.encode(&mut bytes).unwrap();
        }
        VectorOperation::Requantize | VectorOperation::Join | VectorOperation::Normalize => {}
    }
    bytes
}

/// Memories full of operands. K holds words for gelu, words for layernorm (both serve the other operations), parameters
/// of each operation in turn.
pub(crate) fn memories(rng: &mut ChaCha8Rng, design: &Design) -> Memories {
    let [a, b, c, r, y, k] = design.depths.map(|depth| 1usize << depth);
    let side = design.side;
    let mut fill = |words: usize, bits: u32| -> Vec<Vec<i64>> {
        let mut word = |bits| (0..side).map(|_| value(rng, bits)).collect::<Vec<_>>();
        (0..words).map(|_| word(bits)).collect()
    };
    // Accumulator plus bias fit 32 bits, as in a linear layer.
    let (a, b, mut c, r, y) = (fill(a, 8), fill(b, 8), fill(c, 31), fill(r, 16), fill(y, 22));
    let small = c.split_off(small_words(c.len()).start);
    // An accumulator of weighted values is at most 128 times the sum of the weights, which is 255 or more.
    c.extend(small.into_iter().map(|word| word.into_iter().map(|value| value >> 16).collect::<Vec<_>>()));
    let (gelu_words, parameter_words) = regions(k);
    let word = |index: usize| {
        let mut bytes = [0; 32];
        if parameter_words.contains(&index) {
            return parameter_word(rng, design.operations[index % design.operations.len()]);
        }
        if index < gelu_words {
            channel(rng, 30..=61, 31).encode(&mut bytes).unwrap();
            gelu_channel(rng).encode(&mut bytes).unwrap();
        } else {
            channel(rng, 36..=62, 31).encode(&mut bytes).unwrap();
            let residual = ResidualChannel { m2: mantissa(rng), e2: rng.random_range(30..=54) };
            residual.encode(&mut bytes).unwrap();
        }
        Column { keep: rng.random_ratio(3, 4) }.encode(&mut bytes).unwrap();
        bytes
    };
    let k = (0..k).map(word).collect();
    let reciprocals = vec![vec![RowReciprocal::NONE; side]; RECIPROCALS];
    Memories { a, b, c, r, y, k, reciprocals }
}

/// Words of C whose accumulators are so small that they can be divided by any sum of weights.
fn small_words(words: usize) -> std::ops::Range<usize> {
    words * 3 / 4..words
}

/// An instruction that writes every reciprocal.
fn every_reciprocal(rng: &mut ChaCha8Rng, design: &Design) -> Vector {
    let groups = (design.side / design.lanes) as u64;
    let wish = Wish { operation: VectorOperation::LateSoftmax, tiles: RECIPROCALS as u64 / groups, groups, steps: 2 };
    Vector { residual: 0, ..instruction(rng, design, wish) }
}

/// What an instruction is to be like; the rest is at random.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) operation: VectorOperation,
    pub(crate) tiles: u64,
    pub(crate) groups: u64,
    pub(crate) steps: u64,
}

impl Wish {
    /// Any operation and shape; rows of up to `longest` steps.
    pub(crate) fn any(rng: &mut ChaCha8Rng, design: &Design, longest: u64) -> Self {
        let groups = rng.random_range(1..=design.side / design.lanes) as u64;
        let longest = if rng.random_ratio(1, 6) { longest } else { longest.min(12) };
        let steps = rng.random_range(1..=longest);
        let operation = *design.operations.choose(rng).unwrap();
        Wish { operation, tiles: rng.random_range(1..=3), groups, steps }
    }
}

/// An instruction like that, all of whose addresses are within their memories.
pub(crate) fn instruction(rng: &mut ChaCha8Rng, design: &Design, wish: Wish) -> Vector {
    let Wish { operation, tiles, groups, steps } = wish;
    let to_b = operation == VectorOperation::Requantize && rng.random();
    let constants_per_lane = operation == VectorOperation::Requantize && rng.random_ratio(1, 3);
    let [a, b, c, r, y, k] = design.depths.map(|depth| 1u64 << depth);
    let (gelu_words, parameter_words) = regions(k as usize);
    let (gelu_words, channel_words) = (gelu_words as u64, parameter_words.start as u64);
    // First word and stride of an operand of `steps` words a tile, between two addresses.
    let mut operand = |from: u64, to: u64, steps: u64| {
        let room = to - from - steps;
        let stride = match tiles - 1 {
            0 => rng.random_range(0..100),
            more => rng.random_range(0..=(room / more).min(2 * steps)),
        };
        (from + rng.random_range(0..=room - (tiles - 1) * stride.min(room)), stride)
    };
    let (source, source_stride) = match operation {
        VectorOperation::Layernorm => operand(0, y, steps),
        VectorOperation::Normalize => operand(small_words(c as usize).start as u64, c, steps),
        _ => operand(0, c, steps),
    };
    let constants = if constants_per_lane { design.side as u64 } else { steps };
    let (constant, constant_stride) = match operation {
        VectorOperation::Gelu => operand(0, gelu_words, constants),
        VectorOperation::Layernorm => operand(gelu_words, channel_words, constants),
        VectorOperation::Requantize
        | VectorOperation::Join
        | VectorOperation::Softmax
        | VectorOperation::LateSoftmax
        | VectorOperation::Normalize => operand(0, channel_words, constants),
    };
    let destination_words = if operation == VectorOperation::Join {
        y
    } else if to_b {
        b
    } else {
        a
    };
    let (destination, stride) = operand(0, destination_words.min(r), steps);
    let residual = match operation.is_late() {
        true => rng.random_range(0..=RECIPROCALS as u64 - tiles * groups),
        false => rng.random_range(0..=r - steps - (tiles - 1) * stride),
    };
    let place = design.operations.iter().position(|other| *other == operation).unwrap() as u64;
    let kinds = design.operations.len() as u64;
    let parameters = parameter_words.map(|word| word as u64).filter(|word| word % kinds == place);
    let parameters: Vec<u64> = parameters.collect();
    let parameters = parameters[rng.random_range(0..parameters.len())];
    Vector {
        steps,
        tiles,
        groups,
        operation,
        to_b,
        constants_per_lane,
        source,
        source_stride,
        destination,
        stride,
        residual,
        constant,
        constant_stride,
        parameters,
    }
}

/// Instructions one after the other, of which many may follow the one before at once.
pub(crate) fn program(rng: &mut ChaCha8Rng, design: &Design, length: usize, longest: u64) -> Vec<Vector> {
    let mut program: Vec<Vector> = vec![];
    for _ in 0..length {
        let wish = Wish::any(rng, design, longest);
        let next = match program.last().copied() {
            Some(before) if rng.random_ratio(2, 3) => {
                let steps = if rng.random_ratio(7, 8) { before.steps } else { wish.steps };
                let like = Wish { operation: before.operation, steps, ..wish };
                let parameters = before.parameters;
                Vector { parameters, ..instruction(rng, design, like) }
            }
            _ => instruction(rng, design, wish),
        };
        program.push(next);
    }
    prepared(rng, design, program)
}

/// A program that divides by no reciprocal that it has not written: all are written first, if it divides at all.
pub(crate) fn prepared(rng: &mut ChaCha8Rng, design: &Design, mut program: Vec<Vector>) -> Vec<Vector> {
    if program.iter().any(|instruction| instruction.operation == VectorOperation::Normalize) {
        program.insert(0, every_reciprocal(rng, design));
    }
    program
}

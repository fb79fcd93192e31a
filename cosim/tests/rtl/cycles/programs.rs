//! Valid programs at random: all engines, shapes of all sizes, conflicts on memory ports, semaphores that cannot
//! deadlock.

use ibert_isa::timing::vector::RECIPROCALS;
use ibert_isa::{Configuration, Instruction, Load, Matmul, Memory, Operation, Store, Vector, VectorOperation};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// Bytes that loads read and stores write, from address 0 on.
pub(crate) const DATA: u64 = 1 << 15;

/// A semaphore is never posted more often than this ahead of those who wait for it.
const AHEAD: u32 = 200;

/// A size: mostly small, now and then up to `limit`.
fn size(rng: &mut ChaCha8Rng, limit: u64) -> u64 {
    let most = [3, 20, 70, limit][[0, 0, 1, 1, 1, 1, 2, 2, 3][rng.random_range(0..9)]];
    rng.random_range(1..=most.min(limit))
}

/// First word and stride of `tiles` runs of `words` words in a memory of `depth` words.
fn place(rng: &mut ChaCha8Rng, depth: u64, tiles: u64, words: u64) -> (u64, u64) {
    let room = depth - words;
    let stride = if tiles == 1 { rng.random_range(0..50) } else { rng.random_range(0..=room / (tiles - 1)) };
    let used = if tiles == 1 { 0 } else { (tiles - 1) * stride };
    (rng.random_range(0..=room - used), stride)
}

/// Tiles of `words` words that fit a memory one behind the other.
fn tiles(rng: &mut ChaCha8Rng, depth: u64, words: u64) -> u64 {
    let most = if words > 100 { 2 } else { 5 };
    rng.random_range(1..=most.min(depth / words))
}

fn transfer(rng: &mut ChaCha8Rng, configuration: &Configuration, memory: Memory) -> (u64, u64, u64) {
    let side = configuration.side as u64;
    let words = memory.words(configuration) as u64;
    let bytes = match memory {
        Memory::A | Memory::B => side,
        Memory::R => 2 * side,
        Memory::K => 32,
        Memory::C | Memory::Y => panic!("no transfer moves {memory:?}"),
    };
    let count = size(rng, 700.min(words));
    let dram = rng.random_range(0..=(DATA - count * bytes) / side) * side;
    (dram, rng.random_range(0..=words - count), count)
}

fn load(rng: &mut ChaCha8Rng, configuration: &Configuration) -> Operation {
    let memory = [Memory::A, Memory::B, Memory::R, Memory::K][rng.random_range(0..4)];
    let (dram, address, count) = transfer(rng, configuration, memory);
    Operation::Load(Load { dram, address, count, memory })
}

fn store(rng: &mut ChaCha8Rng, configuration: &Configuration) -> Operation {
    let memory = [Memory::A, Memory::R][rng.random_range(0..2)];
    let (dram, address, count) = transfer(rng, configuration, memory);
    Operation::Store(Store { dram, address, count, memory })
}

fn matmul(rng: &mut ChaCha8Rng, configuration: &Configuration) -> Operation {
    let [a_words, b_words, c_words] =
        [configuration.a_depth, configuration.b_depth, configuration.c_depth].map(|depth| 1_u64 << depth);
    let depth = size(rng, 300);
    let tiles = tiles(rng, c_words, configuration.side as u64);
    let ((a, a_stride), (b, b_stride)) = (place(rng, a_words, tiles, depth), place(rng, b_words, tiles, depth));
    let c = rng.random_range(0..=c_words - tiles * configuration.side as u64);
    let (swap, unsigned_left) = (rng.random(), rng.random());
    Operation::Matmul(Matmul { a, b, c, depth, tiles, a_stride, b_stride, swap, unsigned_left })
}

/// With the operation and the parameters of the one before, so that it may follow at once, or any.
fn vector(rng: &mut ChaCha8Rng, configuration: &Configuration, before: Option<&Vector>) -> Vector {
    let Configuration { a_depth, b_depth, c_depth, r_depth, y_depth, k_depth, .. } = *configuration;
    let [a, b, c, r, y, k] = [a_depth, b_depth, c_depth, r_depth, y_depth, k_depth].map(|depth| 1_u64 << depth);
    let like = before.filter(|_| rng.random_ratio(2, 3));
    let operations = configuration.operations();
    let operation = like.map_or_else(|| *operations.choose(rng).unwrap(), |before| before.operation);
    let row = operation.by_rows();
    let source_words = if operation == VectorOperation::Layernorm { y } else { c };
    let steps = match like {
        Some(before) if row && rng.random_ratio(5, 6) => before.steps,
        _ => size(rng, source_words.min(1024)),
    };
    let tiles = tiles(rng, source_words, steps);
    let groups = rng.random_range(1..=configuration.groups() as u64);
    let to_b = operation == VectorOperation::Requantize && rng.random();
    let constants_per_lane = operation == VectorOperation::Requantize && rng.random_ratio(1, 3);
    let (source, source_stride) = place(rng, source_words, tiles, steps);
    let destination_words = match operation {
        VectorOperation::Join => y.min(r),
        VectorOperation::Layernorm => a.min(r),
        VectorOperation::Requantize if to_b => b,
        VectorOperation::Requantize
        | VectorOperation::Gelu
        | VectorOperation::Softmax
        | VectorOperation::LateSoftmax
        | VectorOperation::Normalize => a,
    };
    let (destination, stride) = place(rng, destination_words, tiles, steps);
    let span = (tiles - 1) * stride + steps;
    // Residual words count in join and layernorm only, reciprocals in late softmax.
    let residual = match operation.is_late() {
        true => rng.random_range(0..=RECIPROCALS as u64 - tiles * groups),
        false if span > r => 0,
        false => rng.random_range(0..=r - span),
    };
    let constants = if constants_per_lane { configuration.side as u64 } else { steps };
    let (constant, constant_stride) = place(rng, k, tiles, constants);
    let parameters = like.map_or_else(|| rng.random_range(0..k), |before| before.parameters);
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

/// A program without deadlock: each semaphore is waited for by one engine only, and never more often than instructions
/// before have posted it.
pub(crate) fn program(rng: &mut ChaCha8Rng, configuration: &Configuration) -> Vec<Instruction> {
    let consumer: [usize; 16] = std::array::from_fn(|_| rng.random_range(0..4));
    let mut posted = [0_u32; 16];
    // How often each engine comes, and how tightly semaphores couple them.
    let weights: [u32; 4] = std::array::from_fn(|_| rng.random_range(1..5));
    let (dense, eager) = (rng.random_range(0..5), rng.random_range(1..4));
    let length = rng.random_range(1..60);
    let mut before: Option<Vector> = None;
    let mut next = |rng: &mut ChaCha8Rng| {
        let mut pick = rng.random_range(0..weights.iter().sum());
        let mut engine = 0;
        while pick >= weights[engine] {
            pick -= weights[engine];
            engine += 1;
        }
        let operation = match engine {
            0 => load(rng, configuration),
            1 => store(rng, configuration),
            2 => matmul(rng, configuration),
            _ => Operation::Vector(*before.insert(vector(rng, configuration, before.as_ref()))),
        };
        let (mut wait, mut post) = (0, 0);
        for semaphore in 0..16 {
            if consumer[semaphore] == engine && posted[semaphore] > 0 && rng.random_ratio(eager, 4) {
                wait |= 1 << semaphore;
                posted[semaphore] -= 1;
            }
        }
        for (semaphore, posted) in posted.iter_mut().enumerate() {
            if *posted < AHEAD && rng.random_ratio(dense, 20) {
                post |= 1 << semaphore;
                *posted += 1;
            }
        }
        Instruction { wait, post, operation }
    };
    (0..length).map(|_| next(rng)).collect()
}

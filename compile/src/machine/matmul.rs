//! `matmul`: tiles of products.

use super::{Memories, Watcher, Write};
use ibert_isa::{Matmul, Memory, Stop};

/// Executes a matmul, instruction `index` of the program, on the memories of an array of side `side`.
///
/// # Errors
/// [`Stop`]: a count of 0, or an address out of range.
pub fn run(
    memories: &mut Memories,
    index: usize,
    side: usize,
    matmul: &Matmul,
    watcher: &mut impl Watcher,
) -> Result<(), Stop> {
    let Matmul { a, b, c, depth, tiles, a_stride, b_stride, swap, unsigned_left } = *matmul;
    if depth == 0 || tiles == 0 {
        return Err(Stop::IllegalOperand);
    }
    for tile in 0..tiles {
        let mut sums = vec![0_i32; side * side];
        for product in 0..depth {
            let a_word = memories.a.word((a + tile * a_stride + product) as usize)?;
            let b_word = memories.b.word((b + tile * b_stride + product) as usize)?;
            let (left, above) = if swap { (b_word, a_word) } else { (a_word, b_word) };
            for (column, &above) in above.iter().enumerate() {
                for (row, &left) in left.iter().enumerate() {
                    let left = if unsigned_left { i32::from(left) } else { i32::from(left as i8) };
                    let sum = &mut sums[column * side + row];
                    *sum = sum.wrapping_add(left * i32::from(above as i8));
                }
            }
        }
        for (column, sums) in sums.chunks_exact(side).enumerate() {
            let address = c as usize + tile as usize * side + column;
            memories.c.word_mut(address)?.copy_from_slice(sums);
            let values: Vec<i64> = sums.iter().map(|&sum| sum.into()).collect();
            watcher.written(Write { instruction: index, memory: Memory::C, address, lane: 0, cycle: 0 }, &values);
        }
    }
    Ok(())
}

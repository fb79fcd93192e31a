//! [`last_posts`]: which instruction each instruction waited for.

use super::Times;
use ibert_isa::{Instruction, SEMAPHORES};

/// The post that came last of those that an instruction waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastPost {
    /// The instruction that posted.
    pub by: usize,
    /// The first cycle in which the semaphore was seen above 0 because of it.
    pub seen: u64,
}

/// For each instruction of a program that waits: the post that it took last. A semaphore's posts are taken in the order in which they came.
pub fn last_posts(program: &[Instruction], times: &[Times]) -> Vec<Option<LastPost>> {
    let mut last: Vec<Option<LastPost>> = vec![None; program.len()];
    for semaphore in 0..SEMAPHORES {
        let ordered = |mask: fn(&Instruction) -> u16, time: fn(&Times) -> u64| {
            let mut list: Vec<usize> =
                (0..program.len()).filter(|i| mask(&program[*i]) >> semaphore & 1 == 1).collect();
            list.sort_by_key(|index| time(&times[*index]));
            list
        };
        let posts = ordered(|instruction| instruction.post, |times| times.retired);
        let takes = ordered(|instruction| instruction.wait, |times| times.granted);
        for (by, taker) in posts.into_iter().zip(takes) {
            let post = LastPost { by, seen: times[by].retired + 1 };
            if last[taker].is_none_or(|before| before.seen < post.seen) {
                last[taker] = Some(post);
            }
        }
    }
    last
}

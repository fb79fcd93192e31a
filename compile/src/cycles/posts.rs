//! [`last_posts`]: the instruction that each instruction waited for last.

use super::Times;
use ibert_isa::{Instruction, SEMAPHORES};

/// The last of the posts that an instruction waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastPost {
    /// Index of the instruction that posted.
    pub by: usize,
    /// First cycle in which the post was visible to the issue logic.
    pub seen: u64,
}

/// For each instruction of a program, the last post that it waited for; `None` if there is none. The posts of a
/// semaphore are consumed in order.
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

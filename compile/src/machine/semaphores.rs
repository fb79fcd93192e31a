//! Start order of instructions: each queue in order, semaphores above 0.

use super::Stopped;
use crate::cycles::Task;
use ibert_isa::timing::control::SEMAPHORE_LIMIT;
use ibert_isa::{Engine, SEMAPHORES, Stop};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;

/// Selects the next of the instructions that may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The first in program order.
    Program,
    /// A random one.
    Random {
        /// Seed of the random numbers.
        seed: u64,
    },
}

/// Executes all instructions, each when its queue and its semaphores allow it.
pub(super) fn schedule(
    tasks: &[Task],
    order: Order,
    mut execute: impl FnMut(usize) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    let mut queues = Engine::ALL
        .map(|engine| -> VecDeque<usize> { (0..tasks.len()).filter(|index| tasks[*index].engine == engine).collect() });
    let mut semaphores = [0_u16; SEMAPHORES];
    let mut random = match order {
        Order::Program => None,
        Order::Random { seed } => Some(ChaCha8Rng::seed_from_u64(seed)),
    };
    loop {
        let heads = queues.iter().filter_map(|queue| queue.front().copied());
        let Some(oldest) = heads.clone().min() else { return Ok(()) };
        let ready = |index: &usize| members(tasks[*index].waits).all(|semaphore| semaphores[semaphore] > 0);
        let ready: Vec<usize> = heads.filter(ready).collect();
        let chosen = match &mut random {
            Some(random) if !ready.is_empty() => Some(ready[random.random_range(0..ready.len())]),
            _ => ready.iter().copied().min(),
        };
        let index = chosen.ok_or(Stopped { stop: Stop::Deadlock, index: oldest })?;
        for queue in queues.iter_mut().filter(|queue| queue.front() == Some(&index)) {
            queue.pop_front();
        }
        members(tasks[index].waits).for_each(|semaphore| semaphores[semaphore] -= 1);
        execute(index)?;
        for semaphore in members(tasks[index].posts) {
            semaphores[semaphore] += 1;
            if semaphores[semaphore] > SEMAPHORE_LIMIT {
                return Err(Stopped { stop: Stop::SemaphoreOverflow, index });
            }
        }
    }
}

/// Indices of the semaphores in a bit set.
fn members(set: u16) -> impl Iterator<Item = usize> {
    (0..SEMAPHORES).filter(move |semaphore| set >> semaphore & 1 == 1)
}

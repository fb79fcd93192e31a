//! Inserts semaphores: an instruction that accesses a word after another engine waits until that engine's instruction
//! has retired.
//!
//! There is one semaphore per ordered pair of engines. The instructions of an engine start and retire in order. Of all
//! instructions of another engine that an instruction depends on, it therefore waits only for the last one, and only if
//! no earlier instruction of its own engine has waited for that one or a later one. Posts and waits of a semaphore thus
//! pair up in order.

use super::extent::{Extent, extents};
use super::lower::Step;
use ibert_isa::{Configuration, Engine, Instruction, Memory};
use std::collections::HashMap;

/// Last instruction of each engine that accessed a word: index + 1, or 0 if there is none.
#[derive(Clone, Copy, Default)]
struct Touched {
    read: [u32; Engine::COUNT],
    written: [u32; Engine::COUNT],
}

/// Returns the instructions of the steps, with semaphores.
pub(super) fn synchronize(configuration: &Configuration, steps: &[Step]) -> Vec<Instruction> {
    let mut program: Vec<Instruction> =
        steps.iter().map(|step| Instruction { wait: 0, post: 0, operation: step.operation }).collect();
    let mut touched: HashMap<Memory, Vec<Touched>> = HashMap::new();
    // The last instruction of each engine (second index) that each engine (first index) has waited for: index + 1.
    let mut waited = [[0_u32; Engine::COUNT]; Engine::COUNT];
    for (index, step) in steps.iter().enumerate() {
        let engine = step.operation.engine();
        let extents = extents(&step.operation, configuration);
        let needs = needs(&extents, &touched);
        for other in Engine::ALL.into_iter().filter(|other| *other != engine) {
            let (need, waited) = (needs[other.index()], &mut waited[engine.index()][other.index()]);
            if need > *waited {
                *waited = need;
                let semaphore = 1 << semaphore(other, engine);
                program[need as usize - 1].post |= semaphore;
                program[index].wait |= semaphore;
            }
        }
        for Extent { memory, words, write } in extents {
            let memory = touched.entry(memory).or_default();
            if memory.len() < words.end {
                memory.resize(words.end, Touched::default());
            }
            for word in &mut memory[words] {
                let touched = if write { &mut word.written } else { &mut word.read };
                touched[engine.index()] = index as u32 + 1;
            }
        }
    }
    program
}

/// The last instruction of each engine that must have retired: index + 1.
fn needs(extents: &[Extent], touched: &HashMap<Memory, Vec<Touched>>) -> [u32; Engine::COUNT] {
    let mut needs = [0; Engine::COUNT];
    for Extent { memory, words, write } in extents {
        let Some(memory) = touched.get(memory) else { continue };
        let words = words.start.min(memory.len())..words.end.min(memory.len());
        for word in &memory[words] {
            for ((need, written), read) in needs.iter_mut().zip(word.written).zip(word.read) {
                *need = (*need).max(written).max(if *write { read } else { 0 });
            }
        }
    }
    needs
}

/// The semaphore that `from` posts and `to` waits for: 0 to 11.
fn semaphore(from: Engine, to: Engine) -> usize {
    from.index() * (Engine::COUNT - 1) + to.index() - usize::from(to > from)
}

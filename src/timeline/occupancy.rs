//! Words in use in each memory: words whose value will still be read.

use ibert_compile::cycles::Span;
use ibert_compile::{Extent, extents};
use ibert_isa::{Configuration, Instruction, Memory};
use std::collections::BTreeMap;

/// Last write of a word, and its last read since then.
#[derive(Clone, Copy, Default)]
struct Word {
    written: u64,
    read: Option<u64>,
}

/// Words in use by memory, as pairs of cycle and number at each change.
pub(super) fn occupancy(
    program: &[Instruction],
    spans: &[Span],
    configuration: &Configuration,
) -> BTreeMap<Memory, Vec<(u64, i64)>> {
    let mut words: BTreeMap<Memory, Vec<Word>> = BTreeMap::new();
    let mut changes: BTreeMap<Memory, BTreeMap<u64, i64>> = BTreeMap::new();
    let mut end = |memory: Memory, word: &Word| {
        if let Some(read) = word.read {
            let changes = changes.entry(memory).or_default();
            *changes.entry(word.written).or_default() += 1;
            *changes.entry(read).or_default() -= 1;
        }
    };
    for (instruction, span) in program.iter().zip(spans) {
        for Extent { memory, words: range, write } in extents(&instruction.operation, configuration) {
            let words = words.entry(memory).or_default();
            if words.len() < range.end {
                words.resize(range.end, Word::default());
            }
            for word in &mut words[range] {
                if write {
                    end(memory, word);
                    *word = Word { written: span.start, read: None };
                } else {
                    word.read = Some(word.read.unwrap_or_default().max(span.retire));
                }
            }
        }
    }
    words.iter().for_each(|(memory, words)| words.iter().for_each(|word| end(*memory, word)));
    let sums = |changes: BTreeMap<u64, i64>| {
        let mut sum = 0;
        let levels = changes.into_iter().filter(|(_, change)| *change != 0).map(|(cycle, change)| {
            sum += change;
            (cycle, sum)
        });
        levels.collect()
    };
    changes.into_iter().map(|(memory, changes)| (memory, sums(changes))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibert_isa::{Load, Matmul, Operation, TINY};

    #[test]
    fn words_are_in_use_from_their_write_to_their_last_read() {
        let load = |memory, address, count| Operation::Load(Load { memory, address, count, dram: 0 });
        let matmul = |c| Operation::Matmul(Matmul { b: 4, c, depth: 4, tiles: 1, ..Matmul::default() });
        let operations = [load(Memory::A, 0, 4), load(Memory::B, 4, 4), matmul(0), matmul(4), load(Memory::B, 4, 4)];
        let program = operations.map(|operation| Instruction { wait: 0, post: 0, operation });
        let spans = [(0, 9), (5, 15), (20, 30), (25, 40), (45, 50)].map(|(start, retire)| Span { start, retire });
        let levels = occupancy(&program, &spans, &TINY);
        assert_eq!(levels[&Memory::A], [(0, 4), (40, 0)]);
        // What is loaded last, nobody reads.
        assert_eq!(levels[&Memory::B], [(5, 4), (40, 0)]);
        assert!(!levels.contains_key(&Memory::C), "nobody reads the sums");
    }
}

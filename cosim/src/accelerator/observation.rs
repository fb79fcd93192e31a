//! What the accelerator's observation ports showed: cycles of instructions, and words that engines wrote.

use super::AcceleratorError;
use ibert_compile::Compiled;
use ibert_compile::cycles::{EngineCycles, Prediction, Span, Times};
use ibert_compile::machine::{Watcher, Write};
use ibert_isa::{Engine, Memory, Operation, Vector, VectorOperation};
use ibert_sim::{Instance, Recorder};

/// A program that ran to its end. Cycles are counted from the first one in which it runs, as in the [cycle
/// model](ibert_compile::cycles).
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Cycles that it ran, as the hardware counts them.
    pub cycles: u64,
    /// A LayerNorm's variance left 32 bits.
    pub variance_saturated: bool,
    /// Contents of the memory on the bus after the run.
    pub memory: Vec<u8>,
    /// Cycles of each instruction.
    pub timeline: Vec<Span>,
    /// The first of them, counted from the beginning of the simulation: at its tenfold in a wave file.
    pub first_cycle: u64,
    /// What the hardware counted for its engines, load, store, matrix and vector.
    pub engines: [EngineCycles; 4],
    /// Time that the simulation took.
    pub seconds: f64,
}

impl Observed {
    /// What was observed in the cycle model's terms. When instructions are fetched and dispatched no port shows: it is
    /// as `predicted`, else 0.
    pub fn to_prediction(&self, predicted: Option<&Prediction>) -> Prediction {
        let before = |index: usize| predicted.and_then(|predicted| predicted.times.get(index)).copied();
        let times = self.timeline.iter().enumerate().map(|(index, seen)| Times {
            granted: seen.start.saturating_sub(1),
            retired: seen.retire,
            ..before(index).unwrap_or_default()
        });
        Prediction { cycles: self.cycles, times: times.collect(), engines: self.engines }
    }
}

/// Bits of an element, and the ports that show writes of a memory.
pub(super) struct Watched {
    memory: Memory,
    pub(super) name: &'static str,
    pub(super) bits: usize,
    pub(super) signed: bool,
}

pub(super) const WATCHED: [Watched; 5] = [
    Watched { memory: Memory::A, name: "a", bits: 8, signed: true },
    Watched { memory: Memory::B, name: "b", bits: 8, signed: true },
    Watched { memory: Memory::C, name: "c", bits: 32, signed: true },
    Watched { memory: Memory::R, name: "r", bits: 16, signed: true },
    Watched { memory: Memory::Y, name: "y", bits: 22, signed: true },
];

pub(super) struct Recorders {
    writes: Vec<Recorder>,
    starts: Vec<Recorder>,
    retires: Vec<Recorder>,
}

impl Recorders {
    pub(super) fn new(instance: &mut Instance) -> Result<Self, AcceleratorError> {
        let mut record = |valid: &str, columns: &[&str]| instance.record(valid, columns);
        let mut recorders = Recorders { writes: vec![], starts: vec![], retires: vec![] };
        for Watched { name, .. } in WATCHED {
            let (groups, address) = (format!("watch_{name}"), format!("watch_{name}_address"));
            let columns = [groups.as_str(), &address, &format!("watch_{name}_data")];
            recorders.writes.push(record(&groups, &columns)?);
        }
        for engine in 0..Engine::COUNT {
            recorders.starts.push(record(&format!("trace_start_{engine}"), &["trace_start_index"])?);
            let index = format!("trace_retire_index_{engine}");
            recorders.retires.push(record(&format!("trace_retire_{engine}"), &[&index])?);
        }
        Ok(recorders)
    }

    /// Discards the recordings.
    pub(super) fn forget(&self, instance: &mut Instance) {
        for recorder in self.writes.iter().chain(&self.starts).chain(&self.retires) {
            instance.take_recording(recorder);
        }
    }

    /// Shows every word that was written, with the instruction that wrote it: engines write in the order of their
    /// instructions.
    pub(super) fn show(
        &self,
        instance: &mut Instance,
        compiled: &Compiled,
        first_cycle: u64,
        watcher: &mut impl Watcher,
    ) -> Result<(), AcceleratorError> {
        for (watched, recorder) in WATCHED.iter().zip(&self.writes) {
            let recording = instance.take_recording(recorder);
            let name = watched.name;
            let port = |suffix: &str| instance.port(&format!("watch_{name}{suffix}"));
            let (groups, address, data) = (port("")?, port("_address")?, port("_data")?);
            let configuration = &compiled.configuration;
            // The matrix engine writes whole words, the vector engine one group of lanes at a time.
            let lanes = if watched.memory == Memory::C { configuration.side } else { configuration.lanes };
            let mut writers = writers(compiled, watched.memory);
            for row in 0..recording.rows() {
                let Some(instruction) = writers.next() else {
                    let expected = self::writers(compiled, watched.memory).count();
                    return Err(AcceleratorError::Writes { memory: watched.name, expected, got: recording.rows() });
                };
                let group = recording.get(row, groups).trailing_zeros() as usize;
                let write = Write {
                    instruction,
                    memory: watched.memory,
                    address: recording.get(row, address) as usize,
                    lane: group * lanes,
                    cycle: recording.cycles()[row] - first_cycle,
                };
                let word = recording.wide(row, data);
                let unsigned = writes_weights(&compiled.program[instruction].operation);
                let values: Vec<i64> = (write.lane..write.lane + lanes)
                    .map(|lane| element(word, lane * watched.bits, watched.bits, watched.signed && !unsigned))
                    .collect();
                watcher.written(write, &values);
            }
        }
        Ok(())
    }

    /// Cycles of each instruction.
    pub(super) fn timeline(
        &self,
        instance: &mut Instance,
        compiled: &Compiled,
        first_cycle: u64,
    ) -> Result<Vec<Span>, AcceleratorError> {
        let mut timeline = vec![Span::default(); compiled.program.len()];
        let started = instance.port("trace_start_index")?;
        for engine in 0..Engine::COUNT {
            let retired = instance.port(&format!("trace_retire_index_{engine}"))?;
            let (starts, retires) =
                (instance.take_recording(&self.starts[engine]), instance.take_recording(&self.retires[engine]));
            for row in 0..starts.rows() {
                if let Some(entry) = timeline.get_mut(starts.get(row, started) as usize) {
                    entry.start = starts.cycles()[row] - first_cycle;
                }
            }
            for row in 0..retires.rows() {
                if let Some(entry) = timeline.get_mut(retires.get(row, retired) as usize) {
                    entry.retire = retires.cycles()[row] - first_cycle;
                }
            }
        }
        Ok(timeline)
    }
}

/// The instruction of each write of a memory, in order.
fn writers(compiled: &Compiled, memory: Memory) -> impl Iterator<Item = usize> + '_ {
    let side = compiled.configuration.side as u64;
    compiled.program.iter().enumerate().flat_map(move |(index, instruction)| {
        let writes = match instruction.operation {
            Operation::Matmul(matmul) if memory == Memory::C => matmul.tiles * side,
            Operation::Vector(vector) if vector.writes(memory) => vector.tiles * vector.groups * vector.steps,
            Operation::Load(_) | Operation::Store(_) | Operation::Matmul(_) | Operation::Vector(_) => 0,
        };
        (0..writes).map(move |_| index)
    })
}

fn writes_weights(operation: &Operation) -> bool {
    let (paper, late) = (VectorOperation::Softmax, VectorOperation::LateSoftmax);
    matches!(operation, Operation::Vector(Vector { operation, .. }) if [paper, late].contains(operation))
}

/// `bits` ≤ 32 bits of a word, from bit `low` on.
fn element(word: &[u32], low: usize, bits: usize, signed: bool) -> i64 {
    let part = |index: usize| u64::from(word.get(index).copied().unwrap_or_default());
    let both = part(low / 32) | part(low / 32 + 1) << 32;
    let value = both >> (low % 32) << (64 - bits);
    if signed { (value as i64) >> (64 - bits) } else { (value >> (64 - bits)) as i64 }
}

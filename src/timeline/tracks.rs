//! [`Tracks`]: a program and its timeline, as shown on pages.

use super::occupancy::occupancy;
use ibert_compile::cycles::Span;
use ibert_compile::cycles::{ArrayCycles, Cause};
use ibert_compile::{Compiled, Work};
use ibert_isa::{Load, Memory, Operation, Store};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Name of the cycles in which the array is busy.
const BUSY: &str = "busy";

/// Names of what the array does, and what they mean.
pub(super) fn legend() -> Vec<(&'static str, String)> {
    let stalls = Cause::ALL.into_iter().map(|cause| (cause.name(), format!("it waits {}", cause.meaning())));
    [(BUSY, "the array takes operands".to_owned())].into_iter().chain(stalls).collect()
}

/// A program and its timeline.
#[derive(Debug)]
pub struct Schedule<'s> {
    /// Name that distinguishes the schedule on a page.
    pub name: &'s str,
    /// Compiled program.
    pub compiled: &'s Compiled,
    /// Span of each instruction.
    pub spans: &'s [Span],
    /// Cycles of the program.
    pub cycles: u64,
    /// By layer: what the array did with the cycles; they sum to the program's cycles.
    pub layers: &'s [ArrayCycles],
    /// By layer: the cycles that the work of each engine takes.
    pub work: &'s [Work],
}

#[derive(Serialize)]
pub(super) struct Tracks<'d> {
    name: &'d str,
    config: &'static str,
    tokens: usize,
    cycles: u64,
    /// Array utilization: useful multiply-accumulates divided by those possible.
    utilization: f64,
    /// Cycles of each layer: busy, and stalled by cause.
    layers: Vec<BTreeMap<&'static str, u64>>,
    work: &'d [Work],
    /// Names of instructions.
    names: Vec<String>,
    /// Start, cycles to retirement, engine, index of the name; of each instruction.
    instructions: Vec<[u64; 4]>,
    /// Words of each memory, and those in use from a cycle on.
    memories: BTreeMap<&'static str, Occupancy>,
    /// Bytes, first cycle and last cycle of each load or store.
    traffic: Vec<[u64; 3]>,
    /// Peak bandwidth of memory in bytes per cycle.
    bus: usize,
}

#[derive(Serialize)]
struct Occupancy {
    words: usize,
    levels: Vec<(u64, i64)>,
}

impl<'d> Tracks<'d> {
    /// Data of a schedule for a page.
    pub(super) fn new(schedule: &Schedule<'d>) -> Self {
        let Schedule { name, compiled, spans, cycles, layers, work } = *schedule;
        let configuration = &compiled.configuration;
        let (mut names, mut indices) = (Vec::new(), HashMap::new());
        let mut index_of = |name: &str| {
            *indices.entry(name.to_owned()).or_insert_with(|| {
                names.push(name.to_owned());
                names.len() as u64 - 1
            })
        };
        let (mut instructions, mut traffic) = (Vec::new(), Vec::new());
        for ((instruction, meaning), span) in compiled.program.iter().zip(&compiled.meanings).zip(spans) {
            let engine = instruction.operation.engine();
            let name = meaning.map_or_else(|| engine.name().to_owned(), |meaning| meaning.tensor.to_string());
            let name = index_of(&name);
            instructions.push([span.start, span.retire.saturating_sub(span.start), engine.index() as u64, name]);
            if let Operation::Load(Load { memory, count, .. }) | Operation::Store(Store { memory, count, .. }) =
                instruction.operation
            {
                let word = memory.transfer_bytes(configuration.side).unwrap_or_default();
                traffic.push([count * word as u64, span.start, span.retire]);
            }
        }
        let mut levels = occupancy(&compiled.program, spans, configuration);
        let memories = Memory::ALL.into_iter().map(|memory| {
            let levels = levels.remove(&memory).unwrap_or_default();
            (memory.name(), Occupancy { words: memory.words(configuration), levels })
        });
        Tracks {
            name,
            config: configuration.name,
            tokens: compiled.tokens,
            cycles,
            utilization: compiled.macs as f64 / (configuration.side.pow(2) as f64 * cycles as f64),
            layers: layers.iter().map(causes).collect(),
            work,
            memories: memories.collect(),
            names,
            instructions,
            traffic,
            bus: configuration.side,
        }
    }
}

fn causes(cycles: &ArrayCycles) -> BTreeMap<&'static str, u64> {
    let stalls = Cause::ALL.into_iter().map(|cause| (cause.name(), cycles[cause]));
    stalls.chain([(BUSY, cycles.busy)]).filter(|(_, cycles)| *cycles > 0).collect()
}

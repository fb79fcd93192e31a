//! One HTML page about schedules, with all that it needs in itself.

use super::occupancy::occupancy;
use super::{ENGINES, Span, engine};
use crate::schedule::Compiled;
use ibert_hdl::isa::{Load, MEMORY_K, MEMORY_R, Operation, Store};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

/// The page without its data.
const TEMPLATE: &str = include_str!("page.html");

/// Where the data goes.
const PLACE: &str = "/*DATA*/null";

/// What a page shows.
#[derive(Debug)]
pub struct Page<'p> {
    /// Its title.
    pub title: &'p str,
    /// One schedule, or several to compare.
    pub schedules: &'p [Schedule<'p>],
}

/// A program and when it does what.
#[derive(Debug)]
pub struct Schedule<'s> {
    /// Name, to tell it from the others.
    pub name: &'s str,
    /// The program.
    pub compiled: &'s Compiled,
    /// Of each instruction.
    pub spans: &'s [Span],
    /// Cycles of the program.
    pub cycles: u64,
    /// By layer: what the array did with the cycles, busy or waiting for a cause; they sum to the program's cycles.
    pub layers: &'s [BTreeMap<&'static str, u64>],
}

#[derive(Serialize)]
struct Data<'d> {
    title: &'d str,
    engines: [&'static str; 4],
    schedules: Vec<ScheduleData<'d>>,
}

#[derive(Serialize)]
struct ScheduleData<'d> {
    name: &'d str,
    config: &'static str,
    tokens: usize,
    cycles: u64,
    /// MACs needed by MACs possible.
    utilization: f64,
    layers: &'d [BTreeMap<&'static str, u64>],
    /// Names of instructions.
    names: Vec<String>,
    /// Start, cycles to retirement, engine, index of the name; of each instruction.
    instructions: Vec<[u64; 4]>,
    /// Words of each memory, and those in use from a cycle on.
    memories: BTreeMap<String, Occupancy>,
    /// Bytes of a load or store, and its first cycle and its last.
    traffic: Vec<[u64; 3]>,
    /// Bytes that memory moves in a cycle at most.
    bus: usize,
}

#[derive(Serialize)]
struct Occupancy {
    words: usize,
    levels: Vec<(u64, i64)>,
}

/// Writes a page.
///
/// # Errors
/// Those of `out`.
pub fn write(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let schedules = page.schedules.iter().map(data).collect();
    let data = serde_json::to_string(&Data { title: page.title, engines: ENGINES, schedules })?;
    // No text in it can end the script.
    let data = data.replace('<', "\\u003c");
    let (before, after) = TEMPLATE.split_once(PLACE).unwrap_or((TEMPLATE, ""));
    out.write_all(before.as_bytes())?;
    out.write_all(data.as_bytes())?;
    out.write_all(after.as_bytes())
}

fn data<'d>(schedule: &'d Schedule<'d>) -> ScheduleData<'d> {
    let Schedule { name, compiled, spans, cycles, layers } = *schedule;
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
        let engine = engine(instruction);
        let name = index_of(meaning.as_ref().map_or(ENGINES[engine], |meaning| meaning.tensor.as_str()));
        instructions.push([span.start, span.retire - span.start, engine as u64, name]);
        if let Operation::Load(Load { memory, count, .. }) | Operation::Store(Store { memory, count, .. }) =
            instruction.operation
        {
            let word = match memory {
                MEMORY_R => 2 * configuration.side as u64,
                MEMORY_K => 32,
                _ => configuration.side as u64,
            };
            traffic.push([count * word, span.start, span.retire]);
        }
    }
    let depths = [
        ("A", configuration.a_depth),
        ("B", configuration.b_depth),
        ("C", configuration.c_depth),
        ("K", configuration.k_depth),
        ("R", configuration.r_depth),
        ("Y", configuration.y_depth),
    ];
    let mut levels: BTreeMap<String, Vec<(u64, i64)>> =
        occupancy(&compiled.program, spans, configuration).into_iter().map(|(m, l)| (format!("{m:?}"), l)).collect();
    let memories = depths.into_iter().map(|(memory, depth)| {
        (memory.to_owned(), Occupancy { words: 1 << depth, levels: levels.remove(memory).unwrap_or_default() })
    });
    ScheduleData {
        name,
        config: configuration.name,
        tokens: compiled.tokens,
        cycles,
        utilization: compiled.macs as f64 / (configuration.side.pow(2) as f64 * cycles as f64),
        layers,
        memories: memories.collect(),
        names,
        instructions,
        traffic,
        bus: configuration.side,
    }
}

//! The trace event format that Perfetto and `chrome://tracing` open; a cycle is shown as a microsecond.

use super::occupancy::occupancy;
use ibert_compile::Compiled;
use ibert_compile::cycles::Span;
use ibert_isa::Engine;
use serde_json::json;
use std::collections::{HashMap, VecDeque};
use std::io::{self, Write};

/// Writes a trace: one track per engine with its instructions, an arrow from each post of a semaphore to the
/// instruction that decrements it, and the words in use of each memory as counters.
///
/// # Errors
/// Those of `out`.
///
/// # Panics
/// If there are not as many spans as instructions.
pub fn write(compiled: &Compiled, spans: &[Span], out: &mut dyn Write) -> io::Result<()> {
    let Compiled { program, meanings, configuration, .. } = compiled;
    assert_eq!(program.len(), spans.len(), "one span an instruction");
    let mut events = Events { out, first: true };
    let name = format!("configuration {}", configuration.name);
    events.begin()?;
    events.event(&json!({"ph": "M", "pid": 1, "name": "process_name", "args": {"name": name}}))?;
    for engine in Engine::ALL {
        let (tid, name) = (engine.index(), engine.name());
        events.event(&json!({"ph": "M", "pid": 1, "tid": tid, "name": "thread_name", "args": {"name": name}}))?;
        let order = json!({"ph": "M", "pid": 1, "tid": tid, "name": "thread_sort_index", "args": {"sort_index": tid}});
        events.event(&order)?;
    }
    // Posts of each semaphore that no instruction has decremented yet.
    let mut posted: HashMap<u32, VecDeque<usize>> = HashMap::new();
    for (index, (instruction, span)) in program.iter().zip(spans).enumerate() {
        let engine = instruction.operation.engine();
        let tid = engine.index();
        let meaning = meanings[index].as_ref();
        let name = meaning.map_or_else(|| engine.name().to_owned(), |meaning| meaning.tensor.to_string());
        events.event(&json!({
            "ph": "X", "pid": 1, "tid": tid, "ts": span.start, "dur": span.retire - span.start, "name": name,
            "args": {"index": index, "instruction": instruction.to_string()},
        }))?;
        for semaphore in (0..16).filter(|semaphore| instruction.wait >> semaphore & 1 == 1) {
            let Some(from) = posted.entry(semaphore).or_default().pop_front() else { continue };
            let name = format!("semaphore {semaphore}");
            let id = (index as u64) << 4 | u64::from(semaphore);
            let from_tid = program[from].operation.engine().index();
            // Perfetto ties an arrow to the slice that encloses its end.
            let leave = spans[from].retire.saturating_sub(1).max(spans[from].start);
            let flow =
                json!({"ph": "s", "pid": 1, "tid": from_tid, "ts": leave, "id": id, "cat": "semaphore", "name": name});
            events.event(&flow)?;
            let arrive = json!({
                "ph": "f", "bp": "e", "pid": 1, "tid": tid, "ts": span.start, "id": id, "cat": "semaphore", "name": name,
            });
            events.event(&arrive)?;
        }
        for semaphore in (0..16).filter(|semaphore| instruction.post >> semaphore & 1 == 1) {
            posted.entry(semaphore).or_default().push_back(index);
        }
    }
    for (memory, levels) in occupancy(program, spans, configuration) {
        let name = format!("words in use of {memory:?}");
        for (cycle, words) in levels {
            events.event(&json!({"ph": "C", "pid": 1, "ts": cycle, "name": name, "args": {"words": words}}))?;
        }
    }
    events.end()
}

/// Events of a trace, one per line.
struct Events<'o> {
    out: &'o mut dyn Write,
    first: bool,
}

impl Events<'_> {
    fn begin(&mut self) -> io::Result<()> {
        write!(self.out, "{{\"displayTimeUnit\":\"ns\",\"traceEvents\":[")
    }

    fn event(&mut self, event: &serde_json::Value) -> io::Result<()> {
        let separator = if std::mem::take(&mut self.first) { "\n" } else { ",\n" };
        write!(self.out, "{separator}{event}")
    }

    fn end(&mut self) -> io::Result<()> {
        writeln!(self.out, "\n]}}")
    }
}

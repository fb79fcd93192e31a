//! Which signals are shown, and under which titles.

use super::table::{self, INSTRUCTION, OPCODE, REGISTER, RESPONSE, STOP};
use super::{Format, Group, Trace};
use crate::accelerator::AcceleratorError;
use crate::accelerator::observation::{WATCHED, Watched};
use ibert_hdl::verilog::Design;
use ibert_isa::{Field, Opcode};

type Result<T> = std::result::Result<T, AcceleratorError>;

/// The groups of an accelerator.
///
/// # Errors
/// [`AcceleratorError::NoSignal`].
pub(super) fn groups(design: &Design) -> Result<Vec<Group>> {
    let signals = Signals { design };
    let mut groups = vec![signals.group("Clock, reset, interrupt", &["clock", "reset_n", "irq"])?, signals.control()?];
    for (engine, opcode) in Opcode::ALL.into_iter().enumerate() {
        groups.push(signals.engine(engine, opcode)?);
    }
    groups.push(signals.channels("AXI4: reads", "m_axi_", &["ar", "r"]));
    groups.push(signals.channels("AXI4: writes", "m_axi_", &["aw", "w", "b"]));
    groups.push(signals.channels("AXI4-Lite: control registers", "s_axi_", &["aw", "w", "b", "ar", "r"]));
    for watched in &WATCHED {
        groups.push(signals.memory(watched)?);
    }
    Ok(groups)
}

/// The signals of a design.
struct Signals<'d> {
    design: &'d Design,
}

impl Signals<'_> {
    /// A signal with a format of its own.
    fn formatted(&self, path: &str, format: Format) -> Result<Trace> {
        let signal = self.design.signal(path).ok_or_else(|| AcceleratorError::NoSignal { path: path.to_owned() })?;
        Ok(Trace { signal: path.to_owned(), width: signal.width, part: None, format })
    }

    fn named(&self, path: &str, table: &str) -> Result<Trace> {
        self.formatted(path, Format::Named(table.to_owned()))
    }

    /// A signal as bit or in hexadecimal.
    fn plain(&self, path: &str) -> Result<Trace> {
        let trace = self.formatted(path, Format::Binary)?;
        Ok(if trace.width == 1 { trace } else { Trace { format: Format::Hexadecimal, ..trace } })
    }

    fn group(&self, title: &str, paths: &[&str]) -> Result<Group> {
        let traces = paths.iter().map(|path| self.plain(path)).collect::<Result<_>>()?;
        Ok(Group { title: title.into(), open: true, traces, ..Group::default() })
    }

    /// The program: state machines, fetch, issue, errors.
    fn control(&self) -> Result<Group> {
        let states = self.design.enumerations();
        // What a register holds, not what it will hold next.
        let states = states
            .iter()
            .filter(|(path, _)| path.ends_with("_q"))
            .map(|(path, signal)| self.named(path, &table::enumeration(&signal.labels)));
        let fetch = [
            "control.fetcher_request",
            "control.request_ready",
            "control.fetcher_request_address",
            "control.fetcher_request_beats",
            "control.fetcher_valid",
            "control.sequencer_pop",
        ];
        let fetch = Group { open: false, ..self.group("Fetch", &fetch)? };
        let error = Group {
            title: "Error".into(),
            traces: vec![
                self.plain("control.first_error_error")?,
                self.named("control.first_error_code", STOP)?,
                self.named("control.first_error_index", INSTRUCTION)?,
            ],
            ..Group::default()
        };
        let mut traces = states.collect::<Result<Vec<_>>>()?;
        traces.push(self.formatted("control.cycles_count", Format::Unsigned)?);
        traces.push(self.formatted("control.retired_count", Format::Unsigned)?);
        traces.push(self.named("control.sequencer_index", INSTRUCTION)?);
        traces.push(self.named("trace_start_index", INSTRUCTION)?);
        traces.push(self.formatted("control.semaphores_available", Format::Binary)?);
        Ok(Group { title: "Program".into(), open: true, traces, groups: vec![error, fetch] })
    }

    /// Start, end and queue of an engine, and the instruction that it was given last.
    fn engine(&self, engine: usize, opcode: Opcode) -> Result<Group> {
        let traces = vec![
            self.plain(&format!("control.queue_{engine}_valid"))?,
            self.named(&format!("control.queue_{engine}_head_index"), INSTRUCTION)?,
            self.plain(&format!("control.ready_{engine}"))?,
            self.plain(&format!("trace_start_{engine}"))?,
            self.plain(&format!("control.in_flight_{engine}_valid"))?,
            self.plain(&format!("trace_retire_{engine}"))?,
            self.named(&format!("trace_retire_index_{engine}"), INSTRUCTION)?,
        ];
        let more = Group {
            title: "Queue, faults".into(),
            traces: vec![
                self.named(&format!("control.queue_{engine}.fields.opcode"), OPCODE)?,
                self.plain(&format!("control.queue_{engine}_wait_mask"))?,
                self.plain(&format!("control.queue_{engine}_full"))?,
                self.plain(&format!("control.in_flight_{engine}_full"))?,
                self.plain(&format!("control.idle_{engine}"))?,
                self.plain(&format!("control.fault_{engine}"))?,
                self.named(&format!("control.fault_code_{engine}"), STOP)?,
            ],
            ..Group::default()
        };
        let fields = opcode.fields().iter().map(|field| self.field(opcode, field)).collect::<Result<_>>()?;
        // The others decode what all engines share.
        let title = match opcode {
            Opcode::Vector => "Fields of the newest instruction".to_owned(),
            Opcode::Load | Opcode::Store | Opcode::Matmul => format!("Fields, in cycles of trace_start_{engine}"),
        };
        let fields = Group { title, traces: fields, ..Group::default() };
        Ok(Group { title: format!("Engine: {}", opcode.name()), open: true, traces, groups: vec![fields, more] })
    }

    /// A field of the instruction where an engine decodes it.
    fn field(&self, opcode: Opcode, field: &Field) -> Result<Trace> {
        let decoder = match opcode {
            Opcode::Load => "load.fields",
            Opcode::Store => "store.fields",
            Opcode::Matmul => "matrix.feeder.fields",
            Opcode::Vector => "vector.fields",
        };
        let path = format!("{decoder}.{}", field.name);
        match (field.name, field.width) {
            _ if !field.codes.is_empty() => self.named(&path, field.name),
            (_, 1) | ("dram", _) => self.plain(&path),
            _ => self.formatted(&path, Format::Unsigned),
        }
    }

    /// The ports of AXI channels.
    fn channels(&self, title: &str, prefix: &str, channels: &[&str]) -> Group {
        let mut traces = vec![];
        for channel in channels {
            for port in &self.design.ports {
                let Some(name) = port.name.strip_prefix(prefix).and_then(|name| name.strip_prefix(channel)) else {
                    continue;
                };
                let format = match name {
                    _ if port.width == 1 => Format::Binary,
                    "resp" => Format::Named(RESPONSE.into()),
                    "addr" if prefix.starts_with('s') => Format::Named(REGISTER.into()),
                    "len" => Format::Unsigned,
                    _ => Format::Hexadecimal,
                };
                traces.push(Trace { signal: port.name.clone(), width: port.width, part: None, format });
            }
        }
        Group { title: title.into(), traces, ..Group::default() }
    }

    /// What engines write into a memory, whole and element by element.
    fn memory(&self, watched: &Watched) -> Result<Group> {
        let Watched { name, bits, .. } = watched;
        let port = format!("watch_{name}");
        let data = self.plain(&format!("{port}_data"))?;
        let format = if watched.signed { Format::Signed } else { Format::Unsigned };
        let elements = (0..data.width / bits).map(|element| Trace {
            part: Some((format!("{name}{element}"), element * bits..(element + 1) * bits)),
            format: format.clone(),
            ..data.clone()
        });
        let elements =
            Group { title: format!("Elements of {bits} bits"), traces: elements.collect(), ..Group::default() };
        let traces = vec![
            self.formatted(&port, Format::Binary)?,
            self.formatted(&format!("{port}_address"), Format::Unsigned)?,
            data,
        ];
        let title = format!("Written into {}", name.to_ascii_uppercase());
        Ok(Group { title, open: true, traces, groups: vec![elements] })
    }
}

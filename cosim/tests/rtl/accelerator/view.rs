//! The views beside waves, as GTKWave and Surfer read them, against what is in the waves.

use super::{compiled, sequence, small_encoder};
use ibert_compile::Compiled;
use ibert_cosim::accelerator::view::View;
use ibert_cosim::accelerator::{Accelerator, AcceleratorError, RunOptions, Session, Wave};
use ibert_hdl::catalogue;
use ibert_hdl::verilog::Observation;
use ibert_isa::{CONFIGURATIONS, Opcode, Operation, Stop, TINY};
use ibert_sim::{BuildOptions, Error, Trace};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use wellen::simple::Waveform;

/// What a save file says.
#[derive(Default)]
struct Saved {
    /// Paths of signals with their bits, and the file of their table.
    signals: Vec<(String, Option<PathBuf>)>,
    /// Groups that were opened, and are closed again.
    titles: Vec<String>,
    settings: HashMap<String, String>,
    zoom: String,
}

impl Saved {
    fn read(path: &Path) -> Self {
        let mut saved = Saved::default();
        let (mut open, mut translation, mut flags) = (vec![], None, 0);
        for line in fs::read_to_string(path).unwrap().lines() {
            match line.split_at(1) {
                ("[", rest) => {
                    let (key, value) = rest.split_once("] ").unwrap();
                    saved.settings.insert(key.into(), value.trim_matches('"').into());
                }
                ("@", hexadecimal) => flags = u32::from_str_radix(hexadecimal, 16).unwrap(),
                ("*", zoom) => saved.zoom = zoom.into(),
                ("-", title) if flags >> 23 & 1 == 1 => open.push(title.to_owned()),
                ("-", title) => {
                    assert_eq!(open.pop().as_deref(), Some(title), "a group ends that is not the last one");
                    saved.titles.push(title.into());
                }
                ("^", file) => translation = Some(PathBuf::from(file.split_once(' ').unwrap().1)),
                ("#", bits) => {
                    let (name, bits) = bits.split_once("} ").unwrap();
                    let bits: Vec<(usize, &str)> = bits.split(' ').map(numbered).collect();
                    let [first, .., last] = bits[..] else { panic!("one bit: {name}") };
                    assert!(
                        bits.iter().zip(first.0..).all(|(bit, number)| *bit == (number, first.1)),
                        "{name}: {bits:?}"
                    );
                    assert!(name.ends_with(&format!("[{}:0]", bits.len() - 1)) && last.0 < width(first.1), "{name}");
                    saved.signals.push((first.1.into(), None));
                }
                _ => {
                    assert_eq!(translation.is_some(), flags >> 13 & 1 == 1, "{line}: a table, and not used");
                    saved.signals.push((line.into(), translation.take()));
                }
            }
        }
        assert!(open.is_empty(), "{open:?} do not end");
        saved
    }
}

/// `(n)signal`.
fn numbered(text: &str) -> (usize, &str) {
    let (number, signal) = text.strip_prefix('(').and_then(|text| text.split_once(')')).unwrap();
    (number.parse().unwrap(), signal)
}

/// Bits of `signal[high:0]`.
fn width(signal: &str) -> usize {
    let high = signal.split_once('[').map_or("0", |(_, range)| range.strip_suffix(":0]").unwrap());
    high.parse::<usize>().unwrap() + 1
}

/// A table as GTKWave looks values up: by the text that it would print.
fn table(file: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(file).unwrap();
    let entry = |line: &str| line.split_once(' ').map(|(value, name)| (value.to_owned(), name.to_owned())).unwrap();
    let table: BTreeMap<_, _> = text.lines().map(entry).collect();
    assert_eq!(table.len(), text.lines().count(), "{}: a value twice", file.display());
    table
}

/// Runs a program with waves. None if this machine cannot build for FST, which the error must say.
fn run(folder: &Path, name: &str, cycles: Option<Range<u64>>) -> Option<(Wave, Compiled, u64)> {
    let wave = Wave { path: folder.join(name), cycles };
    let build = BuildOptions { trace: wave.trace(), ..BuildOptions::default() };
    let accelerator = match Accelerator::build(TINY, &build) {
        Err(AcceleratorError::Simulation(error @ Error::Cpp { .. })) if wave.trace() == Trace::Fst => {
            let text = error.to_string();
            assert!(text.contains("zlib1g-dev") || text.contains("liblz4-dev"), "{text}");
            return None;
        }
        accelerator => accelerator.unwrap(),
    };
    let model = small_encoder(false, 8);
    let compiled = compiled(&model, TINY, &sequence(&model, 1, 8));
    let options = RunOptions { wave: Some(wave.clone()), ..RunOptions::default() };
    let mut session = Session::new(&accelerator, compiled.image.bytes.len(), &options).unwrap();
    let observed = session.run(&compiled, &mut ()).unwrap();
    drop(session);
    Some((wave, compiled, observed.first_cycle))
}

#[test]
fn every_signal_of_a_view_is_in_the_waves() {
    let folder = tempfile::tempdir().unwrap();
    for (name, trace) in [("waves of it.vcd", Trace::Vcd), ("waves.fst", Trace::Fst)] {
        for from in [0, 700] {
            let Some((wave, _, first_cycle)) = run(folder.path(), name, Some(from..from + 100)) else { continue };
            assert_eq!(wave.trace(), trace);
            let saved = Saved::read(&wave.view());
            let waves = wellen::simple::read(&wave.path).unwrap();
            let hierarchy = waves.hierarchy();
            let found: HashMap<String, usize> = hierarchy
                .iter_vars()
                .map(|signal| (signal.full_name(hierarchy), signal.length().unwrap() as usize))
                .collect();
            for (signal, translation) in &saved.signals {
                let path = signal.split('[').next().unwrap();
                assert_eq!(found.get(path), Some(&width(signal)), "{signal} in {name}");
                for value in translation.iter().flat_map(|file| table(file).into_keys()) {
                    assert_eq!(value.len(), width(signal).div_ceil(4), "{signal}: {value}");
                }
            }
            assert!(saved.signals.len() > 150, "{}", saved.signals.len());
            for title in ["Program", "Engine: vector", "AXI4: reads", "AXI4: writes", "Written into Y"] {
                assert!(saved.titles.iter().any(|found| found == title), "{:?}", saved.titles);
            }
            assert_eq!(
                (&saved.settings["dumpfile"], &saved.settings["savefile"]),
                (&text(&wave.path), &text(&wave.view()))
            );
            // It opens where the waves begin, with a marker at cycle 0 if that is there.
            assert_eq!(saved.settings["timestart"], waves.time_table()[0].to_string());
            let marker = saved.zoom.split(' ').nth(2).unwrap();
            let origin = (Wave::CYCLE_NS * first_cycle).to_string();
            assert_eq!(marker, if from == 0 { &origin } else { "-1" });
            assert_eq!(saved.settings.contains_key("markername"), from == 0);
        }
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// What Surfer shows after the commands of a file: signals with their formats and titles, and the cursor.
#[derive(Default)]
struct Shown {
    items: Vec<(String, Option<String>)>,
    cursor: Option<u64>,
}

impl Shown {
    /// Executes commands as Surfer's documentation specifies: one per line, `#` begins a comment, the name of a divider is
    /// one word, an item is addressed by its index, and a new item is inserted after the focused one, otherwise last.
    fn read(path: &Path) -> Self {
        let mut shown = Shown::default();
        let mut focus = None;
        for line in fs::read_to_string(path).unwrap().lines().filter(|line| !line.starts_with('#')) {
            assert!(!line.contains(['#', ';']), "the end of a command: {line}");
            let (command, argument) = line.split_once(' ').unwrap_or((line, ""));
            match command {
                "variable_add" | "divider_add" => {
                    assert!(!argument.contains(' ') && focus.is_none(), "{line}");
                    shown.items.push((argument.into(), None));
                }
                "item_focus" => {
                    let digits: String = argument.bytes().map(|letter| format!("{:x}", letter - b'a')).collect();
                    focus = Some(usize::from_str_radix(&digits, 16).unwrap());
                }
                "item_unfocus" => focus = None,
                "item_rename" => shown.items[focus.unwrap()].0 = argument.into(),
                "item_set_format" => shown.items[focus.unwrap()].1 = Some(argument.into()),
                "cursor_set" => shown.cursor = Some(argument.parse().unwrap()),
                _ => panic!("{line}"),
            }
        }
        shown
    }
}

/// A mnemonic file as Surfer reads it: its name, its bits, and the name of each value.
fn mnemonics(path: &Path) -> (String, usize, BTreeMap<u64, String>) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let name = lines.next().unwrap().strip_prefix("Name: ").unwrap().to_owned();
    let bits = lines.next().unwrap().strip_prefix("Bits: ").unwrap().parse().unwrap();
    let entry = |line: &str| {
        let (value, name) = line.strip_prefix("0x").unwrap().split_once(' ').unwrap();
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap();
        assert!(!name.contains('"'), "{line}");
        (u64::from_str_radix(value, 16).unwrap(), name.to_owned())
    };
    (name, bits, lines.map(entry).collect())
}

#[test]
fn surfer_shows_what_gtkwave_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (wave, _, first_cycle) = run(folder.path(), "waves of it.vcd", Some(0..100)).unwrap();
    let saved = Saved::read(&wave.view());
    let shown = Shown::read(&wave.surfer());
    let waves = wellen::simple::read(&wave.path).unwrap();
    let hierarchy = waves.hierarchy();
    let found: HashMap<String, usize> =
        hierarchy.iter_vars().map(|signal| (signal.full_name(hierarchy), signal.length().unwrap() as usize)).collect();
    let tables: HashMap<_, _> = fs::read_dir(View::mnemonic_path(&wave.path))
        .unwrap()
        .map(|entry| mnemonics(&entry.unwrap().path()))
        .map(|(name, bits, entries)| (name, (bits, entries)))
        .collect();
    let (mut signals, mut titles) = (vec![], vec![]);
    for (name, format) in &shown.items {
        let Some(format) = format else {
            titles.push(name.as_str());
            continue;
        };
        let bits = found.get(name).unwrap_or_else(|| panic!("{name} is not in the waves"));
        signals.push(name.as_str());
        match (format.as_str(), tables.get(format)) {
            ("Bit", _) => assert_eq!(*bits, 1, "{name}"),
            ("Binary" | "Hexadecimal" | "Unsigned" | "Signed", _) => assert!(*bits > 1, "{name}"),
            (_, Some((width, _))) => assert_eq!(bits, width, "{name}"),
            _ => panic!("{name}: no format {format}"),
        }
    }
    // The same signals in the same order, but for the elements of words; and the same names.
    let mut expected: Vec<&str> = saved.signals.iter().map(|(path, _)| path.split('[').next().unwrap()).collect();
    expected.dedup();
    assert_eq!(signals, expected);
    for (path, file) in &saved.signals {
        let Some(file) = file else { continue };
        let path = path.split('[').next().unwrap();
        let (_, format) = shown.items.iter().find(|(name, _)| name == path).unwrap();
        let of_gtkwave = table(file).into_iter().map(|(value, name)| (u64::from_str_radix(&value, 16).unwrap(), name));
        assert_eq!(tables[format.as_ref().unwrap()].1, of_gtkwave.collect(), "{path}");
    }
    assert!(["Program", "Program: Error", "Engine: vector", "AXI4: reads"].iter().all(|title| titles.contains(title)));
    assert_eq!(shown.cursor, Some(Wave::CYCLE_NS * first_cycle));
}

/// A run in waves, read through its view.
struct Decoded {
    waves: Waveform,
    saved: Saved,
}

impl Decoded {
    /// When a signal has which value from then on.
    fn changes(&mut self, signal: &str) -> Vec<(u64, u64)> {
        let path = format!("TOP.accelerator_tiny.{signal}");
        let hierarchy = self.waves.hierarchy();
        let found = hierarchy.iter_vars().find(|var| var.full_name(hierarchy) == path).unwrap().signal_ref();
        self.waves.load_signals(&[found]);
        let times = self.waves.time_table();
        let value = |bits: String| u64::from_str_radix(&bits, 2).unwrap();
        let changes = self.waves.get_signal(found).unwrap().iter_changes();
        changes.map(|(time, bits)| (times[time as usize], value(bits.to_bit_string().unwrap()))).collect()
    }

    fn at(&mut self, signal: &str, time: u64) -> u64 {
        self.changes(signal).into_iter().take_while(|(at, _)| *at <= time).last().unwrap().1
    }

    /// When a bit rises.
    fn rises(&mut self, signal: &str) -> Vec<u64> {
        self.changes(signal).into_iter().filter(|(_, value)| *value == 1).map(|(time, _)| time).collect()
    }

    /// The name that GTKWave shows for a value of a signal.
    fn name(&self, signal: &str, value: u64) -> String {
        let path = format!("TOP.accelerator_tiny.{signal}");
        let (path, file) = self.saved.signals.iter().find(|(found, _)| found.split('[').next() == Some(&path)).unwrap();
        let digits = width(path).div_ceil(4);
        table(file.as_deref().unwrap()).remove(&format!("{value:0digits$X}")).unwrap()
    }
}

#[test]
fn names_of_values_are_those_of_what_the_hardware_does() {
    let folder = tempfile::tempdir().unwrap();
    let (wave, compiled, first_cycle) =
        ["whole.fst", "whole.vcd"].iter().find_map(|name| run(folder.path(), name, None)).unwrap();
    let mut run = Decoded { waves: wellen::simple::read(&wave.path).unwrap(), saved: Saved::read(&wave.view()) };
    let phases = run.changes("control.phase.phase_q");
    let phases: Vec<String> = phases.iter().map(|(_, value)| run.name("control.phase.phase_q", *value)).collect();
    assert_eq!(phases, ["Idle", "Run", "Halt", "Clear", "Idle"]);
    assert_eq!(run.rises("control.phase_run"), [Wave::CYCLE_NS * first_cycle]);
    // The host writes these registers, the last of them to take the interrupt.
    let written: Vec<u64> = run.rises("s_axi_awvalid").into_iter().map(|time| run.at("s_axi_awaddr", time)).collect();
    let written: Vec<String> = written.into_iter().map(|address| run.name("s_axi_awaddr", address)).collect();
    assert_eq!(written, ["program_address", "program_length", "interrupt_enable", "control", "interrupt_pending"]);
    let mut operations = vec![];
    for (engine, opcode) in Opcode::ALL.into_iter().enumerate() {
        let queue = format!("control.queue_{engine}.fields.opcode");
        for time in run.rises(&format!("control.queue_{engine}_valid")) {
            let code = run.at(&queue, time);
            assert_eq!(run.name(&queue, code), opcode.name());
        }
        let starts = run.rises(&format!("trace_start_{engine}"));
        let indices: Vec<u64> = starts.iter().map(|time| run.at("trace_start_index", *time)).collect();
        let of_engine = |index: &u64| compiled.program[*index as usize].operation.opcode() == opcode;
        assert!(indices.iter().all(of_engine), "{opcode:?}");
        let all = (0..compiled.program.len() as u64).filter(of_engine).count();
        assert_eq!(indices.len(), all);
        for (index, time) in indices.into_iter().zip(starts) {
            let instruction = compiled.program[index as usize];
            assert_eq!(run.name("trace_start_index", index), format!("{index} {instruction}"));
            match instruction.operation {
                Operation::Load(load) => {
                    let code = run.at("load.fields.memory", time);
                    assert_eq!(run.name("load.fields.memory", code), load.memory.name());
                }
                // The vector engine has it from the next cycle on.
                Operation::Vector(vector) => {
                    let code = run.at("vector.fields.operation", time + Wave::CYCLE_NS);
                    operations.push(run.name("vector.fields.operation", code));
                    assert_eq!(operations.last().unwrap(), vector.operation.name());
                }
                _ => {}
            }
        }
    }
    assert!(
        ["requantize", "late_softmax", "normalize"].iter().all(|name| operations.iter().any(|it| it == name)),
        "{operations:?}"
    );
}

#[test]
fn views_of_every_configuration_name_signals_and_values_of_its_verilog() {
    for configuration in CONFIGURATIONS {
        let design = catalogue::accelerator(&configuration, Observation::On).unwrap().unwrap();
        let view = View::new(&design, &[]).unwrap();
        for trace in view.traces() {
            // Ports of the top module are declared once, others are looked up along their instances.
            let signal = design.signal(&trace.signal).unwrap_or_else(|| panic!("{}", trace.signal));
            assert_eq!(signal.width, trace.width);
            assert!(trace.part.as_ref().is_none_or(|(_, bits)| bits.end <= trace.width && !bits.is_empty()));
        }
        let watched: usize = view.traces().iter().filter(|trace| trace.part.is_some()).count();
        assert_eq!(watched, 5 * configuration.side, "an element for each row of the array in A, B, C, R and Y");
        let entries = |name: &str| {
            let table = view.tables.iter().find(|table| table.name == name).unwrap();
            table.entries.iter().map(|(value, name)| (*value, name.as_str())).collect::<Vec<_>>()
        };
        // Enumerations, stops and registers as the Verilog has them.
        let verilog = |module: &str| &design.modules.iter().find(|found| found.name == module).unwrap().text;
        let phases = entries("phase");
        assert_eq!(phases.len(), 4);
        for (value, name) in phases {
            let line = format!("localparam [1:0] Phase_{name} = 2'd{value};");
            assert!(verilog("program_phase").contains(&line), "{line}");
        }
        for (offset, name) in entries("register") {
            let line = format!("12'h{offset:03x}");
            let text = verilog("register_read").to_ascii_lowercase();
            let place = text.find(&line).unwrap_or_else(|| panic!("{line} in {text}"));
            assert!(text[place..].lines().next().unwrap().contains(name), "{name}");
        }
        let stops = entries("stop");
        assert_eq!(stops[0], (0, "none"));
        for code in 1..16 {
            let name = stops.iter().find(|(value, _)| *value == code).map(|(_, name)| *name);
            assert_eq!(name, Stop::from_code(code).map(Stop::name));
        }
    }
}

//! Wave files contain the signals and their values over time.

use std::collections::BTreeMap;
use std::fs;

use crate::designs::{COUNTER, counter, source};
use ibert_sim::{BuildOptions, Error, Instance, Library, Stimulus, Trace};

fn traced(trace: Trace) -> Result<Library, Error> {
    Library::build(&source("counter", COUNTER), &BuildOptions { trace, ..BuildOptions::default() })
}

fn start_counting(dut: &mut Instance, by: u64) {
    dut.write(dut.port("reset_n").unwrap(), 1);
    dut.write(dut.port("step").unwrap(), by);
}

/// The values of the signals of one scope of a VCD file over time, as binary text.
fn vcd(text: &str) -> BTreeMap<String, Vec<(u64, String)>> {
    let mut names = BTreeMap::<String, Vec<String>>::new();
    let mut changes = BTreeMap::<String, Vec<(u64, String)>>::new();
    let mut time = 0;
    for line in text.lines().map(str::trim) {
        let words: Vec<_> = line.split_whitespace().collect();
        let change = match words[..] {
            ["$var", _, _, code, name, ..] => {
                names.entry(code.into()).or_default().push(name.into());
                continue;
            }
            [stamp] if stamp.starts_with('#') => {
                time = stamp[1..].parse().unwrap();
                continue;
            }
            [value, code] if value.starts_with('b') => (&value[1..], code),
            [bit] if bit.starts_with(['0', '1']) => bit.split_at(1),
            _ => continue,
        };
        for name in names.get(change.1).into_iter().flatten() {
            changes.entry(name.clone()).or_default().push((time, change.0.into()));
        }
    }
    // The same signal is listed as a port and inside the module.
    changes.values_mut().for_each(Vec::dedup);
    changes
}

#[test]
fn vcd_has_every_signal_and_the_values_at_their_cycles() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("counter.vcd");
    let mut dut = traced(Trace::Vcd).unwrap().instance().unwrap();
    start_counting(&mut dut, 3);
    dut.open_trace(&path).unwrap();
    dut.ticks(4);
    dut.close_trace();
    dut.ticks(4);

    let signals = vcd(&fs::read_to_string(&path).unwrap());
    assert_eq!(signals.keys().collect::<Vec<_>>(), ["clock", "next", "q", "reset_n", "step"]);
    let q: Vec<_> = signals["q"].iter().map(|(time, value)| (*time, u64::from_str_radix(value, 2).unwrap())).collect();
    assert_eq!(q, [(0, 0), (10, 3), (20, 6), (30, 9), (40, 12)], "a cycle is 10 ns and the file ends when closed");
    assert_eq!(signals["clock"].len(), 9);
}

#[test]
fn trace_may_cover_windows_of_a_run_in_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut dut = traced(Trace::Vcd).unwrap().instance().unwrap();
    start_counting(&mut dut, 1);
    let mut window = |name: &str| {
        let path = folder.path().join(name);
        dut.ticks(10);
        dut.open_trace(&path).unwrap();
        dut.ticks(2);
        dut.close_trace();
        vcd(&fs::read_to_string(&path).unwrap())["q"].clone()
    };
    let times = |changes: Vec<(u64, String)>| changes.into_iter().map(|(time, _)| time).collect::<Vec<_>>();
    assert_eq!(times(window("first.vcd")), [100, 110, 120]);
    assert_eq!(times(window("second.vcd")), [220, 230, 240]);
}

/// The window is exact for every way to run cycles, also if a call begins or ends inside it.
#[test]
fn trace_of_some_cycles_begins_and_ends_with_them_inside_of_a_call() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("window.vcd");
    let library = traced(Trace::Vcd).unwrap();
    let (step, q) = (library.port("step").unwrap(), library.port("q").unwrap());
    let rows = |count: usize| {
        let mut stimulus = Stimulus::new(&library, &["step"], &["q"]).unwrap();
        for _ in 0..count {
            stimulus.row(&[1]);
        }
        stimulus
    };
    type Run<'a> = &'a dyn Fn(&mut Instance, u64);
    let runs: [(&str, Run<'_>); 3] = [
        ("ticks", &|dut, cycles| dut.ticks(cycles)),
        ("drive", &|dut, cycles| {
            let first = dut.cycle();
            let sampled: Vec<u64> = dut.drive(&rows(cycles as usize)).unwrap().column(q).collect();
            assert_eq!(sampled, (first..first + cycles).collect::<Vec<_>>(), "a window changes nothing");
        }),
        ("run_until", &|dut, cycles| {
            let reached = dut.run_until(dut.port("reset_n").unwrap(), 0).unwrap();
            assert_eq!(reached, None);
            for _ in 0..cycles {
                assert_eq!(dut.run_until(step, 5).unwrap(), Some(dut.cycle() - 1), "a window changes nothing");
            }
        }),
    ];
    for (name, run) in runs {
        for calls in [&[20_u64][..], &[6, 14], &[3, 5, 12], &[8, 12], &[5, 3, 12]] {
            let mut dut = library.instance().unwrap();
            start_counting(&mut dut, 1);
            dut.open_trace_of(&path, 5..8).unwrap();
            calls.iter().for_each(|cycles| run(&mut dut, *cycles));
            assert_eq!(dut.cycle(), 20);
            let changes = vcd(&fs::read_to_string(&path).unwrap())["q"].clone();
            let times: Vec<u64> = changes.into_iter().map(|(time, _)| time).collect();
            assert_eq!(times, [50, 60, 70, 80], "{name} {calls:?}");
        }
    }
}

#[test]
fn trace_of_cycles_that_never_come_is_an_empty_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("never.vcd");
    let mut dut = traced(Trace::Vcd).unwrap().instance().unwrap();
    dut.open_trace_of(&path, 10..20).unwrap();
    dut.ticks(10);
    drop(dut);
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
}

#[test]
fn two_instances_write_two_files() {
    let folder = tempfile::tempdir().unwrap();
    let library = traced(Trace::Vcd).unwrap();
    let mut duts = [library.instance().unwrap(), library.instance().unwrap()];
    for (index, dut) in duts.iter_mut().enumerate() {
        dut.open_trace(folder.path().join(format!("{index}.vcd"))).unwrap();
        start_counting(dut, index as u64 + 1);
    }
    for _ in 0..3 {
        duts.iter_mut().for_each(Instance::tick);
    }
    drop(duts);
    for index in 0..2 {
        let signals = vcd(&fs::read_to_string(folder.path().join(format!("{index}.vcd"))).unwrap());
        let last = u64::from_str_radix(&signals["q"].last().unwrap().1, 2).unwrap();
        assert_eq!(last, 3 * (index + 1), "instance {index}");
    }
}

#[test]
fn fst_spans_the_run_or_the_error_names_the_missing_package() {
    let library = match traced(Trace::Fst) {
        Ok(library) => library,
        Err(error @ Error::Cpp { .. }) => {
            let text = error.to_string();
            assert!(text.contains("liblz4-dev") || text.contains("zlib1g-dev"), "{text}");
            assert!(text.contains("Trace::Vcd"), "{text}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("counter.fst");
    let mut dut = library.instance().unwrap();
    start_counting(&mut dut, 3);
    dut.ticks(5);
    dut.open_trace(&path).unwrap();
    dut.ticks(20);
    drop(dut);

    // Header block: type 0, length 329, first and last time, all big-endian.
    let bytes = fs::read(&path).unwrap();
    let number = |at: usize| u64::from_be_bytes(bytes[at..at + 8].try_into().unwrap());
    assert_eq!((bytes[0], number(1), number(9), number(17)), (0, 329, 50, 250));
}

#[test]
fn design_without_waves_says_how_to_get_them() {
    let error = counter().instance().unwrap().open_trace("never.vcd").unwrap_err();
    assert!(matches!(error, Error::NoTrace { .. }));
    assert!(error.to_string().contains("Trace::Vcd"), "{error}");
    assert!(!std::path::Path::new("never.vcd").exists());
}

#[test]
fn wave_file_that_cannot_be_written_is_named() {
    let mut dut = traced(Trace::Vcd).unwrap().instance().unwrap();
    let error = dut.open_trace("/nonexistent/folder/a.vcd").unwrap_err().to_string();
    assert!(error.contains("/nonexistent/folder/a.vcd: "), "{error}");
    dut.tick();
}

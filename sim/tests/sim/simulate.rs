//! Built designs behave as their Verilog specifies.

use crate::designs::{COUNTER, WIDE, counter, source};
use ibert_sim::{BuildOptions, Direction, Error, Library, Stimulus};
use proptest::prelude::*;

/// The counter of `designs::COUNTER` in Rust.
#[derive(Default)]
struct Model {
    q: u16,
}

impl Model {
    fn next(&self, reset_n: bool, step: u8) -> u16 {
        if reset_n { self.q.wrapping_add(u16::from(step)) } else { 0 }
    }
}

#[test]
fn counter_counts_and_time_is_in_cycles() {
    let mut dut = counter().instance().unwrap();
    let [reset_n, step, q, next] = ["reset_n", "step", "q", "next"].map(|name| dut.port(name).unwrap());
    dut.write(reset_n, 1);
    dut.write(step, 5);
    assert_eq!((dut.read(q), dut.read(next)), (0, 0), "nothing moves before eval");
    dut.eval();
    assert_eq!((dut.read(q), dut.read(next), dut.cycle()), (0, 5, 0));
    dut.tick();
    assert_eq!((dut.read(q), dut.read(next), dut.cycle()), (5, 10, 1));
    dut.ticks(1000);
    assert_eq!((dut.read(q), dut.cycle()), (5005, 1001));
    dut.write(reset_n, 0);
    dut.tick();
    assert_eq!(dut.read(q), 0);
    dut.check().unwrap();
}

#[test]
fn instances_of_one_library_are_independent_across_threads() {
    let library = counter();
    std::thread::scope(|scope| {
        for value in 1..=8_u64 {
            let mut dut = library.instance().unwrap();
            scope.spawn(move || {
                let [reset_n, step, q] = ["reset_n", "step", "q"].map(|name| dut.port(name).unwrap());
                dut.write(reset_n, 1);
                dut.write(step, value);
                for cycle in 1..=500 {
                    dut.tick();
                    assert_eq!(dut.read(q), (value * cycle) & 0xffff);
                }
            });
        }
    });
}

#[test]
fn ports_know_names_widths_and_directions() {
    let library = counter();
    let mut ports: Vec<_> = library.ports().iter().map(|p| (p.name.as_str(), p.width, p.direction)).collect();
    ports.sort_by_key(|port| port.0);
    let expected = [
        ("clock", 1, Direction::Input),
        ("next", 16, Direction::Output),
        ("q", 16, Direction::Output),
        ("reset_n", 1, Direction::Input),
        ("step", 8, Direction::Input),
    ];
    assert_eq!(ports, expected);
    assert_eq!(library.clock().unwrap().name, "clock");
    let error = library.port("Q").unwrap_err().to_string();
    for part in ["`counter` has no port `Q`", "input clock", "input [7:0] step", "output [15:0] q"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn values_of_every_width_pass_unchanged_and_are_cut_to_the_port() {
    let library = Library::build(&source("wide", WIDE), &BuildOptions::default()).unwrap();
    let mut dut = library.instance().unwrap();
    let value = [0x89ab_cdef, 0x0123_4567, 0xfedc_ba98, 0x7654_3210];
    let widths = [1_u32, 8, 9, 32, 33, 64, 65, 100];
    let cut = |width: u32| -> Vec<u32> {
        let all = value.iter().rev().fold(0_u128, |all, word| all << 32 | u128::from(*word));
        let all = all & ((1 << width) - 1);
        (0..width.div_ceil(32)).map(|word| (all >> (32 * word)) as u32).collect()
    };
    for width in widths {
        dut.write_wide(dut.port(&format!("d{width}")).unwrap(), &value);
    }
    dut.tick();
    let mut words = Vec::new();
    for width in widths {
        let q = dut.port(&format!("q{width}")).unwrap();
        dut.read_wide(q, &mut words);
        assert_eq!(words, cut(width), "width {width}");
        let low = cut(width).iter().take(2).rev().fold(0, |all, word| all << 32 | u64::from(*word));
        assert_eq!(dut.read(q), low, "width {width}");
    }
    dut.read_wide(dut.port("not100").unwrap(), &mut words);
    assert_eq!(words, [!value[0], !value[1], !value[2], !value[3] & 0xf]);

    for width in widths {
        dut.write(dut.port(&format!("d{width}")).unwrap(), -1_i64 as u64);
    }
    dut.tick();
    for width in widths {
        let expected = if width > 64 { u64::MAX } else { u64::MAX >> (64 - width) };
        assert_eq!(dut.read(dut.port(&format!("q{width}")).unwrap()), expected, "width {width}");
        assert_eq!(dut.read_signed(dut.port(&format!("q{width}")).unwrap()), -1, "width {width}");
    }
    dut.read_wide(dut.port("q100").unwrap(), &mut words);
    assert_eq!(words, [u32::MAX, u32::MAX, 0, 0], "a u64 is zero-extended");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn drive_equals_ticking_and_the_rust_model(rows in prop::collection::vec((any::<bool>(), any::<u8>()), 0..200)) {
        let library = counter();
        let mut stimulus = Stimulus::new(&library, &["step", "reset_n"], &["next", "q"]).unwrap();
        for (reset_n, step) in &rows {
            stimulus.row(&[u64::from(*step), u64::from(*reset_n)]);
        }
        let mut driven = library.instance().unwrap();
        let responses = driven.drive(&stimulus).unwrap();

        let mut ticked = library.instance().unwrap();
        let [reset_n, step, q, next] = ["reset_n", "step", "q", "next"].map(|name| library.port(name).unwrap());
        let mut model = Model::default();
        prop_assert_eq!(responses.rows(), rows.len());
        for (row, (run, by)) in rows.iter().enumerate() {
            ticked.write(reset_n, u64::from(*run));
            ticked.write(step, u64::from(*by));
            ticked.eval();
            let expected = (u64::from(model.q), u64::from(model.next(*run, *by)));
            prop_assert_eq!((responses.get(row, q), responses.get(row, next)), expected, "drive, cycle {}", row);
            prop_assert_eq!((ticked.read(q), ticked.read(next)), expected, "tick, cycle {}", row);
            ticked.tick();
            model.q = model.next(*run, *by);
        }
        prop_assert_eq!(driven.read(q), u64::from(model.q));
        prop_assert_eq!(driven.cycle(), ticked.cycle());
    }

    #[test]
    fn drive_carries_wide_and_signed_values(rows in prop::collection::vec((any::<[u32; 4]>(), any::<i8>()), 1..50)) {
        let library = Library::build(&source("wide", WIDE), &BuildOptions::default()).unwrap();
        let mut stimulus = Stimulus::new(&library, &["d8", "d100", "d1"], &["q8", "not100", "q100"]).unwrap();
        let [d8, d100, q8, not100, q100] =
            ["d8", "d100", "q8", "not100", "q100"].map(|name| library.port(name).unwrap());
        for (wide, narrow) in &rows {
            stimulus.cycle().set_wide(d100, wide).set(d8, *narrow as u64);
        }
        stimulus.hold(1);
        let responses = library.instance().unwrap().drive(&stimulus).unwrap();
        for (row, (wide, narrow)) in rows.iter().enumerate() {
            let [a, b, c, d] = *wide;
            prop_assert_eq!(responses.wide(row, not100), [!a, !b, !c, !d & 0xf]);
            prop_assert_eq!(responses.wide(row + 1, q100), [a, b, c, d & 0xf]);
            prop_assert_eq!(responses.get_signed(row + 1, q8), i64::from(*narrow));
        }
        prop_assert_eq!(responses.column(q8).count(), rows.len() + 1);
    }
}

#[test]
fn stimulus_refuses_outputs_the_clock_and_repeated_ports() {
    let library = counter();
    let refused = |inputs: &[&str], outputs: &[&str]| Stimulus::new(&library, inputs, outputs).unwrap_err().to_string();
    assert!(refused(&["q"], &[]).contains("`q` is an output"));
    assert!(refused(&["clock"], &[]).contains("`clock` is the clock"));
    assert!(refused(&["step", "step"], &[]).contains("`step` is named twice"));
    assert!(refused(&[], &["nope"]).contains("no port `nope`"));
}

#[test]
#[should_panic(expected = "belongs to another design")]
fn port_of_another_design_is_refused() {
    let wide = Library::build(&source("wide", WIDE), &BuildOptions::default()).unwrap();
    let port = wide.port("q100").unwrap();
    counter().instance().unwrap().read(port);
}

#[test]
fn clock_of_another_name_is_named_in_the_options() {
    let text = COUNTER.replace("clock", "clk");
    let options = BuildOptions { clock: Some("clk".into()), ..BuildOptions::default() };
    let mut dut = Library::build(&source("counter", &text), &options).unwrap().instance().unwrap();
    let [reset_n, step, q] = ["reset_n", "step", "q"].map(|name| dut.port(name).unwrap());
    dut.write(reset_n, 1);
    dut.write(step, 2);
    dut.ticks(3);
    assert_eq!(dut.read(q), 6);

    let options = BuildOptions { clock: Some("clk".into()), ..BuildOptions::default() };
    let error = Library::build(&source("counter", COUNTER), &options).unwrap_err();
    assert!(matches!(&error, Error::UnknownPort { name, .. } if name == "clk"), "{error}");
}

#[test]
fn combinational_design_needs_no_clock() {
    let text = "module add(input [3:0] a, input [3:0] b, output [4:0] sum); assign sum = a + b; endmodule";
    let library = Library::build(&source("add", text), &BuildOptions::default()).unwrap();
    assert!(library.clock().is_none());
    let mut stimulus = Stimulus::new(&library, &["a", "b"], &["sum"]).unwrap();
    for a in 0..16 {
        for b in 0..16 {
            stimulus.row(&[a, b]);
        }
    }
    let sum = library.port("sum").unwrap();
    let sums: Vec<_> = library.instance().unwrap().drive(&stimulus).unwrap().column(sum).collect();
    let expected: Vec<_> = (0..16).flat_map(|a| (0..16).map(move |b| a + b)).collect();
    assert_eq!(sums, expected);
}

#[test]
fn finish_stops_the_model_and_says_where() {
    let text = "module stop(input clock, output reg [3:0] n);
        always @(posedge clock) begin n <= n + 1; if (n == 9) $finish; end
    endmodule";
    let library = Library::build(&source("stop", text), &BuildOptions::default()).unwrap();
    let mut dut = library.instance().unwrap();
    dut.ticks(100);
    assert_eq!(dut.cycle(), 10);
    let error = dut.check().unwrap_err().to_string();
    assert!(error.contains("`stop` stopped in cycle 10: stop.v:2: $finish"), "{error}");
    let mut stimulus = Stimulus::new(&library, &[], &["n"]).unwrap();
    stimulus.hold(3);
    assert!(matches!(dut.drive(&stimulus), Err(Error::Stopped { cycle: 10, .. })));
    assert_eq!(library.instance().unwrap().drive(&stimulus).unwrap().rows(), 3, "another instance runs");
}

#[test]
fn fatal_stops_the_model_and_not_the_process() {
    let text = "module fatal(input clock, input go); always @(posedge clock) if (go) $fatal; endmodule";
    let mut dut = Library::build(&source("fatal", text), &BuildOptions::default()).unwrap().instance().unwrap();
    dut.ticks(7);
    dut.check().unwrap();
    dut.write(dut.port("go").unwrap(), 1);
    dut.ticks(7);
    let error = dut.check().unwrap_err().to_string();
    assert!(error.contains("cycle 7: fatal.v:1: "), "{error}");
}

#[test]
fn display_goes_to_standard_error() {
    if std::env::var_os("SIM_TEST_DISPLAY").is_none() {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "simulate::display_goes_to_standard_error", "--nocapture"]).env("SIM_TEST_DISPLAY", "1");
        let output = child.output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(err.contains("n is  3") && !out.contains("n is"), "{out}{err}");
        return;
    }
    let text = "module show(input clock); reg [3:0] n = 0;
        always @(posedge clock) begin n <= n + 1; $display(\"n is %d\", n); end
    endmodule";
    let mut dut = Library::build(&source("show", text), &BuildOptions::default()).unwrap().instance().unwrap();
    dut.ticks(5);
    dut.check().unwrap();
}

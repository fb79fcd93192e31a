//! What a testbench notices in a unit that can keep its user waiting, shown on a small one that is right and on wrong
//! ones.

use super::vectors::Vectors;
use super::word::Word;
use super::{Testbench, stimulus};
use ibert_hdl::catalogue::units;
use ibert_hdl::verilog::{Design, Module, Port};
use rand::Rng;
use std::process::Command;

/// Adds two bytes; takes the next pair only when the sum has been taken.
const ADDER: &str = "
module adder (
    input wire clock, input wire reset_n, input wire valid, input wire [7:0] a, input wire [7:0] b, input wire out_ready,
    output wire ready, output reg out_valid, output reg [8:0] sum
);
    assign ready = !out_valid || out_ready;
    always @(posedge clock) begin
        if (!reset_n) out_valid <= 1'b0;
        else if (ready) out_valid <= valid;
        if (ready && valid) sum <= a + b;
    end
endmodule
";

/// The same with an input of its own for each byte, and room for one of each.
const JOINER: &str = "
module joiner (
    input wire clock, input wire reset_n, input wire valid, input wire [7:0] a, input wire b_valid, input wire [7:0] b,
    input wire out_ready, output wire ready, output wire b_ready, output wire out_valid, output wire [8:0] sum
);
    reg has_a, has_b;
    reg [7:0] held_a, held_b;
    assign ready = !has_a;
    assign b_ready = !has_b;
    assign out_valid = has_a && has_b;
    assign sum = held_a + held_b;
    always @(posedge clock) begin
        has_a <= reset_n && (has_a ? !(out_valid && out_ready) : valid);
        has_b <= reset_n && (has_b ? !(out_valid && out_ready) : b_valid);
        if (!has_a) held_a <= a;
        if (!has_b) held_b <= b;
    end
endmodule
";

fn design(top: &str, text: &str, inputs: &[(&str, usize)], outputs: &[(&str, usize)]) -> Design {
    let port = |name: &str, input, width| Port { name: name.into(), input, width, signed: false };
    let ports = inputs.iter().map(|(name, width)| port(name, true, *width));
    let ports = ports.chain(outputs.iter().map(|(name, width)| port(name, false, *width))).collect();
    Design {
        top: top.into(),
        ports,
        modules: vec![Module { name: top.into(), text: text.into(), ..Module::default() }],
    }
}

fn joiner(text: &str) -> Testbench {
    let inputs = [("clock", 1), ("reset_n", 1), ("valid", 1), ("a", 8), ("b_valid", 1), ("b", 8), ("out_ready", 1)];
    let outputs = [("ready", 1), ("b_ready", 1), ("out_valid", 1), ("sum", 9)];
    let design = design("joiner", text, &inputs, &outputs);
    let mut vectors = Vectors::new(&design, 1);
    for index in 0..300 {
        let (a, b) = (vectors.rng().random::<u8>(), vectors.rng().random::<u8>());
        let mut inputs = [("valid", "a", a), ("b_valid", "b", b)];
        // Either may come first, and wait for the sum before it to be taken.
        inputs.rotate_left(index % 2);
        for (flag, port, byte) in inputs {
            vectors.input(flag, &[(port, Word::of(byte.into(), 8))]);
            vectors.gaps(30);
        }
        vectors.expect(None, &[("sum", Word::of(i128::from(a) + i128::from(b), 9))]);
    }
    vectors.close();
    Testbench { unit: "joiner", design, vectors }
}

fn adder(text: &str) -> Testbench {
    let inputs = [("clock", 1), ("reset_n", 1), ("valid", 1), ("a", 8), ("b", 8), ("out_ready", 1)];
    let design = design("adder", text, &inputs, &[("ready", 1), ("out_valid", 1), ("sum", 9)]);
    let mut vectors = Vectors::new(&design, 1);
    for _ in 0..300 {
        let (a, b) = (vectors.rng().random::<u8>(), vectors.rng().random::<u8>());
        vectors.operands(&[("a", Word::of(a.into(), 8)), ("b", Word::of(b.into(), 8))]);
        vectors.expect(None, &[("sum", Word::of(i128::from(a) + i128::from(b), 9))]);
        vectors.gaps(30);
    }
    vectors.close();
    Testbench { unit: "adder", design, vectors }
}

/// [`run`] with `old` in the adder's text replaced.
fn simulate(old: &str, new: &str) -> (bool, String) {
    assert!(ADDER.contains(old));
    run(&adder(&ADDER.replace(old, new)))
}

/// Exit status of `make` (Icarus) and what it printed.
fn run(testbench: &Testbench) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in testbench.files() {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let output = Command::new("make").current_dir(folder.path()).output().expect("make is installed");
    (output.status.success(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn fails_with(old: &str, new: &str, expected: &str) {
    let (passed, said) = simulate(old, new);
    assert!(!passed && said.contains("FAIL") && said.contains(expected) && !said.contains("PASS"), "{said}");
}

#[test]
fn a_right_unit_passes() {
    let (passed, said) = simulate("", "");
    assert!(passed, "{said}");
    assert_eq!(said, "PASS: 300 vectors\n");
}

#[test]
fn a_wrong_sum_is_reported_with_index_expected_and_got() {
    fails_with("a + b", "a + (b & 8'hfe)", ", sum: expected ");
    fails_with("a + b", "a + (b & 8'hfe)", "FAIL: stopped after 10 errors, at vector ");
}

/// The report names unit, output, vector, both values in decimal and hexadecimal, cycle and seed, and ends in a command
/// that writes the waves around the first mismatch.
#[test]
fn a_mismatch_says_all_that_it_takes_to_see_it_again_with_waves() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = ADDER.replace("a + b", "a + b + (a == 8'd77)");
    for (name, text) in adder(&wrong).files() {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let make = |arguments: &[&str]| {
        let output = Command::new("make").args(arguments).current_dir(folder.path()).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (passed, said) = make(&[]);
    assert!(!passed, "{said}");
    let numbers = |text: &str| -> Vec<u64> {
        let digits = |c: char| !c.is_ascii_digit();
        text.split(digits).filter(|word| !word.is_empty()).map(|word| word.parse().unwrap()).collect()
    };
    let first = said.lines().find(|line| line.starts_with("FAIL: vector ")).unwrap();
    let (vector, values) = first.split_once(", sum: expected ").expect("vector and output");
    let (expected, got) = values.split_once(", got ").expect("both values");
    let (got, cycle) = got.split_once(" in cycle ").expect("a cycle");
    assert_eq!(numbers(vector).len(), 1, "{first}");
    let both = |text: &str| -> u64 {
        let (decimal, hex) = text.split_once(" (").expect("decimal and hexadecimal");
        let decimal = decimal.parse().unwrap();
        assert_eq!(u64::from_str_radix(hex.trim_end_matches(')'), 16), Ok(decimal), "{text}");
        decimal
    };
    assert_eq!(both(expected) + 1, both(got), "{first}");
    let cycle: u64 = cycle.parse().unwrap();

    let end = said.lines().find(|line| line.contains("Again")).expect("a way to see it again");
    assert!(end.contains("adder, stimulus of seed 1."), "{end}");
    let (_, command) = end.split_once(": make ").expect("a command");
    let [from, to] = numbers(command)[..] else { panic!("{command}") };
    assert!(from < cycle && cycle < to && to - from <= 110, "{command}, cycle {cycle}");
    let (passed, said) = make(&command.split(' ').collect::<Vec<_>>());
    let (_, end) =
        said.split_once(&format!("waves.vcd holds cycles {from} to {to}; until then ")).expect("what it shows");
    assert!(passed && end == format!("{} vectors compared, 1 errors\n", numbers(end)[0]), "{said}");
    let waves = std::fs::read_to_string(folder.path().join("waves.vcd")).unwrap();
    let times: Vec<u64> = waves.lines().filter_map(|line| line.strip_prefix('#')?.parse().ok()).collect();
    // A cycle takes 10, and cycle 0 begins at 15.
    let (start, end) = (times.first().unwrap(), times.last().unwrap());
    assert!(
        start.abs_diff(10 * from + 5) <= 10 && end.abs_diff(10 * to + 15) <= 20,
        "{start} to {end}, {from} to {to}"
    );
}

#[test]
fn a_single_wrong_sum_is_reported_once() {
    fails_with("a + b", "a + b + (a == 8'd77)", "errors in 300 vectors");
}

#[test]
fn a_sum_that_changes_while_it_waits_is_noticed() {
    fails_with("if (ready && valid)", "if (valid)", "while it was waiting for out_ready");
}

#[test]
fn a_sum_that_is_dropped_while_it_waits_is_noticed() {
    fails_with("else if (ready) out_valid", "else out_valid", "while it was waiting for out_ready");
}

#[test]
fn a_unit_that_is_never_ready_does_not_hang_the_testbench() {
    fails_with("assign ready = !out_valid || out_ready", "assign ready = 1'b0", "0 of 300 vectors came out");
}

#[test]
fn an_operand_that_is_lost_is_noticed() {
    fails_with("assign ready = !out_valid || out_ready", "assign ready = 1'b1", "FAIL: vector ");
}

#[test]
fn an_input_beside_the_first_waits_for_its_own_ready() {
    assert_eq!(run(&joiner(JOINER)), (true, "PASS: 300 vectors\n".into()));
    for (old, new) in [("b_ready = !has_b", "b_ready = 1'b1"), ("ready = !has_a", "ready = 1'b1")] {
        assert!(JOINER.contains(old));
        let (passed, said) = run(&joiner(&JOINER.replace(old, new)));
        assert!(!passed && said.contains("FAIL") && !said.contains("PASS"), "{said}");
    }
}

#[test]
fn results_that_nobody_asked_for_are_noticed() {
    fails_with("out_valid <= valid;", "out_valid <= 1'b1;", "FAIL: vector ");
    let counter = "reg [6:0] idle = 0;\n    always @(posedge clock) idle <= valid ? 0 : idle + 1;";
    let (old, new) = ADDER.split_once("always").map(|(_, rest)| ("always".to_owned() + rest, rest)).unwrap();
    let new = format!("{counter}\n    always{}", new.replace("<= valid;", "<= valid || &idle;"));
    fails_with(&old, &new, "after all 300");
}

#[test]
fn an_undefined_flag_counts_as_a_result() {
    fails_with(
        "if (!reset_n) out_valid <= 1'b0;\n        else if (ready) out_valid <= valid;",
        "out_valid <= 1'bx;",
        "FAIL: vector 0",
    );
}

/// A unit without stimulus fails here.
#[test]
fn every_unit_of_the_catalogue_has_a_stimulus_at_every_size() {
    for unit in units() {
        assert!(stimulus::of(unit.name).is_some(), "{}: add a file to src/testbench/stimulus", unit.name);
        for size in unit.sizes {
            let testbench = Testbench::new(unit, size).unwrap();
            assert!(testbench.results() >= 100, "{}: {} vectors", size.top, testbench.results());
        }
    }
}

#[test]
fn the_same_unit_gives_the_same_files_byte_for_byte() {
    for unit in units() {
        let files = || Testbench::new(unit, &unit.sizes[0]).unwrap().files();
        assert!(files() == files(), "{}", unit.name);
    }
}

//! Checks which faults are generated and how they are judged.

use super::judge::Outcome;
use super::*;
use ibert_hdl::catalogue::{unit, units};
use ibert_hdl::verilog::Module;
use ibert_kit::testbench::Testbench;
use std::time::Duration;

/// The changed lines of a module whose body is `body`, trimmed, by kind.
fn changes(body: &str) -> Vec<(Kind, String)> {
    let text =
        format!("// a + b\nmodule m (\n    input wire [7:0] a,\n    output reg [8:0] y\n);\n\n{body}\n\nendmodule\n");
    let module = Module { name: "m".into(), text, ..Module::default() };
    let design = Design { top: "m".into(), ports: vec![], modules: vec![module] };
    mutants(&design).into_iter().map(|mutant| (mutant.kind, mutant.after)).collect()
}

fn lines(body: &str) -> Vec<String> {
    changes(body).into_iter().map(|(_, after)| after).collect()
}

#[test]
fn operators_become_others_and_the_target_of_an_assignment_stays() {
    assert_eq!(lines("assign y[3:1] = a + b;"), ["assign y[3:1] = a - b;"]);
    assert_eq!(
        lines("always @(posedge clock) {y, line[7:0]} <= line ^ a;"),
        ["always @(posedge clock) {y, line[7:0]} <= line | a;"]
    );
    assert_eq!(lines("assign y = a < b;"), ["assign y = a <= b;"]);
    assert_eq!(lines("assign y = a <= b;"), ["assign y = a < b;"]);
    assert_eq!(lines("assign y = ~|a;"), ["assign y = |a;", "assign y = ~&a;"]);
    assert_eq!(
        lines("assign y = $signed(a) >>> n;"),
        ["assign y = $unsigned(a) >>> n;", "assign y = $signed(a) >> n;"]
    );
}

#[test]
fn constants_become_the_next_and_wrap_in_their_width() {
    assert_eq!(
        lines("assign y = {1'b0, 3'd7, 8'hfe};"),
        ["assign y = {1'd1, 3'd7, 8'hfe};", "assign y = {1'b0, 3'd0, 8'hfe};", "assign y = {1'b0, 3'd7, 8'd255};"]
    );
    assert_eq!(
        lines("localparam [1:0] IDLE = 2'd3;"),
        ["localparam [0:0] IDLE = 2'd3;", "localparam [1:0] IDLE = 2'd0;"]
    );
}

#[test]
fn widths_of_signals_slices_and_replications_lose_a_bit() {
    let expected = [(Kind::Width, "wire [6:0] x;"), (Kind::Width, "assign y = a[6:0];")];
    assert_eq!(changes("wire [7:0] x;\nassign y = a[7:0];"), expected.map(|(kind, line)| (kind, line.to_owned())));
    assert_eq!(lines("assign y = {{4{a[7]}}, a};"), ["assign y = {{3{a[7]}}, a};", "assign y = {{4{a[6]}}, a};"]);
}

#[test]
fn shifts_and_slices_are_off_by_one() {
    assert_eq!(lines("assign y = a[6:2];"), ["assign y = a[5:1];"]);
    assert_eq!(lines("assign y = a[0];"), ["assign y = a[1];"]);
    assert_eq!(
        lines("assign y = a >> 3'd2;"),
        ["assign y = a << 3'd2;", "assign y = a >> 3'd3;", "assign y = a >> 3'd1;"]
    );
}

#[test]
fn conditions_are_negated_once() {
    assert_eq!(
        lines("always @(posedge clock) if (!reset_n) y <= a;"),
        ["always @(posedge clock) if (!(! reset_n)) y <= a;"]
    );
    assert_eq!(lines("assign y = fits ? a : b;"), ["assign y = !fits ? a : b;"]);
    assert_eq!(lines("assign y = !fits ? a : b;"), ["assign y = fits ? a : b;"]);
    assert_eq!(lines("always @(*) begin\n    x = a;\n    if (b) x = c;\nend"), ["if (!(b)) x = c;"]);
}

#[test]
fn what_cannot_matter_is_not_mutated() {
    assert_eq!(lines("assign y = $signed(a[7:1]);"), ["assign y = $signed(a[6:0]);"]);
    assert_eq!(lines("assign y = {{3{1'b0}}, a};"), ["assign y = {{3{1'd1}}, a};"]);
    assert_eq!(lines("wire [3:0] unused_high = a + b;"), [""; 0]);
}

#[test]
fn connections_of_instances_are_mutated_too() {
    assert_eq!(lines("adder sum (\n    .clock(clock),\n    .a(x - z)\n);"), [".a(x + z)"]);
}

#[test]
fn a_mutant_says_where_it_is_and_has_the_whole_module() {
    let module = Module {
        name: "m".into(),
        text: "module m (input wire a);\n\n    assign y = a & b;\n\nendmodule\n".into(),
        ..Module::default()
    };
    let design = Design { top: "m".into(), ports: vec![], modules: vec![module] };
    let [mutant] = &mutants(&design)[..] else { panic!("one operator") };
    assert_eq!(mutant.to_string(), "m.v:3: `assign y = a & b;` → `assign y = a | b;`");
    assert_eq!(mutant.text, design.modules[0].text.replace('&', "|"));
}

#[test]
fn a_sample_takes_the_kinds_in_turns_and_is_the_same_each_time() {
    let design = unit("requantizer").unwrap().sizes[0].design().unwrap();
    let drawn = |seed| sample(mutants(&design), 10, seed);
    let kinds = drawn(1).into_iter().fold(BTreeMap::new(), |mut kinds: BTreeMap<Kind, usize>, mutant| {
        *kinds.entry(mutant.kind).or_default() += 1;
        kinds
    });
    assert_eq!(kinds.values().copied().collect::<Vec<_>>(), [2; 5]);
    assert!(drawn(1) == drawn(1) && drawn(1) != drawn(2));
    // An additional module does not change the mutants drawn from the other modules.
    let mut larger = design.clone();
    larger.modules.insert(
        0,
        Module {
            name: "more".into(),
            text: "module more (input a);\n assign y = a[9:1];\nendmodule\n".into(),
            ..Module::default()
        },
    );
    let (with, without) = (sample(mutants(&larger), usize::MAX, 1), sample(mutants(&design), usize::MAX, 1));
    for kind in kinds.keys() {
        let of = |drawn: &[Mutant]| -> Vec<String> {
            drawn.iter().filter(|it| it.kind == *kind && it.module != "more").map(ToString::to_string).collect()
        };
        assert!(of(&with) == of(&without), "{kind:?}");
    }
}

#[test]
fn every_unit_has_at_least_twenty_mutants_and_they_differ_from_it() {
    for unit in units() {
        let design = unit.sizes[0].design().unwrap();
        let all = mutants(&design);
        assert!(all.len() >= 20, "{}: {}", unit.name, all.len());
        for mutant in &all {
            let module = design.modules.iter().find(|module| module.name == mutant.module).unwrap();
            assert_eq!(
                module.text.lines().nth(mutant.line - 1).map(str::trim),
                Some(mutant.before.as_str()),
                "{mutant}"
            );
            assert!(module.text != mutant.text && mutant.before != mutant.after, "{mutant}");
        }
    }
}

/// A recorded fault that no unit has belongs to a unit that has changed since. Review it with `make mutation`.
#[test]
fn every_recorded_equivalent_mutant_exists_and_has_a_reason_and_stands_once() {
    let recorded = equivalents();
    for Equivalent { units: of, reason, faults } in &recorded {
        assert!(reason.len() > 20 && !faults.is_empty() && !of.is_empty(), "{reason}: {faults:?}");
        assert!(of.iter().all(|name| unit(name).is_some()), "{of:?}");
    }
    for unit in units() {
        let all: Vec<String> = mutants(&unit.sizes[0].design().unwrap()).iter().map(Mutant::fault).collect();
        let of_unit = recorded.iter().filter(|equivalent| equivalent.units.iter().any(|of| of == unit.name));
        let mut seen = HashSet::new();
        for fault in of_unit.flat_map(|equivalent| &equivalent.faults) {
            assert!(all.contains(fault), "{}: stale: {fault}", unit.name);
            assert!(seen.insert(fault), "{}: twice: {fault}", unit.name);
        }
    }
}

/// Outcome of the polynomial unit with `old` replaced by `new`.
fn outcome(old: &str, new: &str, patience: Option<Duration>) -> Outcome {
    let unit = unit("poly").unwrap();
    let size = &unit.sizes[0];
    let mut bench = Bench::new(&Testbench::new(unit, size).unwrap()).unwrap();
    if let Some(patience) = patience {
        bench.set_patience(patience);
    }
    let design = size.design().unwrap();
    let top = design.modules.last().unwrap();
    let text = top.text.replacen(old, new, 1);
    let (module, before, after) = (top.name.clone(), old.into(), new.into());
    bench.judge(&Mutant { module, line: 1, kind: Kind::Operator, before, after, text }).unwrap()
}

#[test]
fn the_judge_tells_killed_survived_invalid_and_hung_apart() {
    assert_eq!(outcome("endmodule", "endmodule\n", None), Outcome::Survived);
    let killed = outcome(
        "endmodule",
        "    reg bad = 1'b0;\n    always @(posedge clock) if (bad) $stop;\n    \
         initial begin #2000 bad = 1'b1; end\nendmodule",
        None,
    );
    assert_eq!(killed, Outcome::Killed("no verdict: exit status: 1".into()));
    assert_eq!(outcome("endmodule", "    garbage\nendmodule", None), Outcome::Invalid);
    let forever = "    initial while (1) begin end\nendmodule";
    assert_eq!(outcome("endmodule", forever, Some(Duration::from_millis(500))), Outcome::Hung);
}

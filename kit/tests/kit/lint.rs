//! Every unit at every size it is offered in, and the accelerator of every configuration, are clean Verilog for three
//! tools that read it differently.

use ibert_test_support::{linters, tools};

use ibert_hdl::catalogue::{accelerator, units};
use ibert_hdl::verilog::{Design, Observation};
use ibert_isa::{BASE, CONFIGURATIONS, Configuration, LARGE, SMALL, SoftmaxForm, TINY};
use rayon::prelude::*;

/// Each unit of the catalogue at each size.
fn of_units() -> impl Iterator<Item = Design> {
    units().iter().flat_map(|unit| unit.sizes).map(|size| size.design().unwrap())
}

/// The accelerator of each configuration, with and without observation ports.
fn accelerators() -> impl Iterator<Item = Design> {
    [Observation::On, Observation::Off].into_iter().flat_map(accelerators_with)
}

fn accelerators_with(observation: Observation) -> impl Iterator<Item = Design> {
    CONFIGURATIONS.iter().map(move |configuration| accelerator(configuration, observation).unwrap().unwrap())
}

/// Everything that can be emitted.
fn designs() -> impl Iterator<Item = Design> {
    of_units().chain(accelerators())
}

/// Icarus Verilog compiles each unit with its testbench, all warnings on, in [`super::testbench`].
#[test]
fn verilator_and_yosys_have_nothing_to_say_about_any_unit() {
    let designs: Vec<Design> = of_units().collect();
    designs.par_iter().for_each(linters::say_nothing_of_a_unit);
}

/// With and without observation ports.
fn no_tool_has_anything_to_say_about(configuration: &Configuration) {
    for observation in [Observation::On, Observation::Off] {
        linters::say_nothing(&accelerator(configuration, observation).unwrap().unwrap());
    }
}

#[test]
fn no_tool_has_anything_to_say_about_accelerator_tiny() {
    no_tool_has_anything_to_say_about(&TINY);
}

#[test]
fn no_tool_has_anything_to_say_about_accelerator_small() {
    no_tool_has_anything_to_say_about(&SMALL);
}

#[test]
fn no_tool_has_anything_to_say_about_accelerator_base() {
    no_tool_has_anything_to_say_about(&BASE);
}

#[test]
fn no_tool_has_anything_to_say_about_accelerator_large() {
    no_tool_has_anything_to_say_about(&LARGE);
}

/// Only the vector engines differ from those above.
#[test]
fn no_tool_has_anything_to_say_about_the_accelerators_of_the_papers_softmax() {
    CONFIGURATIONS.par_iter().for_each(|configuration| {
        let configuration = configuration.with_softmax(SoftmaxForm::Paper);
        linters::say_nothing(&accelerator(&configuration, Observation::Off).unwrap().unwrap());
    });
}

#[test]
fn every_configuration_is_linted() {
    assert_eq!(CONFIGURATIONS.map(|configuration| configuration.name), ["tiny", "small", "base", "large"]);
}

/// What the tests above would miss if they looked less closely.
#[test]
fn what_no_clean_design_has_is_found() {
    let fine = "module top (input clock, input a, output reg q);\nalways @(posedge clock) q <= a;\nendmodule\n";
    let of = |text: String| {
        let module = ibert_hdl::verilog::Module { name: "top".into(), text, ..Default::default() };
        let design = Design { top: "top".into(), ports: vec![], modules: vec![module] };
        let panic = std::panic::catch_unwind(|| linters::say_nothing(&design));
        panic.map_err(|panic| *panic.downcast::<String>().unwrap())
    };
    of(fine.to_owned()).unwrap();
    for (line, said) in [
        ("wire nobody_reads_this = a;", "UNUSED"),
        ("missing one (.a(a));", "missing"),
        ("logic x; always_ff @(posedge clock) x <= x & a;", "iverilog -Wall"),
    ] {
        let error = of(fine.replace("endmodule", &format!("{line}\nendmodule"))).unwrap_err();
        assert!(error.contains(said), "{line}: {error}");
    }
}

/// What Yosys would miss if it did not flatten, or did not look for latches.
#[test]
fn yosys_finds_a_loop_across_modules_and_a_latch() {
    let part = "module part (input a, input clock, output b, output reg c);\nassign b = !a;\nalways @(posedge clock) c <= a;\nendmodule\n";
    let straight = "part one (.a(x), .clock(clock), .b(y), .c(z));";
    let loops =
        "wire w; part one (.a(w & x), .clock(clock), .b(y), .c(z)); part two (.a(y), .clock(clock), .b(w), .c());";
    let latch = "part one (.a(x), .clock(clock), .b(), .c(z)); reg l; always @(*) if (x) l = z; assign y = l;";
    for (body, fine) in [(straight, true), (loops, false), (latch, false)] {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("{part}\nmodule top (input x, input clock, output y, output z);\n{body}\nendmodule\n");
        std::fs::write(folder.path().join("top.v"), text).unwrap();
        let output = linters::elaborate("top", "top.v", folder.path());
        assert_eq!(output.status.success(), fine, "{body}:\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The text of a module without comments and compiler directives.
fn code(text: &str) -> String {
    let without = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    text.lines().filter(|line| !line.starts_with("`default_nettype ")).map(without).collect::<Vec<_>>().join("\n")
}

/// What is not synthesizable everywhere, or not cheap. Every instance is of a module of the design: Yosys's `hierarchy
/// -check`.
fn unwelcome(code: &str) -> Vec<String> {
    let words = code.split(|c: char| !c.is_ascii_alphanumeric() && !"_$".contains(c));
    // The last three are classes of SystemVerilog.
    let banned = [
        "real",
        "realtime",
        "time",
        "initial",
        "wait",
        "force",
        "fork",
        "event",
        "task",
        "primitive",
        "inout",
        "tri",
        "semaphore",
        "mailbox",
        "process",
    ];
    let words =
        words.filter(|word| banned.contains(word) || word.contains('$') && !["$signed", "$unsigned"].contains(word));
    let symbols =
        ["/", "%", "**", "`", "#", "\"", "(*"].into_iter().filter(|symbol| code.replace("@(*)", "").contains(symbol));
    words.chain(symbols).map(str::to_owned).collect()
}

#[test]
fn no_division_no_float_no_delay_no_directive_and_no_system_task() {
    for design in designs() {
        for module in &design.modules {
            assert_eq!(unwelcome(&code(&module.text)), [""; 0], "{} of {}", module.name, design.top);
        }
    }
    for bad in [
        "assign y = a / b;",
        "assign y = a % 3;",
        "real x;",
        "initial q = 0;",
        "#5 x = 1;",
        "assign y = a$b;",
        "$display(x);",
    ] {
        assert_eq!(unwelcome(&code(bad)).len(), 1, "{bad}");
    }
}

/// Indices with a sum or a difference in them. Their width is their own, so that 7 + 1 of three bits is 0, but Icarus
/// Verilog computes more bits: 8.
fn computed_indices(code: &str) -> Vec<&str> {
    let index = |(place, _): (usize, &str)| {
        let mut depth = 0;
        let end = code[place..].find(|c| {
            depth += i32::from(c == '[') - i32::from(c == ']');
            depth == 0
        });
        &code[place + 1..place + end.expect("brackets in pairs")]
    };
    let computed = |index: &&str| index.replace("+:", ":").replace("-:", ":").contains(['+', '-']);
    code.match_indices('[').map(index).filter(computed).collect()
}

#[test]
fn no_index_is_computed_in_its_place() {
    for design in designs() {
        for module in &design.modules {
            assert_eq!(computed_indices(&code(&module.text)), [""; 0], "{} of {}", module.name, design.top);
        }
    }
    for bad in ["words[head + 3'd1]", "words[head - used[2:0]]", "word[first + 1 +: 8]", "word[q[1] + 1]"] {
        assert_eq!(computed_indices(bad).len(), 1, "{bad}");
    }
    assert_eq!(computed_indices("word[first +: 8] + words[tail] - q[7:0]"), [""; 0]);
}

/// A datasheet in the head of each unit's file: name, what it computes, its parameters, latency, and where the
/// specification is.
#[test]
fn the_head_of_each_unit_says_parameters_latency_and_specification() {
    for size in units().iter().flat_map(|unit| unit.sizes) {
        let design = size.design().unwrap();
        let text = &design.modules.last().unwrap().text;
        let head: Vec<&str> = text.lines().take_while(|line| line.starts_with("//")).collect();
        let head = head.iter().map(|line| line.trim_start_matches('/').trim()).collect::<Vec<_>>().join(" ");
        for part in
            [format!("{}: ", size.top), "docs/numerics.md, ".into(), format!("Parameters: {}. ", size.parameters())]
        {
            assert!(head.contains(&part), "{}: no `{part}` in: {head}", size.top);
        }
        assert!(head.contains("Latency ") || head.contains(" cycles"), "{}: no latency in: {head}", size.top);
    }
}

/// Names of the observation ports in a text.
fn observers(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| ["trace_", "watch_"].iter().any(|prefix| word.contains(prefix))).collect()
}

/// Word-level cells of a design: as it is; without those that drive nothing; without those that drive only observation
/// ports.
fn cells(design: &Design) -> [u64; 3] {
    let folder = tempfile::tempdir().unwrap();
    design.write(folder.path()).unwrap();
    let (files, top) = (design.file_list().replace('\n', " "), &design.top);
    let script = format!(
        "read_verilog {files}; hierarchy -check -top {top}; proc; flatten; tee -q -o 0.json stat -json; opt_clean; \
         tee -q -o 1.json stat -json; delete -output w:trace_* w:watch_*; opt_clean; tee -q -o 2.json stat -json"
    );
    tools::run(tools::program("yosys"), &["-q", "-p", &script], folder.path());
    [0, 1, 2].map(|step| {
        let text = std::fs::read_to_string(folder.path().join(format!("{step}.json"))).unwrap();
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        report["design"]["num_cells"].as_u64().unwrap()
    })
}

#[test]
fn without_observation_all_that_only_observes_is_gone_and_nothing_else() {
    for (with, without) in accelerators_with(Observation::On).zip(accelerators_with(Observation::Off)) {
        let top = &with.top;
        let (kept, gone): (Vec<_>, Vec<_>) =
            with.ports.iter().cloned().partition(|port| observers(&port.name).is_empty());
        assert_eq!((&kept, gone.len()), (&without.ports, 28), "{top}: {gone:?}");
        assert!(gone.iter().all(|port| !port.input), "{top}: {gone:?}");
        let left: Vec<&str> = without.modules.iter().flat_map(|module| observers(&module.text)).collect();
        assert_eq!(left, [""; 0], "{top}");
    }
    // What Yosys finds out when the ports are left open, in one of four sizes of one description.
    let of = |observation| cells(&accelerator(&TINY, observation).unwrap().unwrap());
    let (with, without) = (of(Observation::On), of(Observation::Off));
    assert!(with[1] > with[2], "{with:?}: something is there for observation only");
    assert_eq!(without[1..], [with[2]; 2], "{with:?}");
    // What drives nothing anyway is as it was.
    assert_eq!(without[0] - without[1], with[0] - with[1], "{with:?} {without:?}");
}

/// The same of the accelerator's: parameters, clock, reset, interfaces.
#[test]
fn the_head_of_each_accelerator_says_parameters_clock_reset_and_interfaces() {
    for (configuration, design) in CONFIGURATIONS.iter().cycle().zip(accelerators()) {
        let text = &design.modules.last().unwrap().text;
        let head: Vec<&str> = text.lines().take_while(|line| line.starts_with("//")).collect();
        let head = head.iter().map(|line| line.trim_start_matches('/').trim()).collect::<Vec<_>>().join(" ");
        let (name, side, lanes, bytes) =
            (configuration.name, configuration.side, configuration.lanes, configuration.sram_bytes());
        for part in [
            format!("accelerator_{name}: "),
            format!(
                "Parameters: configuration {name}, late softmax, N = {side}, L = {lanes}; words of the memories A {}",
                1 << configuration.a_depth
            ),
            format!(": {bytes} bytes. "),
            "Clock: `clock`".into(),
            "Reset: `reset_n`".into(),
            format!("`m_axi_*`, AXI4 master, 32 address bits, {} data bits", 8 * side),
        ] {
            assert!(head.contains(&part), "{name}: no `{part}` in: {head}");
        }
        // Each group of ports is mentioned, and what is mentioned is there.
        let observed = design.ports.iter().any(|port| !observers(&port.name).is_empty());
        let observation: &[&str] = if observed { &["trace_*", "watch_*"] } else { &[] };
        let groups = [&["clock", "reset_n", "s_axi_*", "m_axi_*", "irq"], observation].concat();
        assert_eq!(head.contains("Observation: "), observed, "{name}");
        let in_group =
            |port: &str, group: &str| group.strip_suffix('*').map_or(port == group, |prefix| port.starts_with(prefix));
        assert!(groups.iter().all(|group| head.contains(&format!("`{group}`"))), "{head}");
        for port in &design.ports {
            assert!(groups.iter().any(|group| in_group(&port.name, group)), "{}", port.name);
        }
        assert!(text.contains(&format!("input  wire [{}:0] m_axi_rdata,", 8 * side - 1)), "{name}");
    }
}

#[test]
fn the_same_design_gives_the_same_text_twice_with_one_file_a_module() {
    for (first, second) in designs().zip(designs()) {
        assert_eq!(first, second);
        let folder = tempfile::tempdir().unwrap();
        first.write(folder.path()).unwrap();
        for module in &first.modules {
            let text = std::fs::read_to_string(folder.path().join(format!("{}.v", module.name))).unwrap();
            assert_eq!(text.matches("\nendmodule\n").count(), 1, "{}", module.name);
            assert!(text.starts_with("// SPDX-License-Identifier: MIT OR Apache-2.0\n"), "{}", module.name);
        }
    }
}

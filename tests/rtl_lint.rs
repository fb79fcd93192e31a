//! Every unit at every size it is offered in is clean Verilog for three tools that read it differently.

mod tools;

use ibert_hdl::catalogue::units;
use ibert_hdl::verilog::Design;
use ibert_sim::Verilator;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// Each design of the catalogue, written to a folder.
fn designs() -> impl Iterator<Item = (Design, TempDir)> {
    units().iter().flat_map(|unit| unit.sizes).map(|size| {
        let design = size.design().unwrap();
        let folder = tempfile::tempdir().unwrap();
        design.write(folder.path()).unwrap();
        (design, folder)
    })
}

#[test]
fn verilator_has_nothing_to_say_with_all_warnings_on() {
    let verilator = Verilator::find().unwrap();
    for (design, folder) in designs() {
        let list = format!("{}.f", design.top);
        let arguments = ["--lint-only", "-Wall", "--top-module", &design.top, "-f", &list];
        let said = tools::run(verilator.command(), &arguments, folder.path());
        // Newer versions end with a report of their own.
        let warnings: Vec<&str> = said.lines().filter(|line| line.starts_with('%')).collect();
        assert!(warnings.is_empty(), "{}:\n{said}", design.top);
    }
}

#[test]
fn icarus_has_nothing_to_say_with_all_warnings_on() {
    for (design, folder) in designs() {
        let list = format!("{}.f", design.top);
        let arguments = ["-Wall", "-g2005", "-o", "out", "-s", &design.top, "-c", &list];
        let said = tools::run(tools::program("iverilog"), &arguments, folder.path());
        assert_eq!(said, "", "{}", design.top);
    }
}

/// Reads a design as a synthesizer does: no module unknown, no latch, and neither in a module nor across modules a loop, a net without a driver or
/// with several.
fn yosys(top: &str, files: &str, folder: &Path) -> Output {
    let script = format!(
        "read_verilog {files}; hierarchy -check -top {top}; proc; check -assert; \
         select -assert-none t:$dlatch t:$_DLATCH_*; select -assert-min 1 t:$dff t:$sdff t:$dffe; flatten; check -assert"
    );
    let output = tools::program("yosys").args(["-q", "-p", &script]).current_dir(folder).output();
    output.expect("Yosys runs; install it with `make setup`")
}

#[test]
fn yosys_elaborates_without_latches_or_loops_or_problems() {
    for (design, folder) in designs() {
        let top = &design.top;
        let output = yosys(top, &design.file_list().replace('\n', " "), folder.path());
        let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
        assert!(output.status.success() && !said.contains("Warning"), "{top}:\n{said}");
    }
}

/// What the test above would miss if it did not flatten, or did not look for latches.
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
        let output = yosys("top", "top.v", folder.path());
        assert_eq!(output.status.success(), fine, "{body}:\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The text of a module without comments and compiler directives.
fn code(text: &str) -> String {
    let without = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    text.lines().filter(|line| !line.starts_with("`default_nettype ")).map(without).collect::<Vec<_>>().join("\n")
}

/// What is not synthesizable everywhere, or not cheap. Every instance is of a module of the design: Yosys's `hierarchy -check`.
fn unwelcome(code: &str) -> Vec<String> {
    let words = code.split(|c: char| !c.is_ascii_alphanumeric() && !"_$".contains(c));
    let banned =
        ["real", "realtime", "time", "initial", "wait", "force", "fork", "event", "task", "primitive", "inout", "tri"];
    let words =
        words.filter(|word| banned.contains(word) || word.contains('$') && !["$signed", "$unsigned"].contains(word));
    let symbols =
        ["/", "%", "**", "`", "#", "\"", "(*"].into_iter().filter(|symbol| code.replace("@(*)", "").contains(symbol));
    words.chain(symbols).map(str::to_owned).collect()
}

#[test]
fn no_division_no_float_no_delay_no_directive_and_no_system_task() {
    for (design, _) in designs() {
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

/// A datasheet in the head of each unit's file: name, what it computes, its parameters, latency, and where the specification is.
#[test]
fn the_head_of_each_unit_says_parameters_latency_and_specification() {
    for size in units().iter().flat_map(|unit| unit.sizes) {
        let design = size.design().unwrap();
        let text = &design.modules.last().unwrap().text;
        let head: Vec<&str> = text.lines().take_while(|line| line.starts_with("//")).collect();
        let head = head.iter().map(|line| line.trim_start_matches('/').trim()).collect::<Vec<_>>().join(" ");
        for part in [format!("{}: ", size.top), "NUMERICS 1, ".into(), format!("Parameters: {}. ", size.parameters())] {
            assert!(head.contains(&part), "{}: no `{part}` in: {head}", size.top);
        }
        assert!(head.contains("Latency ") || head.contains(" cycles"), "{}: no latency in: {head}", size.top);
    }
}

#[test]
fn the_same_unit_gives_the_same_text_twice_with_one_file_a_module() {
    for ((first, folder), (second, _)) in designs().zip(designs()) {
        assert_eq!(first, second);
        for module in &first.modules {
            let text = std::fs::read_to_string(folder.path().join(format!("{}.v", module.name))).unwrap();
            assert_eq!(text.matches("\nendmodule\n").count(), 1, "{}", module.name);
            assert!(text.starts_with("// SPDX-License-Identifier: MIT OR Apache-2.0\n"), "{}", module.name);
        }
    }
}

//! Help texts, as people read them. Reviewed on purpose: `INSTA_UPDATE=always cargo test --test cli help`.

use insta::assert_snapshot;

use crate::vocabulary::Workspace;

fn help(command: &[&str]) -> String {
    let arguments = command.iter().chain(&["--help"]);
    // Wide enough that the terminal of whoever runs the tests does not matter.
    Workspace::new().ibert_with(arguments, &[("COLUMNS", "100".as_ref())]).succeeds()
}

#[test]
fn of_the_program() {
    assert_snapshot!(help(&[]));
}

#[test]
fn of_doctor() {
    assert_snapshot!(help(&["doctor"]));
}

#[test]
fn of_fetch() {
    assert_snapshot!(help(&["fetch"]));
}

#[test]
fn of_quantize() {
    assert_snapshot!(help(&["quantize"]));
}

#[test]
fn of_demo() {
    assert_snapshot!(help(&["demo"]));
}

#[test]
fn of_model() {
    assert_snapshot!(help(&["model"]));
}

#[test]
fn of_model_info() {
    assert_snapshot!(help(&["model", "info"]));
}

#[test]
fn of_model_random() {
    assert_snapshot!(help(&["model", "random"]));
}

#[test]
fn of_run() {
    assert_snapshot!(help(&["run"]));
}

#[test]
fn of_check() {
    assert_snapshot!(help(&["check"]));
}

#[test]
fn of_verilog() {
    assert_snapshot!(help(&["verilog"]));
}

#[test]
fn of_testbench() {
    assert_snapshot!(help(&["testbench"]));
}

#[test]
fn of_synth() {
    assert_snapshot!(help(&["synth"]));
}

#[test]
fn every_command_has_an_example() {
    let commands = help(&[]);
    let listed = commands.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names: Vec<_> = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   ")).collect();
    assert!(names.len() >= 3, "{names:?}");
    for name in names.iter().filter_map(|line| line.split_whitespace().next()) {
        let help = help(&[name]);
        assert!(help.contains("Example:\n  ibert ") || help.contains("Commands:"), "{name}: {help}");
    }
}

#[test]
fn of_schedule() {
    assert_snapshot!(help(&["schedule"]));
}

#[test]
fn of_sim() {
    assert_snapshot!(help(&["sim"]));
}

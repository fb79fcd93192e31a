//! Ctrl-C, and readers that stop early.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::vocabulary::{Workspace, project};

#[test]
fn an_interrupted_command_leaves_no_file_behind() {
    let workspace = Workspace::new();
    // Long enough to be interrupted: hundreds of millions of weights.
    let arguments = ["model", "random", "--preset", "roberta-large", "-o", "m"];
    let mut running = workspace.command(arguments).spawn().expect("it starts");
    let deadline = Instant::now() + Duration::from_secs(30);
    while workspace.listing().is_empty() {
        assert!(Instant::now() < deadline, "no partial file appeared");
        sleep(Duration::from_millis(5));
    }
    assert_ne!(workspace.listing(), ["m"], "not complete yet");
    let signalled = Command::new("kill").args(["-INT", &running.id().to_string()]).status().expect("kill");
    assert!(signalled.success());
    assert_eq!(running.wait().expect("it ends").code(), Some(130));
    assert!(workspace.listing().is_empty(), "{:?}", workspace.listing());
}

#[test]
fn a_reader_that_stops_early_changes_neither_status_nor_stderr() {
    let workspace = Workspace::new();
    let cases = project("golden/tests/data/cases/requant.safetensors");
    let mut command = workspace.command(["check".as_ref(), cases.as_os_str(), "--json".as_ref()]);
    let mut running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(running.stdout.take());
    let output = running.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned()), (Some(0), String::new()));
}

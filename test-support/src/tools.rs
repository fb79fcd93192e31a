//! Outside programs that a test needs. A missing one fails the test with a message that says how to get it: nothing is skipped.

use std::path::Path;
use std::process::Command;

/// A program looked up on `PATH`.
pub fn program(name: &str) -> Command {
    Command::new(name)
}

/// Runs a command in `folder` and returns what it printed (stdout, then stderr).
///
/// # Panics
/// If the program is not installed, or ends with an error.
#[track_caller]
pub fn run(mut command: Command, arguments: &[&str], folder: &Path) -> String {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.args(arguments).current_dir(folder).output().unwrap_or_else(|error| {
        panic!(
            "cannot run `{name}` ({error}); install it with `make setup`, or on Debian with `apt-get install {name}`"
        )
    });
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "`{name} {}` ended with {}:\n{text}", arguments.join(" "), output.status);
    text
}

//! External tools that a test requires. A missing tool fails the test with installation advice; no test is skipped.

use std::path::Path;
use std::process::{Command, ExitStatus};

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
    let hint = if killed(output.status) { OUT_OF_MEMORY } else { "" };
    assert!(output.status.success(), "`{name} {}` ended with {}{hint}:\n{text}", arguments.join(" "), output.status);
    text
}

/// Advice for a program that the system killed.
const OUT_OF_MEMORY: &str = " (probably for lack of memory: run one test at a time with `JOBS=1 make test`)";

/// Whether the system killed a program, as it does when memory runs out. A shell or `make` reports this as status 137.
fn killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(9) || status.code() == Some(137)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_program_says_what_to_do() {
        for script in ["kill -9 $$", "sh -c 'kill -9 $$'"] {
            let run = || run(program("sh"), &["-c", script], Path::new("."));
            let said = *std::panic::catch_unwind(run).unwrap_err().downcast::<String>().unwrap();
            assert!(said.contains("JOBS=1 make test"), "{script}: {said}");
        }
        let run = || run(program("sh"), &["-c", "exit 1"], Path::new("."));
        let said = *std::panic::catch_unwind(run).unwrap_err().downcast::<String>().unwrap();
        assert!(!said.contains("JOBS"), "{said}");
    }
}

//! Runs Verilator, which translates Verilog to C++ classes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{BuildOptions, Error, Initial, Source, Trace, Verilator};

/// Verilator's output in a folder.
pub(crate) struct Verilated {
    pub(crate) folder: PathBuf,
    /// Classes of code that runs every cycle.
    pub(crate) fast: Vec<String>,
    /// Classes of code that runs once: construction, reset, trace declarations.
    pub(crate) slow: Vec<String>,
    /// Files of Verilator's runtime that the design needs.
    pub(crate) runtime: Vec<String>,
    /// Lint messages.
    pub(crate) warnings: String,
}

/// Writes the source to `<folder>/verilog`, where it remains for inspection, and its C++ to `<folder>/cpp`.
pub(crate) fn verilate(
    verilator: &Verilator,
    source: &Source,
    options: &BuildOptions,
    folder: &Path,
) -> Result<Verilated, Error> {
    let verilog = folder.join("verilog");
    for (name, text) in source.files() {
        let path = verilog.join(name);
        let written = fs::create_dir_all(path.parent().unwrap_or(&verilog)).and_then(|()| fs::write(&path, text));
        written.map_err(|source| Error::Io { path, source })?;
    }

    let mut command = verilator.command();
    command.current_dir(&verilog).args(flags(source.top(), options)).args(source.compiled());
    let output = command.output().map_err(|source| Error::Io { path: verilator.path().into(), source })?;
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let messages = messages(&said);
    if !output.status.success() {
        let errors: Vec<_> = messages.into_iter().filter(|m| m.starts_with("%Error") && !is_summary(m)).collect();
        let message = if errors.is_empty() { format!("{said}({})", output.status) } else { errors.concat() };
        return Err(Error::Verilog { top: source.top().into(), message: message.trim_end().into() });
    }

    let folder = folder.join("cpp");
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).map_err(|source| Error::Io { path, source })
    };
    let classes = read("Vdut_classes.mk")?;
    Ok(Verilated {
        fast: [list(&classes, "VM_CLASSES_FAST"), list(&classes, "VM_SUPPORT_FAST")].concat(),
        slow: [list(&classes, "VM_CLASSES_SLOW"), list(&classes, "VM_SUPPORT_SLOW")].concat(),
        runtime: [list(&classes, "VM_GLOBAL_FAST"), list(&classes, "VM_GLOBAL_SLOW")].concat(),
        warnings: messages.into_iter().filter(|m| m.starts_with("%Warning") && !is_summary(m)).collect(),
        folder,
    })
}

/// The command line, apart from the files.
pub(crate) fn flags(top: &str, options: &BuildOptions) -> Vec<String> {
    let mut flags: Vec<String> = Vec::new();
    let mut add = |texts: &[&str]| flags.extend(texts.iter().map(|text| (*text).to_owned()));
    add(&["--cc", "--Mdir", "../cpp", "--prefix", "Vdut", "--top-module", top]);
    add(&["-O3", "--output-split", "10000", "--no-timing", "--timescale", "1ns/1ns", "-Wno-fatal"]);
    match options.initial {
        Initial::Zero => add(&["--x-initial", "0", "--x-assign", "0"]),
        Initial::Unique => add(&["--x-initial", "unique", "--x-assign", "unique"]),
    }
    match options.trace {
        Trace::None => {}
        Trace::Vcd => add(&["--trace", "--trace-structs"]),
        Trace::Fst => add(&["--trace-fst", "--trace-structs"]),
    }
    flags.extend(options.flags.iter().cloned());
    flags
}

/// Splits Verilator's output into messages. Each starts with `%` and is followed by quoted source lines. Verilator's
/// report is omitted.
fn messages(said: &str) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    for line in said.lines().filter(|line| !line.starts_with("- ")) {
        match messages.last_mut() {
            Some(last) if !line.starts_with('%') => {
                last.push_str(line);
                last.push('\n');
            }
            _ => messages.push(format!("{line}\n")),
        }
    }
    messages
}

/// Whether the message is a summary such as "Exiting due to 2 error(s)", which adds nothing to the messages before it.
fn is_summary(message: &str) -> bool {
    message.contains("Exiting due to")
}

/// The words of a make variable that is written as `NAME += \`, one word per line, each followed by `\`.
fn list(makefile: &str, name: &str) -> Vec<String> {
    let lines = makefile.lines().skip_while(|line| line.split_whitespace().next() != Some(name)).skip(1);
    let words = lines.map_while(|line| line.trim_end().strip_suffix('\\'));
    words.map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn make_variables_are_read_with_either_indentation() {
        let makefile =
            "VM_CLASSES_FAST += \\\n\tVdut \\\n  Vdut___024root__0 \\\n\nVM_CLASSES_SLOW += \\\n\nVM_X += \\\n";
        assert_eq!(list(makefile, "VM_CLASSES_FAST"), ["Vdut", "Vdut___024root__0"]);
        assert!(list(makefile, "VM_CLASSES_SLOW").is_empty());
        assert!(list(makefile, "VM_ABSENT").is_empty());
    }

    #[test]
    fn messages_keep_their_quoted_lines_and_lose_the_report() {
        let said = "%Warning-WIDTH: a.v:1:2: wide\n    1 | x\n%Error: a.v:3:4: syntax\n    3 | y\n\
                    - V e r i l a t i o n\n%Error: Exiting due to 1 error(s)\n";
        let messages = messages(said);
        assert_eq!(
            messages[..2],
            ["%Warning-WIDTH: a.v:1:2: wide\n    1 | x\n", "%Error: a.v:3:4: syntax\n    3 | y\n"]
        );
        assert!(is_summary(&messages[2]) && messages.len() == 3);
    }
}

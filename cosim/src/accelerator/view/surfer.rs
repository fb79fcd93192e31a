//! Surfer's command file, and its mnemonic files.
//!
//! A command file is read line by line: `variable_add` appends a signal, `divider_add` a title, and `item_…` commands
//! change the item in focus. Items have their place in the list as their name, in hexadecimal with the letters a to p
//! for digits.

use super::{Format, Group, Table, View, WaveRange};
use std::fmt::Write;

/// The format of a table's values: the name in the first line of its mnemonic file.
fn format_name(table: &str) -> String {
    format!("ibert_{table}")
}

/// A mnemonic file: each value and its name.
pub(super) fn mnemonics(table: &Table) -> String {
    let mut text = format!("Name: {}\nBits: {}\n", format_name(&table.name), table.width);
    for (value, name) in &table.entries {
        let _ = writeln!(text, "0x{value:x} \"{name}\"");
    }
    text
}

/// A command file that adds what the view shows, element by element excepted, and puts the cursor at cycle 0.
pub(super) fn commands(view: &View, span: WaveRange) -> String {
    let mut commands = Commands { text: String::new(), items: 0, scope: &view.scope };
    commands.text.push_str("# Signals of the accelerator under titles, with names for values; written by ibert.\n");
    for group in &view.groups {
        commands.group(&group.title, group);
    }
    let WaveRange { from, to, origin } = span;
    if (from..=to).contains(&origin) {
        let _ = writeln!(commands.text, "cursor_set {origin}");
    }
    commands.text
}

struct Commands<'v> {
    text: String,
    /// Items so far.
    items: usize,
    scope: &'v str,
}

impl Commands<'_> {
    fn group(&mut self, title: &str, group: &Group) {
        let traces: Vec<_> = group.traces.iter().filter(|trace| trace.part.is_none()).collect();
        if !traces.is_empty() {
            // A divider takes one word; the title has several.
            self.item("divider_add", "title", &format!("item_rename {title}"));
        }
        for trace in traces {
            let format = match &trace.format {
                Format::Binary if trace.width == 1 => "Bit",
                Format::Binary => "Binary",
                Format::Hexadecimal => "Hexadecimal",
                Format::Unsigned => "Unsigned",
                Format::Signed => "Signed",
                Format::Named(table) => &format_name(table),
            };
            let signal = format!("{}.{}", self.scope, trace.signal);
            self.item("variable_add", &signal, &format!("item_set_format {format}"));
        }
        for inner in &group.groups {
            self.group(&format!("{title}: {}", inner.title), inner);
        }
    }

    /// Adds an item at the end and changes it.
    fn item(&mut self, add: &str, what: &str, change: &str) {
        let digits = format!("{:x}", self.items).into_bytes();
        let letter = |digit: u8| char::from(if digit.is_ascii_digit() { digit - b'0' + b'a' } else { digit + 10 });
        let place: String = digits.into_iter().map(letter).collect();
        // Without focus the next item comes last, not behind this one.
        let _ = writeln!(self.text, "{add} {what}\nitem_focus {place}\n{change}\nitem_unfocus");
        self.items += 1;
    }
}

//! GTKWave's save file, and its translate filter files.
//!
//! A save file is read line by line: `[key] value` are settings, `@flags` is how the following traces are shown, `^n
//! file` translates the values of the next one, a signal is a trace, `#{label} (n)signal …` one of single bits, counted
//! from the highest.

use super::{Format, Group, Table, Trace, View, WaveRange};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// How traces are shown, as bits of `@flags`.
mod flag {
    pub(super) const HEXADECIMAL: u32 = 1 << 1;
    pub(super) const DECIMAL: u32 = 1 << 2;
    pub(super) const BINARY: u32 = 1 << 3;
    pub(super) const RIGHT_JUSTIFIED: u32 = 1 << 5;
    pub(super) const BLANK: u32 = 1 << 9;
    pub(super) const SIGNED: u32 = 1 << 10;
    pub(super) const COLLAPSED: u32 = 1 << 12;
    pub(super) const TRANSLATED: u32 = 1 << 13;
    pub(super) const CLOSED: u32 = 1 << 22;
    pub(super) const GROUP_BEGINS: u32 = 1 << 23;
    pub(super) const GROUP_ENDS: u32 = 1 << 24;
}

/// Size of the window, and about how many frames of 200 pixels wide its waves are.
const WINDOW: (u32, u32) = (1600, 1000);
const FRAMES: f64 = 4.8;

/// Nanoseconds that are shown at first, at most: enough pixels a cycle to read numbers.
const SHOWN: u64 = 600;

/// Named markers of a save file, A to Z.
const MARKERS: usize = 26;

/// The file of a table beside a save file.
pub(super) fn table_path(save: &Path, table: &Table) -> PathBuf {
    save.with_extension(format!("{}.txt", table.name))
}

/// A translate filter file: each value as GTKWave prints it in hexadecimal, and its name.
pub(super) fn table(table: &Table) -> String {
    let digits = table.width.div_ceil(4);
    table.entries.iter().map(|(value, name)| format!("{value:0digits$X} {name}\n")).collect()
}

/// A save file.
pub(super) fn save(view: &View, wave: &Path, save: &Path, span: WaveRange) -> String {
    let WaveRange { from, to, origin } = span;
    let mut text = String::from("[*] Signals of the accelerator in groups, with names for values; written by ibert.\n");
    // GTKWave finds the tables from the place that the save file had, also if all files have moved.
    let _ = writeln!(text, "[dumpfile] \"{}\"\n[savefile] \"{}\"", wave.display(), save.display());
    let _ = writeln!(text, "[timestart] {from}\n[size] {} {}\n[pos] -1 -1", WINDOW.0, WINDOW.1);
    // The zoom is the logarithm of a frame's nanoseconds, negated.
    let shown = to.saturating_sub(from).clamp(1, SHOWN) as f64;
    let zoom = -(shown / FRAMES).log2();
    let marker = if (from..=to).contains(&origin) { origin as i64 } else { -1 };
    let _ = writeln!(text, "*{zoom:.6} -1 {marker}{}", " -1".repeat(MARKERS - 1));
    if marker >= 0 {
        text.push_str("[markername] Acycle 0\n");
    }
    let _ = writeln!(text, "[treeopen] TOP.\n[treeopen] {}.", view.scope);
    text.push_str("[sst_width] 220\n[signals_width] 330\n[sst_expanded] 1\n[sst_vpaned_height] 300\n");
    for group in &view.groups {
        write_group(&mut text, view, save, group);
    }
    text
}

fn write_group(text: &mut String, view: &View, save: &Path, group: &Group) {
    use flag::{BLANK, CLOSED, COLLAPSED, GROUP_BEGINS, GROUP_ENDS};
    let (begin, end) = if group.open { (0, 0) } else { (CLOSED, CLOSED | COLLAPSED) };
    let _ = writeln!(text, "@{:x}\n-{}", GROUP_BEGINS | BLANK | begin, group.title);
    group.traces.iter().for_each(|trace| write_trace(text, view, save, trace));
    group.groups.iter().for_each(|inner| write_group(text, view, save, inner));
    let _ = writeln!(text, "@{:x}\n-{}", GROUP_ENDS | BLANK | end, group.title);
}

fn write_trace(text: &mut String, view: &View, save: &Path, trace: &Trace) {
    let Trace { signal, width, part, format } = trace;
    let table = match format {
        Format::Named(name) => view.tables.iter().enumerate().find(|(_, table)| table.name == *name),
        _ => None,
    };
    let flags = match format {
        Format::Binary => flag::BINARY,
        Format::Hexadecimal => flag::HEXADECIMAL,
        Format::Unsigned => flag::DECIMAL,
        Format::Signed => flag::SIGNED,
        Format::Named(_) => flag::HEXADECIMAL | flag::TRANSLATED,
    };
    let _ = writeln!(text, "@{:x}", flags | flag::RIGHT_JUSTIFIED);
    if let Some((number, table)) = table {
        let _ = writeln!(text, "^{} {}", number + 1, table_path(save, table).display());
    }
    let range = if *width > 1 { format!("[{}:0]", width - 1) } else { String::new() };
    let path = format!("{}.{signal}{range}", view.scope);
    match part {
        None => {
            let _ = writeln!(text, "{path}");
        }
        Some((name, bits)) => {
            let _ = write!(text, "#{{{name}[{}:0]}}", bits.len() - 1);
            for bit in bits.clone().rev() {
                let _ = write!(text, " ({}){path}", width - 1 - bit);
            }
            text.push('\n');
        }
    }
}

//! What comes with the accelerator's Verilog: its documentation, and C headers of its registers and instructions.

use ibert_isa::{reference, registers};

/// Pages of docs/ that describe the hardware and that no definition generates.
const PAGES: [(&str, &str); 6] = [
    ("driver.md", include_str!("../../docs/driver.md")),
    ("machine.md", include_str!("../../docs/machine.md")),
    ("numerics.md", include_str!("../../docs/numerics.md")),
    ("control.md", include_str!("../../docs/control.md")),
    ("cycle-model.md", include_str!("../../docs/cycle-model.md")),
    ("memory-traffic.md", include_str!("../../docs/memory-traffic.md")),
];

/// Names and texts of the files; the pages link to each other only.
pub fn files() -> Vec<(String, String)> {
    let generated = [("isa.md", reference::markdown()), ("registers.md", registers::reference::markdown())];
    let pages = PAGES.map(|(name, text)| (name, text.to_owned())).into_iter().chain(generated);
    let pages: Vec<(String, String)> = pages.map(|(name, text)| (name.to_owned(), text)).collect();
    let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    let mut files: Vec<_> = pages.iter().map(|(name, text)| (name.clone(), packaged(text, &names))).collect();
    let headers = [("ibert_isa.h", reference::c_header()), ("ibert_registers.h", registers::reference::c_header())];
    files.extend(headers.map(|(name, text)| (name.to_owned(), text)));
    files
}

/// A page for the package: links to what is not among `names` become their text, and it says where the source files are that it names.
fn packaged(page: &str, names: &[&str]) -> String {
    let (title, page) = page.split_once('\n').unwrap_or((page, ""));
    let mut text = format!("{title}\n\nPaths of source files and examples are those of the ibert repository.\n");
    let mut rest = page;
    while let Some((before, label, target, after)) = next_link(rest) {
        text += before;
        match names.contains(&target.split('#').next().unwrap_or(target)) {
            true => text += &format!("[{label}]({target})"),
            false => text += label,
        }
        rest = after;
    }
    text + rest
}

/// The first `[label](target)`: what is before it, its parts, what is behind it.
fn next_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let middle = text.find("](")?;
    let open = text[..middle].rfind('[')?;
    let close = middle + text[middle..].find(')')?;
    Some((&text[..open], &text[open + 1..middle], &text[middle + 2..close], &text[close + 1..]))
}

//! Datasheet of the accelerator, written with its Verilog: documentation, and C headers of its registers and
//! instructions.

use ibert_isa::{reference, registers};

/// Names and texts of the files: the caller's pages, the generated references, C headers. The pages link to each other
/// only.
pub fn files(pages: &[(&str, &str)]) -> Vec<(String, String)> {
    let generated = [("isa.md", reference::markdown()), ("registers.md", registers::reference::markdown())];
    let generated: Vec<(&str, &str)> = generated.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let pages = [pages, &generated].concat();
    let names: Vec<&str> = pages.iter().map(|(name, _)| *name).collect();
    let packaged = pages.iter().map(|(name, text)| ((*name).to_owned(), packaged(text, &names)));
    let headers = [("ibert_isa.h", reference::c_header()), ("ibert_registers.h", registers::reference::c_header())];
    packaged.chain(headers.map(|(name, text)| (name.to_owned(), text))).collect()
}

/// A page for the package: links to what is not among `names` become their text, and it says where the source files are
/// that it names.
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

/// The first `[label](target)`: the text before it, its parts, the text after it.
fn next_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let middle = text.find("](")?;
    let open = text[..middle].rfind('[')?;
    let close = middle + text[middle..].find(')')?;
    Some((&text[..open], &text[open + 1..middle], &text[middle + 2..close], &text[close + 1..]))
}

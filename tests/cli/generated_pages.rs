//! Pages that are generated from `ibert-isa` against the committed ones.

use crate::vocabulary::project;

#[track_caller]
fn is_current(page: &str, expected: &str, example: &str) {
    let committed = std::fs::read_to_string(project(page)).unwrap();
    assert!(committed == expected, "{page}: run `cargo run -p ibert-isa --example {example} -- markdown > {page}`");
}

#[test]
fn the_instruction_set_page_is_current() {
    is_current("docs/isa.md", &ibert_isa::reference::markdown(), "reference");
}

#[test]
fn the_register_page_is_current() {
    is_current("docs/registers.md", &ibert_isa::registers::reference::markdown(), "registers");
}

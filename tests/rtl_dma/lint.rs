//! The circuit at every bus width is clean Verilog.

#[path = "../linters/mod.rs"]
mod linters;

use super::bench::design;

#[test]
fn no_tool_has_anything_to_say_at_any_bus_width() {
    [4, 8, 16, 32].into_iter().for_each(|side| linters::say_nothing(&design(side)));
}

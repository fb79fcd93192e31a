//! The circuit at every bus width is clean Verilog.

use ibert_test_support::linters;

use super::bench::design;

#[test]
fn no_tool_has_anything_to_say_at_any_bus_width() {
    [4, 8, 16, 32].into_iter().for_each(|side| linters::say_nothing(&design(side)));
}

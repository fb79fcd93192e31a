//! The control at every bus width is clean Verilog.

use ibert_test_support::linters;

use super::bench::design;
use ibert_isa::{BASE, LARGE, SMALL, TINY};

#[test]
fn no_tool_has_anything_to_say_at_any_bus_width() {
    let designs = [design::<32>(&TINY), design::<64>(&SMALL), design::<128>(&BASE), design::<256>(&LARGE)];
    designs.iter().for_each(linters::say_nothing);
}

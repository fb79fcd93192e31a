//! What Verilator is told about designs with a systolic array: to keep its rows apart.
//!
//! Verilator puts all modules of an array into one and writes out each of its N² processing elements. As modules of
//! their own, whose inputs stay signals, all rows between the first and the last run the same function: the C++ grows
//! with N, not with N², and what it compiles to fits the processor's instruction cache.

use ibert_hdl::verilog::{Design, ModuleKind};

/// Inputs of [`ArrayRow`](ibert_hdl::array::ArrayRow) but clock and reset. If Verilator could replace one by what
/// drives it, each row's code would name another neighbour.
const INPUTS: [&str; 4] = ["a", "b", "first", "last"];

/// A control file, if the design has rows.
pub(super) fn control_file(design: &Design) -> Option<String> {
    let row = design.modules.iter().find(|module| module.kind == ModuleKind::ArrayRow)?;
    let inputs = INPUTS.map(|input| format!("public_flat_rd -module \"{}\" -var \"{input}\"\n", row.name)).concat();
    Some(format!("`verilator_config\nno_inline -module \"{}\"\n{inputs}", row.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::design;

    #[test]
    fn rows_of_an_array_are_kept_with_all_their_inputs() {
        let array = design("systolic_array", Some(4)).unwrap();
        let row = array.modules.iter().find(|module| module.name == "array_row_n4").unwrap();
        let ports =
            row.text.lines().filter_map(|line| line.trim().strip_prefix("input  wire ")?.split_whitespace().last());
        let ports: Vec<&str> = ports.map(|name| name.trim_end_matches(',')).collect();
        assert_eq!(ports, [&["clock", "reset_n"], &INPUTS[..]].concat());
        let control = control_file(&array).unwrap();
        assert_eq!(control.matches("\"array_row_n4\"").count(), 5, "{control}");
    }

    #[test]
    fn a_unit_without_an_array_has_no_control_file() {
        assert_eq!(control_file(&design("divider", None).unwrap()), None);
    }
}

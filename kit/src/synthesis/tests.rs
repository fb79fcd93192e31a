//! Counting, and both tools on a small unit.

use super::*;
use ibert_hdl::catalogue::unit;

fn cells(list: &[(&str, u64)]) -> BTreeMap<String, u64> {
    list.iter().map(|(cell, count)| (cell.to_string(), *count)).collect()
}

#[test]
fn cells_count_as_what_they_occupy() {
    let ecp5 = cells(&[("LUT4", 10), ("CCU2C", 3), ("PFUMX", 9), ("TRELLIS_FF", 7), ("MULT18X18D", 2), ("DP16KD", 1)]);
    assert_eq!(cells::area(Target::Ecp5, &ecp5), Area { lut: 16, ff: 7, dsp: 2, ram: 1 });
    let xilinx = cells(&[("LUT3", 4), ("LUT6", 5), ("SRL16E", 2), ("CARRY4", 8), ("FDRE", 6), ("DSP48E1", 1)]);
    assert_eq!(cells::area(Target::Xilinx, &xilinx), Area { lut: 11, ff: 6, dsp: 1, ram: 0 });
    let generic = cells(&[("$lut", 12), ("$_DFF_P_", 3), ("$_SDFFE_PN0P_", 2)]);
    assert_eq!(cells::area(Target::Generic, &generic), Area { lut: 12, ff: 5, dsp: 0, ram: 0 });
}

/// Flip-flops of the polynomial counted by hand: factors 2·18, product 2·36, c 3·36, result 37, valid flags 4.
#[test]
fn a_unit_has_the_registers_that_its_datasheet_says() {
    let design = unit("poly").unwrap().sizes[0].design().unwrap();
    let yosys = Yosys::find().unwrap();
    let generic = synthesize(&design, Target::Generic, &yosys, None).unwrap();
    assert_eq!(generic.area.ff, 2 * 18 + 2 * 36 + 3 * 36 + 37 + 4);
    assert_eq!((generic.area.dsp, generic.area.ram), (0, 0));
    let ecp5 = synthesize(&design, Target::Ecp5, &yosys, None).unwrap();
    assert_eq!((ecp5.area.ff, ecp5.area.dsp), (generic.area.ff, 1), "{:?}", ecp5.cells);
    assert!(ecp5.area.lut < generic.area.lut, "its multiplier is a block");
    assert_eq!(ecp5.placed, None);
}

/// A unit on which ABC9 stops Yosys 0.23.
#[test]
fn a_unit_with_memories_gets_through_yosys_for_xilinx() {
    let design = unit("softmax").unwrap().sizes[0].design().unwrap();
    let softmax = synthesize(&design, Target::Xilinx, &Yosys::find().unwrap(), None).unwrap();
    assert!(softmax.area.ram > 0, "{:?}", softmax.cells);
}

#[test]
fn instances_are_counted_as_often_as_they_are() {
    let leaf = cells(&[("LUT4", 3), ("TRELLIS_FF", 2)]);
    let pair = hierarchy::sum(&cells(&[("leaf", 2), ("LUT4", 1)]), &BTreeMap::from([("leaf".into(), leaf.clone())]));
    assert_eq!(pair, cells(&[("LUT4", 7), ("TRELLIS_FF", 4)]));
    let sums = BTreeMap::from([("leaf".into(), leaf), ("pair".into(), pair)]);
    let top = hierarchy::sum(&cells(&[("leaf", 1), ("pair", 3), ("DP16KD", 5)]), &sums);
    assert_eq!(top, cells(&[("LUT4", 24), ("TRELLIS_FF", 14), ("DP16KD", 5)]));
}

/// An array by modules and flat: the same registers and multipliers, and look-up tables only where something could be
/// merged.
#[test]
fn module_by_module_a_design_has_what_it_has_in_one_piece() {
    let design = unit("systolic_array").unwrap().sizes[0].design().unwrap();
    let yosys = Yosys::find().unwrap();
    let modules = synthesize_modules(&design, Target::Ecp5, &yosys).unwrap();
    let flat = synthesize(&design, Target::Ecp5, &yosys, None).unwrap();
    assert_eq!((modules.area.dsp, modules.area.ram), (flat.area.dsp, flat.area.ram), "{:?}", modules.cells);
    assert!(
        modules.area.ff >= flat.area.ff && modules.area.ff < flat.area.ff + flat.area.ff / 10,
        "{modules:?} {flat:?}"
    );
    assert!(modules.area.lut >= flat.area.lut && modules.area.lut < 2 * flat.area.lut, "{modules:?} {flat:?}");
    let rows = modules.parts.iter().find(|part| part.module == "array_row_n4").unwrap();
    assert_eq!((rows.instances, rows.area.dsp), (4, 16));
    assert!(modules.parts.iter().map(|part| part.area.ff).sum::<u64>() <= modules.area.ff);
}

#[test]
fn every_port_but_the_clock_gets_a_register() {
    let design = unit("poly").unwrap().sizes[0].design().unwrap();
    let text = wrapper::wrapper(&design);
    for port in design.ports.iter().filter(|port| port.name != "clock") {
        let (left, right) = (format!("inner_{}", port.name), port.name.clone());
        let (left, right) = if port.input { (left, right) } else { (right, left) };
        assert!(text.contains(&format!("        {left} <= {right};\n")), "{text}");
    }
}

#[test]
fn a_yosys_that_fails_or_is_silent_is_an_error() {
    let design = unit("poly").unwrap().sizes[0].design().unwrap();
    for (program, expected) in
        [("false", "fails on poly: exit status: 1"), ("true", "wrote no statistics.json for poly")]
    {
        let yosys = Yosys::at(crate::toolchain::locate(&[program]).unwrap());
        let error = synthesize(&design, Target::Generic, &yosys, None).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

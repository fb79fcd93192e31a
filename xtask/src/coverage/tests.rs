//! Checks that no bin is empty, and that counting detects faults.

use super::{Bin, Coverage};
use ibert_hdl::catalogue::units;
use ibert_kit::testbench::Testbench;
use std::collections::HashSet;

/// Fails for a unit without bins and for an empty bin.
#[test]
fn every_unit_has_bins_and_none_is_empty_without_a_reason() {
    let mut faults = vec![];
    for unit in units() {
        assert!(super::of(unit.name).is_some(), "{}: add a file to xtask/src/coverage", unit.name);
        let coverage = super::counted(&Testbench::new(unit, &unit.sizes[0]).unwrap()).unwrap();
        assert!(coverage.bins.len() >= 15, "{}: {} bins", unit.name, coverage.bins.len());
        let names: HashSet<String> = coverage.bins.iter().map(Bin::to_string).collect();
        assert_eq!(names.len(), coverage.bins.len(), "{}", unit.name);
        faults.extend(coverage.faults().into_iter().map(|fault| format!("{}: {fault}", unit.name)));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn an_empty_bin_is_a_fault_unless_a_reason_stands_beside_it_and_a_reason_for_a_full_one_is_too() {
    let mut coverage = Coverage::default();
    coverage.hit("happens", true);
    coverage.hit("happens", true);
    coverage.hit("never happens", false);
    coverage.hit_value("z", 0..=2, 1);
    coverage.hit_value("z", 0..=2, 7);
    assert_eq!(coverage.faults(), ["never happens: empty", "z = 0: empty", "z = 2: empty"]);
    for (name, value) in [("never happens", None), ("z", Some(0)), ("z", Some(2))] {
        coverage.excuse(name, value, "no unit can do it");
    }
    assert_eq!(coverage.faults(), [""; 0]);
    coverage.excuse("happens", None, "no unit can do it");
    assert_eq!(coverage.faults(), ["happens: happens 2 times, though no unit can do it"]);
}

#[test]
fn the_table_has_a_line_a_bin_and_one_for_a_range_of_them() {
    let mut coverage = Coverage::default();
    coverage.hit("divisor 1", true);
    coverage.hit("divisor 0", false);
    coverage.excuse("divisor 0", None, "the sum is positive");
    (0..4).for_each(|z| coverage.hit_value("z", 0..=3, z));
    coverage.hit_value("z", 0..=3, 2);
    let table = coverage.to_string();
    let lines: Vec<&str> = table.lines().map(str::trim).collect();
    assert_eq!(lines.len(), 4, "{table}");
    assert!(lines[0].starts_with("divisor 1 ") && lines[0].ends_with(" 1"), "{table}");
    assert_eq!(lines[2], "divisor 0 cannot happen: the sum is positive");
    assert!(lines[3].starts_with("z = 0..=3 ") && lines[3].ends_with(" 1 at least, for 0"), "{table}");
}

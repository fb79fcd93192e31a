//! A few mutants of two units, so that `make mutation`, which judges many of every unit, keeps working.

use ibert_hdl::catalogue::unit;
use xtask::mutation::survey;

/// Another seed than that of `make mutation`: other mutants.
const SEED: u64 = 7;

#[test]
fn testbenches_kill_a_sample_of_mutants() {
    for (name, count) in [("requantizer", 4), ("divider", 3)] {
        let unit = unit(name).unwrap();
        let survey = survey(unit, &unit.sizes[0], count, SEED).unwrap();
        let survivors: Vec<String> = survey.survivors.iter().map(ToString::to_string).collect();
        assert!(survivors.is_empty() && survey.refuted.is_empty(), "{name}: {survivors:#?} {:#?}", survey.refuted);
        assert!(survey.killed + survey.hung >= count - 1, "{name}: {survey:?}");
    }
}

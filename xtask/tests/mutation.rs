//! Judges a few mutants of two units as a check of `make mutation`, which judges many mutants of every unit.

use ibert_hdl::catalogue::unit;
use xtask::mutation::survey;

/// Differs from the seed of `make mutation`, so that other mutants are drawn.
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

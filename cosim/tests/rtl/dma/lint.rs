//! The engines and bus masters that are tested here are the accelerator's, which is linted. The circuit around them and
//! its small memories exist only in this test, so the limits of addresses in the engines have other values.

use super::bench::design;
use crate::linted::not_in_the_accelerator;
use ibert_hdl::catalogue::accelerator;
use ibert_hdl::verilog::{Design, Observation};
use ibert_isa::CONFIGURATIONS;

/// The text of a module without the values of its numbers.
fn without_numbers(design: &Design, name: &str) -> Option<String> {
    let module = design.modules.iter().find(|module| module.name == name)?;
    Some(module.text.chars().filter(|c| !c.is_ascii_digit()).collect())
}

#[test]
fn the_engines_and_masters_of_every_bus_width_are_the_accelerators() {
    for configuration in CONFIGURATIONS {
        let design = design(configuration.side);
        let whole = accelerator(&configuration, Observation::On).unwrap().unwrap();
        for name in not_in_the_accelerator(&design, &configuration) {
            if ["traffic_", "slice_ram_", "two_writer_ram_"].iter().any(|prefix| name.starts_with(prefix)) {
                continue;
            }
            assert!(name.starts_with("load_engine_") || name.starts_with("store_engine_"), "{name}");
            assert_eq!(without_numbers(&design, &name), without_numbers(&whole, &name), "{name}");
        }
        let has = |part: &str| design.modules.iter().any(|module| module.name.starts_with(part));
        assert!(["load_engine_", "store_engine_", "read_master_", "write_master_"].into_iter().all(has));
    }
}

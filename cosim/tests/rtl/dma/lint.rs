//! The engines and bus masters that are tested here are the accelerator's, which is linted. The circuit around them and
//! its small memories exist only in this test.

use super::bench::design;
use crate::linted::not_in_the_accelerator;
use ibert_isa::CONFIGURATIONS;

#[test]
fn the_engines_and_masters_of_every_bus_width_are_the_accelerators() {
    for configuration in CONFIGURATIONS {
        let design = design(configuration.side);
        let foreign = not_in_the_accelerator(&design, &configuration);
        for part in ["load_engine", "store_engine", "read_master", "write_master"] {
            let module = design.modules.iter().find(|module| module.name.starts_with(part)).expect(part);
            assert!(!foreign.contains(&module.name), "{part}, {}: {foreign:?}", configuration.name);
        }
        let test_only =
            |name: &&String| ["traffic_", "slice_ram_", "two_writer_ram_"].iter().all(|it| !name.starts_with(it));
        assert_eq!(foreign.iter().filter(test_only).collect::<Vec<_>>(), [""; 0], "{}", configuration.name);
    }
}

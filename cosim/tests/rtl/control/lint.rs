//! The control that is tested here is the accelerator's, which is linted.

use super::bench::design;
use crate::linted::not_in_the_accelerator;
use ibert_isa::{BASE, LARGE, SMALL, TINY};

#[test]
fn the_control_of_every_bus_width_is_the_accelerators() {
    let designs = [
        (design::<32>(&TINY), TINY),
        (design::<64>(&SMALL), SMALL),
        (design::<128>(&BASE), BASE),
        (design::<256>(&LARGE), LARGE),
    ];
    for (design, configuration) in designs {
        assert_eq!(not_in_the_accelerator(&design, &configuration), [""; 0], "{}", configuration.name);
    }
}

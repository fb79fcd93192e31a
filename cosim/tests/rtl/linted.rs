//! `ibert-kit` lints the accelerator of every configuration in three tools. A part that is tested alone is linted with
//! it if its modules are modules of an accelerator.

use ibert_hdl::catalogue::accelerator;
use ibert_hdl::verilog::{Design, Observation};
use ibert_isa::Configuration;

/// Names of the modules of a design that the accelerator of a configuration does not have, in the same text.
pub(crate) fn not_in_the_accelerator(design: &Design, configuration: &Configuration) -> Vec<String> {
    let whole = accelerator(configuration, Observation::On).unwrap().unwrap();
    let foreign = design.modules.iter().filter(|module| !whole.modules.contains(module));
    foreign.map(|module| module.name.clone()).collect()
}

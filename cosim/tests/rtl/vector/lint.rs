//! The vector engine that is tested here is the accelerator's, which is linted.

use crate::linted::not_in_the_accelerator;
use ibert_hdl::vector::{VectorEngineBase, VectorEngineLarge, VectorEngineSmall, VectorEngineTiny};
use ibert_hdl::verilog::{Design, generate};
use ibert_isa::{BASE, LARGE, SMALL, TINY};
use rust_hdl::core::prelude::Block;

fn emit<E: Block + Default>(top: &'static str) -> Design {
    let emit = move || generate(&*Box::<E>::default(), top).unwrap();
    std::thread::Builder::new().stack_size(256 << 20).spawn(emit).unwrap().join().unwrap()
}

#[test]
fn the_engine_of_every_configuration_is_the_accelerators() {
    let designs = [
        (emit::<VectorEngineTiny>("vector_engine_n4"), TINY),
        (emit::<VectorEngineSmall>("vector_engine_n8"), SMALL),
        (emit::<VectorEngineBase>("vector_engine_n16"), BASE),
        (emit::<VectorEngineLarge>("vector_engine_n32"), LARGE),
    ];
    for (design, configuration) in designs {
        assert_eq!(not_in_the_accelerator(&design, &configuration), [""; 0], "{}", configuration.name);
    }
}

//! The engine of every configuration is clean Verilog.

use ibert_test_support::linters;

use ibert_hdl::vector::{VectorEngineBase, VectorEngineLarge, VectorEngineSmall, VectorEngineTiny};
use ibert_hdl::verilog::{Design, generate};
use rust_hdl::core::prelude::Block;

fn emit<E: Block + Default>(top: &'static str) -> Design {
    let emit = move || generate(&*Box::<E>::default(), top).unwrap();
    std::thread::Builder::new().stack_size(256 << 20).spawn(emit).unwrap().join().unwrap()
}

#[test]
fn no_tool_has_anything_to_say_about_any_configuration() {
    let designs = [
        emit::<VectorEngineTiny>("vector_engine_n4"),
        emit::<VectorEngineSmall>("vector_engine_n8"),
        emit::<VectorEngineBase>("vector_engine_n16"),
        emit::<VectorEngineLarge>("vector_engine_n32"),
    ];
    designs.iter().for_each(linters::say_nothing);
}

//! The engine of every configuration is clean Verilog for three tools that read it differently.

#[path = "../tools/mod.rs"]
mod tools;

use ibert_hdl::vector::{VectorEngineBase, VectorEngineLarge, VectorEngineSmall, VectorEngineTiny};
use ibert_hdl::verilog::{Design, generate};
use ibert_sim::Verilator;
use rust_hdl::core::prelude::Block;

fn emit<E: Block + Default>(top: &'static str) -> Design {
    let emit = move || generate(&*Box::<E>::default(), top).unwrap();
    std::thread::Builder::new().stack_size(256 << 20).spawn(emit).unwrap().join().unwrap()
}

#[test]
fn no_tool_has_anything_to_say_about_any_configuration() {
    let verilator = Verilator::find().unwrap();
    let designs = [
        emit::<VectorEngineTiny>("vector_engine_n4"),
        emit::<VectorEngineSmall>("vector_engine_n8"),
        emit::<VectorEngineBase>("vector_engine_n16"),
        emit::<VectorEngineLarge>("vector_engine_n32"),
    ];
    for design in designs {
        let folder = tempfile::tempdir().unwrap();
        design.write(folder.path()).unwrap();
        let (top, list) = (design.top.as_str(), format!("{}.f", design.top));

        let arguments = ["--lint-only", "-Wall", "--top-module", top, "-f", &list];
        let said = tools::run(verilator.command(), &arguments, folder.path());
        let warnings: Vec<&str> = said.lines().filter(|line| line.starts_with('%')).collect();
        assert!(warnings.is_empty(), "{top}:\n{said}");

        let arguments = ["-Wall", "-g2005", "-o", "out", "-s", top, "-c", &list];
        assert_eq!(tools::run(tools::program("iverilog"), &arguments, folder.path()), "", "{top}");

        let files = design.file_list().replace('\n', " ");
        let script = format!(
            "read_verilog {files}; hierarchy -check -top {top}; proc; check -assert; \
             select -assert-none t:$dlatch t:$_DLATCH_*; select -assert-min 1 t:$dff t:$sdff t:$dffe; flatten; check -assert"
        );
        let said = tools::run(tools::program("yosys"), &["-q", "-p", &script], folder.path());
        assert!(!said.contains("Warning"), "{top}:\n{said}");
    }
}

//! Lines of Verilog and modules of the arrays and of softmax: as rust-hdl writes them, an instance a module, and as
//! `hdl::verilog` does.
//!
//! `cargo run -p ibert-hdl --example folding`

use ibert_hdl::array::{SystolicArray4, SystolicArray8, SystolicArray16};
use ibert_hdl::units::Softmax;
use ibert_hdl::verilog::{EmitError, generate};
use rust_hdl::core::prelude::*;

fn main() -> Result<(), EmitError> {
    println!("{:<22}{:>16}{:>10}{:>16}{:>10}", "circuit", "rust-hdl, lines", "modules", "folded, lines", "modules");
    // A large circuit is one value, built in place.
    let arrays = std::thread::Builder::new().stack_size(256 << 20).spawn(|| {
        row::<SystolicArray4>("systolic_array_n4")?;
        row::<SystolicArray8>("systolic_array_n8")?;
        row::<SystolicArray16>("systolic_array_n16")?;
        row::<Softmax<10, 11>>("softmax")
    });
    let arrays = arrays.map_err(|error| EmitError::NoThread { reason: error.to_string() })?;
    arrays.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn row<U: Block + Default>(top: &'static str) -> Result<(), EmitError> {
    let mut circuit = Box::<U>::default();
    circuit.connect_all();
    let before = generate_verilog_unchecked(&*circuit);
    let design = generate(&*circuit, top)?;
    let modules = before.lines().filter(|line| line.trim_start().starts_with("module ")).count();
    println!(
        "{top:<22}{:>16}{modules:>10}{:>16}{:>10}",
        before.lines().count(),
        design.text().lines().count(),
        design.modules.len()
    );
    Ok(())
}

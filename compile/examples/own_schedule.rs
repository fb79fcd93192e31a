//! Your own decisions for the scheduler: bit-exact results in a different number of cycles. `cargo run -p
//! ibert-compile --example own_schedule`.
//!
//! Compiles two layers of a random encoder with one decision changed at a time. Runs each program on the
//! instruction-level model, compares every value with the golden encoder, and prints the prediction of the cycle model.

use ibert_compile::cycles::{MemoryTiming, predict};
use ibert_compile::machine::{Machine, Order};
use ibert_compile::scoreboard::Scoreboard;
use ibert_compile::{Choices, Layers, compile_with, optimize};
use ibert_golden::encoder::Sequence;
use ibert_golden::model::{IntegerModel, Preset};
use ibert_isa::SMALL;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let model = IntegerModel::random(Preset::Tiny.config(), 1)?;
    let sequence = Sequence::new((0..48).map(|token| 4 + token).collect());
    let tiles = 48 / SMALL.side;
    let first = Choices::new(&model.config, &SMALL, 48);
    let decisions = [
        ("simple", Choices::simple(&model.config, &SMALL, 48)),
        ("Choices::new", first),
        ("early: 1", Choices { early: 1, ..first }),
        ("early: all", Choices { early: tiles, ..first }),
        ("batch: all", Choices { batch: tiles, ..first }),
        ("piece: all", Choices { piece: tiles, ..first }),
        ("optimize", optimize(&model, SMALL, &sequence, Layers::All, MemoryTiming::TYPICAL)?),
    ];
    println!("{:14} {:>8} {:>8} {:>10} {:>8}", "decisions", "cycles", "busy", "values", "differ");
    for (name, choices) in decisions {
        let compiled = compile_with(&model, SMALL, &sequence, Layers::All, &choices)?;
        let prediction = predict(&compiled.program, compiled.image.program, &SMALL, MemoryTiming::TYPICAL)?;
        let mut scoreboard = Scoreboard::new(&model, &compiled, &sequence)?;
        let mut machine = Machine::new(SMALL, compiled.image.bytes.clone());
        machine.run(compiled.image.program, compiled.image.length, Order::Program, &mut scoreboard)?;
        let (values, different) = (scoreboard.values(), scoreboard.different());
        let busy = compiled.macs as f64 / (SMALL.side.pow(2) as u64 * prediction.cycles) as f64;
        println!("{name:14} {:>8} {:>6.1} % {values:>10} {different:>8}", prediction.cycles, 100.0 * busy);
        if different > 0 {
            return Err(format!("{name}: {:?}", scoreboard.first).into());
        }
    }
    Ok(())
}

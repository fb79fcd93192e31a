//! A rust-hdl block of one's own against a golden operator: Verilog is generated, built and driven from here.

use ibert_golden::ops::ipoly;
use ibert_hdl::verilog;
use ibert_sim::{BuildOptions, Library, Source, Stimulus};
use own_hardware::MyPolynomial;
use rust_hdl::core::prelude::Block;

const LATENCY: usize = 2;

#[test]
fn my_polynomial_equals_the_golden_operator() {
    let mut block = MyPolynomial::default();
    block.connect_all();
    let design = verilog::generate(&block, "my_polynomial").unwrap();
    let source = design
        .modules
        .iter()
        .fold(Source::new(&design.top), |source, module| source.file(format!("{}.v", module.name), &module.text));
    let library = Library::build(&source, &BuildOptions::default()).unwrap();

    let mut dut = library.instance().unwrap();
    let out = dut.port("out").unwrap();
    let mut stimulus = Stimulus::new(&library, &["q", "b", "c"], &["out"]).unwrap();
    // Every q that i-GELU can ask for with this b, far into both signs of c.
    let (b, constants) = (-70_000i64, [-(1i64 << 35), -123_456_789, 0, (1 << 35) - 1]);
    let operands: Vec<(i64, i64)> = constants.into_iter().flat_map(|c| (0..=70_000).map(move |q| (q, c))).collect();
    for (q, c) in &operands {
        stimulus.row(&[*q as u64, b as u64, *c as u64]);
    }
    for _ in 0..LATENCY {
        stimulus.row(&[0, 0, 0]);
    }
    let responses = dut.drive(&stimulus).unwrap();
    for (index, (q, c)) in operands.iter().enumerate() {
        let expected = ipoly(*q, b, *c).unwrap();
        assert_eq!(i128::from(responses.get_signed(index + LATENCY, out)), expected, "({q} + {b})² + {c}");
    }
}

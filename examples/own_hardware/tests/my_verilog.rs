//! Your own Verilog against a golden operator: `rtl/my_requantizer.v` and the requantization of docs/numerics.md.

use ibert_golden::ops::{Dyadic, Width, requant};
use ibert_sim::{BuildOptions, Library, Source, Stimulus};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Built by Verilator once, and cached.
static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    Library::build(&Source::read_dir("my_requantizer", "rtl").unwrap(), &BuildOptions::default()).unwrap()
});

/// Cycles from operands to result.
const LATENCY: usize = 2;

/// One element a cycle through the hardware, each result against the golden operator.
fn check(elements: &[(i32, i64, i32)]) {
    let mut dut = LIBRARY.instance().unwrap();
    let out = dut.port("out").unwrap();
    let mut stimulus = Stimulus::new(&LIBRARY, &["q", "m", "e"], &["out"]).unwrap();
    for (q, m, e) in elements {
        stimulus.row(&[*q as u64, *m as u64, *e as u64]);
    }
    for _ in 0..LATENCY {
        stimulus.row(&[0, 0, 0]);
    }
    let responses = dut.drive(&stimulus).unwrap();
    for (index, (q, m, e)) in elements.iter().enumerate() {
        let expected = requant((*q).into(), Dyadic::new(*m, *e).unwrap(), Width::new(8).unwrap());
        assert_eq!(responses.get_signed(index + LATENCY, out), expected, "element {index}: {q} · {m} / 2^{e}");
    }
}

proptest! {
    #[test]
    fn my_requantizer_equals_the_golden_operator(
        elements in prop::collection::vec((any::<i32>(), 1i64 << 30..=1 << 31, 20..63), 1..500)
    ) {
        check(&elements);
    }
}

/// Halves go to the even neighbour, on either side of zero; both limits are reached.
#[test]
fn ties_and_limits() {
    let ties = (-600..600).map(|q| (q, 1 << 30, 31));
    check(&ties.chain([(i32::MIN, 1 << 31, 31), (i32::MAX, 1 << 31, 31), (5, 1 << 30, 0)]).collect::<Vec<_>>());
}

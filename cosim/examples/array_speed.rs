//! How fast the systolic array simulates: `cargo run --example array_speed`.
//!
//! Prints, for each side N, the time that Verilator and the C++ compiler took (when the design was built; it is cached)
//! and the clock rate of the bare batch loop with random operands on every port in every cycle. The loop runs inside
//! the shared library: the profile of the Rust code does not matter.

use ibert_cosim::units::array::MatrixUnit;
use ibert_sim::{BuildOptions, Stimulus};
use std::time::Instant;

const CYCLES: usize = 20_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{:>4} {:>12} {:>14} {:>12}", "N", "build, s", "kcycles/s", "MMAC/s");
    for side in [4, 8, 16, 32] {
        let unit = MatrixUnit::build(side, &BuildOptions::default())?;
        let library = unit.library();
        let (a, b) = (library.port("a")?, library.port("b")?);
        let (valid, first, last) = (library.port("valid")?, library.port("first")?, library.port("last")?);
        let mut stimulus = Stimulus::new(library, &["valid", "first", "last", "a", "b"], &["drain_valid", "drain"])?;
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 32) as u32
        };
        for cycle in 0..CYCLES {
            let words: Vec<u32> = (0..a.words()).map(|_| random()).collect();
            let mut row = stimulus.cycle();
            row.set(valid, 1).set(first, (cycle % 64 == 0).into()).set(last, (cycle % 64 == 63).into());
            row.set_wide(a, &words).set_wide(b, &words);
        }
        let mut instance = library.instance()?;
        let reset_n = instance.port("reset_n")?;
        instance.write(reset_n, 1);
        instance.drive(&stimulus)?;
        let rate = (0..5)
            .map(|_| {
                let start = Instant::now();
                instance.drive(&stimulus).map(|_| CYCLES as f64 / start.elapsed().as_secs_f64())
            })
            .collect::<Result<Vec<_>, _>>()?;
        let best = rate.into_iter().fold(0.0, f64::max);
        let macs = best * (side * side) as f64 / 1e6;
        println!("{side:>4} {:>12.1} {:>14.0} {macs:>12.0}", library.build_seconds(), best / 1e3);
    }
    Ok(())
}

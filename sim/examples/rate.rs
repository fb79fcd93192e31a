//! Builds Verilog files and measures how fast they simulate with random inputs:
//! `cargo run --release -p ibert-sim --example rate -- TOP CYCLES FILE.v…`

use std::time::Instant;

use ibert_sim::{BuildOptions, Direction, Error, Library, Source, Stimulus};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [top, cycles, files @ ..] = &arguments[..] else {
        return Err("usage: rate TOP CYCLES FILE.v…".into());
    };
    let (library, seconds) = measure(top, cycles.parse()?, files)?;
    println!(
        "{top}: Verilator {}, built in {:.1} s{}, {cycles} cycles in {seconds:.3} s, {:.3} Mcycles/s",
        library.verilator(),
        library.build_seconds(),
        if library.was_cached() { " (cached)" } else { "" },
        cycles.parse::<f64>()? / seconds / 1e6,
    );
    Ok(())
}

/// Builds the design and drives all its inputs for `cycles` cycles. Returns the library and the seconds that the drive
/// took.
fn measure(top: &str, cycles: usize, files: &[String]) -> Result<(Library, f64), Error> {
    let library = Library::build(&Source::new(top).paths(files)?, &BuildOptions::default())?;
    let clock = library.clock().map(|clock| clock.name.clone());
    let driven = |port: &&ibert_sim::PortInfo| port.direction == Direction::Input && Some(&port.name) != clock.as_ref();
    let inputs: Vec<_> = library.ports().iter().filter(driven).map(|port| port.name.as_str()).collect();
    let ports = inputs.iter().map(|name| library.port(name)).collect::<Result<Vec<_>, _>>()?;

    let mut stimulus = Stimulus::new(&library, &inputs, &[])?;
    let mut state = 1_u64;
    for _ in 0..cycles.min(10_000) {
        let mut row = stimulus.cycle();
        for port in &ports {
            let words = (0..port.words()).map(|_| xorshift(&mut state) as u32).collect::<Vec<_>>();
            row.set_wide(*port, &words);
        }
    }
    let mut dut = library.instance()?;
    let started = Instant::now();
    while (dut.cycle() as usize) < cycles {
        dut.drive(&stimulus)?;
    }
    let seconds = started.elapsed().as_secs_f64() * cycles as f64 / dut.cycle().max(1) as f64;
    Ok((library, seconds))
}

/// Marsaglia's xorshift64.
fn xorshift(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

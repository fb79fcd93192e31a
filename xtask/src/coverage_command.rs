//! `cargo xtask coverage`: functional coverage of the generated testbenches.
//!
//! Arguments `[UNIT…]`: prints every bin of every unit, or of the named units. Fails if a bin is empty without a
//! reason.

use ibert_hdl::catalogue::{Unit, units};
use ibert_kit::testbench::Testbench;
use std::error::Error;
use std::process::ExitCode;
use xtask::coverage::counted;

pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<ExitCode, Box<dyn Error>> {
    let names: Vec<String> = arguments.collect();
    let chosen: Vec<&Unit> =
        units().iter().filter(|unit| names.is_empty() || names.iter().any(|it| it == unit.name)).collect();
    if chosen.len() < names.len() {
        return Err(format!("units are {}", units().iter().map(|unit| unit.name).collect::<Vec<_>>().join(", ")).into());
    }
    let (mut bins, mut excused, mut faults) = (0, 0, vec![]);
    for unit in chosen {
        let testbench = Testbench::new(unit, &unit.sizes[0])?;
        let coverage = counted(&testbench).ok_or_else(|| format!("{} has no functional coverage", unit.name))?;
        println!("{}: {} vectors, {} bins\n{coverage}", unit.name, testbench.results(), coverage.bins.len());
        bins += coverage.bins.len();
        excused += coverage.bins.iter().filter(|bin| bin.reason.is_some()).count();
        faults.extend(coverage.faults().into_iter().map(|fault| format!("{}: {fault}", unit.name)));
    }
    println!("{bins} bins, {excused} cannot happen, {} faults", faults.len());
    faults.iter().for_each(|fault| println!("  {fault}"));
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

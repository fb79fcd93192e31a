//! `cargo xtask mutation`: judges mutants of every hardware unit with the unit's testbench in Icarus Verilog: `make
//! mutation`.
//!
//! Arguments `[MUTANTS [UNIT…]]`: the maximum number of mutants per unit (default 30; `all` for every mutant), and the
//! units to judge. Prints a table and every survivor. Fails if there is a survivor, or if a mutant recorded as
//! equivalent is not.

use ibert_hdl::catalogue::{Unit, units};
use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;
use xtask::mutation::{Survey, survey};

/// Default number of judged mutants per unit.
const MUTANTS: usize = 30;

/// Smallest sample that counts, without the mutants that the compiler refuses.
const LEAST: usize = 20;

/// Fixed seed: every run draws the same mutants.
const SEED: u64 = 1;

pub(crate) fn run(mut arguments: impl Iterator<Item = String>) -> Result<ExitCode, Box<dyn Error>> {
    let count = match arguments.next().as_deref() {
        None => MUTANTS,
        Some("all") => usize::MAX,
        Some(number) => number.parse()?,
    };
    let names: Vec<String> = arguments.collect();
    let chosen: Vec<&Unit> =
        units().iter().filter(|unit| names.is_empty() || names.iter().any(|name| name == unit.name)).collect();
    if chosen.len() < names.len() {
        return Err(format!("units are {}", units().iter().map(|unit| unit.name).collect::<Vec<_>>().join(", ")).into());
    }
    println!("{:<22} possible  judged  killed  hung  equivalent  invalid  survived  seconds", "unit");
    let mut surveys = Vec::new();
    for unit in chosen {
        let started = Instant::now();
        // The smallest array is sufficient, because every size consists of the same modules.
        let survey = survey(unit, &unit.sizes[0], count, SEED)?;
        let Survey { possible, judged, killed, hung, invalid, equivalent, .. } = survey;
        println!(
            "{:<22} {possible:>8} {judged:>7} {killed:>7} {hung:>5} {equivalent:>11} {invalid:>8} {:>9} {:>8.0}",
            unit.name,
            survey.survivors.len(),
            started.elapsed().as_secs_f64()
        );
        surveys.push((unit.name, survey));
    }
    let mut good = true;
    for (unit, survey) in &surveys {
        for mutant in &survey.survivors {
            println!("\n{unit}: survived: {mutant}");
        }
        for (fault, found) in &survey.refuted {
            println!("\n{unit}: recorded as equivalent, but {found}: {fault}");
        }
        let counted = survey.killed + survey.hung + survey.equivalent;
        if counted < LEAST.min(count) {
            println!("\n{unit}: only {counted} mutants count");
        }
        good &= survey.survivors.is_empty() && survey.refuted.is_empty() && counted >= LEAST.min(count);
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

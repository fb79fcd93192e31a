//! `ibert check`: case files through an engine.

use std::collections::BTreeMap;
use std::io::{self, Write};

use ibert::check::{self, CheckedCase, CheckedFile, Golden, check_file};
use ibert::rtl::engine::Rtl;
use ibert_golden::case::Comparison;
use ibert_sim::BuildOptions;
use serde::Serialize;

use super::Verdict;
use super::arguments::{CheckArguments, Configuration, Engine};
use super::console::{Console, Report};
use super::error::Error;

#[derive(Debug, Serialize)]
struct Checked {
    /// Cases compared.
    cases: usize,
    /// Cases whose operator the engine does not have, or whose operands it cannot carry.
    not_computed: usize,
    values: usize,
    different: usize,
    files: Vec<CheckedFile>,
}

pub(super) fn run(arguments: &CheckArguments, console: &Console) -> Result<Verdict, Error> {
    let mut engine = engine(arguments)?;
    let spinner = console.spinner();
    let mut files = Vec::with_capacity(arguments.cases.len());
    for path in &arguments.cases {
        files.push(check_file(path, &mut *engine, |case| {
            let now = format!("{}: {} {}", path.display(), case.op, case.id);
            console.note(&now);
            spinner.set_message(now);
        })?);
    }
    spinner.finish_and_clear();

    let checked = Checked::new(files);
    if checked.cases == 0 {
        return Err(Error::NothingCompared { not_computed: checked.not_computed });
    }
    console.report(&checked);
    Ok(if checked.different == 0 { Verdict::Equal } else { Verdict::Different })
}

fn engine(arguments: &CheckArguments) -> Result<Box<dyn check::Engine>, Error> {
    match (arguments.engine, arguments.config) {
        (Engine::Golden, None) => Ok(Box::new(Golden)),
        (Engine::Golden, Some(_)) => Err(Error::GoldenConfiguration),
        (Engine::Rtl, config) => {
            let side = config.unwrap_or(Configuration::Tiny).side();
            Ok(Box::new(Rtl::new(side, BuildOptions::default())?))
        }
    }
}

impl Checked {
    fn new(files: Vec<CheckedFile>) -> Self {
        let cases = || files.iter().flat_map(|file| &file.cases);
        let total = |count: fn(&Comparison) -> usize| cases().map(|case| count(&case.comparison)).sum();
        Self {
            cases: cases().filter(|case| case.not_computed.is_none()).count(),
            not_computed: cases().filter(|case| case.not_computed.is_some()).count(),
            values: total(|comparison| comparison.values),
            different: total(|comparison| comparison.different),
            files,
        }
    }
}

impl Report for Checked {
    /// A line a file and operator, and a line for each case that differs.
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for file in &self.files {
            writeln!(out, "{}", file.path.display())?;
            let mut operators: Vec<&str> = Vec::new();
            for case in &file.cases {
                if !operators.contains(&case.op.as_str()) {
                    operators.push(&case.op);
                }
            }
            for operator in operators {
                let cases: Vec<_> = file.cases.iter().filter(|case| case.op == operator).collect();
                write_operator(operator, &cases, out)?;
            }
        }
        write!(out, "{} cases, {} values, {} differ", self.cases, self.values, self.different)?;
        match self.not_computed {
            0 => writeln!(out),
            count => writeln!(out, "; {count} cases not compared"),
        }
    }
}

fn write_operator(operator: &str, cases: &[&CheckedCase], out: &mut dyn Write) -> io::Result<()> {
    let (compared, others): (Vec<&CheckedCase>, Vec<&CheckedCase>) =
        cases.iter().partition(|case| case.not_computed.is_none());
    if !compared.is_empty() {
        let values: usize = compared.iter().map(|case| case.comparison.values).sum();
        let different: usize = compared.iter().map(|case| case.comparison.different).sum();
        let count = compared.len();
        writeln!(out, "  {operator:<10} {count:>5} cases {values:>10} values {different:>8} differ")?;
    }
    let mut reasons = BTreeMap::<&str, usize>::new();
    for reason in others.iter().filter_map(|case| case.not_computed.as_deref()) {
        *reasons.entry(reason).or_default() += 1;
    }
    for (reason, count) in reasons {
        writeln!(out, "  {operator:<10} {count:>5} cases not compared: {reason}")?;
    }
    for case in cases {
        if let Some(first) = &case.comparison.first {
            let (id, different, tensor, index) = (&case.id, case.comparison.different, &first.tensor, &first.index);
            let (expected, got) = (first.expected, first.got);
            writeln!(out, "    {id}: {different} differ, first {tensor}{index:?}: expected {expected}, got {got}")?;
        }
    }
    Ok(())
}

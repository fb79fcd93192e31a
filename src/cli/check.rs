//! `ibert check`: case files through an engine.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};

use clap::ValueEnum;
use ibert_cosim::check::{self, CheckedCase, CheckedFile, Golden, Origin, Selection, check_selected};
use ibert_cosim::units::engine::Rtl;
use ibert_golden::case::{CaseComparison, CaseDifference};
use ibert_kit::toolchain;
use ibert_sim::{BuildOptions, Trace, Wave};
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::{CheckArguments, ConfigurationName, EngineName};
use super::console::{Console, Report};
use super::error::Error;
use super::input;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Checked {
    /// Number of cases compared.
    cases: usize,
    /// Number of cases that the engine cannot compute: operator missing, or operands out of range.
    not_computed: usize,
    /// Number of values compared with the files.
    values: usize,
    /// Number of values that differ from the files.
    different: usize,
    /// Number of values that differ from the golden operators; only for hardware.
    #[serde(skip_serializing_if = "Option::is_none")]
    different_from_golden: Option<usize>,
    /// Files in the order given.
    files: Vec<CheckedFile>,
    /// Command that recomputes a case, for messages.
    #[serde(skip)]
    replay: String,
}

pub(super) fn run(arguments: &CheckArguments, console: &Console) -> Result<Verdict, Error> {
    // A missing file is reported before hours of work on the files before it.
    arguments.cases.iter().try_for_each(|path| input::file(path, "cases (docs/case-file.md)"))?;
    let mut engine = engine(arguments)?;
    let selection = Selection { case: arguments.case.as_deref(), golden: arguments.engine == EngineName::Rtl };
    let spinner = console.spinner();
    let mut files = Vec::with_capacity(arguments.cases.len());
    for path in &arguments.cases {
        files.push(check_selected(path, &mut *engine, selection, |case| {
            let now = format!("{}: {} {}", path.display(), case.op, case.id);
            console.note(&now);
            spinner.set_message(now);
        })?);
    }
    spinner.finish_and_clear();

    let checked = Checked::new(files, arguments);
    if checked.cases == 0 {
        return Err(Error::NothingCompared { not_computed: checked.not_computed });
    }
    if arguments.wave.as_ref().is_some_and(|wave| fs::metadata(wave).is_ok_and(|file| file.len() == 0)) {
        return Err(Error::NoWaves { from: arguments.from });
    }
    console.report(&checked);
    let different = checked.different + checked.different_from_golden.unwrap_or(0);
    Ok(if different == 0 { Verdict::Equal } else { Verdict::Different })
}

fn engine(arguments: &CheckArguments) -> Result<Box<dyn check::CaseEngine>, Error> {
    match (arguments.engine, arguments.config, &arguments.wave) {
        (EngineName::Golden, None, None) => Ok(Box::new(Golden)),
        (EngineName::Golden, Some(_), _) => Err(Error::GoldenConfiguration),
        (EngineName::Golden, None, Some(_)) => Err(Error::GoldenWave),
        (EngineName::Rtl, config, wave) => {
            let side = config.unwrap_or(ConfigurationName::Tiny).side();
            let trace = match wave {
                None => Trace::None,
                Some(wave) if wave.extension().is_some_and(|extension| extension == "fst") => Trace::Fst,
                Some(_) => Trace::Vcd,
            };
            let cycles = arguments.from..arguments.to.unwrap_or(u64::MAX);
            let wave = wave.clone().map(|path| Wave { path, cycles });
            Ok(Box::new(Rtl::new(side, BuildOptions { trace, wave, ..toolchain::build_options() })?))
        }
    }
}

/// Cycles of waves before the operands of a value and after the value.
const MARGIN: u64 = 4;

/// Command that recomputes one case, without file and case.
fn replay(arguments: &CheckArguments) -> String {
    match (arguments.engine, arguments.config) {
        (EngineName::Golden, _) => String::new(),
        (EngineName::Rtl, config) => {
            let config = config.unwrap_or(ConfigurationName::Tiny).to_possible_value();
            let config = config.as_ref().map_or("tiny", |value| value.get_name());
            format!(" --engine rtl --config {config} --wave case.vcd")
        }
    }
}

impl Checked {
    fn new(files: Vec<CheckedFile>, arguments: &CheckArguments) -> Self {
        let cases = || files.iter().flat_map(|file| &file.cases);
        let total = |count: fn(&CaseComparison) -> usize| cases().map(|case| count(&case.comparison)).sum();
        Self {
            cases: cases().filter(|case| case.not_computed.is_none()).count(),
            not_computed: cases().filter(|case| case.not_computed.is_some()).count(),
            values: total(|comparison| comparison.values),
            different: total(|comparison| comparison.different),
            different_from_golden: (arguments.engine == EngineName::Rtl)
                .then(|| cases().filter_map(|case| case.different_from_golden).sum()),
            replay: replay(arguments),
            files,
        }
    }
}

impl Report for Checked {
    /// Writes one line per file and operator, and one per case that differs.
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
            self.write_differences(file, out)?;
        }
        write!(out, "{} cases, {} values, {} differ", self.cases, self.values, self.different)?;
        if let Some(count) = self.different_from_golden {
            write!(out, ", {count} differ from the golden operators")?;
        }
        match self.not_computed {
            0 => writeln!(out),
            count => writeln!(out, "; {count} cases not compared"),
        }
    }
}

impl Checked {
    /// Writes the first difference of each case, and the command that reproduces it.
    fn write_differences(&self, file: &CheckedFile, out: &mut dyn Write) -> io::Result<()> {
        let path = file.path.display();
        for case in &file.cases {
            let golden = case.different_from_golden.unwrap_or(0);
            if case.first().is_none() && golden == 0 {
                continue;
            }
            let (id, different) = (&case.id, case.comparison.different);
            write!(out, "    {id}: {different} differ from the file")?;
            if case.different_from_golden.is_some() {
                write!(out, ", {golden} from the golden operator")?;
            }
            if let Some(CaseDifference { tensor, index, expected, got, .. }) = case.first() {
                write!(out, ", first {tensor}{index:?}: expected {expected} ({expected:#x}), got {got} ({got:#x})")?;
            }
            writeln!(out)?;
            if let Some(Origin { unit, accepted, offered }) = case.origin {
                writeln!(out, "      {unit}: operands accepted in cycle {accepted}, value offered in cycle {offered}")?;
            }
            write!(out, "      again: ibert check {path} --case {id}{}", self.replay)?;
            if let Some(Origin { accepted, offered, .. }) = case.origin {
                write!(out, " --from {} --to {}", accepted.saturating_sub(MARGIN), offered + 1 + MARGIN)?;
            }
            writeln!(out)?;
        }
        Ok(())
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
    Ok(())
}

//! Functional coverage: how often a testbench's stimulus hits the relevant cases of its unit.
//!
//! All bins are counted on the rows that the simulators read, decoded again, and on the steps of the golden operators.
//! The counts are thus independent of the stimulus generator and of the hardware. A new unit requires a file here and a
//! line in `of`.

mod cycles;
mod divider;
mod exp;
mod gelu;
mod handshake;
mod late_softmax;
mod layernorm;
mod poly;
mod requantizer;
mod rounding;
mod softmax;
mod sqrt;
mod systolic_array;

use self::cycles::Cycles;
use ibert_kit::testbench::Testbench;
use std::fmt;
use std::ops::RangeInclusive;

/// A coverage bin: a case and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bin {
    /// Name of the case.
    pub name: &'static str,
    /// Value of the bin, in a range of bins.
    pub value: Option<i64>,
    /// Number of hits.
    pub count: usize,
    /// Reason why the bin must be empty; `None` for a bin that must be hit.
    pub reason: Option<&'static str>,
}

impl fmt::Display for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Some(value) => write!(f, "{} = {value}", self.name),
            None => f.write_str(self.name),
        }
    }
}

/// The bins of a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Bins in the order of their declaration.
    pub bins: Vec<Bin>,
}

/// Fills the bins of a unit.
type Count = fn(&mut Coverage, &Cycles<'_>);

/// The function that fills the bins of the unit `unit`.
fn of(unit: &str) -> Option<Count> {
    Some(match unit {
        "divider" => divider::count,
        "exp" => exp::count,
        "gelu" => gelu::count,
        "gelu_requantizer" => gelu::count_requantized,
        "late_softmax" => late_softmax::count,
        "reciprocal" => late_softmax::count_reciprocal,
        "row_mean" => late_softmax::count_mean,
        "layernorm" => layernorm::count,
        "layernorm_requantizer" => layernorm::count_requantized,
        "poly" => poly::count,
        "requantizer" => requantizer::count,
        "softmax" => softmax::count,
        "sqrt_digit" => sqrt::count_digit,
        "sqrt_newton" => sqrt::count_newton,
        "systolic_array" => systolic_array::count,
        _ => return None,
    })
}

/// The bins of a testbench's unit on its stimulus; `None` for a unit without bins.
pub fn counted(testbench: &Testbench) -> Option<Coverage> {
    let count = of(testbench.unit())?;
    let mut coverage = Coverage::default();
    count(&mut coverage, &Cycles::new(testbench.vectors()));
    Some(coverage)
}

impl Coverage {
    /// Bins that are empty without a reason, and bins that are hit although they have a reason to be empty.
    pub fn faults(&self) -> Vec<String> {
        let fault = |bin: &Bin| match (bin.count, bin.reason) {
            (0, None) => Some(format!("{bin}: empty")),
            (1.., Some(reason)) => Some(format!("{bin}: happens {} times, though {reason}", bin.count)),
            _ => None,
        };
        self.bins.iter().filter_map(fault).collect()
    }

    /// Declares the bin `name`, and counts a hit if `happened`.
    fn hit(&mut self, name: &'static str, happened: bool) {
        self.add(name, None, happened.into());
    }

    /// Counts a hit in a range of bins, one bin per value. Values outside the range are ignored.
    fn hit_value(&mut self, name: &'static str, values: RangeInclusive<i64>, value: impl Into<i64>) {
        let value = value.into();
        if !self.bins.iter().any(|bin| bin.name == name) {
            values.for_each(|value| self.add(name, Some(value), 0));
        }
        if let Some(bin) = self.bins.iter_mut().find(|bin| bin.name == name && bin.value == Some(value)) {
            bin.count += 1;
        }
    }

    fn add(&mut self, name: &'static str, value: Option<i64>, count: usize) {
        match self.bins.iter_mut().find(|bin| bin.name == name && bin.value == value) {
            Some(bin) => bin.count += count,
            None => self.bins.push(Bin { name, value, count, reason: None }),
        }
    }

    /// Records why a declared bin must be empty.
    ///
    /// # Panics
    /// If there is no such bin.
    fn excuse(&mut self, name: &'static str, value: Option<i64>, reason: &'static str) {
        let bin = self.bins.iter_mut().find(|bin| bin.name == name && bin.value == value);
        bin.unwrap_or_else(|| panic!("no bin `{name}`")).reason = Some(reason);
    }
}

/// One line per bin, and one line per range of bins with the number of bins and the fewest hits of any of them.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for range in self.bins.chunk_by(|a, b| a.value.is_some() && b.value.is_some() && a.name == b.name) {
            let least = range.iter().filter(|bin| bin.reason.is_none()).min_by_key(|bin| bin.count);
            match (range, least) {
                ([Bin { name, value: Some(first), .. }, .., last], Some(least)) => {
                    let name = format!("{name} = {first}..={}", last.value.unwrap_or_default());
                    writeln!(f, "  {name:<56} {:>6} at least, for {}", least.count, least.value.unwrap_or_default())?;
                }
                _ => range.iter().try_for_each(|bin| writeln!(f, "  {:<56} {:>6}", bin.to_string(), bin.count))?,
            }
            for bin in range {
                if let Some(reason) = bin.reason {
                    writeln!(f, "    {bin} cannot happen: {reason}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

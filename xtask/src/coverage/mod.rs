//! Functional coverage: how often a testbench's stimulus does what matters to its unit.
//!
//! Everything is counted on the rows that the simulators read, decoded again, and on the golden operators' steps: neither the generator of the
//! stimulus nor the hardware is asked. A new unit needs a file here and a line in `of`.

mod cycles;
mod divider;
mod exp;
mod gelu;
mod handshake;
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

/// Something that matters, and how often it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bin {
    /// What happens.
    pub name: &'static str,
    /// With this value, for one of a range of bins.
    pub value: Option<i64>,
    /// How often.
    pub count: usize,
    /// Why it cannot happen, if it cannot.
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
    /// In the order in which they were declared.
    pub bins: Vec<Bin>,
}

/// Fills the bins of a unit.
type Count = fn(&mut Coverage, &Cycles<'_>);

/// What counts for the unit of that name.
fn of(unit: &str) -> Option<Count> {
    Some(match unit {
        "divider" => divider::count,
        "exp" => exp::count,
        "gelu" => gelu::count,
        "gelu_requantizer" => gelu::count_requantized,
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
    /// Bins that are empty without a reason, and bins with a reason why they must be empty that are not.
    pub fn faults(&self) -> Vec<String> {
        let fault = |bin: &Bin| match (bin.count, bin.reason) {
            (0, None) => Some(format!("{bin}: empty")),
            (1.., Some(reason)) => Some(format!("{bin}: happens {} times, though {reason}", bin.count)),
            _ => None,
        };
        self.bins.iter().filter_map(fault).collect()
    }

    /// Counts in the bin `name` if it happened; declares the bin in any case.
    fn hit(&mut self, name: &'static str, happened: bool) {
        self.add(name, None, happened.into());
    }

    /// Counts in one of a range of bins, one a value; values outside count nowhere.
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

    /// Says why a bin that has been declared must be empty.
    ///
    /// # Panics
    /// If there is no such bin.
    fn excuse(&mut self, name: &'static str, value: Option<i64>, reason: &'static str) {
        let bin = self.bins.iter_mut().find(|bin| bin.name == name && bin.value == value);
        bin.unwrap_or_else(|| panic!("no bin `{name}`")).reason = Some(reason);
    }
}

/// A line a bin, and one for each range of bins: how many there are, and the least that one of them has.
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

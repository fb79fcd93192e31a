//! Many cycles in one call, from a table of input values to a table of sampled outputs.

use std::ops::Range;

use crate::instance::{sign_extend, top_mask};
use crate::{Direction, Error, Library, Port};

/// Input values, one row per clock cycle, and the outputs to sample in each cycle.
///
/// Values are packed into 32-bit words: a port of width `w` takes `ceil(w / 32)` words of a row.
#[derive(Clone, Debug)]
pub struct Stimulus {
    design: u32,
    inputs: Columns,
    outputs: Columns,
    words: Vec<u32>,
    rows: usize,
}

/// Output values, one row per clock cycle, sampled just before the rising edge.
#[derive(Clone, Debug)]
pub struct Responses {
    outputs: Columns,
    words: Vec<u32>,
    rows: usize,
}

/// One cycle of a [`Stimulus`] under construction.
#[derive(Debug)]
pub struct Row<'a> {
    columns: &'a Columns,
    words: &'a mut [u32],
}

/// Ports side by side in a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    ports: Vec<Port>,
    offsets: Vec<usize>,
    words: usize,
}

impl Columns {
    fn add(&mut self, port: Port) {
        self.offsets.push(self.words);
        self.words += port.words();
        self.ports.push(port);
    }

    /// Range of a port's words in a row.
    fn place(&self, port: Port) -> Range<usize> {
        let column = self.ports.iter().position(|p| *p == port);
        let offset = self.offsets[column.expect("the port is not a column of this table")];
        offset..offset + port.words()
    }

    pub(crate) fn indices(&self) -> Vec<u32> {
        self.ports.iter().map(|port| port.index).collect()
    }

    /// Words per row.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// The ports with these names; each name may occur once.
    pub(crate) fn named(library: &Library, names: &[&str]) -> Result<Columns, Error> {
        let mut columns = Columns::default();
        for name in names {
            let port = library.port(name)?;
            if columns.ports.contains(&port) {
                return Err(Error::PortUse { port: (*name).into(), reason: "is named twice".into() });
            }
            columns.add(port);
        }
        Ok(columns)
    }
}

impl Stimulus {
    /// An empty stimulus that writes the `inputs` and samples the `outputs`, both named as in Verilog.
    ///
    /// Inputs that are not named keep their values in the instance.
    ///
    /// # Errors
    /// [`Error::UnknownPort`]; [`Error::PortUse`] for an output or the clock among the inputs, or a port named twice.
    pub fn new(library: &Library, inputs: &[&str], outputs: &[&str]) -> Result<Stimulus, Error> {
        let inputs = Columns::named(library, inputs)?;
        for port in &inputs.ports {
            let wrong = |reason: &str| {
                let port = library.ports()[port.index as usize].name.clone();
                Err(Error::PortUse { port, reason: reason.into() })
            };
            if port.direction == Direction::Output {
                return wrong("is an output and cannot be driven");
            }
            if library.clock_index() == Some(port.index as usize) {
                return wrong("is the clock, which drives itself");
            }
        }
        let outputs = Columns::named(library, outputs)?;
        Ok(Stimulus { design: library.design(), inputs, outputs, words: Vec::new(), rows: 0 })
    }

    /// Adds a cycle with the input values of the previous cycle (zero in the first). The returned row changes them.
    pub fn cycle(&mut self) -> Row<'_> {
        let start = self.words.len();
        match self.rows {
            0 => self.words.resize(self.inputs.words, 0),
            _ => self.words.extend_from_within(start - self.inputs.words..),
        }
        self.rows += 1;
        Row { columns: &self.inputs, words: &mut self.words[start..] }
    }

    /// Adds `cycles` cycles with the input values of the previous cycle.
    pub fn hold(&mut self, cycles: usize) -> &mut Stimulus {
        for _ in 0..cycles {
            self.cycle();
        }
        self
    }

    /// Adds a cycle with one value for each input, in the order of [`Stimulus::new`].
    ///
    /// # Panics
    /// If there are more or fewer values than inputs.
    pub fn row(&mut self, values: &[u64]) -> &mut Stimulus {
        assert_eq!(values.len(), self.inputs.ports.len(), "a row has one value for each input");
        let mut row = self.cycle();
        for (column, value) in values.iter().enumerate() {
            let port = row.columns.ports[column];
            row.set(port, *value);
        }
        self
    }

    /// Number of cycles.
    pub fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn design(&self) -> u32 {
        self.design
    }

    pub(crate) fn input_indices(&self) -> Vec<u32> {
        self.inputs.indices()
    }

    pub(crate) fn output_indices(&self) -> Vec<u32> {
        self.outputs.indices()
    }

    /// The words of a row and of all following rows.
    pub(crate) fn words_from(&self, row: usize) -> &[u32] {
        &self.words[row * self.inputs.words..]
    }
}

impl Row<'_> {
    /// Sets an input, as [`Instance::write`](crate::Instance::write) would.
    ///
    /// # Panics
    /// If the port is not an input of this stimulus.
    pub fn set(&mut self, port: Port, value: u64) -> &mut Self {
        self.set_wide(port, &[value as u32, (value >> 32) as u32])
    }

    /// Sets an input of any width from 32-bit words, as [`Instance::write_wide`](crate::Instance::write_wide) would.
    ///
    /// # Panics
    /// If the port is not an input of this stimulus.
    pub fn set_wide(&mut self, port: Port, value: &[u32]) -> &mut Self {
        let words = &mut self.words[self.columns.place(port)];
        for (index, word) in words.iter_mut().enumerate() {
            *word = value.get(index).copied().unwrap_or(0);
        }
        words[port.words() - 1] &= top_mask(port.width);
        self
    }
}

impl Responses {
    pub(crate) fn for_rows(stimulus: &Stimulus) -> Responses {
        let outputs = stimulus.outputs.clone();
        Responses { words: vec![0; outputs.words * stimulus.rows], outputs, rows: stimulus.rows }
    }

    /// Responses from the rows of words that the library returns.
    pub(crate) fn of(columns: &Columns, words: Vec<u32>, rows: usize) -> Responses {
        Responses { outputs: columns.clone(), words, rows }
    }

    /// The words of a row and of all following rows.
    pub(crate) fn words_from_mut(&mut self, row: usize) -> &mut [u32] {
        &mut self.words[row * self.outputs.words..]
    }

    /// Number of sampled cycles.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The value of a port in a cycle, zero-extended; of a port wider than 64 bits its low 64 bits.
    ///
    /// # Panics
    /// If the port is not an output of the stimulus, or the row is out of range.
    pub fn get(&self, row: usize, port: Port) -> u64 {
        let words = self.wide(row, port);
        u64::from(words[0]) | u64::from(words.get(1).copied().unwrap_or(0)) << 32
    }

    /// The value of a port up to 64 bits in a cycle, as a two's complement number.
    ///
    /// # Panics
    /// As [`Responses::get`].
    pub fn get_signed(&self, row: usize, port: Port) -> i64 {
        sign_extend(self.get(row, port), port.width)
    }

    /// The value of a port of any width in a cycle as 32-bit words, least significant first.
    ///
    /// # Panics
    /// As [`Responses::get`].
    pub fn wide(&self, row: usize, port: Port) -> &[u32] {
        assert!(row < self.rows, "row {row} of {}", self.rows);
        &self.words[row * self.outputs.words..][self.outputs.place(port)]
    }

    /// The values of a port over all cycles, zero-extended.
    ///
    /// # Panics
    /// As [`Responses::get`].
    pub fn column(&self, port: Port) -> impl Iterator<Item = u64> {
        (0..self.rows).map(move |row| self.get(row, port))
    }
}

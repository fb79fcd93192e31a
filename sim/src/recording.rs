//! Recordings of chosen ports in the cycles in which a valid port is high.

use crate::drive::Columns;
use crate::{Error, Instance, Port, Responses};

/// A recorder of an instance, created by [`Instance::record`].
#[derive(Clone, Debug)]
pub struct Recorder {
    index: usize,
    columns: Columns,
}

/// Rows of port values, one row per cycle in which the recorder's `valid` port was not 0, sampled just before the
/// rising edge.
#[derive(Clone, Debug)]
pub struct Recording {
    cycles: Vec<u64>,
    values: Responses,
}

impl Recording {
    /// Number of recorded rows.
    pub fn rows(&self) -> usize {
        self.cycles.len()
    }

    /// The cycle of each row, counted as in [`Instance::cycle`]: cycles completed before it.
    pub fn cycles(&self) -> &[u64] {
        &self.cycles
    }

    /// The value of a port in a row, zero-extended; of a port wider than 64 bits its low 64 bits.
    ///
    /// # Panics
    /// If the port is not a column of the recorder, or the row is out of range.
    pub fn get(&self, row: usize, port: Port) -> u64 {
        self.values.get(row, port)
    }

    /// The value of a port up to 64 bits in a row, as a two's complement number.
    ///
    /// # Panics
    /// As [`Recording::get`].
    pub fn get_signed(&self, row: usize, port: Port) -> i64 {
        self.values.get_signed(row, port)
    }

    /// The value of a port of any width in a row as 32-bit words, least significant first.
    ///
    /// # Panics
    /// As [`Recording::get`].
    pub fn wide(&self, row: usize, port: Port) -> &[u32] {
        self.values.wide(row, port)
    }
}

/// Many cycles in one call, with recording.
impl Instance {
    /// From now on records the ports `columns` in each clock cycle in which the port `valid` is not 0 just before the
    /// rising edge, in all methods that run cycles.
    ///
    /// # Errors
    /// [`Error::UnknownPort`]; [`Error::PortUse`] for a column named twice.
    pub fn record(&mut self, valid: &str, columns: &[&str]) -> Result<Recorder, Error> {
        let valid = self.port(valid)?;
        let columns = Columns::named(self.library(), columns)?;
        let indices = columns.indices();
        let (abi, model) = self.parts();
        // SAFETY: the model is alive and the indices are ports of this design.
        let index = unsafe { (abi.ibert_record)(model, valid.index as usize, indices.as_ptr(), indices.len()) };
        self.note_recorder(index);
        Ok(Recorder { index, columns })
    }

    /// Takes the rows recorded since the recorder was created or since the last call.
    ///
    /// # Panics
    /// If the recorder does not belong to this instance.
    pub fn take_recording(&mut self, recorder: &Recorder) -> Recording {
        self.check_recorder(recorder.index);
        let (abi, model) = self.parts();
        let (mut cycles, mut words) = (std::ptr::null(), std::ptr::null());
        // SAFETY: the recorder exists.
        let rows = unsafe { (abi.ibert_recorded)(model, recorder.index, &mut cycles, &mut words) };
        let copy_of = |pointer: *const u32, length: usize| match length {
            0 => Vec::new(),
            // SAFETY: the library has as many values there, and keeps them until the next call.
            length => unsafe { std::slice::from_raw_parts(pointer, length) }.to_vec(),
        };
        let values = Responses::of(&recorder.columns, copy_of(words, rows * recorder.columns.words()), rows);
        let cycles = match rows {
            0 => Vec::new(),
            // SAFETY: as above.
            rows => unsafe { std::slice::from_raw_parts(cycles, rows) }.to_vec(),
        };
        // SAFETY: the recorder exists.
        unsafe { (abi.ibert_record_clear)(model, recorder.index) }
        Recording { cycles, values }
    }

    /// Runs clock cycles until `port` is not 0 just before a rising edge, and completes that cycle. Returns the cycle,
    /// or `None` if the port was 0 for `limit` cycles.
    ///
    /// # Errors
    /// [`Error::Stopped`] if the design stops first.
    pub fn run_until(&mut self, port: Port, limit: u64) -> Result<Option<u64>, Error> {
        self.check_port(port);
        let (mut reached, mut left) = (0, limit);
        while reached == 0 && left > 0 {
            let step = self.step(left);
            let (abi, model) = self.parts();
            // SAFETY: the model is alive and the port is one of this design.
            let done = unsafe { (abi.ibert_run_until)(model, port.index as usize, step, &mut reached) };
            self.advance(done);
            left -= done;
            if reached == 0 && done < step {
                self.check()?;
                break;
            }
        }
        Ok((reached != 0).then(|| self.cycle() - 1))
    }
}

//! What chosen ports showed in the cycles that count.

use crate::drive::Columns;
use crate::{Error, Instance, Port, Responses};

/// A recorder of an instance, made by [`Instance::record`].
#[derive(Clone, Debug)]
pub struct Recorder {
    index: usize,
    columns: Columns,
}

/// Rows of port values, each of a cycle in which the recorder's `valid` port was not 0, sampled just before the rising edge.
#[derive(Clone, Debug)]
pub struct Recording {
    cycles: Vec<u64>,
    values: Responses,
}

impl Recording {
    /// Rows recorded.
    pub fn rows(&self) -> usize {
        self.cycles.len()
    }

    /// The cycle of each row: cycles completed before it since the instance was made ([`Instance::cycle`]).
    pub fn cycles(&self) -> &[u64] {
        &self.cycles
    }

    /// The value of a port in a row, zero-extended; of a port wider than 64 bits its low 64 bits.
    ///
    /// # Panics
    /// If the port is not a column of the recorder, or there are not so many rows.
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

/// Many cycles in one call, and what is seen in them.
impl Instance {
    /// From now on records the ports `columns` in each clock cycle, of whatever method, in which the port `valid` is not 0 just before the
    /// rising edge.
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

    /// What a recorder has recorded since it was made or last asked.
    ///
    /// # Panics
    /// If there is no such recorder in this instance.
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

    /// Runs clock cycles until `port` is not 0 just before a rising edge, and that edge too; the result is the cycle in which it was so.
    /// `None` after `limit` cycles without.
    ///
    /// # Errors
    /// [`Error::Stopped`] if the design stops before.
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

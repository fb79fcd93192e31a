//! A running model of a design.

use std::ffi::CString;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

use crate::abi::{self, Abi, Model};
use crate::{Direction, Error, Library, Responses, Stimulus, Trace};

/// A handle to a port: cheap to copy, and valid for every instance of its design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    pub(crate) index: u32,
    pub(crate) width: u32,
    pub(crate) direction: Direction,
    pub(crate) design: u32,
}

impl Port {
    /// Width in bits.
    pub fn width(self) -> u32 {
        self.width
    }

    /// Direction, seen from the design.
    pub fn direction(self) -> Direction {
        self.direction
    }

    /// Number of 32-bit words that hold a value of the port.
    pub fn words(self) -> usize {
        self.width.div_ceil(32) as usize
    }
}

/// A model of a design with its own state, time and waves. Instances are independent, also across threads.
///
/// A clock cycle is a falling edge followed by a rising edge; the clock rests high. Inputs written between two ticks
/// reach combinational logic at [`eval`](Instance::eval) or at the next falling edge and registers at the rising edge
/// after it.
///
/// # Panics
/// Methods that take a [`Port`] panic if it belongs to another design, as an index out of range would.
pub struct Instance {
    model: NonNull<Model>,
    data: Vec<*mut u8>,
    cycle: u64,
    /// Cycles of the wave file, if it has not begun or not ended.
    window: Option<Window>,
    /// Number of attached memories and of recorders.
    memories: usize,
    recorders: usize,
    library: Library,
}

/// Cycles for which waves are written.
struct Window {
    path: PathBuf,
    cycles: Range<u64>,
    open: bool,
}

// SAFETY: a model refers to nothing that is bound to a thread (every call names its context to Verilator anew), and
// only `&mut self` methods and reads of port memory reach it.
unsafe impl Send for Instance {}

impl Instance {
    pub(crate) fn new(library: Library, seed: u32) -> Result<Instance, Error> {
        let abi = library.abi();
        let mut reason = [0_u8; 1024];
        // SAFETY: the buffer is as long as said.
        let model = unsafe { (abi.ibert_new)(seed, reason.as_mut_ptr().cast(), reason.len()) };
        let Some(model) = NonNull::new(model) else {
            let reason = abi::text(reason.as_ptr().cast()).unwrap_or_default();
            return Err(Error::Stopped { top: library.top().into(), cycle: 0, reason });
        };
        // SAFETY: the model is alive and the indices are below the number of its ports.
        let data = |index| unsafe { (abi.ibert_port_data)(model.as_ptr(), index) }.cast::<u8>();
        let data = (0..library.ports().len()).map(data).collect();
        Ok(Instance { model, data, cycle: 0, window: None, memories: 0, recorders: 0, library })
    }

    /// The design.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// A handle to a port.
    ///
    /// # Errors
    /// [`Error::UnknownPort`], which lists the ports.
    pub fn port(&self, name: &str) -> Result<Port, Error> {
        self.library.port(name)
    }

    /// Writes an input. Bits above the port's width are discarded; for ports wider than 64 bits the value is
    /// zero-extended. Write a negative number as `value as u64` (ports up to 64 bits).
    pub fn write(&mut self, port: Port, value: u64) {
        let data = self.data(port);
        let value = if port.width < 64 { value & ((1 << port.width) - 1) } else { value };
        // SAFETY: `data` is the port's own memory, of the type that its width says (cpp/model.cpp asserts the size).
        unsafe {
            match port.width {
                0..=8 => data.write(value as u8),
                9..=16 => data.cast::<u16>().write(value as u16),
                17..=32 => data.cast::<u32>().write(value as u32),
                33..=64 => data.cast::<u64>().write(value),
                _ => {
                    let words = std::slice::from_raw_parts_mut(data.cast::<u32>(), port.words());
                    words.fill(0);
                    words[0] = value as u32;
                    words[1] = (value >> 32) as u32;
                }
            }
        }
    }

    /// Writes an input of any width from 32-bit words, least significant first. Missing words are zero; bits above the
    /// port's width are discarded.
    pub fn write_wide(&mut self, port: Port, value: &[u32]) {
        let word = |index: usize| u64::from(value.get(index).copied().unwrap_or(0));
        if port.width <= 64 {
            return self.write(port, word(0) | word(1) << 32);
        }
        // SAFETY: a port wider than 64 bits lies in memory as that many words.
        let words = unsafe { std::slice::from_raw_parts_mut(self.data(port).cast::<u32>(), port.words()) };
        for (index, place) in words.iter_mut().enumerate() {
            *place = word(index) as u32;
        }
        words[port.words() - 1] &= top_mask(port.width);
    }

    /// The value of a port, zero-extended; the low 64 bits of a port wider than 64 bits.
    pub fn read(&self, port: Port) -> u64 {
        let data = self.data(port);
        // SAFETY: `data` is the port's own memory, of the type that its width says.
        unsafe {
            match port.width {
                0..=8 => u64::from(data.read()),
                9..=16 => u64::from(data.cast::<u16>().read()),
                17..=32 => u64::from(data.cast::<u32>().read()),
                33..=64 => data.cast::<u64>().read(),
                _ => u64::from(data.cast::<u32>().read()) | u64::from(data.cast::<u32>().add(1).read()) << 32,
            }
        }
    }

    /// The value of a port up to 64 bits as a two's complement number; the low 64 bits of a wider port.
    pub fn read_signed(&self, port: Port) -> i64 {
        sign_extend(self.read(port), port.width)
    }

    /// Reads a port of any width into `words`, as 32-bit words, least significant first. Previous contents of `words`
    /// are replaced.
    pub fn read_wide(&self, port: Port, words: &mut Vec<u32>) {
        words.clear();
        if port.width <= 64 {
            let value = self.read(port);
            words.extend([value as u32, (value >> 32) as u32].into_iter().take(port.words()));
        } else {
            // SAFETY: a port wider than 64 bits lies in memory as that many words.
            words.extend_from_slice(unsafe { std::slice::from_raw_parts(self.data(port).cast::<u32>(), port.words()) });
        }
    }

    /// Settles combinational logic after writes. Time does not advance.
    pub fn eval(&mut self) {
        // SAFETY: the model is alive.
        unsafe { (self.library.abi().ibert_eval)(self.model.as_ptr()) }
    }

    /// Runs one clock cycle.
    pub fn tick(&mut self) {
        self.ticks(1);
    }

    /// Runs `cycles` clock cycles in one call. Ends early if the design stops, see [`Instance::check`].
    pub fn ticks(&mut self, cycles: u64) {
        let end = self.cycle + cycles;
        while self.cycle < end {
            let step = self.step(end - self.cycle);
            // SAFETY: the model is alive.
            let done = unsafe { (self.library.abi().ibert_tick)(self.model.as_ptr(), step) };
            self.advance(done);
            if done < step {
                break;
            }
        }
    }

    /// Clock cycles completed since the instance was created.
    pub fn cycle(&self) -> u64 {
        self.cycle
    }

    /// Checks that the design has not stopped. In a stopped design, [`eval`](Instance::eval) and
    /// [`tick`](Instance::tick) have no effect and ports keep their values.
    ///
    /// # Errors
    /// [`Error::Stopped`] with place and reason after `$finish`, `$stop`, `$fatal`, a failed assertion, or logic that
    /// never settles.
    pub fn check(&self) -> Result<(), Error> {
        // SAFETY: the model is alive.
        match abi::text(unsafe { (self.library.abi().ibert_stopped)(self.model.as_ptr()) }) {
            None => Ok(()),
            Some(reason) => Err(Error::Stopped { top: self.library.top().into(), cycle: self.cycle, reason }),
        }
    }

    /// Runs a stimulus inside the shared library, one cycle per row. Each cycle writes the inputs, samples the settled
    /// outputs just before the rising edge, and then runs the edge.
    ///
    /// Equivalent to `write` of every input, `eval`, `read` of every output and `tick` for each row.
    ///
    /// # Errors
    /// [`Error::Stopped`] if the design stops before the last row.
    ///
    /// # Panics
    /// If the stimulus is for another design.
    pub fn drive(&mut self, stimulus: &Stimulus) -> Result<Responses, Error> {
        assert_eq!(
            stimulus.design(),
            self.library.design(),
            "the stimulus is for another design than `{}`",
            self.library.top()
        );
        let (inputs, outputs) = (stimulus.input_indices(), stimulus.output_indices());
        let mut responses = Responses::for_rows(stimulus);
        let mut row = 0;
        while row < stimulus.rows() {
            let step = self.step((stimulus.rows() - row) as u64);
            // SAFETY: the indices are ports of this design (checked above), and both blocks of words have as many rows
            // of the ports' words as said.
            let done = unsafe {
                (self.library.abi().ibert_drive)(
                    self.model.as_ptr(),
                    inputs.as_ptr(),
                    inputs.len(),
                    outputs.as_ptr(),
                    outputs.len(),
                    stimulus.words_from(row).as_ptr(),
                    responses.words_from_mut(row).as_mut_ptr(),
                    step,
                )
            };
            self.advance(done);
            if done < step {
                self.check()?;
                break;
            }
            row += step as usize;
        }
        Ok(responses)
    }

    /// Starts a wave file at the current cycle, in the format that the design was built for. An open wave file is
    /// closed.
    ///
    /// # Errors
    /// [`Error::NoTrace`] if the design was built without waves; [`Error::Io`] if the file cannot be written.
    pub fn open_trace(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.close_trace();
        self.create_trace(path.as_ref())?;
        self.start_trace(path.as_ref())
    }

    /// Writes a wave file of the given cycles only, counted as in [`Instance::cycle`]. The waves begin with the first
    /// of these cycles, or now if it has passed, and end with the last one. The file is created now and stays empty if
    /// the cycles are not reached.
    ///
    /// # Errors
    /// As [`Instance::open_trace`].
    pub fn open_trace_of(&mut self, path: impl AsRef<Path>, cycles: Range<u64>) -> Result<(), Error> {
        self.close_trace();
        self.create_trace(path.as_ref())?;
        self.window = Some(Window { path: path.as_ref().into(), cycles, open: false });
        Ok(())
    }

    /// Creates the file. Errors of the operating system are more detailed than Verilator's when it opens the file.
    fn create_trace(&self, path: &Path) -> Result<(), Error> {
        if self.library.trace() == Trace::None {
            return Err(Error::NoTrace { top: self.library.top().into() });
        }
        std::fs::File::create(path).map_err(|source| Error::Io { path: path.into(), source })?;
        Ok(())
    }

    fn start_trace(&mut self, path: &Path) -> Result<(), Error> {
        let failed = |reason: String| Error::Io { path: path.into(), source: std::io::Error::other(reason) };
        let name = CString::new(path.as_os_str().as_encoded_bytes()).map_err(|error| failed(error.to_string()))?;
        // SAFETY: the model is alive and the name terminated.
        let message = unsafe { (self.library.abi().ibert_trace_open)(self.model.as_ptr(), name.as_ptr()) };
        abi::text(message).map_or(Ok(()), |message| Err(failed(message)))
    }

    /// Starts or ends the waves if they begin or end in this cycle. Returns how many of `cycles` cycles follow until
    /// the next begin or end.
    pub(crate) fn step(&mut self, cycles: u64) -> u64 {
        let Some(Window { path, cycles: shown, open }) = &mut self.window else { return cycles };
        let (from, to) = (shown.start, shown.end);
        if self.cycle < from {
            return cycles.min(from - self.cycle);
        }
        if self.cycle >= to {
            self.close_trace();
            return cycles;
        }
        if !std::mem::replace(open, true) {
            let path = std::mem::take(path);
            // The file was writable when it was created. If its folder has been removed since, no waves are written.
            let _ = self.start_trace(&path);
        }
        cycles.min(to - self.cycle)
    }

    /// Completes the wave file; also done when the instance is dropped.
    pub fn close_trace(&mut self) {
        self.window = None;
        // SAFETY: the model is alive.
        unsafe { (self.library.abi().ibert_trace_close)(self.model.as_ptr()) }
    }

    /// Runs the design's `final` blocks; also done when the instance is dropped.
    pub fn finish(&mut self) {
        // SAFETY: the model is alive.
        unsafe { (self.library.abi().ibert_final)(self.model.as_ptr()) }
    }

    fn data(&self, port: Port) -> *mut u8 {
        self.check_port(port);
        self.data[port.index as usize]
    }

    /// The functions of the design and the model to call them with.
    pub(crate) fn parts(&self) -> (&Abi, *mut Model) {
        (self.library.abi(), self.model.as_ptr())
    }

    pub(crate) fn advance(&mut self, cycles: u64) {
        self.cycle += cycles;
    }

    pub(crate) fn check_port(&self, port: Port) {
        let (design, top) = (self.library.design(), self.library.top());
        assert_eq!(port.design, design, "the port belongs to another design than `{top}`");
    }

    pub(crate) fn note_memory(&mut self, index: usize) {
        self.memories = index + 1;
    }

    pub(crate) fn check_memory(&self, index: usize) {
        assert!(index < self.memories, "the memory is attached to another instance");
    }

    pub(crate) fn note_recorder(&mut self, index: usize) {
        self.recorders = index + 1;
    }

    pub(crate) fn check_recorder(&self, index: usize) {
        assert!(index < self.recorders, "the recorder belongs to another instance");
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (top, cycle) = (self.library.top(), self.cycle);
        f.debug_struct("Instance").field("top", &top).field("cycle", &cycle).finish_non_exhaustive()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: the model is alive, and not used again.
        unsafe { (self.library.abi().ibert_free)(self.model.as_ptr()) }
    }
}

/// Bits of the most significant word of a value.
pub(crate) fn top_mask(width: u32) -> u32 {
    u32::MAX >> (32 * width.div_ceil(32) - width)
}

/// A `width`-bit two's complement number.
pub(crate) fn sign_extend(value: u64, width: u32) -> i64 {
    let shift = 64 - width.clamp(1, 64);
    (value << shift) as i64 >> shift
}

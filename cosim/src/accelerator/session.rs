//! [`Session`]: a simulated accelerator with memory on its bus, from reset on.

use super::host::Host;
use super::observation::{Observed, Recorders};
use super::view::View;
use super::wave::LAUNCH;
use super::{Accelerator, AcceleratorError, ProgressCallback, RunOptions, Wave};
use ibert_compile::Compiled;
use ibert_compile::cycles::EngineCycles;
use ibert_compile::machine::Watcher;
use ibert_hdl::verilog::{Design, Observation};
use ibert_isa::registers::{self, Register, Registers};
use ibert_isa::{Configuration, ISA_VERSION, Stop};
use ibert_sim::{AttachedMemory, AxiFault, AxiMemory, AxiTiming, Instance};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Cycles that it ran, as the hardware counts them.
    pub cycles: u64,
    /// Why it was stopped, and the index of the instruction; none if it ran to its end.
    pub stopped: Option<(Stop, u32)>,
    /// A LayerNorm's variance left 32 bits.
    pub variance_saturated: bool,
}

/// A simulated accelerator with a memory on its bus. Programs run on it one after the other.
pub struct Session {
    instance: Instance,
    memory: AttachedMemory,
    host: Host,
    /// None without observation ports.
    recorders: Option<Recorders>,
    configuration: Configuration,
    limit: u64,
    progress: Option<ProgressCallback>,
    wave: Option<Wave>,
    /// For the view of the first program; none if there are no waves, or when it is written.
    view: Option<(Wave, Arc<Design>)>,
    /// Of the simulation; empty as long as they are not known.
    wave_cycles: Range<u64>,
    wave_is_open: bool,
    first_cycle: u64,
}

impl Session {
    /// An accelerator after reset, with `bytes` bytes of cleared memory from address 0 on.
    ///
    /// # Errors
    /// [`AcceleratorError`], also if the accelerator does not identify itself as one of this instruction set.
    pub fn new(accelerator: &Accelerator, bytes: usize, options: &RunOptions) -> Result<Self, AcceleratorError> {
        let mut instance = match options.initial {
            Some(seed) => accelerator.library.instance_with_seed(seed)?,
            None => accelerator.library.instance()?,
        };
        let memory = instance.attach(&AxiMemory { timing: options.timing, ..AxiMemory::new("m_axi_", bytes) })?;
        let recorders = match accelerator.observation {
            Observation::On => Some(Recorders::new(&mut instance)?),
            Observation::Off => None,
        };
        let host = Host::new(&instance)?;
        let configuration = accelerator.configuration;
        let (limit, wave) = (options.limit, options.wave.clone());
        let whole = wave.as_ref().is_some_and(|wave| wave.cycles.is_none());
        let wave_cycles = if whole { 0..u64::MAX } else { u64::MAX..u64::MAX };
        let mut session = Session {
            instance,
            memory,
            host,
            recorders,
            configuration,
            limit,
            progress: options.progress.clone(),
            view: wave.clone().map(|wave| (wave, Arc::clone(&accelerator.design))),
            wave,
            wave_cycles,
            wave_is_open: false,
            first_cycle: 0,
        };
        session.reset()?;
        for (register, expected) in
            [(Registers::identity(), registers::IDENTITY), (Registers::isa_version(), ISA_VERSION)]
        {
            let got = session.read(register)?;
            if got != expected {
                let reason = format!("{got:#x} instead of {expected:#x}");
                return Err(AcceleratorError::Register { register: register.name, reason });
            }
        }
        Ok(session)
    }

    /// Runs a program from its memory image to its end, and shows what engines wrote.
    ///
    /// # Errors
    /// [`AcceleratorError`]: the program stopped, no interrupt came, or the simulation broke off. After a stop the next
    /// program may be run. [`AcceleratorError::Unobserved`] if the accelerator was built without observation ports.
    ///
    /// # Panics
    /// If the program is for another configuration, or its image is larger than the memory.
    pub fn run(&mut self, compiled: &Compiled, watcher: &mut impl Watcher) -> Result<Observed, AcceleratorError> {
        assert_eq!(compiled.configuration, self.configuration, "a program for another accelerator");
        let image = &compiled.image;
        self.load(&image.bytes);
        let started = Instant::now();
        self.start(image.program, image.length as u32)?;
        if let Some((wave, design)) = self.view.take() {
            View::new(&design, &compiled.program)?.write(&wave.path, wave.span(self.first_cycle))?;
        }
        let ended = self.wait()?;
        let seconds = started.elapsed().as_secs_f64();
        if let Some((stop, index)) = ended.stopped {
            let instruction = compiled.program.get(index as usize);
            let instruction = instruction.map_or_else(String::new, ToString::to_string);
            return Err(AcceleratorError::Stopped { stop, index, instruction });
        }
        let recorders = self.recorders.as_ref().ok_or(AcceleratorError::Unobserved)?;
        recorders.show(&mut self.instance, compiled, self.first_cycle, watcher)?;
        let timeline = recorders.timeline(&mut self.instance, compiled, self.first_cycle)?;
        Ok(Observed {
            cycles: ended.cycles,
            variance_saturated: ended.variance_saturated,
            memory: self.memory().to_vec(),
            timeline,
            first_cycle: self.first_cycle,
            engines: self.engine_cycles()?,
            seconds,
        })
    }

    /// The counters of the engines.
    fn engine_cycles(&mut self) -> Result<[EngineCycles; 4], AcceleratorError> {
        let mut engines = [EngineCycles::default(); 4];
        for (engine, [busy, waiting, empty]) in engines.iter_mut().zip(COUNTERS) {
            let mut count = |register| self.read(register).map(u64::from);
            *engine = EngineCycles { busy: count(busy)?, waiting: count(waiting)?, empty: count(empty)? };
        }
        Ok(engines)
    }

    /// Writes `bytes` to memory from address 0 on and clears the rest.
    ///
    /// # Panics
    /// If memory is smaller.
    pub fn load(&mut self, bytes: &[u8]) {
        let memory = self.instance.memory_mut(self.memory);
        let (image, rest) = memory.split_at_mut(bytes.len());
        image.copy_from_slice(bytes);
        rest.fill(0);
    }

    /// Contents of the memory on the bus.
    pub fn memory(&self) -> &[u8] {
        self.instance.memory(self.memory)
    }

    /// Starts the program of `length` instructions at an address of memory.
    ///
    /// # Errors
    /// [`AcceleratorError::Register`] if the registers do not answer.
    pub fn start(&mut self, address: u32, length: u32) -> Result<(), AcceleratorError> {
        if let Some(recorders) = &self.recorders {
            recorders.forget(&mut self.instance);
        }
        self.write(Registers::program_address(), address)?;
        self.write(Registers::program_length(), length)?;
        self.write(Registers::interrupt_enable(), INTERRUPTS)?;
        self.first_cycle = self.cycle() + LAUNCH;
        if let Some(window) = self.wave.as_ref().and_then(|wave| wave.window(self.first_cycle))
            && !self.wave_is_open
        {
            self.wave_cycles = window;
            self.open_wave_in_time()?;
        }
        self.write(Registers::control(), START)
    }

    /// Waits for the interrupt of the program that runs, and takes it.
    ///
    /// # Errors
    /// [`AcceleratorError::NoInterrupt`] after the limit of cycles; [`AcceleratorError::UnknownStop`].
    pub fn wait(&mut self) -> Result<Ended, AcceleratorError> {
        self.until_interrupt()?;
        self.write(Registers::interrupt_pending(), INTERRUPTS)?;
        let status = registers::Status::decode(&self.read(Registers::status())?.to_le_bytes());
        let cycles = self.read(Registers::cycles())?.into();
        let stopped = if status.error {
            let (code, index) = (self.read(Registers::error_code())?, self.read(Registers::error_index())?);
            let stop = Stop::from_code(code.into()).ok_or(AcceleratorError::UnknownStop { code, index })?;
            Some((stop, index))
        } else {
            None
        };
        Ok(Ended { cycles, stopped, variance_saturated: status.variance_saturated })
    }

    /// Aborts the running program, which then raises its interrupt.
    ///
    /// # Errors
    /// [`AcceleratorError::Register`] if the registers do not answer.
    pub fn abort(&mut self) -> Result<(), AcceleratorError> {
        self.write(Registers::control(), ABORT)
    }

    /// Resets the accelerator; memory keeps its contents.
    ///
    /// # Errors
    /// [`AcceleratorError::Simulation`].
    pub fn reset(&mut self) -> Result<(), AcceleratorError> {
        self.open_wave_in_time()?;
        let reset_n = self.instance.port("reset_n")?;
        self.instance.write(reset_n, 0);
        self.instance.ticks(3);
        self.instance.write(reset_n, 1);
        Ok(())
    }

    /// Reads a control register.
    ///
    /// # Errors
    /// [`AcceleratorError::Register`] if it does not answer, or with an error.
    pub fn read(&mut self, register: Register) -> Result<u32, AcceleratorError> {
        self.host.read(&mut self.instance, register)
    }

    /// Writes a control register.
    ///
    /// # Errors
    /// [`AcceleratorError::Register`] if it does not answer, or with an error.
    pub fn write(&mut self, register: Register, value: u32) -> Result<(), AcceleratorError> {
        self.host.write(&mut self.instance, register, value)
    }

    /// Lets cycles pass.
    pub fn ticks(&mut self, cycles: u64) {
        self.instance.ticks(cycles);
    }

    /// Cycles since the simulation began.
    pub fn cycle(&self) -> u64 {
        self.instance.cycle()
    }

    /// When memory answers from now on.
    pub fn set_timing(&mut self, timing: AxiTiming) {
        self.instance.set_timing(self.memory, timing);
    }

    /// Sets the addresses that respond with an error from now on.
    pub fn set_faults(&mut self, faults: &[AxiFault]) {
        self.instance.set_faults(self.memory, faults);
    }

    fn until_interrupt(&mut self) -> Result<(), AcceleratorError> {
        let irq = self.host.irq();
        let mut left = self.limit;
        loop {
            self.open_wave_in_time()?;
            let next = match &self.wave {
                Some(_) if self.wave_is_open => self.wave_cycles.end,
                Some(_) => self.wave_cycles.start,
                None => u64::MAX,
            };
            let told = if self.progress.is_some() { PROGRESS } else { u64::MAX };
            let part = left.min(next.saturating_sub(self.cycle()).max(1)).min(told);
            if self.instance.run_until(irq, part)?.is_some() {
                return Ok(());
            }
            if let Some(progress) = &self.progress {
                (progress.0)(self.cycle().saturating_sub(self.first_cycle));
            }
            left -= part;
            if left == 0 {
                return Err(AcceleratorError::NoInterrupt { cycles: self.limit });
            }
        }
    }

    /// Opens or closes the wave file if its first or last cycle has come.
    fn open_wave_in_time(&mut self) -> Result<(), AcceleratorError> {
        let now = self.cycle();
        match &self.wave {
            Some(wave) if !self.wave_is_open && self.wave_cycles.contains(&now) => {
                self.instance.open_trace(&wave.path)?;
                self.wave_is_open = true;
            }
            Some(_) if now >= self.wave_cycles.end => {
                self.instance.close_trace();
                self.wave = None;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Cycles between progress reports.
const PROGRESS: u64 = 1 << 16;

const START: u32 = 1;
const ABORT: u32 = 2;

/// Done and error.
const INTERRUPTS: u32 = 0b11;

/// Busy, waiting and empty cycles of load, store, matrix and vector engine.
const COUNTERS: [[Register; 3]; 4] = [
    [Registers::load_busy(), Registers::load_waiting(), Registers::load_empty()],
    [Registers::store_busy(), Registers::store_waiting(), Registers::store_empty()],
    [Registers::matrix_busy(), Registers::matrix_waiting(), Registers::matrix_empty()],
    [Registers::vector_busy(), Registers::vector_waiting(), Registers::vector_empty()],
];

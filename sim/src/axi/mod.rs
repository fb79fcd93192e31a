//! A memory behind a design's AXI4 master, simulated inside the shared library.

mod pins;

use std::ffi::CString;
use std::ops::Range;

use crate::abi::{RawAxiCounts, RawAxiFault, RawAxiTiming};
use crate::{Error, Instance};

/// An AXI4 slave memory, to be attached to an instance with [`Instance::attach`].
///
/// It answers INCR bursts of full bus width (8 to 1024 bits), write strobes included, and checks the master in every cycle: VALID and payload
/// stay until READY, WLAST comes with the last beat and only then, bursts are aligned and stay within 4 KiB. A violation freezes the
/// instance as a failed assertion does ([`Error::Stopped`]). While `reset_n` is low, bursts under way are forgotten and nothing is checked.
///
/// The slave's outputs are functions of its state: they do not depend on the master's signals of the same cycle. What it drives in a cycle is
/// written at the falling edge.
///
/// | event | cycle, without stalls |
/// |---|---|
/// | ARREADY, AWREADY, WREADY | always, except that a write beat is accepted `cycles_per_beat` after the one before |
/// | first beat of a read | offered `read_latency` after its address was accepted, or when the one before it has been taken |
/// | next beat | offered `cycles_per_beat` after the one before was taken |
/// | write response | offered `write_latency` after address and last beat were accepted |
///
/// Reads are answered in order, and so are writes. A read sees the memory of the cycle in which its address was accepted and a write changes it
/// in the cycle in which its response is offered, so that a master which does not wait for a response gets old data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxiMemory {
    /// Start of the names of the master's ports, `m_axi_` for `m_axi_arvalid` and so on. A design may lack the read or the write channels.
    pub prefix: String,
    /// Address of its first byte. Accesses outside of the memory answer DECERR.
    pub base: u64,
    /// Bytes, all zero at first.
    pub size: usize,
    /// When it answers.
    pub timing: AxiTiming,
    /// What answers with an error.
    pub faults: Vec<AxiFault>,
}

impl AxiMemory {
    /// A memory of `size` bytes at address 0 with [`AxiTiming::default`] and no faults.
    pub fn new(prefix: impl Into<String>, size: usize) -> AxiMemory {
        AxiMemory { prefix: prefix.into(), base: 0, size, timing: AxiTiming::default(), faults: Vec::new() }
    }
}

/// When an [`AxiMemory`] answers, in cycles. Every number is at least 1 (0 counts as 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxiTiming {
    /// From an address accepted to the first beat offered.
    pub read_latency: u32,
    /// From the last beat accepted to the response offered.
    pub write_latency: u32,
    /// From a beat to the next one, of either direction: 1 is the full bandwidth of the bus.
    pub cycles_per_beat: u32,
    /// Random pauses on all five channels, the same for the same seed: READY falls, VALID comes later (but stays once it has come).
    pub stall_seed: Option<u64>,
}

impl Default for AxiTiming {
    /// Latency 1, full bandwidth, no pauses.
    fn default() -> AxiTiming {
        AxiTiming { read_latency: 1, write_latency: 1, cycles_per_beat: 1, stall_seed: None }
    }
}

/// An error response of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxiError {
    /// SLVERR.
    Slave = 2,
    /// DECERR.
    Decode = 3,
}

/// Addresses that answer with an error. A read beat that touches them has it in RRESP; a write has the worst of its beats in BRESP, and
/// those beats change nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxiFault {
    /// The addresses.
    pub addresses: Range<u64>,
    /// What they answer.
    pub error: AxiError,
}

/// What a memory has seen since it was attached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AxiCounts {
    /// Read addresses accepted.
    pub read_bursts: u64,
    /// Read beats taken by the master.
    pub read_beats: u64,
    /// Write addresses accepted.
    pub write_bursts: u64,
    /// Write beats accepted.
    pub write_beats: u64,
    /// Most reads under way at once, from address accepted to last beat taken.
    pub most_reads: u64,
    /// Most writes under way at once, from address accepted to response taken.
    pub most_writes: u64,
}

/// A memory attached to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttachedMemory {
    index: usize,
    size: usize,
}

/// Memories behind AXI4 masters.
///
/// # Panics
/// Methods that take a [`AttachedMemory`] panic if no such memory is attached to this instance.
impl Instance {
    /// Puts a memory behind the AXI4 master whose ports start with the memory's prefix. From now on it answers in every clock cycle, of whatever
    /// method; the master's inputs are the memory's to write.
    ///
    /// # Errors
    /// [`Error::AxiPins`] if the ports are not those of a master; [`Error::AxiSize`] if there is not so much memory.
    pub fn attach(&mut self, memory: &AxiMemory) -> Result<AttachedMemory, Error> {
        let pins = pins::bind(self.library(), &memory.prefix)?;
        let no_size = || Error::AxiSize { prefix: memory.prefix.clone(), size: memory.size };
        let name = CString::new(memory.prefix.as_str()).map_err(|_| no_size())?;
        let (abi, model) = self.parts();
        // SAFETY: the model is alive, the name terminated, and there are as many pins as the interface has.
        let index =
            unsafe { (abi.ibert_axi_attach)(model, name.as_ptr(), pins.as_ptr(), memory.base, memory.size as u64) };
        let attached = AttachedMemory { index: usize::try_from(index).map_err(|_| no_size())?, size: memory.size };
        self.note_memory(attached.index);
        self.set_timing(attached, memory.timing);
        self.set_faults(attached, &memory.faults);
        Ok(attached)
    }

    /// The bytes of a memory, the one at its base address first.
    pub fn memory(&self, memory: AttachedMemory) -> &[u8] {
        let (abi, model) = self.parts();
        self.check_memory(memory.index);
        // SAFETY: the memory is attached, has as many bytes, and changes only in methods that take `&mut self`.
        unsafe { std::slice::from_raw_parts((abi.ibert_axi_data)(model, memory.index), memory.size) }
    }

    /// The bytes of a memory, to be written.
    pub fn memory_mut(&mut self, memory: AttachedMemory) -> &mut [u8] {
        let (abi, model) = self.parts();
        self.check_memory(memory.index);
        // SAFETY: as in `memory`; the borrow of the instance keeps all else away.
        unsafe { std::slice::from_raw_parts_mut((abi.ibert_axi_data)(model, memory.index), memory.size) }
    }

    /// Changes when a memory answers what it accepts from now on; bursts under way keep their time. Random pauses start from the seed.
    pub fn set_timing(&mut self, memory: AttachedMemory, timing: AxiTiming) {
        let (abi, model) = self.parts();
        self.check_memory(memory.index);
        let raw = RawAxiTiming {
            read_latency: timing.read_latency.max(1),
            write_latency: timing.write_latency.max(1),
            cycles_per_beat: timing.cycles_per_beat.max(1),
            stall: timing.stall_seed.is_some().into(),
            seed: timing.stall_seed.unwrap_or_default(),
        };
        // SAFETY: the memory is attached.
        unsafe { (abi.ibert_axi_timing)(model, memory.index, &raw) }
    }

    /// Replaces the faults of a memory. The first fault that a beat touches counts.
    pub fn set_faults(&mut self, memory: AttachedMemory, faults: &[AxiFault]) {
        let (abi, model) = self.parts();
        self.check_memory(memory.index);
        let raw = |fault: &AxiFault| RawAxiFault {
            begin: fault.addresses.start,
            end: fault.addresses.end,
            response: fault.error as u32,
        };
        let raw: Vec<_> = faults.iter().map(raw).collect();
        // SAFETY: the memory is attached and there are as many faults as said.
        unsafe { (abi.ibert_axi_faults)(model, memory.index, raw.as_ptr(), raw.len()) }
    }

    /// What a memory has seen since it was attached.
    pub fn axi_counts(&self, memory: AttachedMemory) -> AxiCounts {
        let (abi, model) = self.parts();
        self.check_memory(memory.index);
        let mut raw = RawAxiCounts::default();
        // SAFETY: the memory is attached.
        unsafe { (abi.ibert_axi_counts)(model, memory.index, &mut raw) }
        AxiCounts {
            read_bursts: raw.read_bursts,
            read_beats: raw.read_beats,
            write_bursts: raw.write_bursts,
            write_beats: raw.write_beats,
            most_reads: raw.most_reads,
            most_writes: raw.most_writes,
        }
    }
}

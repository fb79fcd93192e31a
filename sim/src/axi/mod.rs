//! A memory connected to a design's AXI4 master, simulated inside the shared library.

mod pins;

use std::ffi::CString;
use std::ops::Range;

use crate::abi::{RawAxiCounts, RawAxiFault, RawAxiTiming};
use crate::{Error, Instance};

/// An AXI4 slave memory, attached to an instance with [`Instance::attach`].
///
/// The memory serves INCR bursts of full bus width (8 to 1024 bits) with write strobes. It checks the master in every
/// cycle: VALID and payload are held until READY, WLAST is high with the last beat and only then, bursts are aligned
/// and do not cross a 4 KiB boundary. A violation stops the instance like a failed assertion ([`Error::Stopped`]).
/// While `reset_n` is low, outstanding bursts are discarded and nothing is checked.
///
/// The slave's outputs depend on its state only, not on the master's signals of the same cycle. They change at the
/// falling edge.
///
/// | event | cycle, without stalls |
/// |---|---|
/// | ARREADY, AWREADY, WREADY | high, but a write beat is accepted `cycles_per_beat` after the previous beat |
/// | first beat of a read | valid `read_latency` after its accepted address, or after the previous beat |
/// | next beat | valid `cycles_per_beat` after the previous beat was accepted |
/// | write response | valid `write_latency` after address and last beat were accepted |
///
/// Reads complete in order, and so do writes. A read returns the contents of the memory in the cycle in which its
/// address was accepted. A write takes effect in the cycle in which its response becomes valid. A master that does not
/// wait for the response therefore reads old data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxiMemory {
    /// Prefix of the master's port names, for example `m_axi_` for `m_axi_arvalid`. The design may lack the read or the
    /// write channels.
    pub prefix: String,
    /// Address of the memory's first byte. Accesses outside the memory get the response DECERR.
    pub base: u64,
    /// Size in bytes. The initial contents are zero.
    pub size: usize,
    /// Latencies, bandwidth and random pauses.
    pub timing: AxiTiming,
    /// Address ranges that return error responses.
    pub faults: Vec<AxiFault>,
}

impl AxiMemory {
    /// A memory of `size` bytes at address 0 with [`AxiTiming::default`] and no faults.
    pub fn new(prefix: impl Into<String>, size: usize) -> AxiMemory {
        AxiMemory { prefix: prefix.into(), base: 0, size, timing: AxiTiming::default(), faults: Vec::new() }
    }
}

/// Timing of an [`AxiMemory`], in cycles. Every number is at least 1 (0 counts as 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxiTiming {
    /// Cycles from the accepted address to the first valid beat.
    pub read_latency: u32,
    /// Cycles from the last accepted beat to the valid response.
    pub write_latency: u32,
    /// Cycles from one beat to the next, for reads and writes; 1 is the full bandwidth of the bus.
    pub cycles_per_beat: u32,
    /// Seed of random pauses on all five channels; `None` for no pauses. In a pause READY is low and VALID is delayed,
    /// but a high VALID is held until READY.
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

/// Address range that returns an error. A read beat that overlaps with the range has the error in RRESP. A write has
/// the worst error of its beats in BRESP, and the faulty beats do not change the memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxiFault {
    /// Byte addresses.
    pub addresses: Range<u64>,
    /// Error response.
    pub error: AxiError,
}

/// Transfer counts of a memory since it was attached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AxiCounts {
    /// Read addresses accepted.
    pub read_bursts: u64,
    /// Read beats accepted by the master.
    pub read_beats: u64,
    /// Write addresses accepted.
    pub write_bursts: u64,
    /// Write beats accepted.
    pub write_beats: u64,
    /// Largest number of outstanding reads, from accepted address to accepted last beat.
    pub most_reads: u64,
    /// Largest number of outstanding writes, from accepted address to accepted response.
    pub most_writes: u64,
}

/// A memory attached to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttachedMemory {
    index: usize,
    size: usize,
}

/// Memories connected to AXI4 masters.
///
/// # Panics
/// Methods that take a [`AttachedMemory`] panic if no such memory is attached to this instance.
impl Instance {
    /// Connects a memory to the AXI4 master whose port names start with the memory's prefix. From now on the memory
    /// drives the master's inputs in every clock cycle, in all methods that run cycles.
    ///
    /// # Errors
    /// [`Error::AxiPins`] if the ports are not those of an AXI4 master; [`Error::AxiSize`] if the memory cannot be
    /// allocated.
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

    /// Contents of a memory, starting at its base address.
    pub fn memory(&self, memory: AttachedMemory) -> &[u8] {
        let (abi, model) = self.parts();
        self.check_memory(memory.index);
        // SAFETY: the memory is attached, has as many bytes, and changes only in methods that take `&mut self`.
        unsafe { std::slice::from_raw_parts((abi.ibert_axi_data)(model, memory.index), memory.size) }
    }

    /// Mutable contents of a memory, starting at its base address.
    pub fn memory_mut(&mut self, memory: AttachedMemory) -> &mut [u8] {
        let (abi, model) = self.parts();
        self.check_memory(memory.index);
        // SAFETY: as in `memory`; the borrow of the instance keeps all else away.
        unsafe { std::slice::from_raw_parts_mut((abi.ibert_axi_data)(model, memory.index), memory.size) }
    }

    /// Changes the timing of a memory for bursts accepted from now on; outstanding bursts keep their timing. Random
    /// pauses restart from the seed.
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

    /// Replaces the faults of a memory. If a beat overlaps with several faults, the first one in the list applies.
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

    /// Transfer counts of a memory since it was attached.
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

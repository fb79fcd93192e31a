//! The functions of a built design, as `cpp/abi.h` declares them.

use std::ffi::{CStr, c_char, c_void};
use std::path::Path;

use crate::{Direction, Error, PortInfo};

const ABI: u32 = 2;

/// A model on the C++ side.
#[repr(C)]
pub(crate) struct Model {
    _opaque: [u8; 0],
}

/// Timing of an AXI memory.
#[repr(C)]
pub(crate) struct RawAxiTiming {
    pub(crate) read_latency: u32,
    pub(crate) write_latency: u32,
    pub(crate) cycles_per_beat: u32,
    pub(crate) stall: u32,
    pub(crate) seed: u64,
}

/// Address range of an AXI memory that returns an error response.
#[repr(C)]
pub(crate) struct RawAxiFault {
    pub(crate) begin: u64,
    pub(crate) end: u64,
    pub(crate) response: u32,
}

/// Transfer counts of an AXI memory.
#[repr(C)]
#[derive(Default)]
pub(crate) struct RawAxiCounts {
    pub(crate) read_bursts: u64,
    pub(crate) read_beats: u64,
    pub(crate) write_bursts: u64,
    pub(crate) write_beats: u64,
    pub(crate) most_reads: u64,
    pub(crate) most_writes: u64,
}

/// An entry of the port table.
#[repr(C)]
pub(crate) struct RawPort {
    name: *const c_char,
    width: u32,
    direction: u32,
}

macro_rules! abi {
    ($($name:ident: fn($($argument:ty),*) $(-> $result:ty)?,)*) => {
        /// A loaded design: its functions, and the handle that keeps the library loaded.
        pub(crate) struct Abi {
            $(pub(crate) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            _library: libloading::Library,
        }

        impl Abi {
            /// Looks up every function.
            fn of(library: libloading::Library) -> Result<Abi, libloading::Error> {
                $(
                    // SAFETY: the signature is that of cpp/abi.h, whose text is part of the cache key of the library.
                    let $name = *unsafe {
                        library.get::<unsafe extern "C" fn($($argument),*) $(-> $result)?>(stringify!($name))?
                    };
                )*
                Ok(Abi { $($name,)* _library: library })
            }
        }
    };
}

abi! {
    ibert_abi: fn() -> u32,
    ibert_ports: fn(*mut usize) -> *const RawPort,
    ibert_clock: fn() -> i64,
    ibert_new: fn(u32, *mut c_char, usize) -> *mut Model,
    ibert_free: fn(*mut Model),
    ibert_port_data: fn(*mut Model, usize) -> *mut c_void,
    ibert_eval: fn(*mut Model),
    ibert_tick: fn(*mut Model, u64) -> u64,
    ibert_drive: fn(*mut Model, *const u32, usize, *const u32, usize, *const u32, *mut u32, u64) -> u64,
    ibert_run_until: fn(*mut Model, usize, u64, *mut u32) -> u64,
    ibert_axi_attach: fn(*mut Model, *const c_char, *const i64, u64, u64) -> i64,
    ibert_axi_data: fn(*mut Model, usize) -> *mut u8,
    ibert_axi_timing: fn(*mut Model, usize, *const RawAxiTiming),
    ibert_axi_faults: fn(*mut Model, usize, *const RawAxiFault, usize),
    ibert_axi_counts: fn(*const Model, usize, *mut RawAxiCounts),
    ibert_record: fn(*mut Model, usize, *const u32, usize) -> usize,
    ibert_recorded: fn(*const Model, usize, *mut *const u64, *mut *const u32) -> usize,
    ibert_record_clear: fn(*mut Model, usize),
    ibert_stopped: fn(*const Model) -> *const c_char,
    ibert_final: fn(*mut Model),
    ibert_trace_open: fn(*mut Model, *const c_char) -> *const c_char,
    ibert_trace_close: fn(*mut Model),
}

impl Abi {
    /// Loads the shared library at `path`.
    pub(crate) fn load(path: &Path) -> Result<Abi, Error> {
        let failed = |reason: String| Error::Load { path: path.into(), reason };
        // SAFETY: the library is one that this crate built; its initializers are those of Verilator's runtime.
        let library = unsafe { libloading::Library::new(path) }.map_err(|error| failed(error.to_string()))?;
        let abi = Abi::of(library).map_err(|error| failed(error.to_string()))?;
        // SAFETY: takes nothing and reads a constant.
        match unsafe { (abi.ibert_abi)() } {
            ABI => Ok(abi),
            other => Err(failed(format!("its interface is number {other}, {ABI} is expected"))),
        }
    }

    /// The port table.
    pub(crate) fn ports(&self) -> Vec<PortInfo> {
        let mut count = 0;
        // SAFETY: returns a static table of `count` entries.
        let table = unsafe { std::slice::from_raw_parts((self.ibert_ports)(&mut count), count) };
        let port = |raw: &RawPort| PortInfo {
            name: text(raw.name).unwrap_or_default(),
            width: raw.width,
            direction: match raw.direction {
                0 => Direction::Input,
                1 => Direction::Output,
                _ => Direction::Inout,
            },
        };
        table.iter().map(port).collect()
    }

    /// Index of the clock in the port table.
    pub(crate) fn clock(&self) -> Option<usize> {
        // SAFETY: takes nothing and reads a constant.
        usize::try_from(unsafe { (self.ibert_clock)() }).ok()
    }
}

/// Copy of a text that the library owns; `None` for a null pointer.
pub(crate) fn text(pointer: *const c_char) -> Option<String> {
    // SAFETY: a non-null pointer from the library is a terminated string that lives until the next call into it.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned())
}

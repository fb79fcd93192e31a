//! [`ControlRegisters`]: the host's registers.

use super::AxiLiteSlave;
use crate::cells::{PresetRegister, Register};
use crate::fields::registers::{
    ArraySizeWord, ControlFields, InterruptEnableFields, InterruptPendingFields, InterruptPendingWord, RegisterRead,
    RegisterWrite, StatusWord,
};
use ibert_isa::registers::Registers;
use ibert_isa::{Configuration, SoftmaxForm};
use rust_hdl::core::prelude::*;

/// The control registers of docs/registers.md with their AXI4-Lite slave ([`AxiLiteSlave`] has the timing) and the
/// interrupt line.
///
/// The effect of a write is visible from the next cycle on; `start` and `abort` are high in the cycle of the write.
#[circuit(clock, reset_n = "values after reset, no transfer in progress", new(configuration: &Configuration))]
pub struct ControlRegisters {
    #[ports]
    control_ports: AxiLite,
    /// Interrupt, level-sensitive, active high.
    pub irq: Signal<Out, Bit>,
    /// Start strobe from the host, one cycle.
    pub start: Signal<Out, Bit>,
    /// Abort strobe from the host, one cycle.
    pub abort: Signal<Out, Bit>,
    /// Byte address of the program.
    pub program_address: Signal<Out, Bits<32>>,
    /// Instructions of the program.
    pub program_length: Signal<Out, Bits<32>>,
    /// Limit of the watchdog in cycles; 0 disables it.
    pub watchdog_limit: Signal<Out, Bits<32>>,
    /// Launch of a program: clears the results of the previous program.
    pub launch: Signal<In, Bit>,
    /// A program is running or halting.
    pub busy: Signal<In, Bit>,
    /// The program ends in this cycle.
    pub ended: Signal<In, Bit>,
    /// The program has an error.
    pub error: Signal<In, Bit>,
    /// Code of the error.
    pub error_code: Signal<In, Bits<4>>,
    /// Index of the instruction with the error.
    pub error_index: Signal<In, Bits<32>>,
    /// A LayerNorm variance saturates in this cycle.
    pub variance_saturated: Signal<In, Bit>,
    /// Cycles in which a program runs.
    pub cycles: Signal<In, Bits<32>>,
    /// Retired instructions.
    pub retired: Signal<In, Bits<32>>,
    /// Busy cycles of load, store, matrix and vector.
    pub engine_busy: [Signal<In, Bits<32>>; 4],
    /// Cycles in which the engine is not busy and an instruction waits in its queue.
    pub engine_waiting: [Signal<In, Bits<32>>; 4],
    /// Cycles in which the engine has no instruction.
    pub engine_empty: [Signal<In, Bits<32>>; 4],
    identity: constant!(Bits<32> = Registers::identity().reset),
    isa_version: constant!(Bits<32> = Registers::isa_version().reset),
    side: constant!(Bits<8> = configuration.side),
    lanes: constant!(Bits<8> = configuration.lanes),
    late: constant!(Bits<1> = configuration.softmax == SoftmaxForm::Late),
    depth_a: constant!(Bits<32> = 1 << configuration.a_depth),
    depth_b: constant!(Bits<32> = 1 << configuration.b_depth),
    depth_c: constant!(Bits<32> = 1 << configuration.c_depth),
    depth_r: constant!(Bits<32> = 1 << configuration.r_depth),
    depth_y: constant!(Bits<32> = 1 << configuration.y_depth),
    depth_k: constant!(Bits<32> = 1 << configuration.k_depth),
    bus: AxiLiteSlave,
    read: RegisterRead,
    selected: RegisterWrite,
    array: ArraySizeWord,
    status: StatusWord,
    pending: InterruptPendingWord,
    written: Signal<Local, Bits<32>>,
    kept: Signal<Local, Bits<32>>,
    command: ControlFields,
    enabled: InterruptEnableFields,
    acknowledge: InterruptPendingFields,
    #[init(PresetRegister::new(Registers::program_address().reset.into()))]
    address_register: PresetRegister<32>,
    #[init(PresetRegister::new(Registers::program_length().reset.into()))]
    length_register: PresetRegister<32>,
    #[init(PresetRegister::new(Registers::watchdog().reset.into()))]
    watchdog_register: PresetRegister<32>,
    #[init(PresetRegister::new(Registers::interrupt_enable().reset.into()))]
    enable_register: PresetRegister<32>,
    done_register: Register<Bit>,
    saturated_register: Register<Bit>,
    done_pending: Register<Bit>,
    error_pending: Register<Bit>,
}

#[circuit]
impl Logic for ControlRegisters {
    fn update(&mut self) {
        comment!("control_registers: the host's registers with their AXI4-Lite slave, and the interrupt line.");
        wire! {
            clock, reset_n => bus, address_register, length_register, watchdog_register, enable_register, done_register,
                saturated_register, done_pending, error_pending;
        }

        wire! {
            bus.{awvalid, awaddr, wvalid, wdata, wstrb, bready, arvalid, araddr, rready};
            {awready, wready, bvalid, bresp, arready, rvalid, rdata, rresp} <- bus.*;
        }

        comment!("Writes: bytes without a strobe keep their value and command nothing.");
        selected.address = bus.write_address;
        bus.write_accepted = selected.accepted;
        written = bus.write_data & bus.write_mask;
        kept = !bus.write_mask;
        command.word = written;
        start = bus.write & selected.control & command.start;
        abort = bus.write & selected.control & command.abort;
        address_register.enable = bus.write & selected.program_address;
        address_register.d = written | (address_register.q & kept);
        program_address = address_register.q;
        length_register.enable = bus.write & selected.program_length;
        length_register.d = written | (length_register.q & kept);
        program_length = length_register.q;
        watchdog_register.enable = bus.write & selected.watchdog;
        watchdog_register.d = written | (watchdog_register.q & kept);
        watchdog_limit = watchdog_register.q;
        enable_register.enable = bus.write & selected.interrupt_enable;
        enable_register.d = written | (enable_register.q & kept);
        enabled.word = enable_register.q;

        comment!("State: an event has priority over its acknowledgement.");
        done_register.d = (ended & !error) | (done_register.q & !launch);
        saturated_register.d = variance_saturated | (saturated_register.q & !launch);
        acknowledge.word = written;
        done_pending.d = done_pending.q;
        error_pending.d = error_pending.q;
        if bus.write & selected.interrupt_pending {
            done_pending.d = done_pending.q & !acknowledge.done;
            error_pending.d = error_pending.q & !acknowledge.error;
        }
        if ended {
            if error {
                error_pending.d = true;
            } else {
                done_pending.d = true;
            }
        }
        irq = (done_pending.q & enabled.done) | (error_pending.q & enabled.error);
        wire! {
            array.{side, lanes};
            status.{busy, done: done_register.q};
        }
        array.late_softmax = late.any();
        status.error = error & !busy;
        status.variance_saturated = saturated_register.q;
        wire! { pending.{done: done_pending.q, error: error_pending.q}; }

        comment!("Reads.");
        wire! {
            read.{identity, isa_version, depth_a, depth_b, depth_c, depth_r, depth_y, depth_k};
            read.{address: bus.read_address, array: array.word};
            bus.read_{data, mapped} <- read.*;
        }
        read.control = bits::<32>(0);
        read.status = status.word;
        read.error_code = bit_cast::<32, 4>(error_code);
        wire! {
            read.{error_index, cycles, retired};
            read.load_{busy, waiting, empty} <- engine_*[0];
            read.store_{busy, waiting, empty} <- engine_*[1];
            read.matrix_{busy, waiting, empty} <- engine_*[2];
            read.vector_{busy, waiting, empty} <- engine_*[3];
            read.{program_address: address_register.q, program_length: length_register.q, watchdog: watchdog_register.q,
                interrupt_enable: enable_register.q, interrupt_pending: pending.word};
        }
    }
}

//! [`ControlRegisters`]: the registers of the host.

use super::AxiLiteSlave;
use crate::cells::{PresetRegister, Register};
use crate::isa::Configuration;
use crate::isa::registers::{
    ArraySizeWord, ControlFields, InterruptEnableFields, InterruptPendingFields, InterruptPendingWord, RegisterRead,
    RegisterWrite, Registers, StatusWord,
};
use rust_hdl::core::prelude::*;

/// The control registers of docs/registers.md behind an AXI4-Lite slave ([`AxiLiteSlave`] has its timing), and the interrupt line.
///
/// What a write changes shows from the cycle after it on; `start` and `abort` are high in the cycle of the write.
#[derive(LogicBlock)]
pub struct ControlRegisters {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: values after reset, no transfer under way.
    pub reset_n: Signal<In, Bit>,
    /// Write address valid.
    pub awvalid: Signal<In, Bit>,
    /// Write address ready.
    pub awready: Signal<Out, Bit>,
    /// Write address.
    pub awaddr: Signal<In, Bits<12>>,
    /// Write data valid.
    pub wvalid: Signal<In, Bit>,
    /// Write data ready.
    pub wready: Signal<Out, Bit>,
    /// Write data.
    pub wdata: Signal<In, Bits<32>>,
    /// Write strobes.
    pub wstrb: Signal<In, Bits<4>>,
    /// Write response valid.
    pub bvalid: Signal<Out, Bit>,
    /// Write response ready.
    pub bready: Signal<In, Bit>,
    /// Write response.
    pub bresp: Signal<Out, Bits<2>>,
    /// Read address valid.
    pub arvalid: Signal<In, Bit>,
    /// Read address ready.
    pub arready: Signal<Out, Bit>,
    /// Read address.
    pub araddr: Signal<In, Bits<12>>,
    /// Read data valid.
    pub rvalid: Signal<Out, Bit>,
    /// Read data ready.
    pub rready: Signal<In, Bit>,
    /// Read data.
    pub rdata: Signal<Out, Bits<32>>,
    /// Read response.
    pub rresp: Signal<Out, Bits<2>>,
    /// Interrupt, active high.
    pub irq: Signal<Out, Bit>,
    /// The host starts the program.
    pub start: Signal<Out, Bit>,
    /// The host aborts it.
    pub abort: Signal<Out, Bit>,
    /// Where it is.
    pub program_address: Signal<Out, Bits<32>>,
    /// How many instructions it has.
    pub program_length: Signal<Out, Bits<32>>,
    /// Limit of the watchdog.
    pub watchdog_limit: Signal<Out, Bits<32>>,
    /// A program begins.
    pub launch: Signal<In, Bit>,
    /// A program is running or coming to rest.
    pub busy: Signal<In, Bit>,
    /// It has come to rest in this cycle.
    pub ended: Signal<In, Bit>,
    /// There is an error.
    pub error: Signal<In, Bit>,
    /// Its code.
    pub error_code: Signal<In, Bits<4>>,
    /// Its instruction.
    pub error_index: Signal<In, Bits<32>>,
    /// A variance saturates.
    pub variance_saturated: Signal<In, Bit>,
    /// Running cycles.
    pub cycles: Signal<In, Bits<32>>,
    /// Instructions retired.
    pub retired: Signal<In, Bits<32>>,
    /// Busy cycles of load, store, matrix, vector.
    pub engine_busy: [Signal<In, Bits<32>>; 4],
    /// Cycles with an instruction that waits.
    pub engine_waiting: [Signal<In, Bits<32>>; 4],
    /// Cycles without an instruction.
    pub engine_empty: [Signal<In, Bits<32>>; 4],
    identity: Constant<Bits<32>>,
    isa_version: Constant<Bits<32>>,
    side: Constant<Bits<8>>,
    lanes: Constant<Bits<8>>,
    depth_a: Constant<Bits<32>>,
    depth_b: Constant<Bits<32>>,
    depth_c: Constant<Bits<32>>,
    depth_r: Constant<Bits<32>>,
    depth_y: Constant<Bits<32>>,
    depth_k: Constant<Bits<32>>,
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
    address_register: PresetRegister<32>,
    length_register: PresetRegister<32>,
    watchdog_register: PresetRegister<32>,
    enable_register: PresetRegister<32>,
    done_register: Register<Bit>,
    saturated_register: Register<Bit>,
    done_pending: Register<Bit>,
    error_pending: Register<Bit>,
}

impl ControlRegisters {
    /// The registers of an accelerator with this configuration.
    pub fn new(configuration: &Configuration) -> Self {
        let number = |value: u32| Constant::new(u64::from(value).to_bits());
        let size = |value: usize| Constant::new((value as u64).to_bits());
        let depth = |exponent: usize| Constant::new((1u64 << exponent).to_bits());
        let register = |register: crate::isa::registers::Register| PresetRegister::new(register.reset.into());
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            awvalid: Signal::default(),
            awready: Signal::default(),
            awaddr: Signal::default(),
            wvalid: Signal::default(),
            wready: Signal::default(),
            wdata: Signal::default(),
            wstrb: Signal::default(),
            bvalid: Signal::default(),
            bready: Signal::default(),
            bresp: Signal::default(),
            arvalid: Signal::default(),
            arready: Signal::default(),
            araddr: Signal::default(),
            rvalid: Signal::default(),
            rready: Signal::default(),
            rdata: Signal::default(),
            rresp: Signal::default(),
            irq: Signal::default(),
            start: Signal::default(),
            abort: Signal::default(),
            program_address: Signal::default(),
            program_length: Signal::default(),
            watchdog_limit: Signal::default(),
            launch: Signal::default(),
            busy: Signal::default(),
            ended: Signal::default(),
            error: Signal::default(),
            error_code: Signal::default(),
            error_index: Signal::default(),
            variance_saturated: Signal::default(),
            cycles: Signal::default(),
            retired: Signal::default(),
            engine_busy: Default::default(),
            engine_waiting: Default::default(),
            engine_empty: Default::default(),
            identity: number(Registers::identity().reset),
            isa_version: number(Registers::isa_version().reset),
            side: size(configuration.side),
            lanes: size(configuration.lanes),
            depth_a: depth(configuration.a_depth),
            depth_b: depth(configuration.b_depth),
            depth_c: depth(configuration.c_depth),
            depth_r: depth(configuration.r_depth),
            depth_y: depth(configuration.y_depth),
            depth_k: depth(configuration.k_depth),
            bus: AxiLiteSlave::default(),
            read: RegisterRead::default(),
            selected: RegisterWrite::default(),
            array: ArraySizeWord::default(),
            status: StatusWord::default(),
            pending: InterruptPendingWord::default(),
            written: Signal::default(),
            kept: Signal::default(),
            command: ControlFields::default(),
            enabled: InterruptEnableFields::default(),
            acknowledge: InterruptPendingFields::default(),
            address_register: register(Registers::program_address()),
            length_register: register(Registers::program_length()),
            watchdog_register: register(Registers::watchdog()),
            enable_register: register(Registers::interrupt_enable()),
            done_register: Register::default(),
            saturated_register: Register::default(),
            done_pending: Register::default(),
            error_pending: Register::default(),
        }
    }
}

impl Logic for ControlRegisters {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("control_registers: the registers of the host behind an AXI4-Lite slave, and the interrupt line.");
        clock!(
            self,
            clock,
            bus,
            address_register,
            length_register,
            watchdog_register,
            enable_register,
            done_register,
            saturated_register,
            done_pending,
            error_pending
        );
        self.bus.reset_n.next = self.reset_n.val();
        self.address_register.reset_n.next = self.reset_n.val();
        self.length_register.reset_n.next = self.reset_n.val();
        self.watchdog_register.reset_n.next = self.reset_n.val();
        self.enable_register.reset_n.next = self.reset_n.val();
        self.done_register.reset_n.next = self.reset_n.val();
        self.saturated_register.reset_n.next = self.reset_n.val();
        self.done_pending.reset_n.next = self.reset_n.val();
        self.error_pending.reset_n.next = self.reset_n.val();

        self.bus.awvalid.next = self.awvalid.val();
        self.awready.next = self.bus.awready.val();
        self.bus.awaddr.next = self.awaddr.val();
        self.bus.wvalid.next = self.wvalid.val();
        self.wready.next = self.bus.wready.val();
        self.bus.wdata.next = self.wdata.val();
        self.bus.wstrb.next = self.wstrb.val();
        self.bvalid.next = self.bus.bvalid.val();
        self.bus.bready.next = self.bready.val();
        self.bresp.next = self.bus.bresp.val();
        self.bus.arvalid.next = self.arvalid.val();
        self.arready.next = self.bus.arready.val();
        self.bus.araddr.next = self.araddr.val();
        self.rvalid.next = self.bus.rvalid.val();
        self.bus.rready.next = self.rready.val();
        self.rdata.next = self.bus.rdata.val();
        self.rresp.next = self.bus.rresp.val();

        comment!("Writes: bytes without their strobe keep their value, and command no thing.");
        self.selected.address.next = self.bus.write_address.val();
        self.bus.write_accepted.next = self.selected.accepted.val();
        self.written.next = self.bus.write_data.val() & self.bus.write_mask.val();
        self.kept.next = !self.bus.write_mask.val();
        self.command.word.next = self.written.val();
        self.start.next = self.bus.write.val() & self.selected.control.val() & self.command.start.val();
        self.abort.next = self.bus.write.val() & self.selected.control.val() & self.command.abort.val();
        self.address_register.enable.next = self.bus.write.val() & self.selected.program_address.val();
        self.address_register.d.next = self.written.val() | (self.address_register.q.val() & self.kept.val());
        self.program_address.next = self.address_register.q.val();
        self.length_register.enable.next = self.bus.write.val() & self.selected.program_length.val();
        self.length_register.d.next = self.written.val() | (self.length_register.q.val() & self.kept.val());
        self.program_length.next = self.length_register.q.val();
        self.watchdog_register.enable.next = self.bus.write.val() & self.selected.watchdog.val();
        self.watchdog_register.d.next = self.written.val() | (self.watchdog_register.q.val() & self.kept.val());
        self.watchdog_limit.next = self.watchdog_register.q.val();
        self.enable_register.enable.next = self.bus.write.val() & self.selected.interrupt_enable.val();
        self.enable_register.d.next = self.written.val() | (self.enable_register.q.val() & self.kept.val());
        self.enabled.word.next = self.enable_register.q.val();

        comment!("State: an event wins over its acknowledgement.");
        self.done_register.d.next =
            (self.ended.val() & !self.error.val()) | (self.done_register.q.val() & !self.launch.val());
        self.saturated_register.d.next =
            self.variance_saturated.val() | (self.saturated_register.q.val() & !self.launch.val());
        self.acknowledge.word.next = self.written.val();
        self.done_pending.d.next = self.done_pending.q.val();
        self.error_pending.d.next = self.error_pending.q.val();
        if self.bus.write.val() & self.selected.interrupt_pending.val() {
            self.done_pending.d.next = self.done_pending.q.val() & !self.acknowledge.done.val();
            self.error_pending.d.next = self.error_pending.q.val() & !self.acknowledge.error.val();
        }
        if self.ended.val() {
            if self.error.val() {
                self.error_pending.d.next = true;
            } else {
                self.done_pending.d.next = true;
            }
        }
        self.irq.next = (self.done_pending.q.val() & self.enabled.done.val())
            | (self.error_pending.q.val() & self.enabled.error.val());
        self.array.side.next = self.side.val();
        self.array.lanes.next = self.lanes.val();
        self.status.busy.next = self.busy.val();
        self.status.done.next = self.done_register.q.val();
        self.status.error.next = self.error.val() & !self.busy.val();
        self.status.variance_saturated.next = self.saturated_register.q.val();
        self.pending.done.next = self.done_pending.q.val();
        self.pending.error.next = self.error_pending.q.val();

        comment!("Reads.");
        self.read.address.next = self.bus.read_address.val();
        self.bus.read_data.next = self.read.data.val();
        self.bus.read_mapped.next = self.read.mapped.val();
        self.read.identity.next = self.identity.val();
        self.read.isa_version.next = self.isa_version.val();
        self.read.array.next = self.array.word.val();
        self.read.depth_a.next = self.depth_a.val();
        self.read.depth_b.next = self.depth_b.val();
        self.read.depth_c.next = self.depth_c.val();
        self.read.depth_r.next = self.depth_r.val();
        self.read.depth_y.next = self.depth_y.val();
        self.read.depth_k.next = self.depth_k.val();
        self.read.control.next = bits::<32>(0);
        self.read.status.next = self.status.word.val();
        self.read.error_code.next = bit_cast::<32, 4>(self.error_code.val());
        self.read.error_index.next = self.error_index.val();
        self.read.program_address.next = self.address_register.q.val();
        self.read.program_length.next = self.length_register.q.val();
        self.read.watchdog.next = self.watchdog_register.q.val();
        self.read.interrupt_enable.next = self.enable_register.q.val();
        self.read.interrupt_pending.next = self.pending.word.val();
        self.read.cycles.next = self.cycles.val();
        self.read.retired.next = self.retired.val();
        self.read.load_busy.next = self.engine_busy[0].val();
        self.read.load_waiting.next = self.engine_waiting[0].val();
        self.read.load_empty.next = self.engine_empty[0].val();
        self.read.store_busy.next = self.engine_busy[1].val();
        self.read.store_waiting.next = self.engine_waiting[1].val();
        self.read.store_empty.next = self.engine_empty[1].val();
        self.read.matrix_busy.next = self.engine_busy[2].val();
        self.read.matrix_waiting.next = self.engine_waiting[2].val();
        self.read.matrix_empty.next = self.engine_empty[2].val();
        self.read.vector_busy.next = self.engine_busy[3].val();
        self.read.vector_waiting.next = self.engine_waiting[3].val();
        self.read.vector_empty.next = self.engine_empty[3].val();
    }
}

//! [`AxiLiteSlave`]: the bus protocol of the control registers.

use crate::cells::{EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// AXI4-Lite slave of 32 data bits and 12 address bits that turns the bus into one write or read at a time of whoever holds the registers.
///
/// Address and data of a write may come in either order and any number of cycles apart. A write happens (`write`) in the cycle after the
/// later of them has come, or when the response to the write before has been taken; its response is offered from the next cycle on. A read
/// address accepted in cycle t selects `read_data` in cycle t + 1, which is offered from cycle t + 2 on. `OKAY`, or `SLVERR` where
/// `write_accepted` or `read_mapped` is low. Reads and writes do not wait for each other. All outputs to the bus are functions of registers.
#[derive(LogicBlock, Default)]
pub struct AxiLiteSlave {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: no transfer under way.
    pub reset_n: Signal<In, Bit>,
    /// A write address is offered.
    pub awvalid: Signal<In, Bit>,
    /// It is accepted if it is offered.
    pub awready: Signal<Out, Bit>,
    /// Byte address.
    pub awaddr: Signal<In, Bits<12>>,
    /// Write data is offered.
    pub wvalid: Signal<In, Bit>,
    /// It is accepted if it is offered.
    pub wready: Signal<Out, Bit>,
    /// Write data.
    pub wdata: Signal<In, Bits<32>>,
    /// Which bytes are written.
    pub wstrb: Signal<In, Bits<4>>,
    /// A write response is offered.
    pub bvalid: Signal<Out, Bit>,
    /// It is taken if it is offered.
    pub bready: Signal<In, Bit>,
    /// Write response.
    pub bresp: Signal<Out, Bits<2>>,
    /// A read address is offered.
    pub arvalid: Signal<In, Bit>,
    /// It is accepted if it is offered.
    pub arready: Signal<Out, Bit>,
    /// Byte address.
    pub araddr: Signal<In, Bits<12>>,
    /// Read data is offered.
    pub rvalid: Signal<Out, Bit>,
    /// It is taken if it is offered.
    pub rready: Signal<In, Bit>,
    /// Read data.
    pub rdata: Signal<Out, Bits<32>>,
    /// Read response.
    pub rresp: Signal<Out, Bits<2>>,
    /// A register is written.
    pub write: Signal<Out, Bit>,
    /// Its address.
    pub write_address: Signal<Out, Bits<12>>,
    /// The value.
    pub write_data: Signal<Out, Bits<32>>,
    /// Which bits are written.
    pub write_mask: Signal<Out, Bits<32>>,
    /// The address can be written.
    pub write_accepted: Signal<In, Bit>,
    /// Address of the register that is read.
    pub read_address: Signal<Out, Bits<12>>,
    /// Its value.
    pub read_data: Signal<In, Bits<32>>,
    /// There is such a register.
    pub read_mapped: Signal<In, Bit>,
    address_held: Register<Bit>,
    address_register: EnableDelay<Bits<12>, 1>,
    data_held: Register<Bit>,
    data_register: EnableDelay<Bits<32>, 1>,
    strobe_register: EnableDelay<Bits<4>, 1>,
    responding: Register<Bit>,
    write_error: Register<Bit>,
    reading: Register<Bit>,
    read_address_register: EnableDelay<Bits<12>, 1>,
    offering: Register<Bit>,
    read_data_register: EnableDelay<Bits<32>, 1>,
    read_error: Register<Bit>,
    bytes: [Signal<Local, Bits<32>>; 4],
}

impl Logic for AxiLiteSlave {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("axi_lite_slave: AXI4-Lite to single writes and reads of registers; SLVERR where there is none.");
        clock!(
            self,
            clock,
            address_held,
            address_register,
            data_held,
            data_register,
            strobe_register,
            responding,
            write_error,
            reading,
            read_address_register,
            offering,
            read_data_register,
            read_error
        );
        self.address_held.reset_n.next = self.reset_n.val();
        self.data_held.reset_n.next = self.reset_n.val();
        self.responding.reset_n.next = self.reset_n.val();
        self.write_error.reset_n.next = self.reset_n.val();
        self.reading.reset_n.next = self.reset_n.val();
        self.offering.reset_n.next = self.reset_n.val();
        self.read_error.reset_n.next = self.reset_n.val();

        comment!("Writes: address and data are held until both are there.");
        self.awready.next = !self.address_held.q.val();
        self.wready.next = !self.data_held.q.val();
        self.write.next = self.address_held.q.val() & self.data_held.q.val() & !self.responding.q.val();
        self.address_held.d.next = (self.awvalid.val() | self.address_held.q.val()) & !self.write.val();
        self.address_register.enable.next = !self.address_held.q.val();
        self.address_register.d.next = self.awaddr.val();
        self.data_held.d.next = (self.wvalid.val() | self.data_held.q.val()) & !self.write.val();
        self.data_register.enable.next = !self.data_held.q.val();
        self.data_register.d.next = self.wdata.val();
        self.strobe_register.enable.next = !self.data_held.q.val();
        self.strobe_register.d.next = self.wstrb.val();
        self.write_address.next = self.address_register.q.val();
        self.write_data.next = self.data_register.q.val();
        for i in 0..4 {
            self.bytes[i].next = bits::<32>(0);
            if self.strobe_register.q.val().get_bit(i) {
                self.bytes[i].next = bits::<32>(0xff);
            }
        }
        self.write_mask.next = self.bytes[0].val()
            | (self.bytes[1].val() << 8)
            | (self.bytes[2].val() << 16)
            | (self.bytes[3].val() << 24);
        self.responding.d.next = self.write.val() | (self.responding.q.val() & !self.bready.val());
        self.write_error.d.next = self.write_error.q.val();
        if self.write.val() {
            self.write_error.d.next = !self.write_accepted.val();
        }
        self.bvalid.next = self.responding.q.val();
        self.bresp.next = bit_cast::<2, 1>(self.write_error.q.val().into()) << 1;

        comment!("Reads.");
        self.arready.next = !self.reading.q.val() & !self.offering.q.val();
        self.reading.d.next = self.arvalid.val() & self.arready.val();
        self.read_address_register.enable.next = self.arready.val();
        self.read_address_register.d.next = self.araddr.val();
        self.read_address.next = self.read_address_register.q.val();
        self.offering.d.next = self.reading.q.val() | (self.offering.q.val() & !self.rready.val());
        self.read_data_register.enable.next = self.reading.q.val();
        self.read_data_register.d.next = self.read_data.val();
        self.read_error.d.next = self.read_error.q.val();
        if self.reading.q.val() {
            self.read_error.d.next = !self.read_mapped.val();
        }
        self.rvalid.next = self.offering.q.val();
        self.rdata.next = self.read_data_register.q.val();
        self.rresp.next = bit_cast::<2, 1>(self.read_error.q.val().into()) << 1;
    }
}

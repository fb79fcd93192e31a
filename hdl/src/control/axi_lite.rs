//! [`AxiLiteSlave`]: the bus protocol of the control registers.

use crate::cells::{EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// AXI4-Lite slave with 32 data bits and 12 address bits. It turns the bus into single writes and reads of a register
/// file.
///
/// Address and data of a write may arrive in either order and any number of cycles apart. The write happens (`write`)
/// in the cycle after the later of the two, or after the response to the previous write has been taken; its response is
/// valid from the next cycle on. A read address accepted in cycle t selects `read_data` in cycle t + 1, which is on the
/// bus from cycle t + 2 on. The response is `OKAY`, or `SLVERR` where `write_accepted` or `read_mapped` is low. Reads
/// and writes do not wait for each other. All outputs to the bus are functions of registers.
#[circuit(clock, reset_n = "no transfer in progress")]
pub struct AxiLiteSlave {
    #[ports]
    control_ports: AxiLite,
    /// Write strobe, one cycle.
    pub write: Signal<Out, Bit>,
    /// Address of the register to write, valid with `write`.
    pub write_address: Signal<Out, Bits<12>>,
    /// Value to write, valid with `write`.
    pub write_data: Signal<Out, Bits<32>>,
    /// Mask of the bits to write, from the byte strobes.
    pub write_mask: Signal<Out, Bits<32>>,
    /// The register at `write_address` is writable.
    pub write_accepted: Signal<In, Bit>,
    /// Address of the register to read.
    pub read_address: Signal<Out, Bits<12>>,
    /// Value of the register at `read_address`.
    pub read_data: Signal<In, Bits<32>>,
    /// There is a register at `read_address`.
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

#[circuit]
impl Logic for AxiLiteSlave {
    fn update(&mut self) {
        comment! { "axi_lite_slave: AXI4-Lite to single writes and reads of registers; SLVERR for an address without a \
        register." }
        wire! {
            clock, reset_n => address_held, data_held, responding, write_error, reading, offering, read_error;
            clock => address_register, data_register, strobe_register, read_address_register, read_data_register;
        }

        comment!("Writes: address and data are held until both have arrived.");
        awready = !address_held.q;
        wready = !data_held.q;
        write = address_held.q & data_held.q & !responding.q;
        address_held.d = (awvalid | address_held.q) & !write;
        address_register.enable = !address_held.q;
        address_register.d = awaddr;
        data_held.d = (wvalid | data_held.q) & !write;
        data_register.enable = !data_held.q;
        data_register.d = wdata;
        strobe_register.enable = !data_held.q;
        strobe_register.d = wstrb;
        write_address = address_register.q;
        write_data = data_register.q;
        for i in 0..4 {
            bytes[i] = bits::<32>(0);
            if strobe_register.q.get_bit(i) {
                bytes[i] = bits::<32>(0xff);
            }
        }
        write_mask = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24);
        responding.d = write | (responding.q & !bready);
        write_error.d = write_error.q;
        if write {
            write_error.d = !write_accepted;
        }
        bvalid = responding.q;
        bresp = bit_cast::<2, 1>(write_error.q.into()) << 1;

        comment!("Reads.");
        arready = !reading.q & !offering.q;
        reading.d = arvalid & arready;
        wire! { read_address_register.{enable: arready, d: araddr}; }
        read_address = read_address_register.q;
        offering.d = reading.q | (offering.q & !rready);
        wire! { read_data_register.{enable: reading.q, d: read_data}; }
        read_error.d = read_error.q;
        if reading.q {
            read_error.d = !read_mapped;
        }
        rvalid = offering.q;
        rdata = read_data_register.q;
        rresp = bit_cast::<2, 1>(read_error.q.into()) << 1;
    }
}

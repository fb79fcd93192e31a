//! [`WriteMaster`]: the write channels of the memory bus.

use crate::cells::{EnableDelay, Fifo, Register};
use rust_hdl::core::prelude::*;

/// AXI4 write channels of a bus of `N` bytes (`W8` = 8·N), with up to 8 outstanding bursts.
///
/// **Requests.** A burst is accepted in a cycle with `request` and `ready`; it has AWVALID from the next cycle on. The
/// requester is responsible for the AXI rules: no burst crosses 4 KiB, the address is a multiple of the bus width, and
/// every accepted burst gets all its beats. `ready` is low while 8 bursts are outstanding, counted from the acceptance
/// to the response.
///
/// **Beats** pass through in the cycle in which they are presented (no register in between): W carries `data` with all
/// strobes set.
///
/// **Responses** are always taken (BREADY is high), in the order of the requests: `response_valid` marks the cycle of a
/// response, with BRESP and with the `request_last` of its request.
#[circuit(
    clock, reset_n = "nothing outstanding",
    assert(W8 == 8 * N && N >= 4 && N <= 32 && N.is_power_of_two(), "the bus has 4 to 32 bytes"),
)]
pub struct WriteMaster<N, W8> {
    /// Write request.
    pub request: Signal<In, Bit>,
    /// Request is accepted in a cycle with `request` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Byte address of the burst.
    pub address: Signal<In, Bits<32>>,
    /// Beats of the burst, minus 1.
    pub length: Signal<In, Bits<8>>,
    /// Burst is the last of its store.
    pub request_last: Signal<In, Bit>,
    /// Beat valid.
    pub data_valid: Signal<In, Bit>,
    /// Beat is accepted in a cycle with `data_valid` and `data_ready`.
    pub data_ready: Signal<Out, Bit>,
    /// Data of the beat (WDATA).
    pub data: Signal<In, Bits<W8>>,
    /// Beat is the last of its burst (WLAST).
    pub data_last: Signal<In, Bit>,
    /// Write response valid.
    pub response_valid: Signal<Out, Bit>,
    /// BRESP of the response.
    pub response: Signal<Out, Bits<2>>,
    /// Response belongs to the last burst of a store.
    pub response_last: Signal<Out, Bit>,
    /// Idle: no burst outstanding.
    pub idle: Signal<Out, Bit>,
    #[ports]
    write_ports: AxiWrite<N, W8>,
    beat_size: constant!(Bits<3> = N.ilog2()),
    incr: constant!(Bits<2> = 1),
    accept: Signal<Local, Bit>,
    waiting: Register<Bit>,
    address_register: EnableDelay<Bits<32>, 1>,
    length_register: EnableDelay<Bits<8>, 1>,
    /// Which outstanding bursts are the last of a store.
    order: Fifo<Bit, 3, 4>,
}

#[circuit]
impl Logic for WriteMaster<N, W8> {
    fn update(&mut self) {
        comment! { "write_master_{data}: AXI4 write channels, 8 outstanding bursts; the requester checks every \
        response." }
        wire! {
            clock, reset_n => waiting, order;
            clock => address_register, length_register;
        }

        ready = (!waiting.q | awready) & !order.full;
        accept = ready & request;
        waiting.d = accept | (waiting.q & !awready);
        wire! {
            address_register.{enable: accept, d: address};
            length_register.{enable: accept, d: length};
        }
        awvalid = waiting.q;
        awaddr = address_register.q;
        awlen = length_register.q;
        awsize = beat_size;
        awburst = incr;

        wvalid = data_valid;
        data_ready = wready;
        wdata = data;
        wstrb = !bits::<N>(0);
        wlast = data_last;

        bready = true;
        wire! { order.{push: accept, d: request_last, pop: bvalid}; }
        response_valid = bvalid & order.valid;
        response = bresp;
        response_last = order.oldest;
        idle = !order.valid;
    }
}

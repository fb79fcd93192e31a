//! [`WriteMaster`]: the write channels of the memory bus.

use crate::cells::{EnableDelay, Fifo, Register};
use rust_hdl::core::prelude::*;

/// AXI4 write channels of a bus of `N` bytes (`W8` = 8·N), with up to 8 bursts outstanding.
///
/// **Requests.** A burst is accepted in a cycle with `request` and `ready`; it has AWVALID from the next cycle on. The requester answers for the
/// rules of AXI: no burst crosses 4 KiB, the address is a multiple of the bus width, and it gives the beats of every accepted burst. `ready` is low
/// while 8 bursts are outstanding, from accepted to their response.
///
/// **Beats** go through as they are offered (no register between): W is `data` with all strobes set.
///
/// **Responses** are always taken (BREADY is high), in the order of the requests: `response_valid` in the cycle in which the bus offers one, with
/// BRESP and with what the request said as `request_last`.
#[circuit(
    clock, reset_n = "nothing outstanding",
    assert(W8 == 8 * N && N >= 4 && N <= 32 && N.is_power_of_two(), "the bus has 4 to 32 bytes"),
)]
pub struct WriteMaster<N, W8> {
    /// A burst is requested.
    pub request: Signal<In, Bit>,
    /// It is accepted if it is requested.
    pub ready: Signal<Out, Bit>,
    /// Byte address of the burst.
    pub address: Signal<In, Bits<32>>,
    /// Its beats - 1.
    pub length: Signal<In, Bits<8>>,
    /// It is the last one of its store.
    pub request_last: Signal<In, Bit>,
    /// A beat is offered.
    pub data_valid: Signal<In, Bit>,
    /// It is accepted if it is offered.
    pub data_ready: Signal<Out, Bit>,
    /// The beat.
    pub data: Signal<In, Bits<W8>>,
    /// It is the last one of its burst.
    pub data_last: Signal<In, Bit>,
    /// A response has come.
    pub response_valid: Signal<Out, Bit>,
    /// BRESP.
    pub response: Signal<Out, Bits<2>>,
    /// It answers the last burst of a store.
    pub response_last: Signal<Out, Bit>,
    /// No burst is outstanding.
    pub idle: Signal<Out, Bit>,
    #[ports]
    write_ports: AxiWrite<N, W8>,
    beat_size: constant!(Bits<3> = N.ilog2()),
    incr: constant!(Bits<2> = 1),
    accept: Signal<Local, Bit>,
    waiting: Register<Bit>,
    address_register: EnableDelay<Bits<32>, 1>,
    length_register: EnableDelay<Bits<8>, 1>,
    /// Which of the outstanding bursts are the last of a store.
    order: Fifo<Bit, 3, 4>,
}

#[circuit]
impl Logic for WriteMaster<N, W8> {
    fn update(&mut self) {
        comment! { "write_master_{data}: AXI4 write channels, 8 bursts outstanding, every response checked by who \
        asked." }
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

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
#[derive(LogicBlock)]
pub struct WriteMaster<const N: usize, const W8: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: nothing outstanding.
    pub reset_n: Signal<In, Bit>,
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
    /// AXI: write address valid.
    pub awvalid: Signal<Out, Bit>,
    /// Write address ready.
    pub awready: Signal<In, Bit>,
    /// Byte address.
    pub awaddr: Signal<Out, Bits<32>>,
    /// Beats - 1.
    pub awlen: Signal<Out, Bits<8>>,
    /// log2 of the bytes of a beat.
    pub awsize: Signal<Out, Bits<3>>,
    /// INCR.
    pub awburst: Signal<Out, Bits<2>>,
    /// Write beat valid.
    pub wvalid: Signal<Out, Bit>,
    /// Write beat ready.
    pub wready: Signal<In, Bit>,
    /// Write data.
    pub wdata: Signal<Out, Bits<W8>>,
    /// All bytes.
    pub wstrb: Signal<Out, Bits<N>>,
    /// Last beat of a burst.
    pub wlast: Signal<Out, Bit>,
    /// Write response valid.
    pub bvalid: Signal<In, Bit>,
    /// Write response ready.
    pub bready: Signal<Out, Bit>,
    /// Write response.
    pub bresp: Signal<In, Bits<2>>,
    beat_size: Constant<Bits<3>>,
    incr: Constant<Bits<2>>,
    accept: Signal<Local, Bit>,
    waiting: Register<Bit>,
    address_register: EnableDelay<Bits<32>, 1>,
    length_register: EnableDelay<Bits<8>, 1>,
    /// Which of the outstanding bursts are the last of a store.
    order: Fifo<Bit, 3, 4>,
}

impl<const N: usize, const W8: usize> Default for WriteMaster<N, W8> {
    fn default() -> Self {
        const { assert!(W8 == 8 * N && N >= 4 && N <= 32 && N.is_power_of_two(), "the bus has 4 to 32 bytes") };
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            request: Signal::default(),
            ready: Signal::default(),
            address: Signal::default(),
            length: Signal::default(),
            request_last: Signal::default(),
            data_valid: Signal::default(),
            data_ready: Signal::default(),
            data: Signal::default(),
            data_last: Signal::default(),
            response_valid: Signal::default(),
            response: Signal::default(),
            response_last: Signal::default(),
            idle: Signal::default(),
            awvalid: Signal::default(),
            awready: Signal::default(),
            awaddr: Signal::default(),
            awlen: Signal::default(),
            awsize: Signal::default(),
            awburst: Signal::default(),
            wvalid: Signal::default(),
            wready: Signal::default(),
            wdata: Signal::default(),
            wstrb: Signal::default(),
            wlast: Signal::default(),
            bvalid: Signal::default(),
            bready: Signal::default(),
            bresp: Signal::default(),
            beat_size: Constant::new(u64::from(N.ilog2()).to_bits()),
            incr: Constant::new(1_u64.to_bits()),
            accept: Signal::default(),
            waiting: Register::default(),
            address_register: EnableDelay::default(),
            length_register: EnableDelay::default(),
            order: Fifo::default(),
        }
    }
}

impl<const N: usize, const W8: usize> Logic for WriteMaster<N, W8> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "write_master_{data}: AXI4 write channels, 8 bursts outstanding, every response checked by who asked."
        );
        clock!(self, clock, waiting, address_register, length_register, order);
        self.waiting.reset_n.next = self.reset_n.val();
        self.order.reset_n.next = self.reset_n.val();

        self.ready.next = (!self.waiting.q.val() | self.awready.val()) & !self.order.full.val();
        self.accept.next = self.ready.val() & self.request.val();
        self.waiting.d.next = self.accept.val() | (self.waiting.q.val() & !self.awready.val());
        self.address_register.enable.next = self.accept.val();
        self.address_register.d.next = self.address.val();
        self.length_register.enable.next = self.accept.val();
        self.length_register.d.next = self.length.val();
        self.awvalid.next = self.waiting.q.val();
        self.awaddr.next = self.address_register.q.val();
        self.awlen.next = self.length_register.q.val();
        self.awsize.next = self.beat_size.val();
        self.awburst.next = self.incr.val();

        self.wvalid.next = self.data_valid.val();
        self.data_ready.next = self.wready.val();
        self.wdata.next = self.data.val();
        self.wstrb.next = !bits::<N>(0);
        self.wlast.next = self.data_last.val();

        self.bready.next = true;
        self.order.push.next = self.accept.val();
        self.order.d.next = self.request_last.val();
        self.order.pop.next = self.bvalid.val();
        self.response_valid.next = self.bvalid.val() & self.order.valid.val();
        self.response.next = self.bresp.val();
        self.response_last.next = self.order.oldest.val();
        self.idle.next = !self.order.valid.val();
    }
}

//! [`ReadMaster`]: the read channels of the memory bus.

use crate::cells::{EnableDelay, Fifo, Register};
use rust_hdl::core::prelude::*;

/// AXI4 read channels for two requesters, `fetch` (the program) and `load` (data), with up to 8 bursts outstanding on a bus of `W8` bits.
///
/// **Requests.** A burst at `address` is accepted in a cycle with request and ready; `fetch` goes before `load`. The requester
/// answers for the rules of AXI: no burst crosses 4 KiB, the address is a multiple of the bus width, and after it has requested it takes
/// all beats. A burst accepted in cycle t has ARVALID from cycle t + 1 on; with ARREADY always high a burst is accepted in each cycle. Neither
/// requester is ready while 8 bursts are outstanding, from accepted to last beat taken.
///
/// **Beats** come back in the order of the requests, in the cycle in which the bus offers them (no register between): `fetch_valid` or
/// `load_valid` says whose it is, `last` that it is the last one of its burst. `fetch` takes each beat at once, `load` only with
/// `load_take`, else RREADY is low.
///
/// There is no halt: a requester that stops requesting gets what it has requested. Reset forgets everything, and must reset the bus too.
#[derive(LogicBlock)]
pub struct ReadMaster<const W8: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: nothing outstanding.
    pub reset_n: Signal<In, Bit>,
    /// The fetcher requests a burst.
    pub fetch_request: Signal<In, Bit>,
    /// It is accepted if it is requested.
    pub fetch_ready: Signal<Out, Bit>,
    /// Byte address of the burst.
    pub fetch_address: Signal<In, Bits<32>>,
    /// Its beats, at least 1.
    pub fetch_beats: Signal<In, Bits<8>>,
    /// `beat` is the fetcher's.
    pub fetch_valid: Signal<Out, Bit>,
    /// The load engine requests a burst.
    pub load_request: Signal<In, Bit>,
    /// It is accepted if it is requested.
    pub load_ready: Signal<Out, Bit>,
    /// Byte address of the burst.
    pub load_address: Signal<In, Bits<32>>,
    /// Its beats - 1.
    pub load_length: Signal<In, Bits<8>>,
    /// `beat` is the load engine's.
    pub load_valid: Signal<Out, Bit>,
    /// It takes a beat that is its own.
    pub load_take: Signal<In, Bit>,
    /// The beat on the bus.
    pub beat: Signal<Out, Bits<W8>>,
    /// RRESP of the beat.
    pub response: Signal<Out, Bits<2>>,
    /// It is the last one of its burst.
    pub last: Signal<Out, Bit>,
    /// AXI: read address valid.
    pub arvalid: Signal<Out, Bit>,
    /// Read address ready.
    pub arready: Signal<In, Bit>,
    /// Byte address.
    pub araddr: Signal<Out, Bits<32>>,
    /// Beats - 1.
    pub arlen: Signal<Out, Bits<8>>,
    /// log2 of the bytes of a beat.
    pub arsize: Signal<Out, Bits<3>>,
    /// INCR.
    pub arburst: Signal<Out, Bits<2>>,
    /// Read beat valid.
    pub rvalid: Signal<In, Bit>,
    /// Read beat ready.
    pub rready: Signal<Out, Bit>,
    /// Read data.
    pub rdata: Signal<In, Bits<W8>>,
    /// Read response.
    pub rresp: Signal<In, Bits<2>>,
    /// Last beat of a burst.
    pub rlast: Signal<In, Bit>,
    beat_size: Constant<Bits<3>>,
    incr: Constant<Bits<2>>,
    room: Signal<Local, Bit>,
    accept: Signal<Local, Bit>,
    waiting: Register<Bit>,
    address: EnableDelay<Bits<32>, 1>,
    length: EnableDelay<Bits<8>, 1>,
    /// Whose the outstanding bursts are: set for the load engine.
    order: Fifo<Bit, 3, 4>,
}

impl<const W8: usize> Default for ReadMaster<W8> {
    fn default() -> Self {
        const { assert!(W8 >= 32 && W8 <= 256 && W8.is_power_of_two(), "the bus has 4 to 32 bytes") };
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            fetch_request: Signal::default(),
            fetch_ready: Signal::default(),
            fetch_address: Signal::default(),
            fetch_beats: Signal::default(),
            fetch_valid: Signal::default(),
            load_request: Signal::default(),
            load_ready: Signal::default(),
            load_address: Signal::default(),
            load_length: Signal::default(),
            load_valid: Signal::default(),
            load_take: Signal::default(),
            beat: Signal::default(),
            response: Signal::default(),
            last: Signal::default(),
            arvalid: Signal::default(),
            arready: Signal::default(),
            araddr: Signal::default(),
            arlen: Signal::default(),
            arsize: Signal::default(),
            arburst: Signal::default(),
            rvalid: Signal::default(),
            rready: Signal::default(),
            rdata: Signal::default(),
            rresp: Signal::default(),
            rlast: Signal::default(),
            beat_size: Constant::new(u64::from((W8 / 8).ilog2()).to_bits()),
            incr: Constant::new(1_u64.to_bits()),
            room: Signal::default(),
            accept: Signal::default(),
            waiting: Register::default(),
            address: EnableDelay::default(),
            length: EnableDelay::default(),
            order: Fifo::default(),
        }
    }
}

impl<const W8: usize> Logic for ReadMaster<W8> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("read_master_{beat}: AXI4 read channels for fetcher and load engine, 8 bursts outstanding.");
        clock!(self, clock, waiting, address, length, order);
        self.waiting.reset_n.next = self.reset_n.val();
        self.order.reset_n.next = self.reset_n.val();

        comment!("Addresses: the fetcher before the load engine.");
        self.room.next = (!self.waiting.q.val() | self.arready.val()) & !self.order.full.val();
        self.fetch_ready.next = self.room.val();
        self.load_ready.next = self.room.val() & !self.fetch_request.val();
        self.accept.next = self.room.val() & (self.fetch_request.val() | self.load_request.val());
        self.waiting.d.next = self.accept.val() | (self.waiting.q.val() & !self.arready.val());
        self.address.enable.next = self.accept.val();
        self.length.enable.next = self.accept.val();
        self.order.push.next = self.accept.val();
        self.order.d.next = !self.fetch_request.val();
        self.address.d.next = self.load_address.val();
        self.length.d.next = self.load_length.val();
        if self.fetch_request.val() {
            self.address.d.next = self.fetch_address.val();
            self.length.d.next = self.fetch_beats.val() - 1;
        }
        self.arvalid.next = self.waiting.q.val();
        self.araddr.next = self.address.q.val();
        self.arlen.next = self.length.q.val();
        self.arsize.next = self.beat_size.val();
        self.arburst.next = self.incr.val();

        comment!("Beats, to the requester of the oldest burst.");
        self.fetch_valid.next = self.rvalid.val() & self.order.valid.val() & !self.order.oldest.val();
        self.load_valid.next = self.rvalid.val() & self.order.valid.val() & self.order.oldest.val();
        self.rready.next = self.order.valid.val() & (!self.order.oldest.val() | self.load_take.val());
        self.order.pop.next = self.rvalid.val() & self.rready.val() & self.rlast.val();
        self.beat.next = self.rdata.val();
        self.response.next = self.rresp.val();
        self.last.next = self.rlast.val();
    }
}

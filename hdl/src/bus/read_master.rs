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
#[circuit(
    clock, reset_n = "nothing outstanding",
    assert(W8 >= 32 && W8 <= 256 && W8.is_power_of_two(), "the bus has 4 to 32 bytes"),
)]
pub struct ReadMaster<W8> {
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
    #[ports]
    read_ports: AxiRead<W8>,
    beat_size: constant!(Bits<3> = (W8 / 8).ilog2()),
    incr: constant!(Bits<2> = 1),
    room: Signal<Local, Bit>,
    accept: Signal<Local, Bit>,
    waiting: Register<Bit>,
    address: EnableDelay<Bits<32>, 1>,
    length: EnableDelay<Bits<8>, 1>,
    /// Whose the outstanding bursts are: set for the load engine.
    order: Fifo<Bit, 3, 4>,
}

#[circuit]
impl Logic for ReadMaster<W8> {
    fn update(&mut self) {
        comment!("read_master_{beat}: AXI4 read channels for fetcher and load engine, 8 bursts outstanding.");
        wire! {
            clock, reset_n => waiting, order;
            clock => address, length;
        }

        comment!("Addresses: the fetcher before the load engine.");
        room = (!waiting.q | arready) & !order.full;
        fetch_ready = room;
        load_ready = room & !fetch_request;
        accept = room & (fetch_request | load_request);
        waiting.d = accept | (waiting.q & !arready);
        wire! { {address, length}.enable <- accept; }
        order.push = accept;
        order.d = !fetch_request;
        address.d = load_address;
        length.d = load_length;
        if fetch_request {
            address.d = fetch_address;
            length.d = fetch_beats - 1;
        }
        arvalid = waiting.q;
        araddr = address.q;
        arlen = length.q;
        arsize = beat_size;
        arburst = incr;

        comment!("Beats, to the requester of the oldest burst.");
        fetch_valid = rvalid & order.valid & !order.oldest;
        load_valid = rvalid & order.valid & order.oldest;
        rready = order.valid & (!order.oldest | load_take);
        order.pop = rvalid & rready & rlast;
        beat = rdata;
        response = rresp;
        last = rlast;
    }
}

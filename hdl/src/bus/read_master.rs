//! [`ReadMaster`]: the read channels of the memory bus.

use crate::cells::{EnableDelay, Fifo, Register};
use rust_hdl::core::prelude::*;

/// AXI4 read channels for two requesters, `fetch` (the program) and `load` (data), with up to 8 outstanding bursts on a
/// bus of `W8` bits.
///
/// **Requests.** A burst at `address` is accepted in a cycle with request and ready; `fetch` has priority over `load`.
/// The requester is responsible for the AXI rules: no burst crosses 4 KiB, the address is a multiple of the bus width,
/// and all requested beats are taken. A burst accepted in cycle t has ARVALID from cycle t + 1 on; while ARREADY is
/// high, one burst per cycle is accepted. Neither requester is ready while 8 bursts are outstanding, counted from the
/// acceptance to the last beat.
///
/// **Beats** arrive in the order of the requests, in the cycle in which they are on the bus (no register in between):
/// `fetch_valid` or `load_valid` marks the requester, `last` the last beat of the burst. `fetch` takes each beat at
/// once; `load` takes one in a cycle with `load_take`, otherwise RREADY is low.
///
/// There is no halt: a requester that stops requesting still receives what it has requested. Reset discards all
/// outstanding bursts and must reset the bus too.
#[circuit(
    clock, reset_n = "nothing outstanding",
    assert(W8 >= 32 && W8 <= 256 && W8.is_power_of_two(), "the bus has 4 to 32 bytes"),
)]
pub struct ReadMaster<W8> {
    /// Read request of the fetcher.
    pub fetch_request: Signal<In, Bit>,
    /// Request of the fetcher is accepted in a cycle with `fetch_request` and `fetch_ready`.
    pub fetch_ready: Signal<Out, Bit>,
    /// Byte address of the fetcher's burst.
    pub fetch_address: Signal<In, Bits<32>>,
    /// Beats of the fetcher's burst, at least 1.
    pub fetch_beats: Signal<In, Bits<8>>,
    /// `beat` is valid and belongs to the fetcher.
    pub fetch_valid: Signal<Out, Bit>,
    /// Read request of the load engine.
    pub load_request: Signal<In, Bit>,
    /// Request of the load engine is accepted in a cycle with `load_request` and `load_ready`.
    pub load_ready: Signal<Out, Bit>,
    /// Byte address of the load engine's burst.
    pub load_address: Signal<In, Bits<32>>,
    /// Beats of the load engine's burst, minus 1.
    pub load_length: Signal<In, Bits<8>>,
    /// `beat` is valid and belongs to the load engine.
    pub load_valid: Signal<Out, Bit>,
    /// The load engine takes the beat in a cycle with `load_valid` and `load_take`.
    pub load_take: Signal<In, Bit>,
    /// Data of the beat on the bus (RDATA).
    pub beat: Signal<Out, Bits<W8>>,
    /// RRESP of the beat.
    pub response: Signal<Out, Bits<2>>,
    /// Beat is the last of its burst.
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
    /// Requester of each outstanding burst: set for the load engine.
    order: Fifo<Bit, 3, 4>,
}

#[circuit]
impl Logic for ReadMaster<W8> {
    fn update(&mut self) {
        comment!("read_master_{beat}: AXI4 read channels for fetcher and load engine, 8 outstanding bursts.");
        wire! {
            clock, reset_n => waiting, order;
            clock => address, length;
        }

        comment!("Addresses: the fetcher has priority over the load engine.");
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

        comment!("Beats go to the requester of the oldest burst.");
        fetch_valid = rvalid & order.valid & !order.oldest;
        load_valid = rvalid & order.valid & order.oldest;
        rready = order.valid & (!order.oldest | load_take);
        order.pop = rvalid & rready & rlast;
        beat = rdata;
        response = rresp;
        last = rlast;
    }
}

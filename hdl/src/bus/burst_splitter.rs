//! [`BurstSplitter`]: a run of beats as AXI bursts.

use super::block_bytes;
use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Cuts a run of up to 2^20 - 1 beats into bursts that do not cross a multiple of [`block_bytes`].
///
/// `start` in cycle t offers the first burst from cycle t + 1 on; a burst is offered until it is accepted and the next one in the cycle after.
/// Bursts start at `address`, and then at each multiple of the block; all but the first and the last have full length. Reset drops the run.
#[derive(LogicBlock)]
pub struct BurstSplitter {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: no run.
    pub reset_n: Signal<In, Bit>,
    /// A run begins; only while no burst is offered.
    pub start: Signal<In, Bit>,
    /// Byte address of the run, a multiple of the bus width.
    pub address: Signal<In, Bits<32>>,
    /// Beats of the run, at least 1.
    pub beats: Signal<In, Bits<20>>,
    /// A burst is offered.
    pub burst: Signal<Out, Bit>,
    /// It is accepted if it is offered.
    pub accept: Signal<In, Bit>,
    /// Byte address of the burst.
    pub burst_address: Signal<Out, Bits<32>>,
    /// Its beats - 1.
    pub burst_length: Signal<Out, Bits<8>>,
    /// It is the last one of the run.
    pub burst_last: Signal<Out, Bit>,
    /// log2 of the bus width in bytes.
    beat_shift: Constant<Bits<3>>,
    block: Constant<Bits<13>>,
    block_mask: Constant<Bits<12>>,
    next_address: Register<Bits<32>>,
    remaining: Register<Bits<20>>,
    offset: Signal<Local, Bits<12>>,
    block_beats: Signal<Local, Bits<13>>,
    burst_beats: Signal<Local, Bits<9>>,
    burst_bytes: Signal<Local, Bits<32>>,
}

impl BurstSplitter {
    /// For a bus of `side` bytes: 4, 8, 16 or 32.
    pub fn new(side: usize) -> Self {
        let block = block_bytes(side) as u64;
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            start: Signal::default(),
            address: Signal::default(),
            beats: Signal::default(),
            burst: Signal::default(),
            accept: Signal::default(),
            burst_address: Signal::default(),
            burst_length: Signal::default(),
            burst_last: Signal::default(),
            beat_shift: Constant::new(u64::from(side.ilog2()).to_bits()),
            block: Constant::new(block.to_bits()),
            block_mask: Constant::new((block - 1).to_bits()),
            next_address: Register::default(),
            remaining: Register::default(),
            offset: Signal::default(),
            block_beats: Signal::default(),
            burst_beats: Signal::default(),
            burst_bytes: Signal::default(),
        }
    }
}

impl Logic for BurstSplitter {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("burst_splitter: a run of beats as bursts that cross no multiple of a block.");
        clock!(self, clock, next_address, remaining);
        self.next_address.reset_n.next = self.reset_n.val();
        self.remaining.reset_n.next = self.reset_n.val();

        comment!("Beats from here to the end of the block.");
        self.offset.next = self.next_address.q.val().get_bits::<12>(0) & self.block_mask.val();
        self.block_beats.next = (self.block.val() - bit_cast::<13, 12>(self.offset.val())) >> self.beat_shift.val();

        self.burst.next = self.remaining.q.val().any();
        self.burst_address.next = self.next_address.q.val();
        self.burst_last.next = self.remaining.q.val() <= bit_cast::<20, 13>(self.block_beats.val());
        self.burst_beats.next = self.block_beats.val().get_bits::<9>(0);
        if self.burst_last.val() {
            self.burst_beats.next = self.remaining.q.val().get_bits::<9>(0);
        }
        self.burst_length.next = self.burst_beats.val().get_bits::<8>(0) - 1;
        self.burst_bytes.next = bit_cast::<32, 9>(self.burst_beats.val()) << self.beat_shift.val();

        self.next_address.d.next = self.next_address.q.val();
        self.remaining.d.next = self.remaining.q.val();
        if self.start.val() {
            self.next_address.d.next = self.address.val();
            self.remaining.d.next = self.beats.val();
        } else if self.burst.val() & self.accept.val() {
            self.next_address.d.next = self.next_address.q.val() + self.burst_bytes.val();
            self.remaining.d.next = self.remaining.q.val() - bit_cast::<20, 9>(self.burst_beats.val());
        }
    }
}

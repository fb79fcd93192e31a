//! [`BurstSplitter`]: splits a transfer into AXI bursts.

use crate::cells::{Delay, Register};
use ibert_isa::timing::bus::block_bytes;
use rust_hdl::core::prelude::*;

/// Splits a transfer of up to 2^20 - 1 beats into bursts that do not cross a multiple of [`block_bytes`].
///
/// `start` in cycle t presents the first burst from cycle t + 1 on. A burst is held until it is accepted; the next one
/// follows in the next cycle. The first burst starts at `address`, each further one at a multiple of the block; all
/// bursts except the first and the last have full length. Reset discards the transfer.
#[circuit(clock, reset_n = "no run", new(side: usize))]
pub struct BurstSplitter {
    /// Start strobe of a transfer; only while no burst is valid.
    pub start: Signal<In, Bit>,
    /// Byte address of the transfer, a multiple of the bus width, sampled with `start`.
    pub address: Signal<In, Bits<32>>,
    /// Beats of the transfer, at least 1, sampled with `start`.
    pub beats: Signal<In, Bits<20>>,
    /// Burst valid; held until `accept`.
    pub burst: Signal<Out, Bit>,
    /// Burst is accepted in a cycle with `burst` and `accept`.
    pub accept: Signal<In, Bit>,
    /// Byte address of the burst.
    pub burst_address: Signal<Out, Bits<32>>,
    /// Beats of the burst, minus 1.
    pub burst_length: Signal<Out, Bits<8>>,
    /// Burst is the last of the transfer.
    pub burst_last: Signal<Out, Bit>,
    /// log2 of the bus width in bytes.
    beat_shift: constant!(Bits<3> = side.ilog2()),
    block: constant!(Bits<13> = block_bytes(side)),
    block_mask: constant!(Bits<12> = block_bytes(side) - 1),
    next_address: Delay<Bits<32>, 1>,
    remaining: Register<Bits<20>>,
    offset: Signal<Local, Bits<12>>,
    block_beats: Signal<Local, Bits<13>>,
    burst_beats: Signal<Local, Bits<9>>,
    burst_bytes: Signal<Local, Bits<32>>,
}

#[circuit]
impl Logic for BurstSplitter {
    fn update(&mut self) {
        comment!("burst_splitter: splits a transfer into bursts that do not cross a multiple of a block.");
        wire! {
            clock, reset_n => remaining;
            clock => next_address;
        }

        comment!("Beats from the address to the end of the block.");
        offset = next_address.q.get_bits::<12>(0) & block_mask;
        block_beats = (block - bit_cast::<13, 12>(offset)) >> beat_shift;

        burst = remaining.q.any();
        burst_address = next_address.q;
        burst_last = remaining.q <= bit_cast::<20, 13>(block_beats);
        burst_beats = block_beats.get_bits::<9>(0);
        if burst_last {
            burst_beats = remaining.q.get_bits::<9>(0);
        }
        burst_length = burst_beats.get_bits::<8>(0) - 1;
        burst_bytes = bit_cast::<32, 9>(burst_beats) << beat_shift;

        next_address.d = next_address.q;
        remaining.d = remaining.q;
        if start {
            next_address.d = address;
            remaining.d = beats;
        } else if burst & accept {
            next_address.d = next_address.q + burst_bytes;
            remaining.d = remaining.q - bit_cast::<20, 9>(burst_beats);
        }
    }
}

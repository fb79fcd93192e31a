//! [`Watchdog`]: detects a program without progress, and the instruction that blocks it.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Raises `deadlock` after `limit` running cycles in a row without progress; a limit of 0 disables it. Progress in
/// cycle t clears the count in cycle t + 1; a count that reaches the limit in cycle t raises `deadlock` in cycle t + 1.
///
/// `oldest` is the oldest instruction that has not been granted; if there was none four cycles ago, the oldest one that
/// has not retired, as of three cycles ago; without any, the number of instructions.
#[circuit(clock, reset_n)]
pub struct Watchdog {
    /// The program is running.
    pub enable: Signal<In, Bit>,
    /// An instruction or a bus transfer makes progress in this cycle.
    pub progress: Signal<In, Bit>,
    /// Cycles without progress after which the watchdog expires.
    pub limit: Signal<In, Bits<32>>,
    /// The engine's queue has an instruction.
    pub queued: [Signal<In, Bit>; 4],
    /// Index of the oldest instruction in the engine's queue.
    pub queued_index: [Signal<In, Bits<32>>; 4],
    /// The engine has an instruction in flight.
    pub under_way: [Signal<In, Bit>; 4],
    /// Index of the engine's oldest instruction in flight.
    pub under_way_index: [Signal<In, Bits<32>>; 4],
    /// Index of the instruction to be dispatched next.
    pub next_index: Signal<In, Bits<32>>,
    /// All instructions have been dispatched.
    pub all_dispatched: Signal<In, Bit>,
    /// The watchdog has expired.
    pub deadlock: Signal<Out, Bit>,
    /// Index of the instruction that blocks the program.
    pub oldest: Signal<Out, Bits<32>>,
    quiet: Register<Bits<32>>,
    expired: Register<Bit>,
    all_granted: Register<Bit>,
    candidate: [Register<Bits<32>>; 4],
    pair: [Register<Bits<32>>; 2],
    oldest_register: Register<Bits<32>>,
}

#[circuit]
impl Logic for Watchdog {
    fn update(&mut self) {
        comment!("watchdog: detects that nothing has made progress for too long, and the instruction that blocks.");
        wire! { clock, reset_n => quiet, expired, all_granted, oldest_register; }

        quiet.d = quiet.q + 1;
        if progress | !enable {
            quiet.d = bits::<32>(0);
        }
        expired.d = enable & limit.any() & (quiet.q >= limit);
        deadlock = expired.q;

        all_granted.d = all_dispatched & all!(!queued[i] for i in 0..4);
        for i in 0..4 {
            wire! { clock, reset_n => candidate[i]; }
            candidate[i].d = next_index;
            if all_granted.q {
                if under_way[i] {
                    candidate[i].d = under_way_index[i];
                }
            } else if queued[i] {
                candidate[i].d = queued_index[i];
            }
        }
        for i in 0..2 {
            wire! { clock, reset_n => pair[i]; }
            pair[i].d = candidate[2 * i].q;
            if candidate[2 * i + 1].q < candidate[2 * i].q {
                pair[i].d = candidate[2 * i + 1].q;
            }
        }
        oldest_register.d = pair[0].q;
        if pair[1].q < pair[0].q {
            oldest_register.d = pair[1].q;
        }
        oldest = oldest_register.q;
    }
}

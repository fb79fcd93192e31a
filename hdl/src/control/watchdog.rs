//! [`Watchdog`]: notices that nothing moves, and where.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Raises `deadlock` when there has been no progress in `limit` running cycles in a row; a limit of 0 never does. Progress in cycle t
/// clears the count of cycle t + 1; the count that has reached the limit in cycle t raises `deadlock` in cycle t + 1.
///
/// `oldest` is the oldest instruction that has not been granted, or if there was none four cycles ago the oldest one that has not retired, as of
/// three cycles ago; without any, the number of instructions.
#[derive(LogicBlock, Default)]
pub struct Watchdog {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// The program is running.
    pub enable: Signal<In, Bit>,
    /// Something has moved.
    pub progress: Signal<In, Bit>,
    /// Cycles without progress that are too many.
    pub limit: Signal<In, Bits<32>>,
    /// The engine's queue has an instruction.
    pub queued: [Signal<In, Bit>; 4],
    /// Index of the oldest one.
    pub queued_index: [Signal<In, Bits<32>>; 4],
    /// The engine has an instruction under way.
    pub under_way: [Signal<In, Bit>; 4],
    /// Index of the oldest one.
    pub under_way_index: [Signal<In, Bits<32>>; 4],
    /// Index of the instruction to be dispatched next.
    pub next_index: Signal<In, Bits<32>>,
    /// All instructions have been dispatched.
    pub all_dispatched: Signal<In, Bit>,
    /// There has been no progress for too long.
    pub deadlock: Signal<Out, Bit>,
    /// The instruction that is waited for.
    pub oldest: Signal<Out, Bits<32>>,
    quiet: Register<Bits<32>>,
    expired: Register<Bit>,
    all_granted: Register<Bit>,
    candidate: [Register<Bits<32>>; 4],
    pair: [Register<Bits<32>>; 2],
    oldest_register: Register<Bits<32>>,
}

impl Logic for Watchdog {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("watchdog: notices that nothing has moved for too long, and which instruction is waited for.");
        clock!(self, clock, quiet, expired, all_granted, oldest_register);
        self.quiet.reset_n.next = self.reset_n.val();
        self.expired.reset_n.next = self.reset_n.val();
        self.all_granted.reset_n.next = self.reset_n.val();
        self.oldest_register.reset_n.next = self.reset_n.val();

        self.quiet.d.next = self.quiet.q.val() + 1;
        if self.progress.val() | !self.enable.val() {
            self.quiet.d.next = bits::<32>(0);
        }
        self.expired.d.next = self.enable.val() & self.limit.val().any() & (self.quiet.q.val() >= self.limit.val());
        self.deadlock.next = self.expired.q.val();

        self.all_granted.d.next = self.all_dispatched.val()
            & !self.queued[0].val()
            & !self.queued[1].val()
            & !self.queued[2].val()
            & !self.queued[3].val();
        for i in 0..4 {
            self.candidate[i].clock.next = self.clock.val();
            self.candidate[i].reset_n.next = self.reset_n.val();
            self.candidate[i].d.next = self.next_index.val();
            if self.all_granted.q.val() {
                if self.under_way[i].val() {
                    self.candidate[i].d.next = self.under_way_index[i].val();
                }
            } else if self.queued[i].val() {
                self.candidate[i].d.next = self.queued_index[i].val();
            }
        }
        for i in 0..2 {
            self.pair[i].clock.next = self.clock.val();
            self.pair[i].reset_n.next = self.reset_n.val();
            self.pair[i].d.next = self.candidate[2 * i].q.val();
            if self.candidate[2 * i + 1].q.val() < self.candidate[2 * i].q.val() {
                self.pair[i].d.next = self.candidate[2 * i + 1].q.val();
            }
        }
        self.oldest_register.d.next = self.pair[0].q.val();
        if self.pair[1].q.val() < self.pair[0].q.val() {
            self.oldest_register.d.next = self.pair[1].q.val();
        }
        self.oldest.next = self.oldest_register.q.val();
    }
}

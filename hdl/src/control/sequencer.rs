//! [`Sequencer`]: instructions into the queues of their engines, in program order.

use crate::cells::{EnableRegister, Register};
use crate::isa::Stop;
use rust_hdl::core::prelude::*;

/// Takes the oldest fetched instruction into its engine's queue, one a cycle, waiting while that queue is full, and counts them.
///
/// An instruction at the head of the fetcher's queue in cycle t, whose engine's queue has room in cycle t, is pushed in cycle t. One with
/// a stop code is not: it raises `error` instead, for as long as it is there.
#[derive(LogicBlock)]
pub struct Sequencer {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: no program.
    pub reset_n: Signal<In, Bit>,
    /// A program begins: samples its length.
    pub launch: Signal<In, Bit>,
    /// Instructions of the program.
    pub program_length: Signal<In, Bits<32>>,
    /// The program is running.
    pub enable: Signal<In, Bit>,
    /// There is an instruction.
    pub valid: Signal<In, Bit>,
    /// The bit of its engine.
    pub engine: Signal<In, Bits<4>>,
    /// The stop that it causes, or 0.
    pub code: Signal<In, Bits<4>>,
    /// The index to report with a read error.
    pub fault_index: Signal<In, Bits<32>>,
    /// The engine's queue has no room.
    pub full: [Signal<In, Bit>; 4],
    /// The instruction goes into the engine's queue.
    pub push: [Signal<Out, Bit>; 4],
    /// It is taken.
    pub pop: Signal<Out, Bit>,
    /// Its index, the number of those taken before.
    pub index: Signal<Out, Bits<32>>,
    /// It stops the program.
    pub error: Signal<Out, Bit>,
    /// The index to report.
    pub error_index: Signal<Out, Bits<32>>,
    /// The program has no instructions.
    pub empty: Signal<Out, Bit>,
    /// All instructions have been taken.
    pub all_dispatched: Signal<Out, Bit>,
    read_slave_error: Constant<Bits<4>>,
    read_decode_error: Constant<Bits<4>>,
    length: EnableRegister<Bits<32>>,
    count: Register<Bits<32>>,
    blocked: Signal<Local, Bit>,
}

impl Default for Sequencer {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            launch: Signal::default(),
            program_length: Signal::default(),
            enable: Signal::default(),
            valid: Signal::default(),
            engine: Signal::default(),
            code: Signal::default(),
            fault_index: Signal::default(),
            full: Default::default(),
            push: Default::default(),
            pop: Signal::default(),
            index: Signal::default(),
            error: Signal::default(),
            error_index: Signal::default(),
            empty: Signal::default(),
            all_dispatched: Signal::default(),
            read_slave_error: Constant::new((Stop::ReadSlaveError as u64).to_bits()),
            read_decode_error: Constant::new((Stop::ReadDecodeError as u64).to_bits()),
            length: EnableRegister::default(),
            count: Register::default(),
            blocked: Signal::default(),
        }
    }
}

impl Logic for Sequencer {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("sequencer: instructions into the queues of their engines, in program order, one a cycle.");
        clock!(self, clock, length, count);
        self.length.reset_n.next = self.reset_n.val();
        self.count.reset_n.next = self.reset_n.val();

        self.length.enable.next = self.launch.val();
        self.length.d.next = self.program_length.val();
        self.empty.next = !self.length.q.val().any();
        self.all_dispatched.next = self.count.q.val() == self.length.q.val();
        self.index.next = self.count.q.val();

        self.blocked.next = (self.engine.val().get_bit(0) & self.full[0].val())
            | (self.engine.val().get_bit(1) & self.full[1].val())
            | (self.engine.val().get_bit(2) & self.full[2].val())
            | (self.engine.val().get_bit(3) & self.full[3].val());
        self.pop.next = self.enable.val() & self.valid.val() & !self.code.val().any() & !self.blocked.val();
        for i in 0..4 {
            self.push[i].next = self.pop.val() & self.engine.val().get_bit(i);
        }
        self.count.d.next = self.count.q.val() + bit_cast::<32, 1>(self.pop.val().into());

        self.error.next = self.enable.val() & self.valid.val() & self.code.val().any();
        self.error_index.next = self.count.q.val();
        if (self.code.val() == self.read_slave_error.val()) | (self.code.val() == self.read_decode_error.val()) {
            self.error_index.next = self.fault_index.val();
        }
    }
}

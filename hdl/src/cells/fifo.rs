//! [`Fifo`]: a short FIFO queue.

use rust_hdl::core::prelude::*;

/// FIFO queue of up to `2^A` values (`P` = `A` + 1) in distributed RAM, for some dozens of values at most.
///
/// A value pushed into an empty queue in cycle t is available in `oldest` from cycle t + 1 on. A push while `full` and
/// a pop without `valid` are ignored. All outputs are functions of registers. Reset empties the queue.
#[circuit(
    clock,
    reset_n = "an empty queue",
    kind = DistributedRam,
    assert(P == A + 1, "the count needs one bit more than an address"),
)]
pub struct Fifo<T: Synth, const A: usize, const P: usize> {
    /// Push strobe: `d` is added at this edge unless `full`.
    pub push: Signal<In, Bit>,
    /// Value to push, sampled with `push`.
    pub d: Signal<In, T>,
    /// Pop strobe: the oldest value is removed at this edge if `valid`.
    pub pop: Signal<In, Bit>,
    /// Queue not empty.
    pub valid: Signal<Out, Bit>,
    /// Queue full.
    pub full: Signal<Out, Bit>,
    /// Number of values in the queue, 0 to `2^A`.
    pub count: Signal<Out, Bits<P>>,
    /// Oldest value in the queue; arbitrary without `valid`.
    pub oldest: Signal<Out, T>,
    #[init(vec![T::default(); 1 << A])]
    _words: Vec<T>,
    #[init(0)]
    _head: usize,
    #[init(0)]
    _count: usize,
}

#[circuit]
impl<T: Synth, const A: usize, const P: usize> Logic for Fifo<T, A, P> {
    fn update(&mut self) {
        let size = 1 << A;
        if self.clock.pos_edge() {
            let (push, pop) = (self.push.val() && self._count < size, self.pop.val() && self._count > 0);
            if push {
                self._words[(self._head + self._count) % size] = self.d.val();
            }
            self._head = (self._head + usize::from(pop)) % size;
            self._count = self._count + usize::from(push) - usize::from(pop);
            if !self.reset_n.val() {
                (self._head, self._count) = (0, 0);
            }
        }
        self.valid.next = self._count > 0;
        self.full.next = self._count == size;
        self.count.next = (self._count as u64).to_bits();
        self.oldest.next = self._words[self._head];
    }

    fn hdl(&self) -> Verilog {
        let (width, depth, high) = (T::BITS, 1usize << A, A - 1);
        Verilog::Custom(format!(
            "// fifo_{width}x{depth}: FIFO queue in distributed RAM; a value is available in the cycle after its push.
reg [{}:0] words [0:{}];
reg [{high}:0] head;
reg [{A}:0] used;
wire add = push & ~full;
wire remove = pop & valid;
// A wire of its own: as an index expression, Icarus Verilog would compute the sum with more bits.
wire [{high}:0] tail = head + used[{high}:0];

assign valid = |used;
assign full = used[{A}];
assign count = used;
assign oldest = words[head];

always @(posedge clock) begin
    if (add) words[tail] <= d;
    if (!reset_n) begin
        head <= {A}'d0;
        used <= {P}'d0;
    end else begin
        if (remove) head <= head + {A}'d1;
        if (add & ~remove) used <= used + {P}'d1;
        if (remove & ~add) used <= used - {P}'d1;
    end
end",
            width - 1,
            depth - 1
        ))
    }
}

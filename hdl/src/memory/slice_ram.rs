//! [`SliceRam`]: memory with one write enable per slice of a word.

use rust_hdl::core::prelude::*;

/// Memory of `2^A` words of `W` bits in `SLICES` slices of `W / SLICES` bits, each slice with its own write enable. One
/// read port, one write port, one clock.
///
/// Read latency 1. A read of the address that is being written returns the old word. Contents are arbitrary until
/// written and have no reset. Each slice is a separate array, so that synthesis infers block RAM (DP16KD, RAMB36E1)
/// even if block RAM has no write enables of the slices' width.
#[circuit(
    clock,
    kind = BlockRam,
    assert(SLICES >= 2 && W.is_multiple_of(SLICES), "a word is made of equal slices"),
)]
pub struct SliceRam<SLICES, W, A> {
    /// Write enable per slice of `write_data`, sampled at this edge; the lowest slice in bit 0.
    pub write_enable: Signal<In, Bits<SLICES>>,
    /// Address of the word to write.
    pub write_address: Signal<In, Bits<A>>,
    /// Word to write; only its enabled slices are stored.
    pub write_data: Signal<In, Bits<W>>,
    /// Address of the word to read at this edge.
    pub read_address: Signal<In, Bits<A>>,
    /// Word read at the last edge.
    pub read_data: Signal<Out, Bits<W>>,
    #[init(vec![Bits::default(); 1 << A])]
    _words: Vec<Bits<W>>,
}

#[circuit]
impl Logic for SliceRam<SLICES, W, A> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.read_data.next = self._words[self.read_address.val().index()];
            let (enable, data) = (self.write_enable.val(), self.write_data.val());
            let word = &mut self._words[self.write_address.val().index()];
            for bit in (0..W).filter(|bit| enable.get_bit(bit / (W / SLICES))) {
                *word = word.replace_bit(bit, data.get_bit(bit));
            }
        }
    }

    fn hdl(&self) -> Verilog {
        let (width, last) = (W / SLICES, (1usize << A) - 1);
        let arrays: Vec<String> = (0..SLICES).map(|i| format!("reg [{}:0] slice_{i} [0:{last}];", width - 1)).collect();
        let slice = |i: usize| {
            let bits = format!("{}:{}", (i + 1) * width - 1, i * width);
            format!(
                "    if (write_enable[{i}]) slice_{i}[write_address] <= write_data[{bits}];
    read_data[{bits}] <= slice_{i}[read_address];"
            )
        };
        let slices: Vec<String> = (0..SLICES).map(slice).collect();
        Verilog::Custom(format!(
            "// slice_ram_{SLICES}x{width}x{}: words of {SLICES} slices with one write enable each, \
             synchronous read of the old word; infers block RAM.
{}

always @(posedge clock) begin
{}
end",
            last + 1,
            arrays.join("\n"),
            slices.join("\n")
        ))
    }
}

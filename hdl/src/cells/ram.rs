//! [`Ram`]: on-chip memory.

use rust_hdl::core::prelude::*;

/// Memory of `2^ADDRESS` words, one read and one write port, one clock; written so that synthesis infers block RAM.
///
/// Read latency 1. A read of the address that is being written returns the old word. Contents are arbitrary until written; reset
/// does not reach them.
#[circuit(clock, kind = BlockRam)]
pub struct Ram<T: Synth, const ADDRESS: usize> {
    /// Whether `write_data` is stored at this edge.
    pub write_enable: Signal<In, Bit>,
    /// Where it is stored.
    pub write_address: Signal<In, Bits<ADDRESS>>,
    /// What is stored.
    pub write_data: Signal<In, T>,
    /// Which word is read at this edge.
    pub read_address: Signal<In, Bits<ADDRESS>>,
    /// The word read at the last edge.
    pub read_data: Signal<Out, T>,
    #[init(vec![T::default(); 1 << ADDRESS])]
    _words: Vec<T>,
}

#[circuit]
impl<T: Synth, const ADDRESS: usize> Logic for Ram<T, ADDRESS> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.read_data.next = self._words[self.read_address.val().index()];
            if self.write_enable.val() {
                self._words[self.write_address.val().index()] = self.write_data.val();
            }
        }
    }

    fn hdl(&self) -> Verilog {
        let (width, depth) = (T::BITS, 1usize << ADDRESS);
        Verilog::Custom(format!(
            "// ram_{width}x{depth}: one read and one write port, synchronous read of the old word; infers block RAM.
reg [{}:0] words [0:{}];

always @(posedge clock) begin
    if (write_enable) words[write_address] <= write_data;
    read_data <= words[read_address];
end",
            width - 1,
            depth - 1
        ))
    }
}

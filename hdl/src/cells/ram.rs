//! [`Ram`]: block RAM with one write and one read port.

use rust_hdl::core::prelude::*;

/// Memory of `2^ADDRESS` words with one read port, one write port and one clock; synthesis infers block RAM.
///
/// Read latency 1. A read of the address that is being written returns the old word. Contents are arbitrary until
/// written and have no reset.
#[circuit(clock, kind = BlockRam)]
pub struct Ram<T: Synth, const ADDRESS: usize> {
    /// Write enable: `write_data` is stored at this edge.
    pub write_enable: Signal<In, Bit>,
    /// Address of the word to write.
    pub write_address: Signal<In, Bits<ADDRESS>>,
    /// Word to write.
    pub write_data: Signal<In, T>,
    /// Address of the word to read at this edge.
    pub read_address: Signal<In, Bits<ADDRESS>>,
    /// Word read at the last edge.
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

//! [`DistributedRam`]: small memory with a combinational read port.

use rust_hdl::core::prelude::*;

/// Memory of `2^ADDRESS` words with one write port and one combinational read port; synthesis infers distributed RAM.
///
/// Read latency 0: a read returns the word as it was before this edge's write. Contents are arbitrary until written and
/// have no reset. For more than some dozens of words use [`Ram`](super::Ram).
#[circuit(clock, kind = DistributedRam)]
pub struct DistributedRam<T: Synth, const ADDRESS: usize> {
    /// Write enable: `write_data` is stored at this edge.
    pub write_enable: Signal<In, Bit>,
    /// Address of the word to write.
    pub write_address: Signal<In, Bits<ADDRESS>>,
    /// Word to write.
    pub write_data: Signal<In, T>,
    /// Address of the word to read.
    pub read_address: Signal<In, Bits<ADDRESS>>,
    /// Word at `read_address`, in the same cycle.
    pub read_data: Signal<Out, T>,
    #[init(vec![T::default(); 1 << ADDRESS])]
    _words: Vec<T>,
}

#[circuit]
impl<T: Synth, const ADDRESS: usize> Logic for DistributedRam<T, ADDRESS> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.write_enable.val() {
            self._words[self.write_address.val().index()] = self.write_data.val();
        }
        self.read_data.next = self._words[self.read_address.val().index()];
    }

    fn hdl(&self) -> Verilog {
        let (width, depth) = (T::BITS, 1usize << ADDRESS);
        Verilog::Custom(format!(
            "// distributed_ram_{width}x{depth}: one write port, one combinational read port; infers distributed RAM.
reg [{}:0] words [0:{}];

always @(posedge clock) if (write_enable) words[write_address] <= write_data;

assign read_data = words[read_address];",
            width - 1,
            depth - 1
        ))
    }
}

//! [`Accelerator`]: the top module.

use crate::bus::{ReadMaster, WriteMaster};
use crate::cells::{Ram, Repeat, Spread, Truncate};
use crate::control::Control;
use crate::dma::{LoadEngine, StoreEngine};
use crate::isa::Configuration;
use crate::matrix::MatrixEngine;
use crate::memory::{SliceRam, TwoWriterRam};
use crate::vector::VectorEngine;
use rust_hdl::core::prelude::*;

/// The accelerator (docs/machine.md): an AXI4-Lite slave for control, an AXI4 master for memory, a level interrupt.
///
/// Wires only: control, the four engines, and the six memories with what arbitrates their ports. The vector engine writes before the
/// load engine, the matrix and the vector engine read before the store engine; whoever has to wait, waits without harm.
///
/// `trace_*` and `watch_*` only watch (docs/machine.md, "Observation"); leave them open in a design.
///
/// Parameters follow from `N`, `L` and the depths of the memories, see the named types beside this one.
#[derive(LogicBlock)]
pub struct Accelerator<
    const N: usize,
    const L: usize,
    const G: usize,
    const W8: usize,
    const W9: usize,
    const W16: usize,
    const W22: usize,
    const W32: usize,
    const S8: usize,
    const S16: usize,
    const S22: usize,
    const S32: usize,
    const SKEW: usize,
    const DELAY: usize,
    const AA: usize,
    const BA: usize,
    const CA: usize,
    const RA: usize,
    const YA: usize,
    const KA: usize,
> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// Control: write address valid.
    pub s_axi_awvalid: Signal<In, Bit>,
    /// Control: write address ready.
    pub s_axi_awready: Signal<Out, Bit>,
    /// Control: write address.
    pub s_axi_awaddr: Signal<In, Bits<12>>,
    /// Control: write data valid.
    pub s_axi_wvalid: Signal<In, Bit>,
    /// Control: write data ready.
    pub s_axi_wready: Signal<Out, Bit>,
    /// Control: write data.
    pub s_axi_wdata: Signal<In, Bits<32>>,
    /// Control: write strobes.
    pub s_axi_wstrb: Signal<In, Bits<4>>,
    /// Control: write response valid.
    pub s_axi_bvalid: Signal<Out, Bit>,
    /// Control: write response ready.
    pub s_axi_bready: Signal<In, Bit>,
    /// Control: write response.
    pub s_axi_bresp: Signal<Out, Bits<2>>,
    /// Control: read address valid.
    pub s_axi_arvalid: Signal<In, Bit>,
    /// Control: read address ready.
    pub s_axi_arready: Signal<Out, Bit>,
    /// Control: read address.
    pub s_axi_araddr: Signal<In, Bits<12>>,
    /// Control: read data valid.
    pub s_axi_rvalid: Signal<Out, Bit>,
    /// Control: read data ready.
    pub s_axi_rready: Signal<In, Bit>,
    /// Control: read data.
    pub s_axi_rdata: Signal<Out, Bits<32>>,
    /// Control: read response.
    pub s_axi_rresp: Signal<Out, Bits<2>>,
    /// Interrupt, active high, level.
    pub irq: Signal<Out, Bit>,
    /// Memory: read address valid.
    pub m_axi_arvalid: Signal<Out, Bit>,
    /// Memory: read address ready.
    pub m_axi_arready: Signal<In, Bit>,
    /// Memory: byte address.
    pub m_axi_araddr: Signal<Out, Bits<32>>,
    /// Memory: beats - 1.
    pub m_axi_arlen: Signal<Out, Bits<8>>,
    /// Memory: log2 of the bytes of a beat.
    pub m_axi_arsize: Signal<Out, Bits<3>>,
    /// Memory: INCR.
    pub m_axi_arburst: Signal<Out, Bits<2>>,
    /// Memory: read beat valid.
    pub m_axi_rvalid: Signal<In, Bit>,
    /// Memory: read beat ready.
    pub m_axi_rready: Signal<Out, Bit>,
    /// Memory: read data.
    pub m_axi_rdata: Signal<In, Bits<W8>>,
    /// Memory: read response.
    pub m_axi_rresp: Signal<In, Bits<2>>,
    /// Memory: last beat of a burst.
    pub m_axi_rlast: Signal<In, Bit>,
    /// Memory: write address valid.
    pub m_axi_awvalid: Signal<Out, Bit>,
    /// Memory: write address ready.
    pub m_axi_awready: Signal<In, Bit>,
    /// Memory: byte address.
    pub m_axi_awaddr: Signal<Out, Bits<32>>,
    /// Memory: beats - 1.
    pub m_axi_awlen: Signal<Out, Bits<8>>,
    /// Memory: log2 of the bytes of a beat.
    pub m_axi_awsize: Signal<Out, Bits<3>>,
    /// Memory: INCR.
    pub m_axi_awburst: Signal<Out, Bits<2>>,
    /// Memory: write beat valid.
    pub m_axi_wvalid: Signal<Out, Bit>,
    /// Memory: write beat ready.
    pub m_axi_wready: Signal<In, Bit>,
    /// Memory: write data.
    pub m_axi_wdata: Signal<Out, Bits<W8>>,
    /// Memory: all bytes.
    pub m_axi_wstrb: Signal<Out, Bits<N>>,
    /// Memory: last beat of a burst.
    pub m_axi_wlast: Signal<Out, Bit>,
    /// Memory: write response valid.
    pub m_axi_bvalid: Signal<In, Bit>,
    /// Memory: write response ready.
    pub m_axi_bready: Signal<Out, Bit>,
    /// Memory: write response.
    pub m_axi_bresp: Signal<In, Bits<2>>,
    /// An instruction starts: load, store, matrix, vector.
    pub trace_start: [Signal<Out, Bit>; 4],
    /// Its index.
    pub trace_start_index: Signal<Out, Bits<32>>,
    /// An instruction retires.
    pub trace_retire: [Signal<Out, Bit>; 4],
    /// Its index.
    pub trace_retire_index: [Signal<Out, Bits<32>>; 4],
    /// The matrix engine writes a word of C.
    pub watch_c: Signal<Out, Bit>,
    /// Which.
    pub watch_c_address: Signal<Out, Bits<CA>>,
    /// The word.
    pub watch_c_data: Signal<Out, Bits<W32>>,
    /// The vector engine writes groups of a word of A.
    pub watch_a: Signal<Out, Bits<G>>,
    /// Which word.
    pub watch_a_address: Signal<Out, Bits<AA>>,
    /// The word.
    pub watch_a_data: Signal<Out, Bits<W8>>,
    /// The vector engine writes groups of a word of B.
    pub watch_b: Signal<Out, Bits<G>>,
    /// Which word.
    pub watch_b_address: Signal<Out, Bits<BA>>,
    /// The word.
    pub watch_b_data: Signal<Out, Bits<W8>>,
    /// The vector engine writes groups of a word of R.
    pub watch_r: Signal<Out, Bits<G>>,
    /// Which word.
    pub watch_r_address: Signal<Out, Bits<RA>>,
    /// The word.
    pub watch_r_data: Signal<Out, Bits<W16>>,
    /// The vector engine writes groups of a word of Y.
    pub watch_y: Signal<Out, Bits<G>>,
    /// Which word.
    pub watch_y_address: Signal<Out, Bits<YA>>,
    /// The word.
    pub watch_y_data: Signal<Out, Bits<W22>>,
    control: Control<W8>,
    reads: ReadMaster<W8>,
    writes: WriteMaster<N, W8>,
    load: LoadEngine<W8>,
    store: StoreEngine<W8, W16>,
    matrix: MatrixEngine<N, W9, W8, W32, SKEW, DELAY, AA, BA, CA>,
    vector: VectorEngine<L, G, W8, W16, W22, W32, S8, S16, S22, S32, AA, BA, CA, RA, YA, KA>,
    a: TwoWriterRam<G, W8, AA>,
    b: TwoWriterRam<G, W8, BA>,
    c: Ram<Bits<W32>, CA>,
    r: TwoWriterRam<G, W16, RA>,
    y: SliceRam<G, W22, YA>,
    k: SliceRam<5, 160, KA>,
    load_a_address: Truncate<16, AA>,
    load_b_address: Truncate<16, BA>,
    load_r_address: Truncate<16, RA>,
    load_k_address: Truncate<16, KA>,
    store_a_address: Truncate<16, AA>,
    store_r_address: Truncate<16, RA>,
    load_a: Repeat<1, G>,
    load_b: Repeat<1, G>,
    load_r: Spread<2, G>,
    load_r_word: Repeat<W8, W16>,
}

impl<
    const N: usize,
    const L: usize,
    const G: usize,
    const W8: usize,
    const W9: usize,
    const W16: usize,
    const W22: usize,
    const W32: usize,
    const S8: usize,
    const S16: usize,
    const S22: usize,
    const S32: usize,
    const SKEW: usize,
    const DELAY: usize,
    const AA: usize,
    const BA: usize,
    const CA: usize,
    const RA: usize,
    const YA: usize,
    const KA: usize,
> Default for Accelerator<N, L, G, W8, W9, W16, W22, W32, S8, S16, S22, S32, SKEW, DELAY, AA, BA, CA, RA, YA, KA>
{
    fn default() -> Self {
        let configuration = Configuration {
            name: "of the type",
            side: N,
            lanes: L,
            a_depth: AA,
            b_depth: BA,
            c_depth: CA,
            r_depth: RA,
            y_depth: YA,
            k_depth: KA,
        };
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            s_axi_awvalid: Signal::default(),
            s_axi_awready: Signal::default(),
            s_axi_awaddr: Signal::default(),
            s_axi_wvalid: Signal::default(),
            s_axi_wready: Signal::default(),
            s_axi_wdata: Signal::default(),
            s_axi_wstrb: Signal::default(),
            s_axi_bvalid: Signal::default(),
            s_axi_bready: Signal::default(),
            s_axi_bresp: Signal::default(),
            s_axi_arvalid: Signal::default(),
            s_axi_arready: Signal::default(),
            s_axi_araddr: Signal::default(),
            s_axi_rvalid: Signal::default(),
            s_axi_rready: Signal::default(),
            s_axi_rdata: Signal::default(),
            s_axi_rresp: Signal::default(),
            irq: Signal::default(),
            m_axi_arvalid: Signal::default(),
            m_axi_arready: Signal::default(),
            m_axi_araddr: Signal::default(),
            m_axi_arlen: Signal::default(),
            m_axi_arsize: Signal::default(),
            m_axi_arburst: Signal::default(),
            m_axi_rvalid: Signal::default(),
            m_axi_rready: Signal::default(),
            m_axi_rdata: Signal::default(),
            m_axi_rresp: Signal::default(),
            m_axi_rlast: Signal::default(),
            m_axi_awvalid: Signal::default(),
            m_axi_awready: Signal::default(),
            m_axi_awaddr: Signal::default(),
            m_axi_awlen: Signal::default(),
            m_axi_awsize: Signal::default(),
            m_axi_awburst: Signal::default(),
            m_axi_wvalid: Signal::default(),
            m_axi_wready: Signal::default(),
            m_axi_wdata: Signal::default(),
            m_axi_wstrb: Signal::default(),
            m_axi_wlast: Signal::default(),
            m_axi_bvalid: Signal::default(),
            m_axi_bready: Signal::default(),
            m_axi_bresp: Signal::default(),
            trace_start: Default::default(),
            trace_start_index: Signal::default(),
            trace_retire: Default::default(),
            trace_retire_index: Default::default(),
            watch_c: Signal::default(),
            watch_c_address: Signal::default(),
            watch_c_data: Signal::default(),
            watch_a: Signal::default(),
            watch_a_address: Signal::default(),
            watch_a_data: Signal::default(),
            watch_b: Signal::default(),
            watch_b_address: Signal::default(),
            watch_b_data: Signal::default(),
            watch_r: Signal::default(),
            watch_r_address: Signal::default(),
            watch_r_data: Signal::default(),
            watch_y: Signal::default(),
            watch_y_address: Signal::default(),
            watch_y_data: Signal::default(),
            control: Control::new(&configuration),
            reads: ReadMaster::default(),
            writes: WriteMaster::default(),
            load: LoadEngine::new(&configuration),
            store: StoreEngine::new(&configuration),
            matrix: MatrixEngine::default(),
            vector: VectorEngine::default(),
            a: TwoWriterRam::default(),
            b: TwoWriterRam::default(),
            c: Ram::default(),
            r: TwoWriterRam::default(),
            y: SliceRam::default(),
            k: SliceRam::default(),
            load_a_address: Truncate::default(),
            load_b_address: Truncate::default(),
            load_r_address: Truncate::default(),
            load_k_address: Truncate::default(),
            store_a_address: Truncate::default(),
            store_r_address: Truncate::default(),
            load_a: Repeat::default(),
            load_b: Repeat::default(),
            load_r: Spread::default(),
            load_r_word: Repeat::default(),
        }
    }
}

impl<
    const N: usize,
    const L: usize,
    const G: usize,
    const W8: usize,
    const W9: usize,
    const W16: usize,
    const W22: usize,
    const W32: usize,
    const S8: usize,
    const S16: usize,
    const S22: usize,
    const S32: usize,
    const SKEW: usize,
    const DELAY: usize,
    const AA: usize,
    const BA: usize,
    const CA: usize,
    const RA: usize,
    const YA: usize,
    const KA: usize,
> Logic for Accelerator<N, L, G, W8, W9, W16, W22, W32, S8, S16, S22, S32, SKEW, DELAY, AA, BA, CA, RA, YA, KA>
{
    #[hdl_gen]
    fn update(&mut self) {
        comment!("accelerator: runs programs that compute BERT encoders in integers.");
        clock!(self, clock, control, reads, writes, load, store, matrix, vector, a, b, c, r, y, k);
        self.control.reset_n.next = self.reset_n.val();
        self.reads.reset_n.next = self.reset_n.val();
        self.writes.reset_n.next = self.reset_n.val();
        self.load.reset_n.next = self.reset_n.val();
        self.store.reset_n.next = self.reset_n.val();
        self.matrix.reset_n.next = self.reset_n.val();
        self.vector.reset_n.next = self.reset_n.val();

        comment!("Control: registers, program, engines.");
        self.control.awvalid.next = self.s_axi_awvalid.val();
        self.s_axi_awready.next = self.control.awready.val();
        self.control.awaddr.next = self.s_axi_awaddr.val();
        self.control.wvalid.next = self.s_axi_wvalid.val();
        self.s_axi_wready.next = self.control.wready.val();
        self.control.wdata.next = self.s_axi_wdata.val();
        self.control.wstrb.next = self.s_axi_wstrb.val();
        self.s_axi_bvalid.next = self.control.bvalid.val();
        self.control.bready.next = self.s_axi_bready.val();
        self.s_axi_bresp.next = self.control.bresp.val();
        self.control.arvalid.next = self.s_axi_arvalid.val();
        self.s_axi_arready.next = self.control.arready.val();
        self.control.araddr.next = self.s_axi_araddr.val();
        self.s_axi_rvalid.next = self.control.rvalid.val();
        self.control.rready.next = self.s_axi_rready.val();
        self.s_axi_rdata.next = self.control.rdata.val();
        self.s_axi_rresp.next = self.control.rresp.val();
        self.irq.next = self.control.irq.val();
        self.control.bus_activity.next = (self.reads.arvalid.val() & self.m_axi_arready.val())
            | (self.m_axi_rvalid.val() & self.reads.rready.val())
            | (self.writes.awvalid.val() & self.m_axi_awready.val())
            | (self.writes.wvalid.val() & self.m_axi_wready.val())
            | (self.m_axi_bvalid.val() & self.writes.bready.val());
        self.control.variance_saturated.next = self.vector.variance_saturated.val();

        self.load.start.next = self.control.start[0].val();
        self.load.instruction.next = self.control.instruction.val();
        self.load.halt.next = self.control.halt.val();
        self.load.clear.next = self.control.clear.val();
        self.control.ready[0].next = self.load.ready.val();
        self.control.retire[0].next = self.load.retire.val();
        self.control.fault[0].next = self.load.fault.val();
        self.control.fault_code[0].next = self.load.fault_code.val();
        self.control.idle[0].next = self.load.idle.val();
        self.store.start.next = self.control.start[1].val();
        self.store.instruction.next = self.control.instruction.val();
        self.store.halt.next = self.control.halt.val();
        self.store.clear.next = self.control.clear.val();
        self.control.ready[1].next = self.store.ready.val();
        self.control.retire[1].next = self.store.retire.val();
        self.control.fault[1].next = self.store.fault.val();
        self.control.fault_code[1].next = self.store.fault_code.val();
        self.control.idle[1].next = self.store.idle.val();
        self.matrix.start.next = self.control.start[2].val();
        self.matrix.instruction.next = self.control.instruction.val();
        self.matrix.halt.next = self.control.halt.val();
        self.matrix.clear.next = self.control.clear.val();
        self.control.ready[2].next = self.matrix.ready.val();
        self.control.retire[2].next = self.matrix.retire.val();
        self.control.fault[2].next = self.matrix.fault.val();
        self.control.fault_code[2].next = self.matrix.fault_code.val();
        self.control.idle[2].next = self.matrix.idle.val();
        self.vector.start.next = self.control.start[3].val();
        self.vector.instruction.next = self.control.instruction.val();
        self.vector.halt.next = self.control.halt.val();
        self.vector.clear.next = self.control.clear.val();
        self.control.ready[3].next = self.vector.ready.val();
        self.control.retire[3].next = self.vector.retire.val();
        self.control.fault[3].next = self.vector.fault.val();
        self.control.fault_code[3].next = self.vector.fault_code.val();
        self.control.idle[3].next = self.vector.idle.val();

        comment!("Reads: the program first, then loads.");
        self.reads.fetch_request.next = self.control.request.val();
        self.control.request_ready.next = self.reads.fetch_ready.val();
        self.reads.fetch_address.next = self.control.request_address.val();
        self.reads.fetch_beats.next = self.control.request_beats.val();
        self.control.beat_valid.next = self.reads.fetch_valid.val();
        self.control.beat.next = self.reads.beat.val();
        self.control.beat_response.next = self.reads.response.val();
        self.reads.load_request.next = self.load.request.val();
        self.load.request_ready.next = self.reads.load_ready.val();
        self.reads.load_address.next = self.load.request_address.val();
        self.reads.load_length.next = self.load.request_length.val();
        self.load.beat_valid.next = self.reads.load_valid.val();
        self.reads.load_take.next = self.load.beat_ready.val();
        self.load.beat.next = self.reads.beat.val();
        self.load.beat_response.next = self.reads.response.val();
        self.load.beat_last.next = self.reads.last.val();
        self.m_axi_arvalid.next = self.reads.arvalid.val();
        self.reads.arready.next = self.m_axi_arready.val();
        self.m_axi_araddr.next = self.reads.araddr.val();
        self.m_axi_arlen.next = self.reads.arlen.val();
        self.m_axi_arsize.next = self.reads.arsize.val();
        self.m_axi_arburst.next = self.reads.arburst.val();
        self.reads.rvalid.next = self.m_axi_rvalid.val();
        self.m_axi_rready.next = self.reads.rready.val();
        self.reads.rdata.next = self.m_axi_rdata.val();
        self.reads.rresp.next = self.m_axi_rresp.val();
        self.reads.rlast.next = self.m_axi_rlast.val();

        comment!("Writes: stores.");
        self.writes.request.next = self.store.request.val();
        self.store.request_ready.next = self.writes.ready.val();
        self.writes.address.next = self.store.request_address.val();
        self.writes.length.next = self.store.request_length.val();
        self.writes.request_last.next = self.store.request_last.val();
        self.writes.data_valid.next = self.store.beat_valid.val();
        self.store.beat_ready.next = self.writes.data_ready.val();
        self.writes.data.next = self.store.beat.val();
        self.writes.data_last.next = self.store.beat_last.val();
        self.store.response_valid.next = self.writes.response_valid.val();
        self.store.response.next = self.writes.response.val();
        self.store.response_last.next = self.writes.response_last.val();
        self.store.bus_idle.next = self.writes.idle.val();
        self.m_axi_awvalid.next = self.writes.awvalid.val();
        self.writes.awready.next = self.m_axi_awready.val();
        self.m_axi_awaddr.next = self.writes.awaddr.val();
        self.m_axi_awlen.next = self.writes.awlen.val();
        self.m_axi_awsize.next = self.writes.awsize.val();
        self.m_axi_awburst.next = self.writes.awburst.val();
        self.m_axi_wvalid.next = self.writes.wvalid.val();
        self.writes.wready.next = self.m_axi_wready.val();
        self.m_axi_wdata.next = self.writes.wdata.val();
        self.m_axi_wstrb.next = self.writes.wstrb.val();
        self.m_axi_wlast.next = self.writes.wlast.val();
        self.writes.bvalid.next = self.m_axi_bvalid.val();
        self.m_axi_bready.next = self.writes.bready.val();
        self.writes.bresp.next = self.m_axi_bresp.val();

        comment!("A: operands from the left; written by vector before load, read by matrix before store.");
        self.a.first_enable.next = self.vector.a_write.val();
        self.a.first_address.next = self.vector.a_address.val();
        self.a.first_data.next = self.vector.a_data.val();
        self.load_a.value.next = self.load.a_write.val().into();
        self.a.second_enable.next = self.load_a.repeated.val();
        self.load_a_address.value.next = signed_cast(self.load.write_address.val());
        self.a.second_address.next = unsigned_cast(self.load_a_address.truncated.val());
        self.a.second_data.next = self.load.word.val();
        self.load.a_ready.next = self.a.second_ready.val();
        self.store_a_address.value.next = signed_cast(self.store.read_address.val());
        self.a.read_address.next = unsigned_cast(self.store_a_address.truncated.val());
        if self.matrix.read.val() {
            self.a.read_address.next = self.matrix.a_address.val();
        }
        self.store.a_ready.next = !self.matrix.read.val();
        self.matrix.a_word.next = self.a.read_data.val();
        self.store.a_data.next = self.a.read_data.val();

        comment!("B: operands from above; written by vector before load.");
        self.b.first_enable.next = self.vector.b_write.val();
        self.b.first_address.next = self.vector.b_address.val();
        self.b.first_data.next = self.vector.b_data.val();
        self.load_b.value.next = self.load.b_write.val().into();
        self.b.second_enable.next = self.load_b.repeated.val();
        self.load_b_address.value.next = signed_cast(self.load.write_address.val());
        self.b.second_address.next = unsigned_cast(self.load_b_address.truncated.val());
        self.b.second_data.next = self.load.word.val();
        self.load.b_ready.next = self.b.second_ready.val();
        self.b.read_address.next = self.matrix.b_address.val();
        self.matrix.b_word.next = self.b.read_data.val();

        comment!("C: sums.");
        self.c.write_enable.next = self.matrix.c_write.val();
        self.c.write_address.next = self.matrix.c_address.val();
        self.c.write_data.next = self.matrix.c_word.val();
        self.c.read_address.next = self.vector.c_address.val();
        self.vector.c_data.next = self.c.read_data.val();

        comment!("R: residuals; written by vector before load, read by vector before store.");
        self.r.first_enable.next = self.vector.r_write.val();
        self.r.first_address.next = self.vector.r_write_address.val();
        self.r.first_data.next = self.vector.r_write_data.val();
        self.load_r.value.next = self.load.r_write.val();
        self.r.second_enable.next = self.load_r.spread.val();
        self.load_r_address.value.next = signed_cast(self.load.write_address.val());
        self.r.second_address.next = unsigned_cast(self.load_r_address.truncated.val());
        self.load_r_word.value.next = self.load.word.val();
        self.r.second_data.next = self.load_r_word.repeated.val();
        self.load.r_ready.next = self.r.second_ready.val();
        self.store_r_address.value.next = signed_cast(self.store.read_address.val());
        self.r.read_address.next = unsigned_cast(self.store_r_address.truncated.val());
        if self.vector.r_read.val() {
            self.r.read_address.next = self.vector.r_read_address.val();
        }
        self.store.r_ready.next = !self.vector.r_read.val();
        self.vector.r_data.next = self.r.read_data.val();
        self.store.r_data.next = self.r.read_data.val();

        comment!("Y: LayerNorm inputs.");
        self.y.write_enable.next = self.vector.y_write.val();
        self.y.write_address.next = self.vector.y_write_address.val();
        self.y.write_data.next = self.vector.y_write_data.val();
        self.y.read_address.next = self.vector.y_address.val();
        self.vector.y_data.next = self.y.read_data.val();

        comment!("K: constants.");
        self.k.write_enable.next = self.load.k_write.val();
        self.load_k_address.value.next = signed_cast(self.load.write_address.val());
        self.k.write_address.next = unsigned_cast(self.load_k_address.truncated.val());
        self.k.write_data.next = self.load.constant.val();
        self.k.read_address.next = self.vector.k_address.val();
        self.vector.k_data.next = self.k.read_data.val();

        comment!("Observation.");
        for i in 0..4 {
            self.trace_start[i].next = self.control.start[i].val();
            self.trace_retire_index[i].next = self.control.trace_retire_index[i].val();
        }
        self.trace_start_index.next = self.control.trace_start_index.val();
        self.trace_retire[0].next = self.load.retire.val();
        self.trace_retire[1].next = self.store.retire.val();
        self.trace_retire[2].next = self.matrix.retire.val();
        self.trace_retire[3].next = self.vector.retire.val();
        self.watch_c.next = self.matrix.c_write.val();
        self.watch_c_address.next = self.matrix.c_address.val();
        self.watch_c_data.next = self.matrix.c_word.val();
        self.watch_a.next = self.vector.a_write.val();
        self.watch_a_address.next = self.vector.a_address.val();
        self.watch_a_data.next = self.vector.a_data.val();
        self.watch_b.next = self.vector.b_write.val();
        self.watch_b_address.next = self.vector.b_address.val();
        self.watch_b_data.next = self.vector.b_data.val();
        self.watch_r.next = self.vector.r_write.val();
        self.watch_r_address.next = self.vector.r_write_address.val();
        self.watch_r_data.next = self.vector.r_write_data.val();
        self.watch_y.next = self.vector.y_write.val();
        self.watch_y_address.next = self.vector.y_write_address.val();
        self.watch_y_data.next = self.vector.y_write_data.val();
    }
}

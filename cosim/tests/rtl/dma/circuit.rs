//! The circuit under test: both engines, both masters and the memories, with ports in place of everything else.

use ibert_hdl::bus::{ReadMaster, WriteMaster};
use ibert_hdl::cells::{Register, Repeat, Spread};
use ibert_hdl::comment;
use ibert_hdl::dma::{LoadEngine, StoreEngine};
use ibert_hdl::memory::{SliceRam, TwoWriterRam};
use ibert_isa::{Configuration, SoftmaxForm};
use rust_hdl::core::prelude::*;

/// Depths of the memories: small, so that random instructions reach their ends.
pub(crate) const A_DEPTH: usize = 8;
pub(crate) const B_DEPTH: usize = 7;
pub(crate) const R_DEPTH: usize = 7;
pub(crate) const K_DEPTH: usize = 6;

/// Of a bus of `side` bytes and two groups of lanes.
pub(crate) const fn configuration(side: usize) -> Configuration {
    Configuration {
        name: "bench",
        side,
        lanes: side / 2,
        a_depth: A_DEPTH,
        b_depth: B_DEPTH,
        c_depth: 8,
        r_depth: R_DEPTH,
        y_depth: 8,
        k_depth: K_DEPTH,
        softmax: SoftmaxForm::Late,
    }
}

/// Traffic of the accelerator. The vector engine's writes come from ports (`vector_…`); `hold_a` and `hold_r` take the
/// read ports away from the store engine, to `probe_address`.
#[derive(LogicBlock)]
pub(crate) struct Traffic<const N: usize, const W8: usize, const W16: usize> {
    pub(crate) clock: Signal<In, Clock>,
    pub(crate) reset_n: Signal<In, Bit>,
    pub(crate) halt: Signal<In, Bit>,
    pub(crate) clear: Signal<In, Bit>,
    pub(crate) instruction: Signal<In, Bits<256>>,
    pub(crate) load_start: Signal<In, Bit>,
    pub(crate) load_ready: Signal<Out, Bit>,
    pub(crate) load_retire: Signal<Out, Bit>,
    pub(crate) load_fault: Signal<Out, Bit>,
    pub(crate) load_fault_code: Signal<Out, Bits<4>>,
    pub(crate) load_idle: Signal<Out, Bit>,
    pub(crate) store_start: Signal<In, Bit>,
    pub(crate) store_ready: Signal<Out, Bit>,
    pub(crate) store_retire: Signal<Out, Bit>,
    pub(crate) store_fault: Signal<Out, Bit>,
    pub(crate) store_fault_code: Signal<Out, Bits<4>>,
    pub(crate) store_idle: Signal<Out, Bit>,
    /// The fetcher requests a burst, until it is accepted; only while not `fetch_busy`.
    pub(crate) fetch_start: Signal<In, Bit>,
    pub(crate) fetch_busy: Signal<Out, Bit>,
    pub(crate) fetch_address: Signal<In, Bits<32>>,
    pub(crate) fetch_beats: Signal<In, Bits<8>>,
    pub(crate) fetch_valid: Signal<Out, Bit>,
    pub(crate) fetch_beat: Signal<Out, Bits<W8>>,
    pub(crate) vector_a: Signal<In, Bits<2>>,
    pub(crate) vector_b: Signal<In, Bits<2>>,
    pub(crate) vector_r: Signal<In, Bits<2>>,
    pub(crate) vector_address: Signal<In, Bits<8>>,
    pub(crate) vector_data: Signal<In, Bits<W16>>,
    pub(crate) hold_a: Signal<In, Bit>,
    pub(crate) hold_r: Signal<In, Bit>,
    pub(crate) probe_address: Signal<In, Bits<8>>,
    pub(crate) a_data: Signal<Out, Bits<W8>>,
    pub(crate) b_data: Signal<Out, Bits<W8>>,
    pub(crate) r_data: Signal<Out, Bits<W16>>,
    pub(crate) k_data: Signal<Out, Bits<160>>,
    /// The load engine writes in this cycle.
    pub(crate) load_writes: Signal<Out, Bit>,
    pub(crate) load_address: Signal<Out, Bits<16>>,
    pub(crate) store_address: Signal<Out, Bits<16>>,
    pub(crate) m_axi_arvalid: Signal<Out, Bit>,
    pub(crate) m_axi_arready: Signal<In, Bit>,
    pub(crate) m_axi_araddr: Signal<Out, Bits<32>>,
    pub(crate) m_axi_arlen: Signal<Out, Bits<8>>,
    pub(crate) m_axi_arsize: Signal<Out, Bits<3>>,
    pub(crate) m_axi_arburst: Signal<Out, Bits<2>>,
    pub(crate) m_axi_rvalid: Signal<In, Bit>,
    pub(crate) m_axi_rready: Signal<Out, Bit>,
    pub(crate) m_axi_rdata: Signal<In, Bits<W8>>,
    pub(crate) m_axi_rresp: Signal<In, Bits<2>>,
    pub(crate) m_axi_rlast: Signal<In, Bit>,
    pub(crate) m_axi_awvalid: Signal<Out, Bit>,
    pub(crate) m_axi_awready: Signal<In, Bit>,
    pub(crate) m_axi_awaddr: Signal<Out, Bits<32>>,
    pub(crate) m_axi_awlen: Signal<Out, Bits<8>>,
    pub(crate) m_axi_awsize: Signal<Out, Bits<3>>,
    pub(crate) m_axi_awburst: Signal<Out, Bits<2>>,
    pub(crate) m_axi_wvalid: Signal<Out, Bit>,
    pub(crate) m_axi_wready: Signal<In, Bit>,
    pub(crate) m_axi_wdata: Signal<Out, Bits<W8>>,
    pub(crate) m_axi_wstrb: Signal<Out, Bits<N>>,
    pub(crate) m_axi_wlast: Signal<Out, Bit>,
    pub(crate) m_axi_bvalid: Signal<In, Bit>,
    pub(crate) m_axi_bready: Signal<Out, Bit>,
    pub(crate) m_axi_bresp: Signal<In, Bits<2>>,
    reads: ReadMaster<W8>,
    writes: WriteMaster<N, W8>,
    load_engine: LoadEngine<W8>,
    store_engine: StoreEngine<W8, W16>,
    a: TwoWriterRam<2, W8, A_DEPTH>,
    b: TwoWriterRam<2, W8, B_DEPTH>,
    r: TwoWriterRam<2, W16, R_DEPTH>,
    k: SliceRam<5, 160, K_DEPTH>,
    fetching: Register<Bit>,
    r_mask: Spread<2, 2>,
    r_word: Repeat<W8, W16>,
}

impl<const N: usize, const W8: usize, const W16: usize> Default for Traffic<N, W8, W16> {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            halt: Signal::default(),
            clear: Signal::default(),
            instruction: Signal::default(),
            load_start: Signal::default(),
            load_ready: Signal::default(),
            load_retire: Signal::default(),
            load_fault: Signal::default(),
            load_fault_code: Signal::default(),
            load_idle: Signal::default(),
            store_start: Signal::default(),
            store_ready: Signal::default(),
            store_retire: Signal::default(),
            store_fault: Signal::default(),
            store_fault_code: Signal::default(),
            store_idle: Signal::default(),
            fetch_start: Signal::default(),
            fetch_busy: Signal::default(),
            fetch_address: Signal::default(),
            fetch_beats: Signal::default(),
            fetch_valid: Signal::default(),
            fetch_beat: Signal::default(),
            vector_a: Signal::default(),
            vector_b: Signal::default(),
            vector_r: Signal::default(),
            vector_address: Signal::default(),
            vector_data: Signal::default(),
            hold_a: Signal::default(),
            hold_r: Signal::default(),
            probe_address: Signal::default(),
            a_data: Signal::default(),
            b_data: Signal::default(),
            r_data: Signal::default(),
            k_data: Signal::default(),
            load_writes: Signal::default(),
            load_address: Signal::default(),
            store_address: Signal::default(),
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
            reads: ReadMaster::default(),
            writes: WriteMaster::default(),
            load_engine: LoadEngine::new(&configuration(N)),
            store_engine: StoreEngine::new(&configuration(N)),
            a: TwoWriterRam::default(),
            b: TwoWriterRam::default(),
            r: TwoWriterRam::default(),
            k: SliceRam::default(),
            fetching: Register::default(),
            r_mask: Spread::default(),
            r_word: Repeat::default(),
        }
    }
}

impl<const N: usize, const W8: usize, const W16: usize> Logic for Traffic<N, W8, W16> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("traffic_{m_axi_rdata}: load and store engine with their memories, bus and competitors.");
        clock!(self, clock, reads, writes, load_engine, store_engine, fetching, a, b, r, k);
        self.reads.reset_n.next = self.reset_n.val();
        self.writes.reset_n.next = self.reset_n.val();
        self.load_engine.reset_n.next = self.reset_n.val();
        self.store_engine.reset_n.next = self.reset_n.val();

        comment!("Load.");
        self.load_engine.start.next = self.load_start.val();
        self.load_engine.instruction.next = self.instruction.val();
        self.load_engine.halt.next = self.halt.val();
        self.load_engine.clear.next = self.clear.val();
        self.load_ready.next = self.load_engine.ready.val();
        self.load_retire.next = self.load_engine.retire.val();
        self.load_fault.next = self.load_engine.fault.val();
        self.load_fault_code.next = self.load_engine.fault_code.val();
        self.load_idle.next = self.load_engine.idle.val();
        self.reads.load_request.next = self.load_engine.request.val();
        self.load_engine.request_ready.next = self.reads.load_ready.val();
        self.reads.load_address.next = self.load_engine.request_address.val();
        self.reads.load_length.next = self.load_engine.request_length.val();
        self.load_engine.beat_valid.next = self.reads.load_valid.val();
        self.reads.load_take.next = self.load_engine.beat_ready.val();
        self.load_engine.beat.next = self.reads.beat.val();
        self.load_engine.beat_response.next = self.reads.response.val();
        self.load_engine.beat_last.next = self.reads.last.val();
        self.load_writes.next = self.load_engine.a_write.val()
            | self.load_engine.b_write.val()
            | self.load_engine.r_write.val().any()
            | self.load_engine.k_write.val().any();

        self.load_address.next = self.load_engine.write_address.val();

        comment!("Fetch.");
        self.fetching.reset_n.next = self.reset_n.val();
        self.fetching.d.next = self.fetch_start.val() | (self.fetching.q.val() & !self.reads.fetch_ready.val());
        self.fetch_busy.next = self.fetching.q.val();
        self.reads.fetch_request.next = self.fetching.q.val();
        self.reads.fetch_address.next = self.fetch_address.val();
        self.reads.fetch_beats.next = self.fetch_beats.val();
        self.fetch_valid.next = self.reads.fetch_valid.val();
        self.fetch_beat.next = self.reads.beat.val();

        comment!("Store.");
        self.store_engine.start.next = self.store_start.val();
        self.store_engine.instruction.next = self.instruction.val();
        self.store_engine.halt.next = self.halt.val();
        self.store_engine.clear.next = self.clear.val();
        self.store_ready.next = self.store_engine.ready.val();
        self.store_retire.next = self.store_engine.retire.val();
        self.store_fault.next = self.store_engine.fault.val();
        self.store_fault_code.next = self.store_engine.fault_code.val();
        self.store_idle.next = self.store_engine.idle.val();
        self.store_engine.a_ready.next = !self.hold_a.val();
        self.store_engine.r_ready.next = !self.hold_r.val();
        self.store_engine.a_data.next = self.a.read_data.val();
        self.store_engine.r_data.next = self.r.read_data.val();
        self.writes.request.next = self.store_engine.request.val();
        self.store_engine.request_ready.next = self.writes.ready.val();
        self.writes.address.next = self.store_engine.request_address.val();
        self.writes.length.next = self.store_engine.request_length.val();
        self.writes.request_last.next = self.store_engine.request_last.val();
        self.writes.data_valid.next = self.store_engine.beat_valid.val();
        self.store_engine.beat_ready.next = self.writes.data_ready.val();
        self.writes.data.next = self.store_engine.beat.val();
        self.writes.data_last.next = self.store_engine.beat_last.val();
        self.store_engine.response_valid.next = self.writes.response_valid.val();
        self.store_engine.response.next = self.writes.response.val();
        self.store_engine.response_last.next = self.writes.response_last.val();
        self.store_engine.bus_idle.next = self.writes.idle.val();

        self.store_address.next = self.store_engine.read_address.val();

        comment!("Memories.");
        self.a.first_enable.next = self.vector_a.val();
        self.a.first_address.next = self.vector_address.val();
        self.a.first_data.next = self.vector_data.val().get_bits::<W8>(0);
        self.a.second_enable.next = bits::<2>(0);
        if self.load_engine.a_write.val() {
            self.a.second_enable.next = bits::<2>(3);
        }
        self.a.second_address.next = self.load_engine.write_address.val().get_bits::<A_DEPTH>(0);
        self.a.second_data.next = self.load_engine.word.val();
        self.load_engine.a_ready.next = self.a.second_ready.val();
        self.b.first_enable.next = self.vector_b.val();
        self.b.first_address.next = self.vector_address.val().get_bits::<B_DEPTH>(0);
        self.b.first_data.next = self.vector_data.val().get_bits::<W8>(0);
        self.b.second_enable.next = bits::<2>(0);
        if self.load_engine.b_write.val() {
            self.b.second_enable.next = bits::<2>(3);
        }
        self.b.second_address.next = self.load_engine.write_address.val().get_bits::<B_DEPTH>(0);
        self.b.second_data.next = self.load_engine.word.val();
        self.load_engine.b_ready.next = self.b.second_ready.val();
        self.r.first_enable.next = self.vector_r.val();
        self.r.first_address.next = self.vector_address.val().get_bits::<R_DEPTH>(0);
        self.r.first_data.next = self.vector_data.val();
        self.r_mask.value.next = self.load_engine.r_write.val();
        self.r.second_enable.next = self.r_mask.spread.val();
        self.r.second_address.next = self.load_engine.write_address.val().get_bits::<R_DEPTH>(0);
        self.r_word.value.next = self.load_engine.word.val();
        self.r.second_data.next = self.r_word.repeated.val();
        self.load_engine.r_ready.next = self.r.second_ready.val();
        self.k.write_enable.next = self.load_engine.k_write.val();
        self.k.write_address.next = self.load_engine.write_address.val().get_bits::<K_DEPTH>(0);
        self.k.write_data.next = self.load_engine.constant.val();
        self.a.read_address.next = self.store_engine.read_address.val().get_bits::<A_DEPTH>(0);
        if self.hold_a.val() {
            self.a.read_address.next = self.probe_address.val();
        }
        self.r.read_address.next = self.store_engine.read_address.val().get_bits::<R_DEPTH>(0);
        if self.hold_r.val() {
            self.r.read_address.next = self.probe_address.val().get_bits::<R_DEPTH>(0);
        }
        self.b.read_address.next = self.probe_address.val().get_bits::<B_DEPTH>(0);
        self.k.read_address.next = self.probe_address.val().get_bits::<K_DEPTH>(0);
        self.a_data.next = self.a.read_data.val();
        self.b_data.next = self.b.read_data.val();
        self.r_data.next = self.r.read_data.val();
        self.k_data.next = self.k.read_data.val();

        comment!("Bus.");
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
    }
}

//! [`Accelerator`]: the top module.

use crate::bus::{ReadMaster, WriteMaster};
use crate::cells::{Ram, Repeat, Spread, Truncate};
use crate::control::Control;
use crate::dma::{LoadEngine, StoreEngine};
use crate::matrix::MatrixEngine;
use crate::memory::{SliceRam, TwoWriterRam};
use crate::vector::VectorEngine;
use ibert_isa::{Configuration, SoftmaxForm};
use rust_hdl::core::prelude::*;

/// The accelerator (docs/machine.md): an AXI4-Lite slave for control, an AXI4 master for memory, a level-sensitive
/// interrupt.
///
/// Contains control, the four engines, and the six memories with fixed-priority arbiters of their ports: the vector
/// engine has priority over the load engine in writing, and the matrix and vector engines have priority over the store
/// engine in reading. The engine of lower priority stalls.
///
/// `trace_*` and `watch_*` are for observation only (docs/machine.md, "Observation"); leave them open in a design.
///
/// `PAPER` or `LATE` is 1, the form of softmax. All other parameters follow from `N`, `L` and the depths of the memories; the named types in this module set them.
#[circuit(
    clock,
    reset_n,
    with(configuration = Configuration {
        name: "of the type",
        side: N,
        lanes: L,
        a_depth: AA,
        b_depth: BA,
        c_depth: CA,
        r_depth: RA,
        y_depth: YA,
        k_depth: KA,
        softmax: if LATE == 1 { SoftmaxForm::Late } else { SoftmaxForm::Paper },
    }),
)]
pub struct Accelerator<
    N,
    L,
    G,
    W8,
    W9,
    W16,
    W22,
    W32,
    S8,
    S16,
    S22,
    S32,
    SKEW,
    DELAY,
    AA,
    BA,
    CA,
    RA,
    YA,
    KA,
    PAPER,
    LATE,
> {
    /// Control.
    #[ports("s_axi_")]
    control_ports: AxiLite,
    /// Interrupt, level-sensitive, active high.
    pub irq: Signal<Out, Bit>,
    /// Memory.
    #[ports("m_axi_")]
    read_ports: AxiRead<W8>,
    /// Memory.
    #[ports("m_axi_")]
    write_ports: AxiWrite<N, W8>,
    /// An instruction starts in this cycle: bits for load, store, matrix, vector.
    pub trace_start: [Signal<Out, Bit>; 4],
    /// Index of the instruction that starts.
    pub trace_start_index: Signal<Out, Bits<32>>,
    /// An instruction retires in this cycle: bits for load, store, matrix, vector.
    pub trace_retire: [Signal<Out, Bit>; 4],
    /// Index of the instruction that retires.
    pub trace_retire_index: [Signal<Out, Bits<32>>; 4],
    /// The matrix engine writes a word of C.
    pub watch_c: Signal<Out, Bit>,
    /// Word address of the write of C.
    pub watch_c_address: Signal<Out, Bits<CA>>,
    /// Data of the write of C.
    pub watch_c_data: Signal<Out, Bits<W32>>,
    /// The vector engine writes these groups of a word of A.
    pub watch_a: Signal<Out, Bits<G>>,
    /// Word address of the write of A.
    pub watch_a_address: Signal<Out, Bits<AA>>,
    /// Data of the write of A.
    pub watch_a_data: Signal<Out, Bits<W8>>,
    /// The vector engine writes these groups of a word of B.
    pub watch_b: Signal<Out, Bits<G>>,
    /// Word address of the write of B.
    pub watch_b_address: Signal<Out, Bits<BA>>,
    /// Data of the write of B.
    pub watch_b_data: Signal<Out, Bits<W8>>,
    /// The vector engine writes these groups of a word of R.
    pub watch_r: Signal<Out, Bits<G>>,
    /// Word address of the write of R.
    pub watch_r_address: Signal<Out, Bits<RA>>,
    /// Data of the write of R.
    pub watch_r_data: Signal<Out, Bits<W16>>,
    /// The vector engine writes these groups of a word of Y.
    pub watch_y: Signal<Out, Bits<G>>,
    /// Word address of the write of Y.
    pub watch_y_address: Signal<Out, Bits<YA>>,
    /// Data of the write of Y.
    pub watch_y_data: Signal<Out, Bits<W22>>,
    #[init(Control::new(&configuration))]
    control: Control<W8>,
    reads: ReadMaster<W8>,
    writes: WriteMaster<N, W8>,
    #[init(LoadEngine::new(&configuration))]
    load: LoadEngine<W8>,
    #[init(StoreEngine::new(&configuration))]
    store: StoreEngine<W8, W16>,
    matrix: MatrixEngine<N, W9, W8, W32, SKEW, DELAY, AA, BA, CA>,
    vector: VectorEngine<L, G, W8, W16, W22, W32, S8, S16, S22, S32, AA, BA, CA, RA, YA, KA, PAPER, LATE>,
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

#[circuit]
impl Logic
    for Accelerator<N, L, G, W8, W9, W16, W22, W32, S8, S16, S22, S32, SKEW, DELAY, AA, BA, CA, RA, YA, KA, PAPER, LATE>
{
    fn update(&mut self) {
        comment!("accelerator: runs programs that compute BERT encoders with integers only.");
        wire! {
            clock, reset_n => control, reads, writes, load, store, matrix, vector;
            clock => a, b, c, r, y, k;
        }

        comment!("Control: registers, program, engines.");
        wire! {
            control.{awvalid, awaddr, wvalid, wdata, wstrb, bready, arvalid, araddr, rready} <- s_axi_*;
            s_axi_{awready, wready, bvalid, bresp, arready, rvalid, rdata, rresp} <- control.*;
            irq <- control.irq;
        }
        control.bus_activity = (reads.arvalid & m_axi_arready)
            | (m_axi_rvalid & reads.rready)
            | (writes.awvalid & m_axi_awready)
            | (writes.wvalid & m_axi_wready)
            | (m_axi_bvalid & writes.bready);
        wire! {
            control.variance_saturated <- vector.variance_saturated;
            control.{instruction, halt, clear} => load, store, matrix, vector;
            {load, store, matrix, vector}.start <- control.start{[0], [1], [2], [3]};
            control.{ready, retire, fault, fault_code, idle}[0] <- load.*;
            control.{ready, retire, fault, fault_code, idle}[1] <- store.*;
            control.{ready, retire, fault, fault_code, idle}[2] <- matrix.*;
            control.{ready, retire, fault, fault_code, idle}[3] <- vector.*;
        }

        comment!("Reads: the program has priority over loads.");
        wire! {
            reads.fetch_{request, address: request_address, beats: request_beats} <- control.*;
            reads.load_{request, address: request_address, length: request_length, take: beat_ready} <- load.*;
            reads.{arready, rvalid, rdata, rresp, rlast} <- m_axi_*;
            control.{request_ready: fetch_ready, beat_valid: fetch_valid, beat, beat_response: response} <- reads.*;
            load.{request_ready: load_ready, beat_valid: load_valid, beat, beat_response: response, beat_last: last}
                <- reads.*;
            m_axi_{arvalid, araddr, arlen, arsize, arburst, rready} <- reads.*;
        }

        comment!("Writes: stores.");
        wire! {
            writes.{request, address: request_address, length: request_length, request_last, data_valid: beat_valid,
                data: beat, data_last: beat_last} <- store.*;
            writes.{awready, wready, bvalid, bresp} <- m_axi_*;
            store.{request_ready: ready, beat_ready: data_ready, response_valid, response, response_last,
                bus_idle: idle} <- writes.*;
            m_axi_{awvalid, awaddr, awlen, awsize, awburst, wvalid, wdata, wstrb, wlast, bready} <- writes.*;
        }

        comment!("A: left operands; vector has write priority over load, matrix has read priority over store.");
        wire! { a.first_{enable: write, address, data} <- vector.a_*; }
        load_a.value = load.a_write.into();
        a.second_enable = load_a.repeated;
        load_a_address.value = signed_cast(load.write_address);
        a.second_address = unsigned_cast(load_a_address.truncated);
        a.second_data = load.word;
        load.a_ready = a.second_ready;
        store_a_address.value = signed_cast(store.read_address);
        a.read_address = unsigned_cast(store_a_address.truncated);
        if matrix.read {
            a.read_address = matrix.a_address;
        }
        store.a_ready = !matrix.read;
        matrix.a_word = a.read_data;
        store.a_data = a.read_data;

        comment!("B: upper operands; vector has write priority over load.");
        wire! { b.first_{enable: write, address, data} <- vector.b_*; }
        load_b.value = load.b_write.into();
        b.second_enable = load_b.repeated;
        load_b_address.value = signed_cast(load.write_address);
        b.second_address = unsigned_cast(load_b_address.truncated);
        wire! { b.{second_data: load.word, read_address: matrix.b_address}; }
        load.b_ready = b.second_ready;
        matrix.b_word = b.read_data;

        comment!("C: accumulators.");
        wire! { c.write_{enable: write, address, data: word} <- matrix.c_*; }
        c.read_address = vector.c_address;
        vector.c_data = c.read_data;

        comment!("R: residuals; vector has write priority over load and read priority over store.");
        wire! { r.first_{enable: write, address: write_address, data: write_data} <- vector.r_*; }
        r.second_enable = load_r.spread;
        load_r.value = load.r_write;
        load_r_address.value = signed_cast(load.write_address);
        r.second_address = unsigned_cast(load_r_address.truncated);
        load_r_word.value = load.word;
        r.second_data = load_r_word.repeated;
        load.r_ready = r.second_ready;
        store_r_address.value = signed_cast(store.read_address);
        r.read_address = unsigned_cast(store_r_address.truncated);
        if vector.r_read {
            r.read_address = vector.r_read_address;
        }
        store.r_ready = !vector.r_read;
        wire! { {vector, store}.r_data <- r.read_data; }

        comment!("Y: LayerNorm inputs.");
        wire! { y.{write_enable: write, write_address, write_data, read_address: address} <- vector.y_*; }
        vector.y_data = y.read_data;

        comment!("K: constants.");
        k.write_enable = load.k_write;
        load_k_address.value = signed_cast(load.write_address);
        k.write_address = unsigned_cast(load_k_address.truncated);
        wire! { k.{write_data: load.constant, read_address: vector.k_address}; }
        vector.k_data = k.read_data;

        comment!("Observation.");
        for i in 0..4 {
            wire! { {trace_start: start, trace_retire_index}[i] <- control.*[i]; }
        }
        wire! {
            trace_start_index <- control.trace_start_index;
            trace_retire{[0], [1], [2], [3]} <- {load, store, matrix, vector}.retire;
            watch_{c: c_write, c_address, c_data: c_word} <- matrix.*;
            watch_{a: a_write, a_address, a_data, b: b_write, b_address, b_data} <- vector.*;
            watch_{r: r_write, r_address: r_write_address, r_data: r_write_data} <- vector.*;
            watch_{y: y_write, y_address: y_write_address, y_data: y_write_data} <- vector.*;
        }
    }
}

//! Every cell, and the modules made of them: the native rust-hdl simulation against the emitted Verilog in Verilator.
//!
//! All of them are instantiated side by side under one generated top, so that one build serves all. Each is driven with
//! random values in which zeros, ones and single bits are over-represented, and compared in every cycle.

use ibert_cosim::units::source;
use ibert_hdl::array::{ArrayRow, ProcessingElement, SystolicArray4};
use ibert_hdl::bus::{ReadMaster, WriteMaster};
use ibert_hdl::cells::*;
use ibert_hdl::control::*;
use ibert_hdl::dma::{ConstantSlices, StoreReader};
use ibert_hdl::fields::registers::{ArraySizeWord, StatusWord};
use ibert_hdl::memory::{SliceRam, TwoWriterRam};
use ibert_hdl::units::{
    CreditQueue, Divider, DyadicScaler, Exp, Gelu, GeluRequantizer, IterationControl, LateSoftmax, LayerNorm,
    LayerNormRequantizer, Poly, QuotientStage, Reciprocal, Requantizer, RoundingDivider, RowMean, Softmax, SqrtDigit,
    SqrtNewton,
};
use ibert_hdl::verilog::{Design, generate};
use ibert_sim::{BuildOptions, Library, Source, Stimulus};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_hdl::core::prelude::*;

/// A signal's value as an integer, both ways.
trait Vector: Synth {
    fn of(value: u128) -> Self;
    fn value(self) -> u128;
}

impl Vector for bool {
    fn of(value: u128) -> Self {
        value & 1 == 1
    }

    fn value(self) -> u128 {
        self.into()
    }
}

impl<const N: usize> Vector for Bits<N> {
    fn of(value: u128) -> Self {
        integer::vector(value)
    }

    fn value(self) -> u128 {
        self.to_u128()
    }
}

impl<const N: usize> Vector for Signed<N> {
    fn of(value: u128) -> Self {
        signed_cast(integer::vector(value))
    }

    fn value(self) -> u128 {
        unsigned_cast(self).to_u128()
    }
}

fn width<D: Direction, T: Vector>(_: &Signal<D, T>) -> usize {
    T::BITS
}

fn set<T: Vector>(signal: &mut Signal<In, T>, value: u128) {
    signal.next = T::of(value);
}

fn get<T: Vector>(signal: &Signal<Out, T>) -> u128 {
    signal.val().value()
}

type Ports = Vec<(String, usize)>;

/// One cycle of a native simulation: input values in, the outputs just before the rising edge out.
type Step = Box<dyn FnMut(&[u128]) -> Vec<u128>>;

/// A circuit with both its simulations.
struct Cell {
    design: Design,
    clocked: bool,
    inputs: Ports,
    outputs: Ports,
    native: Step,
}

/// `cell!(name: Type, clocked, (inputs) … => (outputs) …)`; `(lane[0])` is the port `lane_0`.
macro_rules! cell {
    ($name:literal: $type:ty, $clock:ident, $(($($input:tt)+))* => $(($($output:tt)+))*) => {{
        let mut uut = Box::new(<$type>::default());
        let port = |field: &str| field.replace([' ', ']'], "").replace('[', "_");
        Cell {
            design: generate(&*uut, $name).unwrap(),
            clocked: cell!(@is $clock),
            inputs: vec![$((port(stringify!($($input)+)), width(&uut.$($input)+))),*],
            outputs: vec![$((port(stringify!($($output)+)), width(&uut.$($output)+))),*],
            native: Box::new(move |values| {
                let mut values = values.iter();
                $(set(&mut uut.$($input)+, *values.next().unwrap());)*
                cell!(@low $clock uut);
                assert!(simulate(&mut *uut, 200), "{} does not settle", $name);
                let sampled = vec![$(get(&uut.$($output)+)),*];
                cell!(@high $clock uut);
                sampled
            }),
        }
    }};
    (@is clocked) => { true };
    (@is combinational) => { false };
    (@low clocked $uut:ident) => { $uut.clock.next = false.into() };
    (@low combinational $uut:ident) => {};
    (@high clocked $uut:ident) => {
        $uut.clock.next = true.into();
        assert!(simulate(&mut *$uut, 200), "does not settle after the edge");
    };
    (@high combinational $uut:ident) => {};
}

fn cells() -> Vec<Cell> {
    vec![
        cell!("uut_register": Register<Bits<8>>, clocked, (reset_n) (d) => (q)),
        cell!("uut_signed_register": Register<Signed<70>>, clocked, (reset_n) (d) => (q)),
        cell!("uut_enable_register": EnableRegister<Bits<8>>, clocked, (reset_n) (enable) (d) => (q)),
        cell!("uut_delay_1": Delay<Bits<9>, 1>, clocked, (d) => (q)),
        cell!("uut_delay_5": Delay<Signed<33>, 5>, clocked, (d) => (q)),
        cell!("uut_enable_delay_1": EnableDelay<Bits<9>, 1>, clocked, (enable) (d) => (q)),
        cell!("uut_enable_delay_3": EnableDelay<Signed<15>, 3>, clocked, (enable) (d) => (q)),
        cell!("uut_valid_delay_1": ValidDelay<1>, clocked, (reset_n) (d) => (q)),
        cell!("uut_valid_delay_6": ValidDelay<6>, clocked, (reset_n) (d) => (q)),
        cell!("uut_shift_register": ShiftRegister<5>, clocked, (reset_n) (d) => (taps)),
        cell!("uut_multiplier": Multiplier<9, 8, 17>, combinational, (a) (b) => (product)),
        cell!("uut_wide_multiplier": Multiplier<40, 33, 73>, combinational, (a) (b) => (product)),
        cell!("uut_pipelined_multiplier_1x1": PipelinedMultiplier<9, 8, 17>, clocked, (a) (b) => (product)),
        cell!("uut_pipelined_multiplier_2x1": PipelinedMultiplier<19, 18, 40>, clocked, (a) (b) => (product)),
        cell!("uut_pipelined_multiplier_2x2": PipelinedMultiplier<35, 34, 69>, clocked, (a) (b) => (product)),
        cell!("uut_pipelined_multiplier_3x2": PipelinedMultiplier<40, 33, 73>, clocked, (a) (b) => (product)),
        cell!("uut_pipelined_multiplier_2x4": PipelinedMultiplier<33, 54, 87>, clocked, (a) (b) => (product)),
        cell!("uut_accumulator": Accumulator<17, 32>, clocked, (first) (addend) => (sum)),
        cell!("uut_divide_step": DivideStep<9, 5>, combinational, (rest) (bits) (divisor) => (next_rest) (next_bits)),
        cell!("uut_root_step": RootStep, combinational, (bits) (rest) (root) => (next_bits) (next_rest) (next_root)),
        cell!("uut_newton_start": NewtonStart, combinational, (radicand) => (start)),
        cell!("uut_shift_right": ShiftRight<33, 6>, combinational, (value) (amount) => (shifted)),
        cell!("uut_low_mask": LowMask<64, 6>, combinational, (amount) => (mask)),
        cell!("uut_low_mask_past_its_width": LowMask<22, 5>, combinational, (amount) => (mask)),
        cell!("uut_lowest_kept": LowestKept<73>, combinational, (value) (mask) => (odd)),
        cell!("uut_sign_extend": SignExtend<9, 32>, combinational, (value) => (extended)),
        cell!("uut_zero_extend": ZeroExtend<8, 9>, combinational, (value) => (extended)),
        cell!("uut_truncate": Truncate<33, 9>, combinational, (value) => (truncated)),
        cell!("uut_extend_lanes": ExtendLanes<4, 32, 36>, combinational, (word) (zero_extend) => (extended)),
        cell!("uut_concatenate": Concatenate<3, 9, 27>, combinational, (lane[0]) (lane[1]) (lane[2]) => (word)),
        cell!("uut_one_hot": OneHotRegister<3, 9>, clocked, (select) (lane[0]) (lane[1]) (lane[2]) => (selected)),
        cell!("uut_skew": Skew<4, 9, 36>, clocked, (word) => (skewed)),
        cell!("uut_deskew": Deskew<4, 32, 128>, clocked, (word) => (deskewed)),
        cell!("uut_select_group": SelectGroup<3, 10, 30>, combinational, (word) (index) => (group)),
        cell!("uut_repeat_group": RepeatGroup<3, 10, 30>, combinational, (group) => (word)),
        cell!("uut_ram": Ram<Bits<17>, 3>, clocked,
            (write_enable) (write_address) (write_data) (read_address) => (read_data)),
        cell!("uut_distributed_ram": DistributedRam<Bits<17>, 3>, clocked,
            (write_enable) (write_address) (write_data) (read_address) => (read_data)),
        cell!("uut_pack": Pack<3>, combinational, (flag[0]) (flag[1]) (flag[2]) => (word)),
        cell!("uut_word_assembler": WordAssembler<8, 32>, clocked, (enable) (piece) => (word)),
        cell!("uut_one_piece_assembler": WordAssembler<32, 32>, clocked, (enable) (piece) => (word)),
        cell!("uut_fifo": Fifo<Bits<9>, 2, 3>, clocked, (reset_n) (push) (d) (pop) => (valid) (full) (count) (oldest)),
        cell!("uut_fifo_of_flags": Fifo<Bit, 1, 2>, clocked, (reset_n) (push) (d) (pop) => (valid) (full) (count) (oldest)),
        cell!("uut_repeat": Repeat<9, 33>, combinational, (value) => (repeated)),
        cell!("uut_repeat_whole": Repeat<8, 16>, combinational, (value) => (repeated)),
        cell!("uut_repeat_part": Repeat<64, 40>, combinational, (value) => (repeated)),
        cell!("uut_spread": Spread<2, 6>, combinational, (value) => (spread)),
        cell!("uut_spread_bit": Spread<1, 3>, combinational, (value) => (spread)),
        cell!("uut_split": Split<18, 9>, combinational, (word) => (low) (high)),
        cell!("uut_slice_ram": SliceRam<3, 15, 3>, clocked,
            (write_enable) (write_address) (write_data) (read_address) => (read_data)),
        cell!("uut_two_writer_ram": TwoWriterRam<2, 8, 3>, clocked,
            (first_enable) (first_address) (first_data) (second_enable) (second_address) (second_data) (read_address)
            => (second_ready) (read_data)),
        cell!("uut_read_master": ReadMaster<32>, clocked,
            (reset_n) (fetch_request) (fetch_address) (fetch_beats) (load_request) (load_address) (load_length) (load_take)
            (arready) (rvalid) (rdata) (rresp) (rlast)
            => (fetch_ready) (fetch_valid) (load_ready) (load_valid) (beat) (response) (last)
            (arvalid) (araddr) (arlen) (arsize) (arburst) (rready)),
        cell!("uut_write_master": WriteMaster<4, 32>, clocked,
            (reset_n) (request) (address) (length) (request_last) (data_valid) (data) (data_last)
            (awready) (wready) (bvalid) (bresp)
            => (ready) (data_ready) (response_valid) (response) (response_last) (idle)
            (awvalid) (awaddr) (awlen) (awsize) (awburst) (wvalid) (wdata) (wstrb) (wlast) (bready)),
        cell!("uut_store_reader": StoreReader<32, 64>, clocked,
            (reset_n) (begins) (from_r) (first_word) (first_offset) (beats) (granted) (a_ready) (a_data) (r_ready) (r_data) (beat_ready)
            => (settled) (done) (a_read) (r_read) (read_address) (beat_valid) (beat) (last)),
        cell!("uut_constant_slices_32": ConstantSlices<32>, combinational, (piece) => (slices)),
        cell!("uut_constant_slices_64": ConstantSlices<64>, combinational, (piece) => (slices)),
        cell!("uut_constant_slices_128": ConstantSlices<128>, combinational, (piece) => (slices)),
        cell!("uut_constant_slices_256": ConstantSlices<256>, combinational, (piece) => (slices)),
        cell!("uut_processing_element": ProcessingElement, clocked, (a) (b) (first) => (a_next) (b_next) (sum)),
        cell!("uut_array_row": ArrayRow<4, 32>, clocked,
            (reset_n) (a) (b) (first) (last) => (b_next) (first_next) (last_next) (drain)),
        cell!("uut_dyadic_scaler": DyadicScaler<24, 64>, clocked, (q) (m) (e) => (scaled)),
        cell!("uut_requantizer": Requantizer, clocked,
            (reset_n) (valid) (q) (m) (e) (q2) (m2) (e2) (zero_point) (bits) => (out_valid) (out)),
        cell!("uut_poly": Poly<18, 36, 36, 37>, clocked, (reset_n) (valid) (q) (b) (c) (square) => (out_valid) (out)),
        cell!("uut_quotient_stage": QuotientStage<19, 5>, clocked,
            (remainder) (divisor) (quotient) => (remainder_next) (divisor_next) (quotient_next)),
        cell!("uut_exp": Exp, clocked,
            (reset_n) (valid) (x) (x0) (b) (c) (n) (m16) (e16) => (out_valid) (exp16) (z) (t)),
        cell!("uut_gelu": Gelu, clocked, (reset_n) (valid) (q) (b) (c) (shift) (n) => (out_valid) (out) (exact)),
        cell!("uut_gelu_requantizer": GeluRequantizer, clocked,
            (reset_n) (valid) (q) (b) (c) (shift) (n) (m) (e) (zero_point) => (out_valid) (out)),
        cell!("uut_iteration_control": IterationControl, clocked,
            (reset_n) (later_steps) (valid) (out_ready) => (ready) (out_valid) (step)),
        cell!("uut_divider": Divider<9, 5>, clocked,
            (reset_n) (valid) (dividend) (divisor) (out_ready) => (ready) (out_valid) (quotient) (remainder)),
        cell!("uut_layernorm": LayerNorm<4, 5>, clocked,
            (reset_n) (valid) (x) (last) (shift) (bias_valid) (bias) (out_ready)
            => (ready) (bias_ready) (out_valid) (out) (out_last) (mean) (variance) (std_dev) (factor) (saturated) (overflow)),
        cell!("uut_layernorm_requantizer": LayerNormRequantizer<4, 5>, clocked,
            (reset_n) (valid) (x) (last) (shift) (bias_valid) (bias) (m) (e) (residual_m) (residual_e) (out_ready)
            => (ready) (bias_ready) (out_valid) (out) (residual) (out_last) (saturated) (overflow)),
        cell!("uut_credit_queue": CreditQueue<9>, clocked,
            (reset_n) (enter) (push) (data) (out_ready) => (room) (out_valid) (out)),
        cell!("uut_rounding_divider": RoundingDivider<5>, clocked,
            (reset_n) (valid) (sum) (count) (out_ready) => (ready) (out_valid) (mean)),
        cell!("uut_softmax": Softmax<4, 5>, clocked,
            (reset_n) (valid) (q) (keep) (last) (x0) (b) (c) (n) (m16) (e16) (out_bits) (out_ready)
            => (ready) (out_valid) (out) (out_last) (exp16) (sum) (factor)),
        cell!("uut_late_softmax": LateSoftmax<4, 5>, clocked,
            (reset_n) (valid) (q) (keep) (last) (x0) (b) (c) (n) (shift) (m) (e)
            => (ready) (out_valid) (weight) (out_last) (sum)),
        cell!("uut_reciprocal": Reciprocal, clocked,
            (reset_n) (valid) (sum) (out_ready) => (ready) (out_valid) (mantissa) (length)),
        cell!("uut_row_mean": RowMean, clocked,
            (reset_n) (valid) (accumulator) (mantissa) (length) => (out_valid) (mean)),
        cell!("uut_sqrt_digit": SqrtDigit, clocked,
            (reset_n) (valid) (radicand) (out_ready) => (ready) (out_valid) (root)),
        cell!("uut_sqrt_newton": SqrtNewton, clocked,
            (reset_n) (valid) (radicand) (out_ready) => (ready) (out_valid) (root) (updates)),
        cell!("uut_systolic_array": SystolicArray4, clocked,
            (reset_n) (valid) (first) (last) (a) (b) => (drain_valid) (drain)),
    ]
}

/// The blocks of the control whose ports are narrow enough; all of it is in tests/rtl_control.
fn control() -> Vec<Cell> {
    vec![
        cell!("uut_fifo_pointers": FifoPointers<2, 3>, clocked,
            (reset_n) (push) (pop) => (write) (write_address) (read_address) (valid) (full)),
        cell!("uut_in_flight": InFlight, clocked,
            (reset_n) (push) (index) (post_mask) (retire) => (full) (valid) (oldest_index) (oldest_post_mask)),
        cell!("uut_semaphores": Semaphores, clocked,
            (reset_n) (post[0]) (post[1]) (post[2]) (post[3]) (post_mask[0]) (post_mask[1]) (post_mask[2]) (post_mask[3])
            (take_mask) => (available) (overflow[0]) (overflow[1]) (overflow[2]) (overflow[3])),
        cell!("uut_sequencer": Sequencer, clocked,
            (reset_n) (launch) (program_length) (enable) (valid) (engine) (code) (fault_index) (full[0]) (full[1])
            (full[2]) (full[3]) => (push[0]) (push[1]) (push[2]) (push[3]) (pop) (index) (error) (error_index) (empty)
            (all_dispatched)),
        cell!("uut_watchdog": Watchdog, clocked,
            (reset_n) (enable) (progress) (limit) (queued[0]) (queued[1]) (queued[2]) (queued[3]) (queued_index[0])
            (queued_index[1]) (queued_index[2]) (queued_index[3]) (under_way[0]) (under_way[1]) (under_way[2])
            (under_way[3]) (under_way_index[0]) (under_way_index[1]) (under_way_index[2]) (under_way_index[3])
            (next_index) (all_dispatched) => (deadlock) (oldest)),
        cell!("uut_program_phase": ProgramPhase, clocked,
            (reset_n) (start) (finished) (stopped) (quiescent) => (launch) (run) (halt) (clear) (busy)),
        cell!("uut_first_error": FirstError, clocked,
            (reset_n) (run) (halt) (empty) (unaligned) (fault[0]) (fault[1]) (fault[2]) (fault[3]) (fault_code[0])
            (fault_code[1]) (fault_code[2]) (fault_code[3]) (fault_index[0]) (fault_index[1]) (fault_index[2])
            (fault_index[3]) (overflow[0]) (overflow[1]) (overflow[2]) (overflow[3]) (sequencer_error)
            (sequencer_code) (sequencer_index) (deadlock) (abort) (oldest) => (raised) (error) (code) (index)),
        cell!("uut_engine_counters": EngineCounters, clocked,
            (reset_n) (enable) (under_way) (queued) => (busy) (waiting) (empty)),
        cell!("uut_axi_lite_slave": AxiLiteSlave, clocked,
            (reset_n) (awvalid) (awaddr) (wvalid) (wdata) (wstrb) (bready) (arvalid) (araddr) (rready)
            (write_accepted) (read_data) (read_mapped) => (awready) (wready) (bvalid) (bresp) (arready) (rvalid) (rdata)
            (rresp) (write) (write_address) (write_data) (write_mask) (read_address)),
        cell!("uut_status_word": StatusWord, combinational, (busy) (done) (error) (variance_saturated) => (word)),
        cell!("uut_array_size_word": ArraySizeWord, combinational, (side) (lanes) (late_softmax) => (word)),
    ]
}

/// Random values of many bits hardly ever come near the limits: driven apart.
fn saturating() -> Vec<Cell> {
    vec![
        cell!("uut_saturate": Saturate<73, 22>, combinational, (value) (limit) => (clamped)),
        cell!("uut_clamp": Clamp<66, 16>, combinational, (value) => (clamped)),
    ]
}

/// All cells under one top, `uut_x.d` as the port `uut_x_d`; none of them draws a warning, used by a unit or not.
fn bench(cells: &[Cell]) -> Library {
    let clock = cells.iter().any(|cell| cell.clocked).then(|| "input wire clock".to_string());
    let (mut ports, mut instances) = (Vec::from_iter(clock), String::new());
    let mut files = std::collections::BTreeMap::new();
    for cell in cells {
        let name = &cell.design.top;
        let mut connections = if cell.clocked { vec![".clock(clock)".to_string()] } else { vec![] };
        for (kind, list) in [("input", &cell.inputs), ("output", &cell.outputs)] {
            for (port, width) in list {
                ports.push(format!("{kind} wire [{}:0] {name}_{port}", width - 1));
                connections.push(format!(".{port}({name}_{port})"));
            }
        }
        instances += &format!("{name} {name}_i({});\n", connections.join(", "));
        for module in &cell.design.modules {
            let before = files.insert(module.name.clone(), module.text.clone());
            assert!(before.is_none_or(|before| before == module.text), "two modules are named {}", module.name);
        }
    }
    let top = format!("module bench({});\n{instances}endmodule\n", ports.join(", "));
    let files = files.into_iter().map(|(name, text)| (format!("{name}.v"), text));
    let source = files.fold(Source::new("bench").file("bench.v", top), |source, (name, text)| source.file(name, text));
    let options = BuildOptions { flags: vec!["-Wall".into()], ..BuildOptions::default() };
    let library = Library::build(&source, &options).unwrap();
    assert_eq!(library.warnings(), "");
    library
}

/// Random bits, or zeros, ones, the top bit, everything but the top bit, a small number. Reset is rare and `bits`
/// legal.
fn edge_heavy(rng: &mut ChaCha8Rng, port: &str, width: usize) -> u128 {
    let ones = u128::MAX >> (128 - width);
    match port {
        "reset_n" => return rng.random_ratio(49, 50).into(),
        "bits" if width == 5 => return rng.random_range(1..=22),
        // A few steps, so that an iteration ends before the next reset.
        "later_steps" => return rng.random_range(1..6),
        _ => {}
    }
    match rng.random_range(0..12) {
        0 => 0,
        1 => ones,
        2 => 1 << (width - 1),
        3 => ones >> 1,
        4 => rng.random_range(0..4) & ones,
        _ => rng.random::<u128>() & ones,
    }
}

fn words(value: u128) -> [u32; 4] {
    std::array::from_fn(|word| (value >> (32 * word)) as u32)
}

/// Drives every cell natively and in Verilator with the same values and compares every output in every cycle.
fn compare(mut cells: Vec<Cell>, cycles: usize, value: impl Fn(&mut ChaCha8Rng, &str, usize) -> u128) {
    let library = bench(&cells);
    let named = |list: fn(&Cell) -> &Ports| -> Vec<String> {
        cells.iter().flat_map(|cell| list(cell).iter().map(|(port, _)| format!("{}_{port}", cell.design.top))).collect()
    };
    let (inputs, outputs) = (named(|cell| &cell.inputs), named(|cell| &cell.outputs));
    let borrowed = |names: &'static [String]| names.iter().map(String::as_str).collect::<Vec<_>>();
    let (inputs, outputs) = (borrowed(inputs.leak()), borrowed(outputs.leak()));
    let mut stimulus = Stimulus::new(&library, &inputs, &outputs).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut expected = vec![];
    for _ in 0..cycles {
        let mut row = stimulus.cycle();
        for cell in &mut cells {
            let values: Vec<u128> = cell.inputs.iter().map(|(port, width)| value(&mut rng, port, *width)).collect();
            for ((port, _), value) in cell.inputs.iter().zip(&values) {
                row.set_wide(library.port(&format!("{}_{port}", cell.design.top)).unwrap(), &words(*value));
            }
            expected.push(((cell.native)(&values), values));
        }
    }
    let responses = library.instance().unwrap().drive(&stimulus).unwrap();
    for (row, chunk) in expected.chunks(cells.len()).enumerate() {
        for (cell, (outputs, inputs)) in cells.iter().zip(chunk) {
            for ((port, width), expected) in cell.outputs.iter().zip(outputs) {
                let got = responses.wide(row, library.port(&format!("{}_{port}", cell.design.top)).unwrap());
                let expected = &words(*expected)[..width.div_ceil(32)];
                let name = &cell.design.top;
                assert_eq!(got, expected, "{name}.{port} in cycle {row} for {:?} = {inputs:x?}", cell.inputs);
            }
        }
    }
}

#[test]
fn rust_and_verilog_agree_in_every_cycle() {
    compare(cells(), 3000, edge_heavy);
}

#[test]
fn the_blocks_of_the_control_agree_in_every_cycle() {
    compare(control(), 3000, edge_heavy);
}

#[test]
fn saturation_agrees_at_every_legal_number_of_bits() {
    compare(saturating(), 20_000, |rng, port, width| match port {
        // 1 to 22 bits.
        "limit" => (1 << rng.random_range(0..22)) - 1,
        _ => {
            // Near the limits of every number of bits, of either sign.
            let near = (1i128 << rng.random_range(0..=22)) + rng.random_range(-2..=2);
            let value = if rng.random() { near } else { -near };
            if rng.random_ratio(1, 8) {
                edge_heavy(rng, port, width)
            } else {
                value as u128 & (u128::MAX >> (128 - width))
            }
        }
    });
}

#[test]
fn a_unit_is_given_to_the_simulator_one_file_a_module() {
    let design = generate(&ProcessingElement::default(), "processing_element").unwrap();
    let source = source(&design);
    let names: Vec<&str> = source.files().map(|(name, _)| name).collect();
    assert_eq!(names.last(), Some(&"processing_element.v"));
    assert_eq!(names.len(), design.modules.len());
}

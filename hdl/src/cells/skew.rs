//! [`Skew`] and [`Deskew`]: triangular delays at the edges of a systolic array.

use rust_hdl::core::prelude::*;

/// Delays lane `i` of a word by `i` cycles. `WORD` = `LANES · W`, lane 0 lowest. No reset.
///
/// Converts a word whose lanes arrive in the same cycle into the diagonal wavefront that a systolic array requires.
#[circuit(clock, assert(WORD == LANES * W, "the word holds the lanes exactly"))]
pub struct Skew<LANES, W, WORD> {
    /// Input word of this cycle.
    pub word: Signal<In, Bits<WORD>>,
    /// Word with lane `i` of `i` cycles ago.
    pub skewed: Signal<Out, Bits<WORD>>,
    #[init(vec![Bits::default(); LANES])]
    _history: Vec<Bits<WORD>>,
}

/// Delays lane `i` of a word by `LANES - 1 - i` cycles. `WORD` = `LANES · W`, lane 0 lowest. No reset.
///
/// Inverse of [`Skew`]: both in series delay every lane by `LANES - 1` cycles.
#[circuit(clock, assert(WORD == LANES * W, "the word holds the lanes exactly"))]
pub struct Deskew<LANES, W, WORD> {
    /// Input word of this cycle.
    pub word: Signal<In, Bits<WORD>>,
    /// Word with lane `i` of `LANES - 1 - i` cycles ago.
    pub deskewed: Signal<Out, Bits<WORD>>,
    #[init(vec![Bits::default(); LANES])]
    _history: Vec<Bits<WORD>>,
}

#[circuit]
impl Logic for Skew<LANES, W, WORD> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self._history.rotate_right(1);
            self._history[0] = self.word.val();
        }
        self.skewed.next = delayed::<W, WORD>(self.word.val(), &self._history, |lane| lane);
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// skew_{LANES}x{W}: delays lane i of a word by i cycles; no reset.\n{}",
            verilog(LANES, W, "skewed", |lane| lane)
        ))
    }
}

#[circuit]
impl Logic for Deskew<LANES, W, WORD> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self._history.rotate_right(1);
            self._history[0] = self.word.val();
        }
        self.deskewed.next = delayed::<W, WORD>(self.word.val(), &self._history, |lane| LANES - 1 - lane);
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// deskew_{LANES}x{W}: delays lane i of a word by {} - i cycles; no reset.\n{}",
            LANES - 1,
            verilog(LANES, W, "deskewed", |lane| LANES - 1 - lane)
        ))
    }
}

/// Word with each lane of `depth(lane)` cycles ago; `history[0]` is one cycle old.
fn delayed<const W: usize, const WORD: usize>(
    now: Bits<WORD>,
    history: &[Bits<WORD>],
    depth: impl Fn(usize) -> usize,
) -> Bits<WORD> {
    (0..WORD / W).fold(Bits::default(), |result, lane| {
        let word = if depth(lane) == 0 { now } else { history[depth(lane) - 1] };
        let value: Bits<W> = word.get_bits(lane * W);
        result | bit_cast::<WORD, W>(value) << (lane * W) as u64
    })
}

/// Verilog of one shift register per lane, `depth(lane)` stages long.
fn verilog(lanes: usize, width: usize, output: &str, depth: impl Fn(usize) -> usize) -> String {
    let mut declarations = String::new();
    let mut shifts = String::new();
    let mut assigns = String::new();
    for lane in 0..lanes {
        let (low, high) = (lane * width, (lane + 1) * width - 1);
        let stages = depth(lane);
        let bits = stages * width;
        match stages {
            0 => {
                assigns += &format!("assign {output}[{high}:{low}] = word[{high}:{low}];\n");
                continue;
            }
            1 => shifts += &format!("    lane_{lane} <= word[{high}:{low}];\n"),
            _ => {
                shifts += &format!("    lane_{lane} <= {{lane_{lane}[{}:0], word[{high}:{low}]}};\n", bits - width - 1)
            }
        }
        declarations += &format!("reg [{}:0] lane_{lane};\n", bits - 1);
        assigns += &format!("assign {output}[{high}:{low}] = lane_{lane}[{}:{}];\n", bits - 1, bits - width);
    }
    format!("{declarations}\nalways @(posedge clock) begin\n{shifts}end\n\n{assigns}")
}

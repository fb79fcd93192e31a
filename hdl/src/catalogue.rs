//! All designs that can be emitted: [`units`], each alone at each of its sizes, and the [`accelerator`] of each
//! configuration.

use crate::array::{SystolicArray4, SystolicArray8, SystolicArray16, SystolicArray32};
use crate::top::{
    BaseAccelerator, BasePaperAccelerator, LargeAccelerator, LargePaperAccelerator, SmallAccelerator,
    SmallPaperAccelerator, TinyAccelerator, TinyPaperAccelerator,
};
use crate::units::{
    Divider, Exp, Gelu, GeluRequantizer, LateSoftmax, LayerNorm, LayerNormRequantizer, Poly, Reciprocal, Requantizer,
    RowMean, Softmax, SqrtDigit, SqrtNewton,
};
use crate::verilog::{Design, EmitError, Observation, generate, generate_with};
use ibert_isa::{BASE, Configuration, LARGE, SMALL, SoftmaxForm, TINY};
use rust_hdl::core::prelude::Block;

/// Stack size for building a circuit of the largest size: a rust-hdl circuit is a single value, built in place, with up
/// to 1024 processing elements.
const STACK: usize = 256 << 20;

/// A unit of the hardware.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// Name, as in `ibert verilog --unit NAME`.
    pub name: &'static str,
    /// Purpose of the unit, in one line.
    pub purpose: &'static str,
    /// Its sizes; at least one.
    pub sizes: &'static [UnitSize],
}

/// One size of a unit.
#[derive(Debug, Clone, Copy)]
pub struct UnitSize {
    /// Array side N, or `None` for a unit of one size.
    pub side: Option<usize>,
    /// Name of the top module.
    pub top: &'static str,
    build: Build,
}

type Build = fn(&'static str) -> Result<Design, EmitError>;

impl UnitSize {
    /// Verilog of the unit at this size. It is built on a separate thread, because a large circuit needs a large stack.
    pub fn design(&self) -> Result<Design, EmitError> {
        let (build, top) = (self.build, self.top);
        let mut design = on_large_stack(move || build(top))?;
        design.head(&format!("Parameters: {}.", self.parameters()));
        Ok(design)
    }

    /// Parameters fixed by the unit's type, in addition to the widths of its ports, for the head of its file.
    pub fn parameters(&self) -> String {
        match (self.side, self.top) {
            (Some(side), _) => format!("N = {side}"),
            (None, "softmax" | "late_softmax") => "rows of 1 to 1024 scores".into(),
            (None, "layernorm" | "layernorm_requantizer") => "rows of 1 to 4096 channels".into(),
            (None, "divider") => "dividend of 33 bits, divisor of 32".into(),
            (None, "poly") => "q and b of 18 bits, c of 36".into(),
            _ => "none".into(),
        }
    }
}

/// Every unit.
pub fn units() -> &'static [Unit] {
    UNITS
}

/// The unit of that name.
///
/// ```
/// let unit = ibert_hdl::catalogue::unit("divider").expect("there is one");
/// let design = unit.sizes[0].design()?;
/// assert_eq!(design.modules.last().map(|module| module.name.as_str()), Some("divider"));
/// assert!(design.text().contains("module divider ("));
/// # Ok::<(), ibert_hdl::verilog::EmitError>(())
/// ```
pub fn unit(name: &str) -> Option<&'static Unit> {
    UNITS.iter().find(|unit| unit.name == name)
}

/// The Verilog of the accelerator of a configuration, top module `accelerator_` and its
/// [label](Configuration::label); `None` if it is not one of [`CONFIGURATIONS`](ibert_isa::CONFIGURATIONS) with either
/// form of softmax. Simulations that compare every instruction and every word need
/// [`Observation::On`], synthesis [`Observation::Off`].
///
/// # Errors
/// [`EmitError`], a fault of the hardware's description.
pub fn accelerator(configuration: &Configuration, observation: Observation) -> Option<Result<Design, EmitError>> {
    let (_, top, build) = ACCELERATORS.iter().find(|(named, ..)| named == configuration)?;
    let (top, build) = (*top, *build);
    Some(on_large_stack(move || build(top, observation)).map(|mut design| {
        accelerator_head(configuration, observation).iter().for_each(|paragraph| design.head(paragraph));
        design
    }))
}

/// Head of an accelerator's file: parameters, clock, reset, interfaces.
fn accelerator_head(configuration: &Configuration, observation: Observation) -> Vec<String> {
    let Configuration { name, side, lanes, a_depth, b_depth, c_depth, r_depth, y_depth, k_depth, softmax } =
        configuration;
    let depths = [a_depth, b_depth, c_depth, r_depth, y_depth, k_depth].map(|depth| 1usize << depth);
    let words: Vec<String> =
        ["A", "B", "C", "R", "Y", "K"].iter().zip(depths).map(|(m, d)| format!("{m} {d}")).collect();
    let observed = "Observation: `trace_*` and `watch_*` only watch; leave them open.";
    let observed = (observation == Observation::On).then(|| observed.to_string());
    let interface = [
        format!(
            "Parameters: configuration {name}, {} softmax, N = {side}, L = {lanes}; words of the memories {}: {} bytes.",
            softmax.name(),
            words.join(", "),
            configuration.sram_bytes()
        ),
        "Clock: `clock`, rising edge, the only one. Reset: `reset_n`, synchronous, active low, one cycle or more, at any time; it leaves the contents \
         of the memories alone."
            .into(),
        "Control: `s_axi_*`, AXI4-Lite slave, 12 address bits, 32-bit registers (registers.md, ibert_registers.h). `irq`: interrupt, level, active high."
            .into(),
        format!(
            "Memory: `m_axi_*`, AXI4 master, 32 address bits, {} data bits, one ID, INCR bursts of full width that cross no multiple of 4096 bytes, up to 8 \
             reads and 8 writes outstanding (memory-traffic.md). It reads programs, weights and activations, and writes results.",
            8 * side
        ),
    ];
    let specification =
        "Specification: machine.md; instructions: isa.md, ibert_isa.h; cycles: control.md, memory-traffic.md.";
    interface.into_iter().chain(observed).chain([specification.to_string()]).collect()
}

fn on_large_stack(build: impl FnOnce() -> Result<Design, EmitError> + Send + 'static) -> Result<Design, EmitError> {
    let builder = std::thread::Builder::new().stack_size(STACK).spawn(build);
    let builder = builder.map_err(|error| EmitError::NoThread { reason: error.to_string() })?;
    builder.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn emit<U: Block + Default>(top: &'static str) -> Result<Design, EmitError> {
    generate(&*Box::<U>::default(), top)
}

fn emit_top<U: Block + Default>(top: &'static str, observation: Observation) -> Result<Design, EmitError> {
    generate_with(&*Box::<U>::default(), top, observation)
}

type BuildTop = fn(&'static str, Observation) -> Result<Design, EmitError>;

static ACCELERATORS: [(Configuration, &str, BuildTop); 8] = [
    (TINY, "accelerator_tiny", emit_top::<TinyAccelerator>),
    (SMALL, "accelerator_small", emit_top::<SmallAccelerator>),
    (BASE, "accelerator_base", emit_top::<BaseAccelerator>),
    (LARGE, "accelerator_large", emit_top::<LargeAccelerator>),
    (TINY.with_softmax(SoftmaxForm::Paper), "accelerator_tiny_paper", emit_top::<TinyPaperAccelerator>),
    (SMALL.with_softmax(SoftmaxForm::Paper), "accelerator_small_paper", emit_top::<SmallPaperAccelerator>),
    (BASE.with_softmax(SoftmaxForm::Paper), "accelerator_base_paper", emit_top::<BasePaperAccelerator>),
    (LARGE.with_softmax(SoftmaxForm::Paper), "accelerator_large_paper", emit_top::<LargePaperAccelerator>),
];

static UNITS: &[Unit] = &[
    Unit {
        name: "systolic_array",
        purpose: "output-stationary N×N matrix unit, 9-bit × 8-bit operands, 32-bit sums",
        sizes: &[
            UnitSize { side: Some(4), top: "systolic_array_n4", build: emit::<SystolicArray4> },
            UnitSize { side: Some(8), top: "systolic_array_n8", build: emit::<SystolicArray8> },
            UnitSize { side: Some(16), top: "systolic_array_n16", build: emit::<SystolicArray16> },
            UnitSize { side: Some(32), top: "systolic_array_n32", build: emit::<SystolicArray32> },
        ],
    },
    Unit {
        name: "requantizer",
        purpose: "clamp(RNE(q·m/2^e) + RNE(q2·m2/2^e2) + zero_point), exact",
        sizes: &[UnitSize { side: None, top: "requantizer", build: emit::<Requantizer> }],
    },
    Unit {
        name: "poly",
        purpose: "(q + b)² + c for i-GELU or (q + b)·q + c for i-exp, exact",
        sizes: &[UnitSize { side: None, top: "poly", build: emit::<Poly<18, 36, 36, 37>> }],
    },
    Unit {
        name: "exp",
        purpose: "i-exp of x ≤ 0, requantized to 16 bits, exact",
        sizes: &[UnitSize { side: None, top: "exp", build: emit::<Exp> }],
    },
    Unit {
        name: "gelu",
        purpose: "i-GELU of a 32-bit accumulator, exact, then saturated to 40 bits",
        sizes: &[UnitSize { side: None, top: "gelu", build: emit::<Gelu> }],
    },
    Unit {
        name: "gelu_requantizer",
        purpose: "i-GELU of a 32-bit accumulator, requantized to int8 with a zero point",
        sizes: &[UnitSize { side: None, top: "gelu_requantizer", build: emit::<GeluRequantizer> }],
    },
    Unit {
        name: "divider",
        purpose: "unsigned division, one quotient bit a cycle: 33-bit dividend, 32-bit divisor",
        sizes: &[UnitSize { side: None, top: "divider", build: emit::<Divider<33, 32>> }],
    },
    Unit {
        name: "softmax",
        purpose: "i-softmax of rows of 1 to 1024 scores with a mask, exact",
        sizes: &[UnitSize { side: None, top: "softmax", build: emit::<Softmax<10, 11>> }],
    },
    Unit {
        name: "late_softmax",
        purpose: "late i-softmax of rows of 1 to 1024 scores with a mask: 8-bit weights and their sum, exact",
        sizes: &[UnitSize { side: None, top: "late_softmax", build: emit::<LateSoftmax<10, 11>> }],
    },
    Unit {
        name: "reciprocal",
        purpose: "reciprocal of a row's sum of weights, as mantissa and exponent, one quotient bit a cycle",
        sizes: &[UnitSize { side: None, top: "reciprocal", build: emit::<Reciprocal> }],
    },
    Unit {
        name: "row_mean",
        purpose: "sum of values times weights, divided by the sum of the weights: a mean of 16 bits, exact",
        sizes: &[UnitSize { side: None, top: "row_mean", build: emit::<RowMean> }],
    },
    Unit {
        name: "sqrt_digit",
        purpose: "floor(sqrt(n)) of 32 bits, one result bit a cycle, 16 cycles whatever the data",
        sizes: &[UnitSize { side: None, top: "sqrt_digit", build: emit::<SqrtDigit> }],
    },
    Unit {
        name: "sqrt_newton",
        purpose: "floor(sqrt(n)) of 32 bits by Newton's iteration with an early stop, and its number of updates",
        sizes: &[UnitSize { side: None, top: "sqrt_newton", build: emit::<SqrtNewton> }],
    },
    Unit {
        name: "layernorm",
        purpose: "i-LayerNorm of rows of 1 to 4096 channels of 22 bits, exact",
        sizes: &[UnitSize { side: None, top: "layernorm", build: emit::<LayerNorm<12, 13>> }],
    },
    Unit {
        name: "layernorm_requantizer",
        purpose: "i-LayerNorm of rows of 1 to 4096 channels of 22 bits, requantized to int8 and to a 16-bit residual",
        sizes: &[UnitSize { side: None, top: "layernorm_requantizer", build: emit::<LayerNormRequantizer<12, 13>> }],
    },
];

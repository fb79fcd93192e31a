#![doc = include_str!("../README.md")]

mod choices;
mod constants;
pub mod cycles;
mod error;
mod extent;
mod image;
mod layers;
mod lower;
pub mod machine;
mod meaning;
mod optimize;
mod package;
mod plan;
pub mod scoreboard;
mod synchronize;
mod work;

pub use choices::Choices;
pub use error::{Room, ScheduleError};
pub use extent::{Extent, extents};
pub use image::Image;
pub use layers::Layers;
pub(crate) use meaning::tile_and_step;
pub use meaning::{Axis, Meaning, Place};
pub use optimize::optimize;
pub use plan::{Plan, Region};
pub use work::{Work, layer_work};

use cycles::{MemoryTiming, Prediction};
use ibert_golden::encoder::{Sequence, Unobserved};
use ibert_golden::model::{IntegerModel, SoftmaxForm};
use ibert_isa::{Configuration, Instruction};
use std::fmt::Write;

/// A compiled program with its memory image.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// Configuration that the program is compiled for.
    pub configuration: Configuration,
    /// Tokens of the sequence.
    pub tokens: usize,
    /// Number of encoder layers.
    pub layers: usize,
    /// The instructions.
    pub program: Vec<Instruction>,
    /// What each instruction computes; `None` for loads and stores.
    pub meanings: Vec<Option<Meaning>>,
    /// Memory before the start.
    pub image: Image,
    /// On-chip addresses of tensors.
    pub plan: Plan,
    /// Useful multiply-accumulates of the encoder, without padding.
    pub macs: u64,
}

/// Compiles `layers` of a model for one sequence, with the decisions of [`optimize`] for [`MemoryTiming::TYPICAL`].
///
/// ```
/// use ibert_compile::{Layers, compile};
/// use ibert_compile::cycles::{MemoryTiming, predict};
/// use ibert_golden::encoder::Sequence;
/// use ibert_golden::model::{IntegerModel, Preset};
/// use ibert_isa::TINY;
///
/// let model = IntegerModel::random(Preset::Tiny.config(), 1)?;
/// let compiled = compile(&model, TINY, &Sequence::new(vec![5, 6, 7, 8]), Layers::ONE)?;
/// let prediction = predict(&compiled.program, compiled.image.program, &TINY, MemoryTiming::TYPICAL)?;
/// // No program is faster than its products.
/// assert!(prediction.cycles > compiled.macs / 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ScheduleError`]: a size that is not a multiple of N, a memory that is too small, a constant that does not fit its
/// field, or a sequence that the model refuses.
pub fn compile(
    model: &IntegerModel,
    configuration: Configuration,
    sequence: &Sequence,
    layers: Layers,
) -> Result<Compiled, ScheduleError> {
    let choices = optimize(model, configuration, sequence, layers, MemoryTiming::TYPICAL)?;
    compile_with(model, configuration, sequence, layers, &choices)
}

/// [`compile`] with your own decisions.
///
/// # Errors
/// As [`compile`].
pub fn compile_with(
    model: &IntegerModel,
    configuration: Configuration,
    sequence: &Sequence,
    layers: Layers,
    choices: &Choices,
) -> Result<Compiled, ScheduleError> {
    let configuration = for_model(configuration, model);
    let layers = layers.of(model.layers.len());
    let stream = ibert_golden::encoder::Encoder::new(model).embed(sequence, &mut Unobserved)?;
    let tokens = sequence.ids.len();
    let plan = Plan::new(&model.config, &configuration, tokens, choices)?;
    let lowered = lower::lower(model, &configuration, &plan, choices, sequence, &stream, layers)?;
    let (steps, mut image) = (lowered.steps, lowered.image);
    let program = synchronize::synchronize(&configuration, &steps);
    image.put_program(&program)?;
    let meanings = steps.into_iter().map(|step| step.meaning).collect();
    let macs = macs(model, tokens) * layers as u64;
    Ok(Compiled { configuration, tokens, layers, program, meanings, image, plan, macs })
}

/// The configuration with the form of softmax that the model has: the accelerator that its programs run on.
pub fn for_model(configuration: Configuration, model: &IntegerModel) -> Configuration {
    configuration.with_softmax(match model.config.softmax {
        SoftmaxForm::Paper => ibert_isa::SoftmaxForm::Paper,
        SoftmaxForm::Late => ibert_isa::SoftmaxForm::Late,
    })
}

/// Useful multiply-accumulates of a layer.
fn macs(model: &IntegerModel, tokens: usize) -> u64 {
    let (hidden, ffn, tokens) = (model.config.hidden as u64, model.config.ffn as u64, tokens as u64);
    tokens * (4 * hidden * hidden + 2 * hidden * ffn) + 2 * tokens * tokens * hidden
}

impl Compiled {
    /// Reads the last hidden state, `[tokens, hidden]`, from the memory after a run.
    pub fn hidden(&self, memory: &[u8]) -> Vec<i16> {
        let (side, channels) = (self.configuration.side, self.channels());
        let value = |token: usize, channel: usize| {
            let word = token / side * channels + channel;
            let at = self.image.hidden as usize + 2 * (word * side + token % side);
            i16::from_le_bytes([memory[at], memory[at + 1]])
        };
        (0..self.tokens).flat_map(|token| (0..channels).map(move |channel| value(token, channel))).collect()
    }

    /// The layer that an instruction belongs to; `None` for loads and stores.
    pub fn layer(&self, index: usize) -> Option<usize> {
        self.meanings.get(index)?.as_ref()?.tensor.layer()
    }

    /// Channels of the last hidden state.
    fn channels(&self) -> usize {
        self.plan.residual.words / self.plan.token_tiles
    }

    /// Listing of the program, one line per instruction: index, predicted cycles of start and retirement (with
    /// `prediction`), instruction, and what it computes.
    pub fn listing(&self, prediction: Option<&Prediction>) -> String {
        let mut text = String::new();
        if prediction.is_some() {
            text += " index      start     retire  instruction\n";
        }
        for (index, (instruction, meaning)) in self.program.iter().zip(&self.meanings).enumerate() {
            let times = prediction.and_then(|prediction| prediction.times.get(index));
            let times = times.map(|times| format!(" {:>10} {:>10}", times.started(), times.retired));
            let meaning = meaning.as_ref().map_or(String::new(), |meaning| format!("    # {}", meaning.tensor));
            let _ = writeln!(text, "{index:6}{}  {instruction}{meaning}", times.unwrap_or_default());
        }
        text
    }
}

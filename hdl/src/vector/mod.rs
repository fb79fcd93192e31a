//! The vector engine: all operations other than matrix multiplication, between the memories of the accelerator.
//!
//! ```text
//!             VectorControl (begins instructions)
//!                  │ begins
//!   C, Y, R ──► VectorFeeder ──► VectorLane × L ──► VectorWriter ──► A, B, R, Y
//!         K ──► VectorParameters, ChannelConstants ▲
//!           ◄── ChannelReader (LayerNorm's constants, when they are due)
//! ```
//!
//! See [`VectorEngine`] for the datasheet and [`ibert_isa::timing::vector`] for its cycles.

mod beat_walk;
mod channel_constants;
mod channel_reader;
mod control;
mod engine;
mod feeder;
mod instruction_walk;
mod lane;
mod lane_late_softmax;
mod lane_softmax;
mod parameters;
mod row_units;
mod strided_address;
mod writer;

pub use beat_walk::BeatWalk;
pub use channel_constants::ChannelConstants;
pub use channel_reader::ChannelReader;
pub use control::VectorControl;
pub use engine::VectorEngine;
pub use feeder::VectorFeeder;
pub use instruction_walk::InstructionWalk;
pub use lane::VectorLane;
pub use lane_late_softmax::{LaneLateSoftmax, LaneLateSoftmaxUnit};
pub use lane_softmax::{LaneSoftmax, LaneSoftmaxUnit};
pub use parameters::VectorParameters;
pub use row_units::LaneNorm;
pub use strided_address::StridedAddress;
pub use writer::VectorWriter;

use ibert_isa::{BASE, LARGE, SMALL, TINY};

macro_rules! engines {
    ($($name:ident, $paper_name:ident, $configuration:ident;)*) => {$(
        engines!($name, $configuration, 0, 1, "late softmax");
        engines!($paper_name, $configuration, 1, 0, "the paper's softmax");
    )*};
    ($name:ident, $configuration:ident, $paper:literal, $late:literal, $form:literal) => {
        #[doc = concat!("The engine of the configuration [`", stringify!($configuration), "`], with ", $form, ".")]
        pub type $name = VectorEngine<
            { $configuration.lanes },
            { $configuration.groups() },
            { 8 * $configuration.side },
            { 16 * $configuration.side },
            { 22 * $configuration.side },
            { 32 * $configuration.side },
            { 8 * $configuration.lanes },
            { 16 * $configuration.lanes },
            { 22 * $configuration.lanes },
            { 32 * $configuration.lanes },
            { $configuration.a_depth },
            { $configuration.b_depth },
            { $configuration.c_depth },
            { $configuration.r_depth },
            { $configuration.y_depth },
            { $configuration.k_depth },
            $paper,
            $late,
        >;
    };
}

engines! {
    VectorEngineTiny, VectorEngineTinyPaper, TINY;
    VectorEngineSmall, VectorEngineSmallPaper, SMALL;
    VectorEngineBase, VectorEngineBasePaper, BASE;
    VectorEngineLarge, VectorEngineLargePaper, LARGE;
}

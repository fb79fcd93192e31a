//! The cells: functions that rust-hdl's expressions cannot describe, each in a few lines of Verilog.
//!
//! A cell is a [`LogicBlock`](rust_hdl::core::prelude::LogicBlock) with an `update` in Rust for simulation and the same
//! function in Verilog. `cosim/tests/rtl/cells.rs` compares the two on random input. All other modules are composed of
//! cells.
//!
//! | cell | function |
//! |---|---|
//! | [`Register`], [`EnableRegister`] | registers with reset to zero |
//! | [`PresetRegister`] | register with reset to a given value |
//! | [`Delay`], [`EnableDelay`] | pipelines of data; the second can be stalled |
//! | [`ValidDelay`], [`ShiftRegister`] | pipelines of a flag; the second has every stage as an output |
//! | [`Multiplier`], [`PipelinedMultiplier`] | signed product: combinational, or of wide operands in stages |
//! | [`Accumulator`] | running sum |
//! | [`DivideStep`], [`RootStep`] | one bit of a quotient, one bit of a square root |
//! | [`NewtonStart`] | first iterate of Newton's square root |
//! | [`ShiftRight`] | division by `2^n`, rounded down |
//! | [`LowMask`], [`LowestKept`] | addends that turn such a division into rounding half to even |
//! | [`SignExtend`], [`ZeroExtend`], [`Truncate`] | change of a value's width |
//! | [`ExtendLanes`] | extension of the bytes of a word |
//! | [`Saturate`], [`Clamp`] | clamp to a number of bits: chosen at run time, or fixed |
//! | [`Concatenate`], [`Pack`], [`WordAssembler`] | word of lanes, of flags, of successive pieces |
//! | [`OneHotRegister`] | register that selects one of many lanes |
//! | [`Skew`], [`Deskew`] | diagonal delays at the edges of a systolic array |
//! | [`Ram`], [`DistributedRam`] | block RAM, distributed RAM |
//! | [`Repeat`], [`Spread`] | wider word that repeats the bits of a value |
//! | [`Split`] | halves of a word |
//! | [`SelectGroup`], [`RepeatGroup`] | one group of a word, the same value in every group |
//! | [`Fifo`] | short FIFO queue |

mod accumulator;
mod clamp;
mod concatenate;
mod delay;
mod distributed_ram;
mod divide_step;
mod extend_lanes;
mod extension;
mod fifo;
mod group;
pub mod integer;
mod multiplier;
mod newton_start;
mod one_hot_register;
mod pack;
mod pipelined_multiplier;
mod preset_register;
mod ram;
mod register;
mod repeat;
mod root_step;
mod saturate;
mod shift_right;
mod skew;
mod split;
mod word_assembler;

pub use accumulator::Accumulator;
pub use clamp::Clamp;
pub use concatenate::Concatenate;
pub use delay::{Delay, EnableDelay, ShiftRegister, ValidDelay};
pub use distributed_ram::DistributedRam;
pub use divide_step::DivideStep;
pub use extend_lanes::ExtendLanes;
pub use extension::{SignExtend, Truncate, ZeroExtend};
pub use fifo::Fifo;
pub use group::{RepeatGroup, SelectGroup};
pub use multiplier::Multiplier;
pub use newton_start::NewtonStart;
pub use one_hot_register::OneHotRegister;
pub use pack::Pack;
pub use pipelined_multiplier::PipelinedMultiplier;
pub use preset_register::PresetRegister;
pub use ram::Ram;
pub use register::{EnableRegister, Register};
pub use repeat::{Repeat, Spread};
pub use root_step::RootStep;
pub use saturate::Saturate;
pub use shift_right::{LowMask, LowestKept, ShiftRight};
pub use skew::{Deskew, Skew};
pub use split::Split;
pub use word_assembler::WordAssembler;

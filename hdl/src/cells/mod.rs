//! The cells: everything that rust-hdl's expressions cannot say, a few lines of Verilog each.
//!
//! A cell is a [`LogicBlock`](rust_hdl::core::prelude::LogicBlock) with a Rust `update` for simulation and the same thing in
//! Verilog. Both are compared on random input (`tests/rtl_cells.rs` of the root package). Everything above is composed of cells.
//!
//! | cell | is |
//! |---|---|
//! | [`Register`], [`EnableRegister`], [`PresetRegister`] | state with reset, to zero or to a value |
//! | [`Delay`], [`EnableDelay`], [`ValidDelay`], [`ShiftRegister`] | pipelines of data, of data that can be stalled, of a flag, of a flag with every stage visible |
//! | [`Multiplier`], [`PipelinedMultiplier`], [`Accumulator`] | signed product, the same of wide operands in stages, running sum |
//! | [`DivideStep`], [`RootStep`] | one bit of a division, of a square root |
//! | [`NewtonStart`] | first iterate of a square root |
//! | [`ShiftRight`], [`LowMask`], [`LowestKept`] | division by `2^n`: floor, and what turns it into rounding half to even |
//! | [`SignExtend`], [`ZeroExtend`], [`Truncate`], [`ExtendLanes`] | change of width, of a value or of the bytes of a word |
//! | [`Saturate`], [`Clamp`] | clamp to a number of bits that is chosen at run time, or fixed |
//! | [`Concatenate`], [`Pack`], [`WordAssembler`], [`OneHotRegister`] | lanes, flags or successive pieces to a word, one of many lanes |
//! | [`Skew`], [`Deskew`] | diagonal delays at the edge of a systolic array |
//! | [`Ram`], [`DistributedRam`] | block RAM, distributed RAM |
//! | [`Repeat`], [`Spread`], [`Split`] | wider words of the same bits, the halves of a word |
//! | [`SelectGroup`], [`RepeatGroup`] | one group of a word's lanes, the same in every group |
//! | [`Fifo`] | a short queue |

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

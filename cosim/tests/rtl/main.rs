//! The RTL in Verilator against the golden model: cells, units, engines, control, the whole accelerator.

mod accelerator;
mod array;
mod block_ram;
mod cells;
mod channels;
mod codes;
mod control;
mod cycles;
mod divider;
mod dma;
mod exp;
mod gelu;
mod handshake;
mod late_softmax;
mod layernorm;
mod layernorm_requantizer;
mod linted;
mod matrix;
mod options;
mod poly;
mod requantizer;
mod reset;
mod roots;
mod softmax;
mod sqrt;
mod vector;

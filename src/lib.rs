//! BERT with integers only: from a checkpoint to an integer model, and from there to hardware that computes the same bits.
//!
//! | module | is for |
//! |---|---|
//! | [`accelerator`] | programs on the accelerator's RTL in Verilator |
//! | [`datasheet`] | documentation and C headers of the accelerator |
//! | [`fusesoc`] | the accelerator and hardware units as FuseSoC cores |
//! | [`quantize`] | checkpoints to integer models, and the fp32 encoder to compare with |
//! | [`text`] | texts to token ids, hidden states to sentence embeddings |
//! | [`check`] | case files recomputed by an engine and compared |
//! | [`dump`] | every intermediate tensor of a run in one file |
//! | [`schedule`] | integer models to programs for the accelerator |
//! | [`machine`] | what programs do, instruction by instruction |
//! | [`comparison`] | what programs write against the golden encoder |
//! | [`fetch`] | checkpoints by name, downloaded and verified |
//! | [`cache`] | the folder for everything that can be made again |
//! | [`mutation`] | faults put into generated Verilog, and whether its testbench notices |
//! | [`rtl`] | integer tensors through hardware units in Verilator |
//! | [`staging`] | files that appear only when complete |
//! | [`synthesis`] | area and clock frequency of hardware units in FPGAs |
//! | [`testbench`] | self-checking Verilog testbenches of hardware units |
//! | [`timeline`] | when a program does what, as a trace and as a page |
//! | [`toolchain`] | outside programs: which are here, what each is needed for |

pub mod accelerator;
pub mod cache;
pub mod check;
pub mod comparison;
pub mod datasheet;
pub mod dump;
pub mod fetch;
pub mod fusesoc;
pub mod machine;
pub mod mutation;
pub mod quantize;
pub mod rtl;
pub mod schedule;
pub mod staging;
pub mod synthesis;
pub mod testbench;
pub mod text;
pub mod timeline;
pub mod toolchain;

//! The circuit at every bus width is clean Verilog, and its memories are block RAM.

use super::bench::design;
use super::tools;
use ibert_hdl::memory::{SliceRam, TwoWriterRam};
use ibert_hdl::verilog::{Design, generate};
use ibert_sim::Verilator;

const SIDES: [usize; 4] = [4, 8, 16, 32];

fn written(design: &Design) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    design.write(folder.path()).unwrap();
    folder
}

#[test]
fn three_tools_have_nothing_to_say() {
    for side in SIDES {
        let design = design(side);
        let folder = written(&design);
        let (top, list) = (design.top.as_str(), format!("{}.f", design.top));
        let lint = ["--lint-only", "-Wall", "--top-module", top, "-f", &list];
        let said = tools::run(Verilator::find().unwrap().command(), &lint, folder.path());
        // Newer versions end with a report of their own.
        let warnings: Vec<&str> = said.lines().filter(|line| line.starts_with('%')).collect();
        assert!(warnings.is_empty(), "N={side}:\n{said}");
        let icarus = ["-Wall", "-g2005", "-o", "out", "-s", top, "-c", &list];
        assert_eq!(tools::run(tools::program("iverilog"), &icarus, folder.path()), "", "N={side}");
        let files = design.file_list().replace('\n', " ");
        let script = format!(
            "read_verilog {files}; hierarchy -check -top {top}; proc; check -assert; select -assert-none t:$dlatch t:$_DLATCH_*"
        );
        let said = tools::run(tools::program("yosys"), &["-q", "-p", &script], folder.path());
        assert!(!said.contains("Warning"), "N={side}:\n{said}");
    }
}

/// Cells of a type after synthesis for a target.
fn cells(design: &Design, synthesis: &str, cell: &str) -> usize {
    let folder = written(design);
    let files = design.file_list().replace('\n', " ");
    let script = format!("read_verilog {files}; {synthesis} -top {}; tee -o cells.txt stat", design.top);
    tools::run(tools::program("yosys"), &["-q", "-p", &script], folder.path());
    let text = std::fs::read_to_string(folder.path().join("cells.txt")).unwrap();
    // The total of the design comes last.
    let counts = text.lines().rev().find_map(|line| line.trim().strip_prefix(cell)?.trim().parse().ok());
    counts.unwrap_or(0)
}

#[test]
fn slices_become_block_ram_in_an_ecp5_and_a_xilinx_fpga() {
    // 2^12 words of 4 slices of 32 bits, 512 Kibit: words of A and B of N = 16.
    let design = generate(&*Box::<SliceRam<4, 128, 12>>::default(), "operand_memory").unwrap();
    assert_eq!(cells(&design, "synth_ecp5 -run begin:map_gates", "DP16KD"), 32, "16 Kibit each");
    assert_eq!(cells(&design, "synth_xilinx -run begin:fine", "RAMB36E1"), 16, "32 Kibit each");
    // K of the base configuration: 2^12 words of 160 bits.
    let design = generate(&*Box::<SliceRam<5, 160, 12>>::default(), "constant_memory").unwrap();
    assert_eq!(cells(&design, "synth_ecp5 -run begin:map_gates", "DP16KD"), 40);
    // With two writers.
    let design = generate(&*Box::<TwoWriterRam<4, 256, 12>>::default(), "residual_memory").unwrap();
    assert_eq!(cells(&design, "synth_ecp5 -run begin:map_gates", "DP16KD"), 64);
}

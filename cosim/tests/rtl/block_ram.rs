//! Every on-chip memory of every configuration becomes block RAM: DP16KD in an ECP5, RAMB18E1 or RAMB36E1 in a Xilinx
//! 7-series FPGA.

use ibert_test_support::tools;

use ibert_hdl::catalogue::accelerator;
use ibert_hdl::verilog::{Module, ModuleKind, Observation};
use ibert_isa::CONFIGURATIONS;
use serde_json::Value;
use std::collections::BTreeMap;

/// A synthesis up to where memories have become blocks or not, and its blocks: cell, bits.
struct Target {
    synthesis: &'static str,
    blocks: &'static [(&'static str, u64)],
}

const ECP5: Target =
    Target { synthesis: "synth_ecp5 -noflatten -run begin:map_gates", blocks: &[("DP16KD", 18 << 10)] };
const XILINX: Target =
    Target { synthesis: "synth_xilinx -run begin:fine", blocks: &[("RAMB18E1", 18 << 10), ("RAMB36E1", 36 << 10)] };

/// Cells of each module after synthesis.
fn cells(modules: &[&Module], target: &Target) -> BTreeMap<String, BTreeMap<String, u64>> {
    let folder = tempfile::tempdir().unwrap();
    let mut text: String = modules.iter().map(|module| module.text.as_str()).collect();
    // Synthesis wants a top; nothing of it is looked at.
    text += "module all (input clock);\n";
    for module in modules {
        text += &format!("(* keep *) {0} the_{0} (.clock(clock));\n", module.name);
    }
    std::fs::write(folder.path().join("all.v"), text + "endmodule\n").unwrap();
    let script = format!("read_verilog all.v; {} -top all; tee -o cells.json stat -json", target.synthesis);
    tools::run(tools::program("yosys"), &["-q", "-p", &script], folder.path());
    let report = std::fs::read_to_string(folder.path().join("cells.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let of = |module: &&Module| {
        let counts = report["modules"][format!("\\{}", module.name)]["num_cells_by_type"].clone();
        (module.name.clone(), serde_json::from_value(counts).unwrap())
    };
    modules.iter().map(of).collect()
}

/// Bits and words of the arrays that a module declares, `reg [31:0] words [0:1023];`.
fn arrays(module: &Module) -> Vec<(u64, u64)> {
    let array = |line: &str| {
        let (width, depth) = line.trim().strip_prefix("reg [")?.strip_suffix("];")?.split_once(" [0:")?;
        let (high, words) = (width.split(':').next()?.parse::<u64>().ok()?, depth.parse::<u64>().ok()? + 1);
        Some(((high + 1) * words, words))
    };
    module.text.lines().filter_map(array).collect()
}

/// What is wrong with the cells of a memory.
fn problem(module: &Module, cells: &BTreeMap<String, u64>, target: &Target) -> Option<String> {
    const SMALL: [&str; 4] = ["$mem", "DPR16X4", "RAM32", "RAM64"];
    let arrays = arrays(module);
    let bits: u64 = arrays.iter().map(|(bits, _)| bits).sum();
    let held: u64 = target.blocks.iter().map(|(cell, size)| cells.get(*cell).copied().unwrap_or(0) * size).sum();
    let registers: u64 = cells.iter().filter(|(cell, _)| cell.contains("dff")).map(|(_, count)| count).sum();
    // Blocks have 18 bits for 1024 words: what is shallower or of another width leaves some of them empty.
    let whole = |(bits, words): &(u64, u64)| (bits / words).div_ceil(18) * words.div_ceil(1024) * (18 << 10);
    let most: u64 = arrays.iter().map(whole).sum();
    if let Some(cell) = cells.keys().find(|cell| SMALL.iter().any(|small| cell.contains(small))) {
        return Some(format!("{cell} is left"));
    }
    match () {
        () if bits == 0 => Some("no array".into()),
        () if held < bits => Some(format!("blocks of {held} bits for {bits}")),
        () if held > most => Some(format!("blocks of {held} bits for {bits}, which should take {most} at most")),
        // Around the blocks there are registers of addresses and of words under way, some for each array; never one for
        // each word.
        () if registers > 4 * arrays.len() as u64 + 2 => Some(format!("{registers} registers")),
        () => None,
    }
}

#[test]
fn every_memory_of_every_configuration_is_made_of_block_ram() {
    let design = |configuration| accelerator(configuration, Observation::Off).unwrap().unwrap();
    let designs = CONFIGURATIONS.each_ref().map(|configuration| (configuration, design(configuration)));
    let mut distinct: BTreeMap<&str, &Module> = BTreeMap::new();
    for (configuration, design) in &designs {
        let memories: Vec<&Module> =
            design.modules.iter().filter(|module| module.kind == ModuleKind::BlockRam).collect();
        // Whatever declares an array says what kind of memory it is.
        for module in design.modules.iter().filter(|module| !arrays(module).is_empty()) {
            assert!([ModuleKind::BlockRam, ModuleKind::DistributedRam].contains(&module.kind), "{}", module.name);
        }
        let bits: u64 = memories.iter().flat_map(|module| arrays(module)).map(|(bits, _)| bits).sum();
        // Two memories of one shape are one module.
        assert!(bits >= 8 * configuration.sram_bytes() as u64 / 2 && memories.len() >= 8, "{}", configuration.name);
        for module in memories {
            let other = distinct.insert(&module.name, module);
            assert!(other.is_none_or(|other| other == module), "{} is two different modules", module.name);
        }
    }
    let modules: Vec<&Module> = distinct.into_values().collect();
    std::thread::scope(|scope| {
        for target in [ECP5, XILINX] {
            let modules = &modules;
            scope.spawn(move || {
                let cells = cells(modules, &target);
                for module in modules {
                    let cells = &cells[&module.name];
                    assert_eq!(problem(module, cells, &target), None, "{}: {cells:?}", module.name);
                }
            });
        }
    });
}

/// What a memory that synthesis makes of anything else looks like to the test above.
#[test]
fn a_memory_that_is_no_block_ram_is_noticed() {
    let ports = "input clock, input write, input [9:0] to, input [15:0] data, input [9:0] from, output reg [15:0] word";
    let store = "always @(posedge clock) if (write) words[to] <= data;";
    let text =
        |body: &str| format!("module memory ({ports});\nreg [15:0] words [0:1023];\n{store}\n{body}\nendmodule\n");
    let module = |body: &str| Module { name: "memory".into(), text: text(body), ..Module::default() };
    let fine = module("always @(posedge clock) word <= words[from];");
    let asynchronous = module("always @(*) word = words[from];");
    for target in [ECP5, XILINX] {
        let of = |module: &Module| problem(module, &cells(&[module], &target)["memory"], &target);
        assert_eq!(of(&fine), None);
        assert!(of(&asynchronous).is_some(), "{}", target.synthesis);
    }
}

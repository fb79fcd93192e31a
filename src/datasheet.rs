//! What comes with the accelerator's Verilog: its documentation, and C headers of its registers and instructions.

use ibert_hdl::isa::{self, registers};

/// Pages of docs/ that describe the hardware and that no definition generates.
const PAGES: [(&str, &str); 4] = [
    ("machine.md", include_str!("../docs/machine.md")),
    ("control.md", include_str!("../docs/control.md")),
    ("cycle-model.md", include_str!("../docs/cycle-model.md")),
    ("memory-traffic.md", include_str!("../docs/memory-traffic.md")),
];

/// Names and texts of the files; the pages link to each other only.
pub fn files() -> Vec<(String, String)> {
    let pages = PAGES.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let generated = [
        ("isa.md", isa::reference::markdown()),
        ("registers.md", registers::reference::markdown()),
        ("ibert_isa.h", isa::reference::c_header()),
        ("ibert_registers.h", registers::reference::c_header()),
    ];
    pages.into_iter().chain(generated.map(|(name, text)| (name.to_owned(), text))).collect()
}

//! Prints the control registers: `cargo run -p ibert-isa --example registers -- markdown` (docs/registers.md) or `--
//! header` (C header).

use ibert_isa::registers::reference;

fn main() -> Result<(), String> {
    let text = match std::env::args().nth(1).as_deref() {
        Some("markdown") => reference::markdown(),
        Some("header") => reference::c_header(),
        _ => return Err("usage: registers markdown | header".into()),
    };
    print!("{text}");
    Ok(())
}

//! Prints the instruction set: `cargo run -p ibert-isa --example reference -- markdown` (docs/isa.md) or `-- header` (C
//! header).

use ibert_isa::reference;

fn main() -> Result<(), String> {
    let text = match std::env::args().nth(1).as_deref() {
        Some("markdown") => reference::markdown(),
        Some("header") => reference::c_header(),
        _ => return Err("usage: reference markdown | header".into()),
    };
    print!("{text}");
    Ok(())
}

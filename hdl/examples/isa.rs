//! Prints the instruction set: `cargo run -p ibert-hdl --example isa -- markdown` (docs/isa.md) or `-- header` (C).

use ibert_hdl::isa::reference;

fn main() -> Result<(), String> {
    let text = match std::env::args().nth(1).as_deref() {
        Some("markdown") => reference::markdown(),
        Some("header") => reference::c_header(),
        _ => return Err("usage: isa markdown | header".into()),
    };
    print!("{text}");
    Ok(())
}

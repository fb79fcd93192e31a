//! Writes a hardware unit with its self-checking testbench to a folder and says how to run it:
//! `cargo run -p ibert-kit --example testbench -- UNIT FOLDER`. Without arguments it writes the divider to a temporary
//! folder.

use ibert_hdl::catalogue;
use ibert_kit::testbench::Testbench;
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "divider".to_owned());
    let folder = arguments.next().map_or_else(|| std::env::temp_dir().join(format!("ibert_{name}")), PathBuf::from);
    let unit = catalogue::unit(&name).ok_or_else(|| {
        let known: Vec<&str> = catalogue::units().iter().map(|unit| unit.name).collect();
        format!("there is no unit {name}; the units are {}", known.join(", "))
    })?;
    let testbench = Testbench::new(unit, &unit.sizes[0])?;
    std::fs::create_dir_all(&folder)?;
    for (file, text) in testbench.files() {
        std::fs::write(folder.join(file), text)?;
    }
    println!("{}: {}", unit.sizes[0].top, unit.purpose);
    println!("{} results are compared in {} cycles of stimulus", testbench.results(), testbench.rows());
    println!("in Icarus Verilog: make -C {}", folder.display());
    println!("in Verilator:      make -C {} verilator", folder.display());
    Ok(())
}

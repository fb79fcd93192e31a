//! The ports of a design, read from the class that Verilator generates.
//!
//! `V<top>.h` declares each port with a macro, `VL_IN8(&reset_n,0,0)` or `VL_OUTW(&sum,99,0,4)`: name, most and least
//! significant bit, words. Verilator's XML and JSON dumps change between versions; these macros did not change from
//! 5.006 to 5.048.

use std::fmt::{self, Write};

use crate::Error;

/// Direction of a port, seen from the design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Written by the testbench.
    Input,
    /// Read by the testbench.
    Output,
    /// Written and read by the testbench.
    Inout,
}

/// Name, width and direction of a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortInfo {
    /// The name in the Verilog text.
    pub name: String,
    /// Width in bits.
    pub width: u32,
    /// Direction.
    pub direction: Direction,
}

impl fmt::Display for PortInfo {
    /// Formats the port as in a module header: `input [7:0] step`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let direction = match self.direction {
            Direction::Input => "input",
            Direction::Output => "output",
            Direction::Inout => "inout",
        };
        match self.width {
            1 => write!(f, "{direction} {}", self.name),
            width => write!(f, "{direction} [{}:0] {}", width - 1, self.name),
        }
    }
}

/// A port as the generated class declares it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) info: PortInfo,
    cpp_name: String,
}

/// Reads the ports from the text of `Vdut.h`, in file order: the declarations between `// PORTS` and `// CELLS`.
pub(crate) fn declared(top: &str, header: &str) -> Result<Vec<Declared>, Error> {
    let lines =
        header.lines().map(str::trim).skip_while(|line| *line != "// PORTS").take_while(|line| *line != "// CELLS");
    let declarations = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    let port = |line: &str| plain(line).ok_or_else(|| Error::PortShape { top: top.into(), port: line.into() });
    declarations.map(port).collect()
}

/// A port that is a packed vector; `None` for unpacked arrays (`VlUnpacked<…> &x;` or `VL_IN8((&x)[4],7,0);`), reals
/// and strings.
fn plain(line: &str) -> Option<Declared> {
    let rest = line.strip_prefix("VL_")?.strip_suffix(");")?;
    // INOUT precedes IN, because IN is a prefix of it.
    let directions = [("INOUT", Direction::Inout), ("IN", Direction::Input), ("OUT", Direction::Output)];
    let (rest, direction) = directions.into_iter().find_map(|(prefix, d)| Some((rest.strip_prefix(prefix)?, d)))?;
    let (_, arguments) = rest.split_once('(')?;
    let mut arguments = arguments.split(',');
    let cpp_name = arguments.next()?.trim_start_matches('&');
    if cpp_name.contains(['(', '[']) {
        return None;
    }
    let mut bit = || arguments.next()?.parse::<u32>().ok();
    let (msb, lsb) = (bit()?, bit()?);
    let info = PortInfo { name: verilog_name(cpp_name), width: msb.abs_diff(lsb) + 1, direction };
    Some(Declared { info, cpp_name: cpp_name.into() })
}

/// Undoes Verilator's encoding of names: `__024` is `$`, `__05F` an underscore, `__SYM__x` the C++ keyword `x`.
fn verilog_name(cpp_name: &str) -> String {
    let mut name = String::new();
    let mut rest = cpp_name.strip_prefix("__SYM__").unwrap_or(cpp_name);
    while let Some(character) = rest.chars().next() {
        let code = rest.strip_prefix("__0").and_then(|code| u8::from_str_radix(code.get(..2)?, 16).ok());
        match code {
            Some(code) => {
                name.push(char::from(code));
                rest = &rest["__0XX".len()..];
            }
            None => {
                name.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    name
}

/// `design.h`: the properties of the design that `model.cpp` uses.
pub(crate) fn design_header(ports: &[Declared], clock: Option<usize>) -> String {
    let mut text = String::from("#pragma once\n#include \"Vdut.h\"\n");
    if let Some(clock) = clock {
        writeln!(text, "#define DESIGN_CLOCK {}", ports[clock].cpp_name).unwrap();
    }
    writeln!(text, "#define DESIGN_CLOCK_INDEX {}", clock.map_or(-1, |clock| clock as i64)).unwrap();
    text.push_str("#define DESIGN_PORTS(PORT)");
    for Declared { info: PortInfo { name, width, direction }, cpp_name } in ports {
        let name = name.replace('\\', "\\\\").replace('"', "\\\"");
        write!(text, " \\\n    PORT(\"{name}\", {cpp_name}, {width}, {})", *direction as u32).unwrap();
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(header: &str) -> Vec<(String, u32, Direction)> {
        let ports = declared("t", header).unwrap();
        ports.into_iter().map(|p| (p.info.name, p.info.width, p.info.direction)).collect()
    }

    #[test]
    fn every_macro_gives_name_width_and_direction() {
        let header = "int x;\n// PORTS\n// They\n  VL_IN8(&clock,0,0);\n VL_IN16(d,15,0);\n \
                      VL_OUT64(&q,47,4);\n VL_OUTW(&w,0,99,4);\n VL_INOUT(&b,31,0);\n\n // CELLS\n CData x;";
        let expected = [
            ("clock", 1, Direction::Input),
            ("d", 16, Direction::Input),
            ("q", 44, Direction::Output),
            ("w", 100, Direction::Output),
            ("b", 32, Direction::Inout),
        ];
        assert_eq!(parsed(header), expected.map(|(name, width, direction)| (name.to_owned(), width, direction)));
    }

    #[test]
    fn names_come_back_as_verilog_writes_them() {
        assert_eq!(verilog_name("esc__024a"), "esc$a");
        assert_eq!(verilog_name("a___05Fb"), "a__b");
        assert_eq!(verilog_name("__SYM__class"), "class");
        assert_eq!(verilog_name("reset_n"), "reset_n");
        assert_eq!(verilog_name("q__0"), "q__0");
    }

    #[test]
    fn what_is_no_packed_vector_is_refused_by_name() {
        for line in
            ["VL_IN8((&taps)[4],7,0);", "VlUnpacked<CData/*7:0*/, 4> &taps;", "double &taps;", "std::string &taps;"]
        {
            let error = declared("t", &format!("// PORTS\n{line}\n// CELLS\n")).unwrap_err().to_string();
            assert!(error.contains(line) && error.contains("packed vectors"), "{error}");
        }
    }
}

//! A register at each port of a unit, for timing.

use ibert_hdl::verilog::{Design, Port};
use std::fmt::Write;

/// Name of the wrapper's module.
pub(super) fn name(top: &str) -> String {
    format!("{top}_registered")
}

/// The unit between registers.
pub(super) fn wrapper(design: &Design) -> String {
    let range = |port: &Port| if port.width > 1 { format!("[{}:0] ", port.width - 1) } else { String::new() };
    let ports: Vec<&Port> = design.ports.iter().filter(|port| port.name != "clock").collect();
    let mut text = format!("module {} (\n    input wire clock", name(&design.top));
    for port in &ports {
        let kind = if port.input { "input wire" } else { "output reg" };
        let _ = write!(text, ",\n    {kind} {}{}", range(port), port.name);
    }
    text.push_str("\n);\n");
    for port in &ports {
        let kind = if port.input { "reg" } else { "wire" };
        let _ = writeln!(text, "    {kind} {}inner_{};", range(port), port.name);
    }
    text.push_str("    always @(posedge clock) begin\n");
    for port in &ports {
        let name = &port.name;
        let _ = match port.input {
            true => writeln!(text, "        inner_{name} <= {name};"),
            false => writeln!(text, "        {name} <= inner_{name};"),
        };
    }
    let _ = write!(text, "    end\n    {} unit (.clock(clock)", design.top);
    for port in &ports {
        let _ = write!(text, ", .{0}(inner_{0})", port.name);
    }
    text.push_str(");\nendmodule\n");
    text
}

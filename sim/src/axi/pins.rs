//! Binds the ports of a design to the pins of an AXI4 master.

use std::ops::RangeInclusive;

use crate::{Direction, Error, Library};

/// Requirements for a pin.
struct Pin {
    name: &'static str,
    /// Direction, seen from the master.
    direction: Direction,
    widths: RangeInclusive<u32>,
    /// Whether a master may lack the pin. Without size or burst type, bursts are full-width INCR bursts; without
    /// strobes, all bytes are written.
    optional: bool,
}

const fn output(name: &'static str, widths: RangeInclusive<u32>) -> Pin {
    Pin { name, direction: Direction::Output, widths, optional: false }
}

const fn input(name: &'static str, widths: RangeInclusive<u32>) -> Pin {
    Pin { name, direction: Direction::Input, widths, optional: false }
}

const fn optional(pin: Pin) -> Pin {
    Pin { optional: true, ..pin }
}

const READ_PINS: usize = 13;

/// In the order of `IbertAxiPin` of `cpp/abi.h`, read channels first.
const PINS: [Pin; 29] = [
    output("arvalid", 1..=1),
    input("arready", 1..=1),
    output("araddr", 1..=64),
    output("arlen", 8..=8),
    optional(output("arsize", 3..=3)),
    optional(output("arburst", 2..=2)),
    optional(output("arid", 1..=64)),
    input("rvalid", 1..=1),
    output("rready", 1..=1),
    input("rdata", 8..=1024),
    input("rresp", 2..=2),
    input("rlast", 1..=1),
    optional(input("rid", 1..=64)),
    output("awvalid", 1..=1),
    input("awready", 1..=1),
    output("awaddr", 1..=64),
    output("awlen", 8..=8),
    optional(output("awsize", 3..=3)),
    optional(output("awburst", 2..=2)),
    optional(output("awid", 1..=64)),
    output("wvalid", 1..=1),
    input("wready", 1..=1),
    output("wdata", 8..=1024),
    optional(output("wstrb", 1..=128)),
    output("wlast", 1..=1),
    input("bvalid", 1..=1),
    output("bready", 1..=1),
    input("bresp", 2..=2),
    optional(input("bid", 1..=64)),
];

/// Pairs of pins with a fixed width ratio: the first pin is that many times wider than the second.
const PAIRS: [(&str, &str, u32); 4] =
    [("rdata", "wdata", 1), ("wdata", "wstrb", 8), ("arid", "rid", 1), ("awid", "bid", 1)];

/// Port index of each pin and, last, of `reset_n`; -1 for an absent one.
///
/// # Errors
/// [`Error::AxiPins`] if the design has neither `<prefix>arvalid` nor `<prefix>awvalid`, lacks a pin of a channel that
/// it has, or declares a pin with a direction or width that differs from AXI4.
pub(super) fn bind(library: &Library, prefix: &str) -> Result<[i64; PINS.len() + 1], Error> {
    let wrong = |reason: String| Error::AxiPins { top: library.top().into(), prefix: prefix.into(), reason };
    let ports = library.ports();
    let find = |name: &str| ports.iter().position(|port| port.name == name);
    let width = |pin: &str| find(&format!("{prefix}{pin}")).map(|port| ports[port].width);
    let (reads, writes) = (width("arvalid").is_some(), width("awvalid").is_some());
    if !reads && !writes {
        return Err(wrong(format!("there is neither an output `{prefix}arvalid` nor `{prefix}awvalid`")));
    }
    let mut indices = [-1; PINS.len() + 1];
    for (index, pin) in PINS.iter().enumerate() {
        if !(if index < READ_PINS { reads } else { writes }) {
            continue;
        }
        let Some(port) = find(&format!("{prefix}{}", pin.name)) else {
            if pin.optional {
                continue;
            }
            return Err(wrong(format!("there is no `{prefix}{}`", pin.name)));
        };
        let info = &ports[port];
        if info.direction != pin.direction {
            return Err(wrong(format!("`{info}` goes the wrong way for a master")));
        }
        if !pin.widths.contains(&info.width) || (pin.name.ends_with("data") && !info.width.is_power_of_two()) {
            return Err(wrong(format!("`{info}` has a width that AXI4 does not know")));
        }
        indices[index] = port as i64;
    }
    for (one, other, ratio) in PAIRS {
        match (width(one), width(other)) {
            (Some(a), Some(b)) if a != b * ratio => {
                return Err(wrong(format!("`{prefix}{one}` has {a} bits and `{prefix}{other}` {b}")));
            }
            (None, Some(_)) | (Some(_), None) if one.ends_with("id") => {
                return Err(wrong(format!("only one of `{prefix}{one}` and `{prefix}{other}` is there")));
            }
            _ => {}
        }
    }
    indices[PINS.len()] = find("reset_n").map_or(-1, |port| port as i64);
    Ok(indices)
}

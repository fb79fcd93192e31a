//! The tables of docs/numerics.md and docs/model-file.md against the limits that models are checked against, the ports
//! of the units, the largest values in exact arithmetic, and the encoder's tensors.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use ibert_golden::encoder::{Block, Role, TensorId};
use ibert_golden::model::{WidthLimit, limits};
use ibert_golden::ops::LateSoftmaxConstants;
use ibert_hdl::catalogue::unit;

use crate::vocabulary::project;

/// A width: bits, and whether a sign is among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Width {
    bits: u32,
    signed: bool,
}

/// The rows between a heading and the next, cell by cell.
fn rows(page: &str, heading: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(project(page)).expect("text");
    let section = text.split_once(heading).expect("the heading").1;
    let section = section.split("\n## ").next().expect("a section");
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

fn table() -> BTreeMap<String, Width> {
    let width = |cell: &str| {
        let (bits, signed) = cell.strip_suffix(" unsigned").map_or((cell, true), |bits| (bits, false));
        Width { bits: bits.parse().unwrap_or_else(|_| panic!("`{cell}` is not a width")), signed }
    };
    rows("docs/numerics.md", "## 3 Widths").into_iter().map(|row| (row[0].clone(), width(&row[1]))).collect()
}

/// The narrowest field that holds both.
fn of_values(smallest: i128, largest: i128) -> Width {
    if smallest >= 0 {
        return Width { bits: 128 - largest.leading_zeros(), signed: false };
    }
    Width { bits: 129 - largest.max(!smallest).leading_zeros(), signed: true }
}

fn of_limit(limit: WidthLimit) -> Width {
    Width { bits: limit.bits, signed: true }
}

fn of_port(unit_name: &str, port: &str) -> Width {
    let design = unit(unit_name).expect("a unit").sizes[0].design().expect("Verilog");
    let found = design.ports.iter().find(|candidate| candidate.name == port);
    let port = found.unwrap_or_else(|| panic!("{unit_name} has no port {port}"));
    Width { bits: port.width as u32, signed: port.signed }
}

/// Channels of the longest row that LayerNorm takes, columns of the longest that softmax takes.
const CHANNELS: i128 = 4096;
const COLUMNS: i128 = 1024;

/// The widths of the table, each from every place that has it.
fn expected() -> Vec<(&'static str, Vec<Width>)> {
    let (x, exp16) = (1_i128 << 21, 32767);
    // y is at most 22 bits away from the mean; std is that at most, as long as the variance is not saturated.
    let (y, std) = (2 * x, 64 << 22);
    // Where var is 0, at most half of the channels stand out by 1, and factor is 2^31.
    let product = (CHANNELS / 2) << 31;
    let bias = 1_i128 << 39;
    let late_operand = LateSoftmaxConstants::MAX_M.into();
    vec![
        ("linear accumulator", vec![of_limit(limits::ACCUMULATOR), of_port("gelu", "q"), of_port("softmax", "q")]),
        ("requant operand q", vec![of_limit(limits::REQUANT_OPERAND), of_port("requantizer", "q")]),
        ("dyadic m", vec![of_limit(limits::MANTISSA), of_port("requantizer", "m"), of_values(-1 << 31, 1 << 31)]),
        ("dyadic e", vec![of_port("requantizer", "e"), of_values(0, (*limits::EXPONENTS.end()).into())]),
        ("GELU a+b", vec![of_limit(limits::GELU_B)]),
        ("GELU square", vec![of_limit(limits::GELU_C), of_values(-1, 1 << (2 * (limits::GELU_B.bits - 1)))]),
        ("GELU c", vec![of_limit(limits::GELU_C)]),
        ("GELU L+shift", vec![of_limit(limits::GELU_SHIFT)]),
        ("exp x0", vec![of_limit(limits::EXP_X0), of_port("exp", "x0"), of_port("softmax", "x0")]),
        ("exp b", vec![of_limit(limits::EXP_B), of_port("exp", "b"), of_port("softmax", "b")]),
        ("exp c", vec![of_limit(limits::EXP_C), of_port("exp", "c"), of_port("softmax", "c")]),
        ("exp t", vec![of_limit(limits::EXP_C)]),
        ("t*m16", vec![of_values(0, ((1 << (limits::EXP_C.bits - 1)) - 1) * (1 << 31))]),
        ("exp16", vec![of_port("exp", "exp16"), of_port("softmax", "exp16"), of_values(0, exp16)]),
        ("softmax sum", vec![of_values(0, COLUMNS * exp16)]),
        ("softmax factor", vec![of_port("softmax", "factor"), of_values(0, 1 << 32)]),
        ("exp16*factor", vec![of_values(0, 1 << 32)]),
        ("late weight operand", vec![of_port("late_softmax", "m"), of_values(0, late_operand)]),
        ("late t*m", vec![of_values(0, late_operand * late_operand)]),
        ("late weight", vec![of_port("late_softmax", "weight"), of_values(0, 255)]),
        ("late sum", vec![of_port("late_softmax", "sum"), of_port("reciprocal", "sum"), of_values(0, COLUMNS * 255)]),
        (
            "late mantissa",
            vec![of_port("reciprocal", "mantissa"), of_port("row_mean", "mantissa"), of_values(1 << 15, 1 << 16)],
        ),
        // The accumulator is at most 128 times a sum of `length` bits.
        ("late a", vec![of_values(-128 << 10, 127 << 10)]),
        ("late mean", vec![of_port("row_mean", "mean"), of_values(-(1 << 15), (1 << 15) - 1)]),
        ("LayerNorm input", vec![of_port("layernorm", "x"), of_values(-x, x - 1)]),
        ("LayerNorm mean", vec![of_port("layernorm", "mean")]),
        ("LayerNorm sum", vec![of_values(-x * CHANNELS, (x - 1) * CHANNELS)]),
        ("LayerNorm y", vec![of_values(-y + 1, y - 1)]),
        ("LayerNorm var", vec![of_port("layernorm", "variance"), of_values(0, u32::MAX.into())]),
        ("LayerNorm std", vec![of_port("layernorm", "std_dev"), of_values(1, std)]),
        ("LayerNorm factor", vec![of_port("layernorm", "factor"), of_values(0, 1 << 31)]),
        ("LayerNorm y*factor", vec![of_values(-product, product)]),
        ("LayerNorm bias", vec![of_limit(limits::NORM_BIAS), of_port("layernorm", "bias")]),
        ("LayerNorm out", vec![of_port("layernorm", "out"), of_values(-product / 2 - bias, product / 2 + bias - 1)]),
    ]
}

#[test]
fn the_table_of_widths_has_what_the_hardware_and_the_models_have() {
    let mut table = table();
    for (name, widths) in expected() {
        let stated = table.remove(name).unwrap_or_else(|| panic!("the table has no {name}"));
        for width in widths {
            assert_eq!(stated, width, "{name}");
        }
    }
    assert!(table.is_empty(), "nothing to compare with: {table:?}");
}

/// Wider than the values that the table promises: what ports of units may be.
#[test]
fn ports_that_are_wider_hold_what_the_table_has() {
    let table = table();
    let wider = [
        ("gelu", "b", "GELU a+b", 18),
        ("gelu", "c", "GELU c", 36),
        ("gelu", "shift", "GELU L+shift", 36),
        ("exp", "t", "exp t", 33),
        ("softmax", "sum", "softmax sum", 32),
    ];
    for (unit, port, name, bits) in wider {
        let port = of_port(unit, port);
        assert!(
            port.bits == bits && port.bits > table[name].bits && port.signed == table[name].signed,
            "{name} {port:?}"
        );
    }
}

/// Every tensor that a dump may hold is in the table of the model file's page, and every name there is one.
#[test]
fn the_table_of_tensors_has_every_tensor_of_the_encoder() {
    let blocks = [Block::Embeddings, Block::Attention(0), Block::FeedForward(0)];
    let mut named = BTreeSet::new();
    for row in rows("docs/model-file.md", "## Intermediate tensors") {
        let mut prefix = String::new();
        for span in row[0].split('`').skip(1).step_by(2) {
            let role = span.rsplit_once('.').map_or(span, |(block, role)| {
                prefix = block.to_owned();
                role
            });
            let of: Vec<Block> = match prefix.as_str() {
                "…" => blocks.to_vec(),
                prefix => {
                    blocks.into_iter().filter(|b| b.to_string() == prefix.replace("layer.i", "layer.0")).collect()
                }
            };
            assert!(!of.is_empty(), "{span}");
            for block in of {
                // The page says so: the embeddings' LayerNorm has the sum as its input.
                if (block, role) == (Block::Embeddings, Role::NormInput.name()) {
                    continue;
                }
                let id: TensorId = format!("{block}.{role}").parse().expect("a tensor of the encoder");
                assert!(named.insert(id), "{id} is there twice");
            }
        }
    }
    let all: BTreeSet<TensorId> = blocks.into_iter().flat_map(|b| b.roles().map(move |role| b.tensor(role))).collect();
    assert_eq!(named, all);
}

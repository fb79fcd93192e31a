//! A design of many modules: each is synthesized once and counted as often as it is instantiated.
//!
//! No optimization crosses the boundary of a module. The sum is therefore slightly larger than the area of the flat
//! design; synthesis of a large accelerator as a flat design would take hours.

use super::cells::area;
use super::{Area, SynthesisError, Target, Yosys};
use ibert_hdl::verilog::Design;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Instant;

/// Cells by type; in a module also instances by module.
pub(super) type Cells = BTreeMap<String, u64>;

/// Result of a synthesis module by module.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Hierarchy {
    /// Name of the top module.
    pub top: String,
    /// Resources that the whole design uses.
    #[serde(flatten)]
    pub area: Area,
    /// Cells by type in all instances.
    pub cells: Cells,
    /// Resources of the modules that the top instantiates, the largest first, without the wires and gates of the top
    /// itself.
    pub parts: Vec<Part>,
    /// Synthesis time in seconds.
    pub seconds: f64,
}

/// A module that the top instantiates, with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Part {
    /// Name of the module.
    pub module: String,
    /// Number of instances in the top.
    pub instances: u64,
    /// Resources of all instances.
    #[serde(flatten)]
    pub area: Area,
}

/// Synthesizes each module of a design. For [`Target::Generic`], which has no block RAM, memories that should be block
/// RAM are left out: they count as cells of their module's name, which use no resources.
///
/// # Errors
/// [`SynthesisError`] when Yosys fails, prints nothing, or prints an unknown format.
pub fn synthesize_modules(design: &Design, target: Target, yosys: &Yosys) -> Result<Hierarchy, SynthesisError> {
    let started = Instant::now();
    let folder = tempfile::tempdir().map_err(|source| SynthesisError::Folder { source })?;
    let modules = yosys.synthesize_modules(design, target, folder.path())?;
    let mut sums = BTreeMap::new();
    // Each module comes after those that it instantiates. What synthesis has made of shared parts comes as modules too,
    // and has no instances.
    for name in design.modules.iter().map(|module| &module.name) {
        if let Some(cells) = modules.get(name) {
            let sum = sum(cells, &sums);
            sums.insert(name.clone(), sum);
        }
    }
    let cells = sums.get(&design.top).cloned().unwrap_or_default();
    let of_top = modules.get(&design.top).into_iter().flatten();
    let parts = of_top.filter_map(|(module, instances)| {
        let all = times(sums.get(module)?, *instances);
        Some(Part { module: module.clone(), instances: *instances, area: area(target, &all) })
    });
    let mut parts: Vec<Part> = parts.filter(|part| part.area != Area::default()).collect();
    parts.sort_by_key(|part| std::cmp::Reverse((part.area.lut, part.area.ram)));
    let (top, area) = (design.top.clone(), area(target, &cells));
    Ok(Hierarchy { top, area, cells, parts, seconds: started.elapsed().as_secs_f64() })
}

/// The cells of a module, with those of the modules in it.
pub(super) fn sum(cells: &Cells, sums: &BTreeMap<String, Cells>) -> Cells {
    let mut all = Cells::new();
    for (cell, count) in cells {
        let inside = match sums.get(cell) {
            Some(inside) => times(inside, *count),
            None => Cells::from([(cell.clone(), *count)]),
        };
        inside.into_iter().for_each(|(cell, count)| *all.entry(cell).or_default() += count);
    }
    all
}

fn times(cells: &Cells, factor: u64) -> Cells {
    cells.iter().map(|(cell, count)| (cell.clone(), count * factor)).collect()
}

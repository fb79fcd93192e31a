//! What a module is beyond its logic, for tools that treat some modules in a way of their own.

use rust_hdl::core::prelude::*;

/// What a module is. A type declares it with `#[circuit(kind = …)]`, as a constant, which a walk over the circuit sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, LogicState)]
pub enum ModuleKind {
    /// Logic and registers, or modules.
    Logic,
    /// A memory of which synthesis makes block RAM: read ports with a register, written words for many addresses.
    BlockRam,
    /// A memory of which synthesis makes distributed RAM or registers: read in the same cycle, some dozens of words.
    DistributedRam,
    /// A row of the systolic array; its rows are alike and each is connected to its neighbour.
    ArrayRow,
}

impl ModuleKind {
    const ALL: [ModuleKind; 4] =
        [ModuleKind::Logic, ModuleKind::BlockRam, ModuleKind::DistributedRam, ModuleKind::ArrayRow];

    /// The kind that a constant of a module declares, if it is such a constant.
    pub(super) fn declared(atom: &dyn Atom) -> Option<Self> {
        let declares = atom.kind() == AtomKind::Constant && atom.descriptor().name == Self::descriptor().name;
        declares.then(|| Self::ALL[atom.verilog().as_usize()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_read_from_its_constant_and_no_other_constant_is_one() {
        for kind in ModuleKind::ALL {
            assert_eq!(ModuleKind::declared(&Constant::new(kind)), Some(kind));
        }
        assert_eq!(ModuleKind::declared(&Constant::new(bits::<2>(1))), None);
        assert_eq!(ModuleKind::declared(&Signal::<Local, ModuleKind>::default()), None);
    }
}

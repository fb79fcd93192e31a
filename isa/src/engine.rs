//! [`Engine`]: the units that execute instructions in parallel.

/// An engine. It executes the instructions of one [`Opcode`](crate::Opcode) in program order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// Loads.
    Load,
    /// Stores.
    Store,
    /// Matmuls.
    Matrix,
    /// Vector instructions.
    Vector,
}

impl Engine {
    /// Number of engines.
    pub const COUNT: usize = 4;

    /// All engines, highest priority first. One instruction starts per cycle: if several engines are eligible, the
    /// first of them has priority.
    pub const ALL: [Engine; Engine::COUNT] = [Engine::Load, Engine::Store, Engine::Matrix, Engine::Vector];

    /// Name in reports and in the names of the counter registers.
    pub const fn name(self) -> &'static str {
        match self {
            Engine::Load => "load",
            Engine::Store => "store",
            Engine::Matrix => "matrix",
            Engine::Vector => "vector",
        }
    }

    /// Position in [`Engine::ALL`], for arrays with one element per engine.
    pub const fn index(self) -> usize {
        self as usize
    }
}

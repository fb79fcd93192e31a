//! [`Engine`]: the units that execute instructions side by side.

/// An engine, which executes the instructions of one [`Opcode`](crate::Opcode) in their order.
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

    /// All engines, highest priority first: of instructions that could start in the same cycle, the first engine's starts.
    pub const ALL: [Engine; Engine::COUNT] = [Engine::Load, Engine::Store, Engine::Matrix, Engine::Vector];

    /// Name in reports and of its counters' registers.
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

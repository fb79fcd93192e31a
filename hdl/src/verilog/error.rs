//! What can be wrong with a circuit that is to become Verilog.

/// A circuit that cannot be emitted. `module` is the instance path inside the circuit, as in `top.row_3.pe_0`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// The module has no title.
    #[error(
        "{module}: no title; start `update` with comment!(\"name: what it does\") (a cell: begin its Verilog with `// name: …`)"
    )]
    Untitled {
        /// Instance path.
        module: String,
    },
    /// The title's name is not a lower-case Verilog identifier, or a `{…}` in it cannot be worked out.
    #[error("{module}: title `{title}`: {reason}")]
    BadTitle {
        /// Instance path.
        module: String,
        /// The title as written.
        title: String,
        /// Description of the fault.
        reason: String,
    },
    /// Modules of one name differ, and no port width tells them apart.
    #[error(
        "modules named `{name}` differ in more than their port widths ({first} and {second}); put a parameter in the title"
    )]
    AmbiguousName {
        /// The name they share.
        name: String,
        /// Instance path of one of them.
        first: String,
        /// Instance path of another.
        second: String,
    },
    /// Two signals of a module get the same Verilog name once `$` and `.` have become `_`, or the name is a keyword.
    #[error("{module}: the name `{name}` is taken or is a Verilog keyword; rename the field")]
    NameTaken {
        /// Instance path.
        module: String,
        /// The Verilog name.
        name: String,
    },
    /// The update code names a signal, a constant or a loop variable that the module does not have.
    #[error("{module}: `{name}` is not a signal, constant or loop variable here")]
    UnknownName {
        /// Instance path.
        module: String,
        /// The name as written.
        name: String,
    },
    /// A signal that must be driven is not: an output of the module or an input of one of its instances.
    #[error("{module}: nothing drives `{signal}`")]
    Undriven {
        /// Instance path.
        module: String,
        /// The signal.
        signal: String,
    },
    /// The update code assigns one of the module's own inputs, or an output of an instance.
    #[error("{module}: `{signal}` is driven from outside and cannot be assigned")]
    NotAssignable {
        /// Instance path.
        module: String,
        /// The signal.
        signal: String,
    },
    /// Operands, or target and value, have different widths.
    #[error("{module}: `{expression}` mixes widths {left} and {right}")]
    WidthMismatch {
        /// Instance path.
        module: String,
        /// The Verilog of the expression.
        expression: String,
        /// Width of the left operand or the target.
        left: usize,
        /// Width of the right operand or the value.
        right: usize,
    },
    /// A slice reaches beyond the end of its signal.
    #[error("{module}: `{slice}` reaches beyond the {width} bits of the signal")]
    SliceBeyondEnd {
        /// Instance path.
        module: String,
        /// The Verilog of the slice.
        slice: String,
        /// Width of the signal.
        width: usize,
    },
    /// A construct of rust-hdl for which there is a better way here.
    #[error("{module}: {construct} is not supported; {instead}")]
    Unsupported {
        /// Instance path.
        module: String,
        /// Construct found.
        construct: String,
        /// Suggested replacement.
        instead: &'static str,
    },
    /// The operating system gave no thread to build the circuit on.
    #[error("cannot start a thread to build the circuit: {reason}")]
    NoThread {
        /// Error of the operating system.
        reason: String,
    },
}

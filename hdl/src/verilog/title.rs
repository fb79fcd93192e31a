//! A module's name and purpose, taken from the first comment of its code.
//!
//! rust-hdl does not tell a module's Rust type to who walks a circuit, so the type says its name itself:
//! `comment!("processing_element: multiplies, …")` at the top of `update`, or `// multiplier_9x8: …` at the top of a
//! cell's Verilog. In the former, which must be a literal, `{port}` stands for the width of a port and `{port / 8}` for
//! integer expressions of port widths; so a generic type can name its parameters: `systolic_array_n{b / 8}`.

use super::circuit::Scope;
use super::error::EmitError;
use super::index;
use super::statement::comment_text;
use rust_hdl::core::ast::VerilogStatement;
use rust_hdl::core::prelude::Verilog;

/// Name and purpose of a module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Title {
    pub(super) name: String,
    pub(super) purpose: String,
}

/// The title of a scope.
pub(super) fn of(scope: &Scope) -> Result<Title, EmitError> {
    let untitled = || EmitError::Untitled { module: scope.path.clone() };
    let first = match &scope.code {
        Verilog::Combinatorial(statements) => match statements.first() {
            Some(VerilogStatement::Comment(text)) => comment_text(text),
            _ => return Err(untitled()),
        },
        Verilog::Custom(text) => {
            text.lines().next().and_then(|line| line.strip_prefix("// ")).ok_or_else(untitled)?.to_string()
        }
        _ => return Err(untitled()),
    };
    let bad = |reason: &str| EmitError::BadTitle {
        module: scope.path.clone(),
        title: first.to_string(),
        reason: reason.into(),
    };
    let filled = fill(&first, scope).ok_or_else(|| bad("a `{…}` is not an expression of port widths"))?;
    let (name, purpose) = filled.split_once(": ").ok_or_else(|| bad("expected `name: purpose`"))?;
    let identifier = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !identifier {
        return Err(bad("the name must be a lower-case identifier"));
    }
    Ok(Title { name: name.to_string(), purpose: purpose.to_string() })
}

/// The text with each `{expression of port widths}` replaced by its value.
fn fill(text: &str, scope: &Scope) -> Option<String> {
    let widths: Vec<(String, i128)> = scope.signals.iter().map(|s| (s.name.clone(), s.width as i128)).collect();
    let mut filled = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let close = open + rest[open..].find('}')?;
        filled.push_str(&rest[..open]);
        filled.push_str(&index::evaluate(&rest[open + 1..close], &widths)?.to_string());
        rest = &rest[close + 1..];
    }
    filled.push_str(rest);
    Some(filled)
}

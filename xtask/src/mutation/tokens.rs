//! Words, numbers and operators of a Verilog file.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    Symbol,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) range: Range<usize>,
}

/// Symbols of more than one character, longest first.
const LONG: [&str; 14] = [">>>", "<<<", "===", "!==", "<=", ">=", "==", "!=", "&&", "||", ">>", "<<", "+:", "-:"];

/// The tokens without comments, directives and blanks.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let word = |c: char| c.is_ascii_alphanumeric() || "_$'".contains(c);
        if rest.starts_with("//") || first == '`' {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let (kind, length) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '0'..='9' => (Kind::Number, rest.find(|c| !word(c)).unwrap_or(rest.len())),
            c if word(c) => (Kind::Word, rest.find(|c| !word(c)).unwrap_or(rest.len())),
            c => (Kind::Symbol, LONG.iter().find(|long| rest.starts_with(**long)).map_or(c.len_utf8(), |l| l.len())),
        };
        tokens.push(Token { kind, text: &rest[..length], range: at..at + length });
        at += length;
    }
    tokens
}

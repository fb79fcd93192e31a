//! The places at which a module can be mutated, and the replacements.

use super::Kind;
use super::tokens::{self, Token, tokens};
use std::ops::Range;

/// A replacement of a piece of text.
pub(super) struct Site {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
    pub(super) replacement: String,
}

/// Every site of the module in `text`, after its ports.
pub(super) fn sites(text: &str) -> Vec<Site> {
    let tokens = tokens(text);
    let body = tokens.iter().position(|token| token.text == ";").map_or(0, |header| header + 1);
    let mut sites = Vec::new();
    for statement in statements(&tokens[body..]) {
        // Faults in unused signals have no effect, and a mutated loop may not end.
        if statement.iter().any(|token| token.text.starts_with("unused_") || token.text == "for") {
            continue;
        }
        let first = statement.first().map_or("", |token| token.text);
        let expression = match first {
            "wire" | "reg" | "localparam" => {
                let assigned = statement.iter().position(|token| token.text == "=");
                declaration(&statement[..assigned.unwrap_or(statement.len())], &mut sites);
                assigned.map_or(statement.len(), |assigned| assigned + 1)
            }
            _ => 0,
        };
        value(&statement[expression..], expression == 0, &mut sites);
    }
    sites
}

/// Pieces between semicolons and the words of blocks.
fn statements<'t, 'a>(tokens: &'t [Token<'a>]) -> impl Iterator<Item = &'t [Token<'a>]> {
    tokens.split(|token| [";", "begin", "end", "else", "endmodule", "endcase"].contains(&token.text))
}

/// `wire [7:0] x` loses one bit.
fn declaration(tokens: &[Token<'_>], sites: &mut Vec<Site>) {
    for window in tokens.windows(5) {
        if let [open, high, colon, low, close] = window
            && (open.text, colon.text, low.text, close.text) == ("[", ":", "0", "]")
            && let Some(high_value) = plain(high).filter(|high| *high > 0)
        {
            sites.push(replace(Kind::Width, high, (high_value - 1).to_string()));
        }
    }
}

/// Sites of everything that is not a declaration: assignments, conditions, connections. With `statement`, the first `=`
/// or `<=` outside parentheses is an assignment, and the tokens before it, except for a condition, are the target.
fn value(tokens: &[Token<'_>], statement: bool, sites: &mut Vec<Site>) {
    let mut depth = 0usize;
    let assignment = tokens.iter().position(|token| {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && ["=", "<="].contains(&token.text)
    });
    // The target extends back from the assignment to the end of a condition or of an event control.
    let assignment = assignment.filter(|_| statement);
    let target = assignment.map_or(0..0, |at| target_start(&tokens[..at])..at + 1);
    let mut brackets = 0usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "[" => brackets += 1,
            "]" => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        if target.contains(&index) {
            continue;
        }
        match token.kind {
            tokens::Kind::Symbol if token.text == "[" => slice(&tokens[index..], sites),
            tokens::Kind::Symbol if brackets == 0 => symbol(tokens, index, sites),
            tokens::Kind::Word if token.text == "$signed" && !whole(tokens, index) => {
                sites.push(replace(Kind::Operator, token, "$unsigned".into()));
            }
            tokens::Kind::Number if brackets == 0 => number(tokens, index, sites),
            _ => {}
        }
    }
}

/// Sites of conditions and operators.
fn symbol(tokens: &[Token<'_>], index: usize, sites: &mut Vec<Site>) {
    let token = &tokens[index];
    let behind = |back: usize| index.checked_sub(back).map_or("", |index| tokens[index].text);
    let ahead = tokens.get(index + 1).map_or("", |token| token.text);
    match token.text {
        // Only without an operator before it, because removing that operator is another site.
        "?" if index > 0 && tokens[index - 1].kind == tokens::Kind::Word && !["!", "~"].contains(&behind(2)) => {
            let word = &tokens[index - 1];
            sites.push(replace(Kind::Condition, word, format!("!{}", word.text)));
        }
        // `if (…)`: the whole condition.
        "(" if behind(1) == "if" => {
            if let Some(close) = closing(&tokens[index..]).map(|close| index + close) {
                let inner = token.range.end..tokens[close].range.start;
                let condition = tokens[index + 1..close].iter().map(|token| token.text).collect::<Vec<_>>().join(" ");
                sites.push(Site { kind: Kind::Condition, range: inner, replacement: format!("!({condition})") });
            }
        }
        // `if (!…)` is negated as a whole; `@(*)` is not a product.
        "!" if behind(1) == "(" && behind(2) == "if" => {}
        "*" if behind(1) == "(" && ahead == ")" => {}
        text => {
            if let Some(other) = operator(text) {
                sites.push(replace(Kind::Operator, token, other.to_owned()));
            }
        }
    }
}

/// Sites of replications, shift amounts and constants.
fn number(tokens: &[Token<'_>], index: usize, sites: &mut Vec<Site>) {
    let token = &tokens[index];
    let behind = index.checked_sub(1).map_or("", |index| tokens[index].text);
    let ahead = tokens.get(index + 1).map_or("", |token| token.text);
    if behind == "{" && ahead == "{" {
        // Leading zeros: a narrower concatenation is also extended with zeros.
        let zeros = tokens.get(index + 2).is_some_and(|token| token.text == "1'b0");
        if let Some(times) = plain(token).filter(|times| *times > 1 && !zeros) {
            sites.push(replace(Kind::Width, token, (times - 1).to_string()));
        }
    } else if ["<<", ">>", ">>>"].contains(&behind) {
        let changes = [1, -1].into_iter().filter_map(|by| literal(token.text, by));
        sites.extend(changes.map(|changed| replace(Kind::Shift, token, changed)));
    } else if let Some(changed) = literal(token.text, 1) {
        sites.push(replace(Kind::Constant, token, changed));
    }
}

/// Whether the call at `index` is the whole right-hand side, where signed and unsigned are equivalent.
fn whole(tokens: &[Token<'_>], index: usize) -> bool {
    let assigned = index.checked_sub(1).is_some_and(|index| ["=", "<="].contains(&tokens[index].text));
    assigned && closing(&tokens[index + 1..]).is_some_and(|close| index + 1 + close + 1 == tokens.len())
}

/// Index of the first token of the target that ends with these tokens.
fn target_start(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate().rev() {
        match token.text {
            ")" => depth += 1,
            "(" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 {
            // The condition of an `if`, or the event of an `always`, just before the target.
            return index + 1;
        }
    }
    0
}

/// Index of the token that closes the first one.
fn closing(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0;
    tokens.iter().position(|token| {
        match token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}

/// `x[7:4]` becomes `x[6:3]`, `x[7:0]` becomes `x[6:0]`, `x[3]` becomes `x[2]`, `x[0]` becomes `x[1]`.
fn slice(tokens: &[Token<'_>], sites: &mut Vec<Site>) {
    match tokens {
        [_, high, colon, low, close, ..] if (colon.text, close.text) == (":", "]") => {
            if let (Some(high_value), Some(low_value)) = (plain(high), plain(low)) {
                match low_value {
                    0 if high_value > 0 => sites.push(replace(Kind::Width, high, (high_value - 1).to_string())),
                    0 => {}
                    _ => sites.push(Site {
                        kind: Kind::Shift,
                        range: high.range.start..low.range.end,
                        replacement: format!("{}:{}", high_value - 1, low_value - 1),
                    }),
                }
            }
        }
        [_, index, close, ..] if close.text == "]" => {
            if let Some(value) = plain(index) {
                sites.push(replace(Kind::Shift, index, if value > 0 { value - 1 } else { 1 }.to_string()));
            }
        }
        _ => {}
    }
}

/// Replacement of an operator.
fn operator(symbol: &str) -> Option<&'static str> {
    Some(match symbol {
        "+" => "-",
        "-" => "+",
        "*" => "+",
        "&" => "|",
        "|" => "&",
        "^" => "|",
        "~" | "!" => "",
        "&&" => "||",
        "||" => "&&",
        "==" => "!=",
        "!=" => "==",
        "<" => "<=",
        "<=" => "<",
        ">" => ">=",
        ">=" => ">",
        ">>>" => ">>",
        ">>" => "<<",
        "<<" => ">>",
        _ => return None,
    })
}

fn replace(kind: Kind, token: &Token<'_>, replacement: String) -> Site {
    Site { kind, range: token.range.clone(), replacement }
}

/// The value of a number without a width.
fn plain(token: &Token<'_>) -> Option<u32> {
    (token.kind == tokens::Kind::Number).then(|| token.text.parse().ok()).flatten()
}

/// A number with or without a width, changed by `by` and wrapped around within its width; `None` if a number without a
/// width would become negative.
fn literal(text: &str, by: i128) -> Option<String> {
    let Some((width, digits)) = text.split_once('\'') else {
        return text.parse::<i128>().ok().map(|value| value + by).filter(|value| *value >= 0).map(|it| it.to_string());
    };
    let width_value: u32 = width.parse().ok().filter(|width| *width < 127)?;
    let (base, digits) = digits.split_at_checked(1)?;
    let radix = match base {
        "b" => 2,
        "d" => 10,
        "h" => 16,
        _ => return None,
    };
    let value = i128::from_str_radix(&digits.replace('_', ""), radix).ok()?;
    Some(format!("{width}'d{}", (value + by).rem_euclid(1 << width_value)))
}

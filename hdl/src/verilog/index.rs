//! Names and array indices: `row[i + 1].b` inside a loop becomes `row_4_b`.

use std::iter::Peekable;
use std::str::Chars;

/// The loop variables in force, innermost last.
pub(super) type Loops = [(String, i128)];

/// The Verilog name of a rust-hdl path: indices evaluated, `.`, `::` and `$` turned into `_`, a trailing `$next`
/// dropped. `None` if an index is not an integer expression of loop variables and literals.
pub(super) fn verilog_name(path: &str, loops: &Loops) -> Option<String> {
    let path = path.trim_start_matches('.');
    let path = path.strip_suffix("$next").unwrap_or(path);
    let mut name = String::new();
    let mut rest = path;
    while let Some(open) = rest.find('[') {
        let close = open + rest[open..].find(']')?;
        name.push_str(&rest[..open]);
        name.push('_');
        name.push_str(&evaluate(&rest[open + 1..close], loops)?.to_string());
        rest = &rest[close + 1..];
    }
    name.push_str(rest);
    Some(name.replace("::", "_").replace(['$', '.'], "_"))
}

/// The value of an integer expression of literals, variables, `+ - * / %` and parentheses.
pub(super) fn evaluate(text: &str, variables: &Loops) -> Option<i128> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut parser = Parser { rest: compact.chars().peekable(), variables };
    let value = parser.sum()?;
    parser.rest.next().is_none().then_some(value)
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
    variables: &'a Loops,
}

impl Parser<'_> {
    fn sum(&mut self) -> Option<i128> {
        let mut value = self.product()?;
        while let Some(operator) = self.rest.next_if(|c| "+-".contains(*c)) {
            let right = self.product()?;
            value = if operator == '+' { value.checked_add(right)? } else { value.checked_sub(right)? };
        }
        Some(value)
    }

    fn product(&mut self) -> Option<i128> {
        let mut value = self.factor()?;
        while let Some(operator) = self.rest.next_if(|c| "*/%".contains(*c)) {
            let right = self.factor()?;
            value = match operator {
                '*' => value.checked_mul(right)?,
                '/' => value.checked_div(right)?,
                _ => value.checked_rem(right)?,
            };
        }
        Some(value)
    }

    fn factor(&mut self) -> Option<i128> {
        if self.rest.next_if_eq(&'(').is_some() {
            let value = self.sum()?;
            self.rest.next_if_eq(&')')?;
            return Some(value);
        }
        let mut word = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
            word.push(c);
        }
        let digits = word.strip_suffix("usize").unwrap_or(&word);
        digits
            .parse()
            .ok()
            .or_else(|| self.variables.iter().rev().find(|(name, _)| *name == word).map(|(_, value)| *value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loops() -> Vec<(String, i128)> {
        vec![("i".into(), 3), ("j".into(), 1)]
    }

    #[test]
    fn indices_follow_the_precedence_of_integers() {
        for (text, value) in [("i*16+j", 49), ("(i + 1) * 2 - j", 7), ("7 % i", 1), ("2usize", 2), ("i/j/3", 1)] {
            assert_eq!(evaluate(text, &loops()), Some(value), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_integer_expression_has_no_value() {
        for text in ["N", "i+", "(i", "i)", "", "i/0", "i j"] {
            assert_eq!(evaluate(text, &loops()), None, "{text}");
        }
    }

    #[test]
    fn an_inner_loop_shadows_an_outer_one() {
        let nested = [("i".to_string(), 1), ("i".to_string(), 2)];
        assert_eq!(evaluate("i", &nested), Some(2));
    }

    #[test]
    fn every_index_of_a_path_is_replaced() {
        assert_eq!(verilog_name("row[i+1]$pe[j]$a$next", &loops()).as_deref(), Some("row_4_pe_1_a"));
        assert_eq!(verilog_name("State::Idle", &loops()).as_deref(), Some("State_Idle"));
        assert_eq!(verilog_name("row[N]$a", &loops()), None);
    }
}

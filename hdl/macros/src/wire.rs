//! `wire!`: assignments of whole signals, many at a time.

use crate::value::Scope;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{Error, Expr, Result, Stmt, parse_quote};

/// The assignments of a `wire! { … }`, in order.
pub(crate) fn expand(call: &syn::Macro, scope: &Scope) -> Result<Vec<Stmt>> {
    let tokens: Vec<TokenTree> = call.tokens.clone().into_iter().collect();
    let connections = tokens.split(|token| is(token, ';')).filter(|connection| !connection.is_empty());
    let mut stmts = vec![];
    for connection in connections {
        for (target, source) in pairs(connection)? {
            let (target, source) = (scope.target(&path(target)?)?, scope.value(&path(source)?)?);
            stmts.push(parse_quote!(#target = #source;));
        }
    }
    Ok(stmts)
}

fn path(name: Name) -> Result<Expr> {
    syn::parse2(name.into_token_stream())
}

/// Targets and sources of one connection.
fn pairs(connection: &[TokenTree]) -> Result<Vec<(Name, Name)>> {
    let arrow = |first, second| {
        connection.windows(2).position(|pair| is(&pair[0], first) && is(&pair[1], second)).map(|at| connection.split_at(at))
    };
    if let Some((targets, sources)) = arrow('<', '-') {
        pairwise(targets, &sources[2..])
    } else if let Some((signals, parts)) = arrow('=', '>') {
        let (signals, parts) = (list(signals, &[])?, list(&parts[2..], &[])?);
        let port = |signal: &Name, part: &Name| Ok::<_, Error>(part.clone().dot(signal.last()?.clone()));
        let all = parts.iter().flat_map(|part| signals.iter().map(move |signal| (part, signal)));
        all.map(|(part, signal)| Ok((port(signal, part)?, signal.clone()))).collect()
    } else {
        Err(error(connection, "expected `target <- source` or `signal, … => part, …`"))
    }
}

fn pairwise(targets: &[TokenTree], sources: &[TokenTree]) -> Result<Vec<(Name, Name)>> {
    let left = list(targets, &braces(sources))?;
    let right = list(sources, &braces(targets))?;
    match (left.len(), right.len()) {
        (all, one) if one == 1 || one == all => {
            Ok(left.into_iter().zip(right.into_iter().cycle()).collect())
        }
        (all, other) => Err(error(sources, &format!("{other} sources for {all} targets"))),
    }
}

/// The tokens in the only braces of one side, which `*` on the other side stands for.
fn braces(side: &[TokenTree]) -> Vec<TokenTree> {
    let groups = side.iter().filter_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    });
    groups.take(1).flatten().collect()
}

/// Names separated by commas, each with its braces expanded.
fn list(tokens: &[TokenTree], star: &[TokenTree]) -> Result<Vec<Name>> {
    let names = tokens.split(|token| is(token, ',')).filter(|name| !name.is_empty());
    let names = names.map(|name| expanded(name, star)).collect::<Result<Vec<_>>>()?.concat();
    if names.is_empty() { Err(error(tokens, "expected the name of a signal")) } else { Ok(names) }
}

/// One name, as all the names that its braces and its star make of it.
fn expanded(tokens: &[TokenTree], star: &[TokenTree]) -> Result<Vec<Name>> {
    let mut names = vec![Name::default()];
    for token in tokens {
        let choices = match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                list(&group.stream().into_iter().collect::<Vec<_>>(), star)?
            }
            token if is(token, '*') && !star.is_empty() => list(star, &[])?,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                vec![Name(vec![Piece::Index(group.clone())])]
            }
            TokenTree::Ident(ident) => vec![Name(vec![Piece::Ident(ident.clone())])],
            token if is(token, '.') => vec![Name(vec![Piece::Dot])],
            other => return Err(Error::new(other.span(), "expected a name, `.`, `[…]`, `{…}`, or `*` for braces on the other side")),
        };
        names = names.iter().flat_map(|name| choices.iter().map(|choice| name.clone().then(choice))).collect();
    }
    Ok(names)
}

/// The path of a signal.
#[derive(Clone, Default)]
struct Name(Vec<Piece>);

#[derive(Clone)]
enum Piece {
    Ident(Ident),
    Dot,
    Index(Group),
}

impl Name {
    /// This name and then `other`; two identifiers side by side are one.
    fn then(mut self, other: &Name) -> Self {
        for piece in &other.0 {
            match (self.0.last_mut(), piece) {
                (Some(Piece::Ident(last)), Piece::Ident(next)) => *last = format_ident!("{last}{next}", span = next.span()),
                _ => self.0.push(piece.clone()),
            }
        }
        self
    }

    fn dot(mut self, port: Ident) -> Self {
        self.0.extend([Piece::Dot, Piece::Ident(port)]);
        self
    }

    /// The identifier at the end.
    fn last(&self) -> Result<&Ident> {
        match self.0.last() {
            Some(Piece::Ident(last)) => Ok(last),
            _ => Err(Error::new_spanned(self, "expected the name of a signal")),
        }
    }
}

impl ToTokens for Name {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for piece in &self.0 {
            match piece {
                Piece::Ident(ident) => ident.to_tokens(tokens),
                Piece::Dot => quote!(.).to_tokens(tokens),
                Piece::Index(group) => group.to_tokens(tokens),
            }
        }
    }
}

fn is(token: &TokenTree, symbol: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == symbol)
}

fn error(tokens: &[TokenTree], message: &str) -> Error {
    if tokens.is_empty() {
        return Error::new(Span::call_site(), message);
    }
    Error::new_spanned(tokens.iter().cloned().collect::<TokenStream>(), message)
}

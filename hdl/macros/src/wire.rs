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
        let (connection, not) = inversion(connection);
        for (target, source) in pairs(&connection)? {
            let (target, source) = (scope.target(&path(&target)?)?, scope.value(&path(&source)?)?);
            stmts.push(parse_quote!(#target = #not #source;));
        }
    }
    Ok(stmts)
}

/// The connection without the `!` of `<- !source`, and the `!`.
fn inversion(connection: &[TokenTree]) -> (Vec<TokenTree>, Option<TokenTree>) {
    let mut connection = connection.to_vec();
    let at = connection.windows(3).position(|next| is(&next[0], '<') && is(&next[1], '-') && is(&next[2], '!'));
    let not = at.map(|at| connection.remove(at + 2));
    (connection, not)
}

fn path(name: &Name) -> Result<Expr> {
    syn::parse2(name.to_token_stream())
}

/// Targets and sources of one connection.
fn pairs(connection: &[TokenTree]) -> Result<Vec<(Name, Name)>> {
    let arrow = |first, second| {
        let at = connection.windows(2).position(|pair| is(&pair[0], first) && is(&pair[1], second))?;
        Some((&connection[..at], &connection[at + 2..]))
    };
    if let Some((signals, parts)) = arrow('=', '>') {
        return fan_out(signals, parts);
    }
    let (targets, sources) = arrow('<', '-').map_or((connection, None), |(left, right)| (left, Some(right)));
    let targets = list(targets)?;
    let sources = match sources {
        None => targets.iter().map(|target| braced(target, connection)).collect::<Result<Vec<_>>>()?,
        Some(sources) if sources.iter().any(|token| is(token, '*')) => {
            let starred = |target: &Item| Ok(expanded(sources, Some(&braced(target, connection)?))?.remove(0).name);
            targets.iter().map(starred).collect::<Result<_>>()?
        }
        Some(sources) => list(sources)?.into_iter().map(|source| source.name).collect(),
    };
    if sources.len() != 1 && sources.len() != targets.len() {
        let message = format!("{} sources for {} targets", sources.len(), targets.len());
        return Err(error(connection, &message));
    }
    Ok(targets.into_iter().map(|target| target.name).zip(sources.into_iter().cycle()).collect())
}

/// The source that the braces give for `target`.
fn braced(target: &Item, connection: &[TokenTree]) -> Result<Name> {
    target.source.clone().ok_or_else(|| error(connection, "expected `<- source`, or braces that name the sources"))
}

/// `signal, … => part, …`.
fn fan_out(signals: &[TokenTree], parts: &[TokenTree]) -> Result<Vec<(Name, Name)>> {
    let (signals, parts) = (list(signals)?, list(parts)?);
    let mut pairs = vec![];
    for part in &parts {
        for signal in &signals {
            let port = match signal.name.0.last() {
                Some(Piece::Ident(port)) => port.clone(),
                _ => return Err(Error::new_spanned(&signal.name, "expected the name of a signal")),
            };
            let target = part.name.clone().then(&Name(vec![Piece::Dot, Piece::Ident(port)]));
            pairs.push((target, signal.name.clone()));
        }
    }
    Ok(pairs)
}

/// One name of a list.
#[derive(Clone)]
struct Item {
    name: Name,
    /// The source given by the last braces: `b` of `{a: b}`, `a` of `{a}`.
    source: Option<Name>,
}

/// Names separated by commas, each with its braces expanded.
fn list(tokens: &[TokenTree]) -> Result<Vec<Item>> {
    let names = tokens.split(|token| is(token, ',')).filter(|name| !name.is_empty());
    let names = names.map(|name| expanded(name, None)).collect::<Result<Vec<_>>>()?.concat();
    if names.is_empty() { Err(error(tokens, "expected the name of a signal")) } else { Ok(names) }
}

/// All names that the braces of one name expand to; `star` replaces `*`.
fn expanded(tokens: &[TokenTree], star: Option<&Name>) -> Result<Vec<Item>> {
    let mut items = vec![Item { name: Name::default(), source: None }];
    for token in tokens {
        let piece = |piece| vec![Item { name: Name(vec![piece]), source: None }];
        let choices = match (token, star) {
            (TokenTree::Group(group), _) if group.delimiter() == Delimiter::Brace => choices(group)?,
            (TokenTree::Group(group), _) if group.delimiter() == Delimiter::Bracket => {
                piece(Piece::Index(group.clone()))
            }
            (TokenTree::Ident(ident), _) => piece(Piece::Ident(ident.clone())),
            (token, _) if is(token, '.') => piece(Piece::Dot),
            (token, Some(name)) if is(token, '*') => vec![Item { name: name.clone(), source: None }],
            _ => return Err(Error::new(token.span(), "expected a name, `.`, `[…]` or `{…}`")),
        };
        let then = |item: &Item, choice: &Item| Item {
            name: item.name.clone().then(&choice.name),
            source: choice.source.clone().or_else(|| item.source.clone()),
        };
        items = items.iter().flat_map(|item| choices.iter().map(|choice| then(item, choice))).collect();
    }
    Ok(items)
}

/// The names in braces, each with its source: `{a, b: c}`.
fn choices(group: &Group) -> Result<Vec<Item>> {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let mut choices = vec![];
    for choice in tokens.split(|token| is(token, ',')).filter(|choice| !choice.is_empty()) {
        let (name, source) = match choice.iter().position(|token| is(token, ':')) {
            Some(at) => (&choice[..at], &choice[at + 1..]),
            None => (choice, choice),
        };
        let (names, sources) = (list(name)?, list(source)?);
        if names.len() != sources.len() {
            return Err(error(choice, "expected one source for each target"));
        }
        let paired = names.into_iter().zip(sources);
        choices.extend(paired.map(|(name, source)| Item { name: name.name, source: Some(source.name) }));
    }
    if choices.is_empty() { Err(Error::new(group.span(), "expected names in the braces")) } else { Ok(choices) }
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
    /// This name followed by `other`; two adjacent identifiers are joined.
    fn then(mut self, other: &Name) -> Self {
        for piece in &other.0 {
            match (self.0.last_mut(), piece) {
                (Some(Piece::Ident(last)), Piece::Ident(next)) => {
                    *last = format_ident!("{last}{next}", span = next.span());
                }
                _ => self.0.push(piece.clone()),
            }
        }
        self
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
    let tokens: TokenStream = tokens.iter().cloned().collect();
    if tokens.is_empty() { Error::new(Span::call_site(), message) } else { Error::new_spanned(tokens, message) }
}

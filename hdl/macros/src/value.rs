//! Expressions of hardware: signals without `self`, `.next` and `.val()`, and reductions.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::visit_mut::{VisitMut, visit_expr_mut};
use syn::{BinOp, Error, Expr, ExprMethodCall, ExprRange, Ident, Lit, LitInt, Result, Token, parse_quote};

/// The loop variables in scope; every other lower-case name is a signal.
#[derive(Default)]
pub(crate) struct Scope {
    variables: Vec<Ident>,
}

impl Scope {
    /// Runs `body` with one more loop variable.
    pub(crate) fn within<T>(&mut self, variable: &Ident, body: impl FnOnce(&mut Self) -> T) -> T {
        self.variables.push(variable.clone());
        let result = body(self);
        self.variables.pop();
        result
    }

    /// `self.path.next`.
    pub(crate) fn target(&self, path: &Expr) -> Result<Expr> {
        let path = self.signal(path)?.ok_or_else(|| Error::new_spanned(path, "only a signal can be assigned to"))?;
        Ok(parse_quote!(#path.next))
    }

    /// The expression with `self.path.val()` for each signal.
    pub(crate) fn value(&self, expression: &Expr) -> Result<Expr> {
        if let Some(path) = self.signal(expression)? {
            return Ok(parse_quote!(#path.val()));
        }
        let mut expression = expression.clone();
        match &mut expression {
            Expr::Paren(inner) => *inner.expr = self.value(&inner.expr)?,
            Expr::Unary(inner) => *inner.expr = self.value(&inner.expr)?,
            Expr::Binary(inner) => {
                *inner.left = self.value(&inner.left)?;
                *inner.right = self.value(&inner.right)?;
            }
            Expr::MethodCall(ExprMethodCall { receiver, args, .. }) => {
                **receiver = self.value(receiver)?;
                self.values(args)?;
            }
            Expr::Call(call) => self.values(&mut call.args)?,
            Expr::Macro(call) => return self.reduction(&call.mac),
            Expr::Lit(_) | Expr::Path(_) => {}
            other => return Err(Error::new_spanned(other, "hardware has no such expression")),
        }
        Ok(expression)
    }

    fn values(&self, arguments: &mut Punctuated<Expr, Token![,]>) -> Result<()> {
        for argument in arguments {
            *argument = self.value(argument)?;
        }
        Ok(())
    }

    /// `self.path`, if the expression is the path of a signal.
    fn signal(&self, expression: &Expr) -> Result<Option<Expr>> {
        Ok(match expression {
            Expr::Path(path) if path.path.is_ident("self") => {
                return Err(Error::new_spanned(path, "hardware names signals without `self`"));
            }
            Expr::Path(path) => path.path.get_ident().filter(|name| self.is_signal(name)).map(|name| {
                let this = Ident::new("self", name.span());
                parse_quote!(#this.#name)
            }),
            Expr::Field(field) => self.signal(&field.base)?.map(|base| {
                let member = &field.member;
                parse_quote!(#base.#member)
            }),
            Expr::Index(element) => self.signal(&element.expr)?.map(|base| {
                let index = &element.index;
                parse_quote!(#base[#index])
            }),
            _ => None,
        })
    }

    fn is_signal(&self, name: &Ident) -> bool {
        name.to_string().starts_with(|c: char| c.is_ascii_lowercase()) && !self.variables.contains(name)
    }

    /// `any!`, `all!` or `sum!`.
    fn reduction(&self, call: &syn::Macro) -> Result<Expr> {
        let name = call.path.get_ident().map(Ident::to_string).unwrap_or_default();
        let operator: BinOp = match name.as_str() {
            "any" => parse_quote!(|),
            "all" => parse_quote!(&),
            "sum" => parse_quote!(+),
            _ => return Err(Error::new_spanned(&call.path, "hardware has the macros `any!`, `all!` and `sum!`")),
        };
        let Reduction { term, variable, from, to } = call.parse_body()?;
        let terms = (from..to).map(|value| {
            let mut term = term.clone();
            Substitute { variable: &variable, value }.visit_expr_mut(&mut term);
            self.value(&term)
        });
        let joined = terms.reduce(|left, right| {
            let (left, right) = (left?, right?);
            Ok(parse_quote!(#left #operator #right))
        });
        let joined = joined.unwrap_or_else(|| Err(Error::new_spanned(&call.tokens, "an empty range")))?;
        Ok(parse_quote!((#joined)))
    }
}

/// `term for variable in from..to`.
struct Reduction {
    term: Expr,
    variable: Ident,
    from: usize,
    to: usize,
}

impl Parse for Reduction {
    fn parse(input: ParseStream) -> Result<Self> {
        let term = input.parse()?;
        input.parse::<Token![for]>()?;
        let variable = input.parse()?;
        input.parse::<Token![in]>()?;
        let range: ExprRange = input.parse()?;
        let limit = |limit: &Option<Box<Expr>>| match limit.as_deref() {
            Some(Expr::Lit(literal)) => match &literal.lit {
                Lit::Int(number) => number.base10_parse(),
                other => Err(Error::new_spanned(other, "expected an integer")),
            },
            _ => Err(Error::new_spanned(&range, "the limits are literals: hardware of a fixed size")),
        };
        Ok(Reduction { term, variable, from: limit(&range.start)?, to: limit(&range.end)? })
    }
}

/// Replaces a variable by a number.
struct Substitute<'a> {
    variable: &'a Ident,
    value: usize,
}

impl VisitMut for Substitute<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Path(path) if path.path.is_ident(self.variable) => {
                let number = LitInt::new(&self.value.to_string(), self.variable.span());
                *expression = parse_quote!(#number);
            }
            _ => visit_expr_mut(self, expression),
        }
    }
}

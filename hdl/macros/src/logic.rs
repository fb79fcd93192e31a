//! `#[circuit]` on `impl Logic`: generics, and hardware in the form that rust-hdl's `hdl_gen` requires.

use crate::structure::is_constant;
use crate::value::Scope;
use crate::{cell, wire};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Block, Error, Expr, GenericArgument, ImplItem, ItemImpl, LitStr, Pat, PathArguments, Result, Stmt, Type,
    parse_quote,
};

pub(crate) fn expand(mut item: ItemImpl) -> Result<TokenStream> {
    complete_generics(&mut item);
    let functions = |item: &ImplItem| match item {
        ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
        _ => None,
    };
    let names: Vec<String> = item.items.iter().filter_map(functions).collect();
    let has = |name: &str| names.iter().any(|other| other == name);
    if !has("update") {
        return Err(Error::new_spanned(&item.self_ty, "the logic of a circuit has `fn update(&mut self)`"));
    }
    if !has("hdl") {
        for function in &mut item.items {
            if let ImplItem::Fn(function) = function {
                function.block = block(&function.block, &mut Scope::default())?;
                function.attrs.push(parse_quote!(#[hdl_gen]));
            }
        }
    } else if !has("connect") {
        item.items.push(cell::connect(&item)?);
    }
    Ok(item.into_token_stream())
}

/// `impl Logic for Name<N, M>` is `impl<const N: usize, const M: usize> Logic for Name<N, M>`.
fn complete_generics(item: &mut ItemImpl) {
    let Type::Path(ty) = item.self_ty.as_ref() else { return };
    let Some(PathArguments::AngleBracketed(arguments)) = ty.path.segments.last().map(|last| &last.arguments) else {
        return;
    };
    if item.generics.params.is_empty() {
        let names = arguments.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(Type::Path(ty)) => ty.path.get_ident().filter(|name| is_constant(name)),
            _ => None,
        });
        item.generics = parse_quote!(<#(const #names: usize),*>);
    }
}

/// A block of hardware with every form expanded.
fn block(block: &Block, scope: &mut Scope) -> Result<Block> {
    let mut stmts = vec![];
    for stmt in &block.stmts {
        match stmt {
            Stmt::Macro(call) if call.mac.path.is_ident("wire") => stmts.extend(wire::expand(&call.mac, scope)?),
            Stmt::Macro(call) if call.mac.path.is_ident("comment") => stmts.push(comment(call)?),
            Stmt::Expr(expression, semicolon) => stmts.push(Stmt::Expr(statement(expression, scope)?, *semicolon)),
            other => return Err(Error::new_spanned(other, "hardware has no such statement")),
        }
    }
    Ok(Block { brace_token: block.brace_token, stmts })
}

/// A comment as one line, independent of line breaks in the source.
fn comment(call: &syn::StmtMacro) -> Result<Stmt> {
    let text: LitStr = call.mac.parse_body()?;
    let text = LitStr::new(&text.value(), text.span());
    Ok(parse_quote!(comment!(#text);))
}

fn statement(expression: &Expr, scope: &mut Scope) -> Result<Expr> {
    match expression {
        Expr::Assign(assignment) => {
            let (target, value) = (scope.target(&assignment.left)?, scope.value(&assignment.right)?);
            Ok(parse_quote!(#target = #value))
        }
        Expr::If(condition) => {
            let mut condition = condition.clone();
            condition.cond = Box::new(scope.value(&condition.cond)?);
            condition.then_branch = block(&condition.then_branch, scope)?;
            if let Some((_, otherwise)) = &mut condition.else_branch {
                **otherwise = statement(otherwise, scope)?;
            }
            Ok(Expr::If(condition))
        }
        Expr::Block(inner) => {
            let mut inner = inner.clone();
            inner.block = block(&inner.block, scope)?;
            Ok(Expr::Block(inner))
        }
        Expr::Match(selection) => {
            let mut selection = selection.clone();
            selection.expr = Box::new(scope.value(&selection.expr)?);
            for arm in &mut selection.arms {
                *arm.body = statement(&arm.body, scope)?;
            }
            Ok(Expr::Match(selection))
        }
        Expr::ForLoop(repeated) => {
            let Pat::Ident(variable) = repeated.pat.as_ref() else {
                return Err(Error::new_spanned(&repeated.pat, "the variable of a loop is one name"));
            };
            let mut repeated = repeated.clone();
            repeated.body = scope.within(&variable.ident, |scope| block(&repeated.body, scope))?;
            Ok(Expr::ForLoop(repeated))
        }
        other => Err(Error::new_spanned(quote!(#other), "hardware has no such statement")),
    }
}

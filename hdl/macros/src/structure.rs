//! `#[circuit(…)]` on a `struct`: added ports, and the constructor.

use crate::ports;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, Expr, Field, FnArg, GenericParam, Ident, ItemStruct, LitStr, Result, Token, Type, parenthesized,
    parse_quote,
};

/// The arguments of the attribute.
#[derive(Default)]
pub(crate) struct Arguments {
    clock: Option<Ident>,
    /// The port, and the addition to its documentation.
    reset_n: Option<(Ident, Option<LitStr>)>,
    /// Parameters of `new`.
    new: Option<Punctuated<FnArg, Token![,]>>,
    /// Arguments of `assert!`.
    asserts: Vec<TokenStream>,
    /// Names for initial values: `name = expression`.
    with: Vec<TokenStream>,
    /// A variant of `ModuleKind`.
    kind: Option<Ident>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut arguments = Arguments::default();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            match name.to_string().as_str() {
                "clock" => arguments.clock = Some(name),
                "reset_n" => {
                    let state = input.parse::<Option<Token![=]>>()?.map(|_| input.parse()).transpose()?;
                    arguments.reset_n = Some((name, state));
                }
                "new" => {
                    let inside;
                    parenthesized!(inside in input);
                    arguments.new = Some(Punctuated::parse_terminated(&inside)?);
                }
                "assert" => arguments.asserts.push(parenthesized(input)?),
                "with" => arguments.with.push(parenthesized(input)?),
                "kind" => {
                    input.parse::<Token![=]>()?;
                    arguments.kind = Some(input.parse()?);
                }
                _ => {
                    let message = "expected `clock`, `reset_n`, `new(…)`, `assert(…)`, `with(…)` or `kind = …`";
                    return Err(Error::new(name.span(), message));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }
}

fn parenthesized(input: ParseStream) -> Result<TokenStream> {
    let inside;
    parenthesized!(inside in input);
    inside.parse()
}

pub(crate) fn expand(arguments: Arguments, mut item: ItemStruct) -> Result<TokenStream> {
    complete_generics(&mut item);
    let syn::Fields::Named(named) = &mut item.fields else {
        return Err(Error::new_spanned(&item.ident, "a circuit has named fields"));
    };
    let mut fields: Vec<Field> = added_ports(&arguments);
    for field in std::mem::take(&mut named.named) {
        if field.attrs.iter().any(|attribute| attribute.path().is_ident("ports")) {
            fields.extend(ports::of(&field)?);
        } else {
            fields.push(field);
        }
    }
    // rust-hdl exposes constants when a circuit is walked, and nothing else of a type.
    fields.extend(arguments.kind.iter().map(|kind| -> Field {
        let kind_of = quote_spanned!(kind.span()=> ::ibert_hdl::verilog::ModuleKind);
        parse_quote!(#[init(Constant::new(#kind_of::#kind))] module_kind: Constant<#kind_of>)
    }));
    let values = fields.iter_mut().map(initial_value).collect::<Result<Vec<_>>>()?;
    named.named = fields.into_iter().collect();
    let constructor = constructor(&arguments, &item, &values);
    Ok(quote! {
        #[derive(LogicBlock)]
        #item
        #constructor
    })
}

/// A parameter with an upper-case name and without a bound is `const NAME: usize`.
fn complete_generics(item: &mut ItemStruct) {
    for parameter in &mut item.generics.params {
        if let GenericParam::Type(ty) = parameter
            && ty.colon_token.is_none()
            && is_constant(&ty.ident)
        {
            let name = &ty.ident;
            *parameter = parse_quote!(const #name: usize);
        }
    }
}

/// Whether a parameter of this name is a number.
pub(crate) fn is_constant(name: &Ident) -> bool {
    !name.to_string().contains(|c: char| c.is_ascii_lowercase())
}

fn added_ports(arguments: &Arguments) -> Vec<Field> {
    let clock = arguments.clock.iter().map(|name| ports::port(name, "Clock, rising edge.", quote!(Signal<In, Clock>)));
    let reset_n = arguments.reset_n.iter().map(|(name, state)| {
        let state = state.as_ref().map(|state| format!(": {}", state.value())).unwrap_or_default();
        ports::port(name, &format!("Synchronous reset, active low{state}."), quote!(Signal<In, Bit>))
    });
    clock.chain(reset_n).collect()
}

/// `field: value`; removes the field's `#[init]` and replaces `constant!` by its type.
fn initial_value(field: &mut Field) -> Result<TokenStream> {
    let name = &field.ident;
    let is_init = |attribute: &Attribute| attribute.path().is_ident("init");
    if let Some(at) = field.attrs.iter().position(is_init) {
        let value: Expr = field.attrs.remove(at).parse_args()?;
        return Ok(quote!(#name: #value));
    }
    let value = match &mut field.ty {
        Type::Array(array) => {
            let span = array.span();
            match constant(&mut array.elem)? {
                Some(Expr::Array(values)) => {
                    let values = values.elems.iter().map(new_constant);
                    quote!([#(#values),*])
                }
                value => {
                    let value = value.as_ref().map_or_else(|| default(span), new_constant);
                    quote_spanned!(span=> ::std::array::from_fn(|_| #value))
                }
            }
        }
        ty => constant(ty)?.as_ref().map_or_else(|| default(ty.span()), new_constant),
    };
    Ok(quote!(#name: #value))
}

fn default(span: Span) -> TokenStream {
    quote_spanned!(span=> ::std::default::Default::default())
}

fn new_constant(value: &Expr) -> TokenStream {
    quote_spanned!(value.span()=> Constant::new(bits((#value) as u64)))
}

/// Replaces `constant!(T = value)` by `Constant<T>` and returns the value.
fn constant(ty: &mut Type) -> Result<Option<Expr>> {
    let Type::Macro(call) = &*ty else { return Ok(None) };
    if !call.mac.path.is_ident("constant") {
        return Err(Error::new_spanned(ty, "expected `constant!(type = value)`"));
    }
    let parts = |input: ParseStream| {
        let ty: Type = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok((ty, input.parse::<Expr>()?))
    };
    let (inner, value) = call.mac.parse_body_with(parts)?;
    *ty = parse_quote!(Constant<#inner>);
    Ok(Some(value))
}

fn constructor(arguments: &Arguments, item: &ItemStruct, values: &[TokenStream]) -> TokenStream {
    let name = &item.ident;
    let (generics, types, bounds) = item.generics.split_for_impl();
    let Arguments { asserts, with, .. } = arguments;
    match &arguments.new {
        Some(parameters) => quote! {
            impl #generics #name #types #bounds {
                /// The circuit with these parameters.
                #[allow(clippy::unnecessary_cast)]
                pub fn new(#parameters) -> Self {
                    #(assert!(#asserts);)*
                    #(let #with;)*
                    Self { #(#values),* }
                }
            }
        },
        None => quote! {
            impl #generics ::std::default::Default for #name #types #bounds {
                #[allow(clippy::unnecessary_cast)]
                fn default() -> Self {
                    #(const { assert!(#asserts) };)*
                    #(let #with;)*
                    Self { #(#values),* }
                }
            }
        },
    }
}

//! `#[circuit(…)]` on a `struct`: added ports, and the constructor.

use crate::ports;
use proc_macro2::TokenStream;
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
    /// The port, and what its documentation says beside its polarity.
    reset_n: Option<(Ident, Option<LitStr>)>,
    /// Parameters of `new`.
    new: Option<Punctuated<FnArg, Token![,]>>,
    /// Arguments of `assert!`.
    asserts: Vec<TokenStream>,
    /// Names for initial values: `name = expression`.
    with: Vec<TokenStream>,
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
                _ => {
                    let message = "expected `clock`, `reset_n`, `new(…)`, `assert(…)` or `with(…)`";
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

/// `field: value`; takes the field's `#[value]` or `#[init]` off.
fn initial_value(field: &mut Field) -> Result<TokenStream> {
    let (name, ty) = (&field.ident, &field.ty);
    let constant = |value: &Expr| quote_spanned!(value.span()=> Constant::new(bits((#value) as u64)));
    let each = |value: TokenStream| match ty {
        Type::Array(_) => quote_spanned!(ty.span()=> ::std::array::from_fn(|_| #value)),
        _ => value,
    };
    let own = |attribute: &Attribute| attribute.path().is_ident("value") || attribute.path().is_ident("init");
    let value = match field.attrs.iter().find(|attribute| own(attribute)) {
        Some(attribute) => {
            let value: Expr = attribute.parse_args()?;
            match (&value, ty) {
                _ if attribute.path().is_ident("init") => quote!(#value),
                (Expr::Array(values), Type::Array(_)) => {
                    let values = values.elems.iter().map(constant);
                    quote!([#(#values),*])
                }
                _ => each(constant(&value)),
            }
        }
        None => each(quote_spanned!(ty.span()=> ::std::default::Default::default())),
    };
    field.attrs.retain(|attribute| !own(attribute));
    Ok(quote!(#name: #value))
}

fn constructor(arguments: &Arguments, item: &ItemStruct, values: &[TokenStream]) -> TokenStream {
    let name = &item.ident;
    let (generics, types, bounds) = item.generics.split_for_impl();
    let Arguments { asserts, with, .. } = arguments;
    match &arguments.new {
        Some(parameters) => quote! {
            impl #generics #name #types #bounds {
                /// The circuit with these parameters.
                pub fn new(#parameters) -> Self {
                    #(assert!(#asserts);)*
                    #(let #with;)*
                    Self { #(#values),* }
                }
            }
        },
        None => quote! {
            impl #generics ::std::default::Default for #name #types #bounds {
                fn default() -> Self {
                    #(const { assert!(#asserts) };)*
                    #(let #with;)*
                    Self { #(#values),* }
                }
            }
        },
    }
}

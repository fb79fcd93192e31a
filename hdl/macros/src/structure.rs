//! `#[circuit(…)]` on a `struct`: added ports, and the constructor.

use crate::ports;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, Field, FnArg, Ident, ItemStruct, LitStr, Result, Token, Type, parenthesized};

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
                "assert" => {
                    let inside;
                    parenthesized!(inside in input);
                    arguments.asserts.push(inside.parse()?);
                }
                _ => return Err(Error::new(name.span(), "expected `clock`, `reset_n`, `new(…)` or `assert(…)`")),
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }
}

pub(crate) fn expand(arguments: Arguments, mut item: ItemStruct) -> Result<TokenStream> {
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
    let each = |value: TokenStream| match ty {
        Type::Array(_) => quote_spanned!(ty.span()=> ::std::array::from_fn(|_| #value)),
        _ => value,
    };
    let own = |attribute: &Attribute| attribute.path().is_ident("value") || attribute.path().is_ident("init");
    let value = match field.attrs.iter().find(|attribute| own(attribute)) {
        Some(attribute) => {
            let value: Expr = attribute.parse_args()?;
            match attribute.path().is_ident("init") {
                true => quote!(#value),
                false => each(quote_spanned!(value.span()=> Constant::new(bits((#value) as u64)))),
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
    let asserts = &arguments.asserts;
    match &arguments.new {
        Some(parameters) => quote! {
            impl #generics #name #types #bounds {
                /// The circuit with these parameters.
                pub fn new(#parameters) -> Self {
                    #(assert!(#asserts);)*
                    Self { #(#values),* }
                }
            }
        },
        None => quote! {
            impl #generics ::std::default::Default for #name #types #bounds {
                fn default() -> Self {
                    #(const { assert!(#asserts) };)*
                    Self { #(#values),* }
                }
            }
        },
    }
}

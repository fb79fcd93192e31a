//! Ports, and groups of ports that several modules share.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Error, Expr, Field, Ident, Lit, LitStr, Meta, Result, Type, parse_quote};

/// One port of a group: direction, name, type, documentation.
type Row = (&'static str, &'static str, TokenStream, &'static str);

/// A public port with its documentation.
pub(crate) fn port(name: &Ident, documentation: &str, ty: TokenStream) -> Field {
    let documentation = format!(" {documentation}");
    parse_quote!(#[doc = #documentation] pub #name: #ty)
}

/// The ports that a field with `#[ports]` stands for.
pub(crate) fn of(field: &Field) -> Result<Vec<Field>> {
    let (group, widths) = group_of(&field.ty)?;
    let widths: Vec<&dyn ToTokens> = widths.iter().map(|width| width as &dyn ToTokens).collect();
    let rows = match (group.to_string().as_str(), widths.as_slice()) {
        ("AxiLite", []) => axi_lite(),
        ("AxiRead", [data]) => axi_read(data),
        ("AxiWrite", [bytes, data]) => axi_write(bytes, data),
        ("Engine", []) => engine(),
        _ => {
            let message = "no such group of ports; there are AxiLite, AxiRead<W>, AxiWrite<B, W> and Engine";
            return Err(Error::new_spanned(&field.ty, message));
        }
    };
    let (prefix, about) = (prefix(field)?, documentation(field));
    Ok(rows
        .into_iter()
        .map(|(direction, name, ty, text)| {
            let name = format_ident!("{prefix}{name}", span = group.span());
            let direction = format_ident!("{direction}");
            port(&name, &described(about.as_deref(), text), quote!(Signal<#direction, #ty>))
        })
        .collect())
}

fn group_of(ty: &Type) -> Result<(Ident, Vec<syn::GenericArgument>)> {
    let Type::Path(path) = ty else { return Err(Error::new_spanned(ty, "expected the name of a group of ports")) };
    let last = path.path.segments.last().expect("a path has a segment");
    let widths = match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => arguments.args.iter().cloned().collect(),
        _ => vec![],
    };
    Ok((last.ident.clone(), widths))
}

fn prefix(field: &Field) -> Result<String> {
    let attribute = field.attrs.iter().find(|attribute| attribute.path().is_ident("ports"));
    match attribute.map(|attribute| &attribute.meta) {
        Some(Meta::List(list)) => Ok(list.parse_args::<LitStr>()?.value()),
        _ => Ok(String::new()),
    }
}

/// The field's documentation, without its full stop.
fn documentation(field: &Field) -> Option<String> {
    let text = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().trim_end_matches('.').to_string()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    field.attrs.iter().find_map(text)
}

fn described(about: Option<&str>, text: &str) -> String {
    let Some(about) = about else { return text.to_string() };
    let mut letters = text.chars();
    let (first, rest) = (letters.next().unwrap_or_default(), letters.as_str());
    let acronym = rest.starts_with(|c: char| c.is_ascii_uppercase());
    let first = if acronym { first } else { first.to_ascii_lowercase() };
    format!("{about}: {first}{rest}")
}

/// AXI4-Lite slave with 12 address bits and 32 data bits.
fn axi_lite() -> Vec<Row> {
    vec![
        ("In", "awvalid", quote!(Bit), "Write address valid."),
        ("Out", "awready", quote!(Bit), "Write address ready."),
        ("In", "awaddr", quote!(Bits<12>), "Write address."),
        ("In", "wvalid", quote!(Bit), "Write data valid."),
        ("Out", "wready", quote!(Bit), "Write data ready."),
        ("In", "wdata", quote!(Bits<32>), "Write data."),
        ("In", "wstrb", quote!(Bits<4>), "Write strobes."),
        ("Out", "bvalid", quote!(Bit), "Write response valid."),
        ("In", "bready", quote!(Bit), "Write response ready."),
        ("Out", "bresp", quote!(Bits<2>), "Write response."),
        ("In", "arvalid", quote!(Bit), "Read address valid."),
        ("Out", "arready", quote!(Bit), "Read address ready."),
        ("In", "araddr", quote!(Bits<12>), "Read address."),
        ("Out", "rvalid", quote!(Bit), "Read data valid."),
        ("In", "rready", quote!(Bit), "Read data ready."),
        ("Out", "rdata", quote!(Bits<32>), "Read data."),
        ("Out", "rresp", quote!(Bits<2>), "Read response."),
    ]
}

/// Read channels of an AXI4 master with one ID.
fn axi_read(data: &dyn ToTokens) -> Vec<Row> {
    vec![
        ("Out", "arvalid", quote!(Bit), "Read address valid."),
        ("In", "arready", quote!(Bit), "Read address ready."),
        ("Out", "araddr", quote!(Bits<32>), "Byte address of a read burst."),
        ("Out", "arlen", quote!(Bits<8>), "Beats of a read burst, minus 1."),
        ("Out", "arsize", quote!(Bits<3>), "Log2 of the bytes of a beat."),
        ("Out", "arburst", quote!(Bits<2>), "Burst type, INCR."),
        ("In", "rvalid", quote!(Bit), "Read beat valid."),
        ("Out", "rready", quote!(Bit), "Read beat ready."),
        ("In", "rdata", quote!(Bits<#data>), "Read data."),
        ("In", "rresp", quote!(Bits<2>), "Read response."),
        ("In", "rlast", quote!(Bit), "Last beat of a read burst."),
    ]
}

/// Write channels of an AXI4 master with one ID.
fn axi_write(bytes: &dyn ToTokens, data: &dyn ToTokens) -> Vec<Row> {
    vec![
        ("Out", "awvalid", quote!(Bit), "Write address valid."),
        ("In", "awready", quote!(Bit), "Write address ready."),
        ("Out", "awaddr", quote!(Bits<32>), "Byte address of a write burst."),
        ("Out", "awlen", quote!(Bits<8>), "Beats of a write burst, minus 1."),
        ("Out", "awsize", quote!(Bits<3>), "Log2 of the bytes of a beat."),
        ("Out", "awburst", quote!(Bits<2>), "Burst type, INCR."),
        ("Out", "wvalid", quote!(Bit), "Write beat valid."),
        ("In", "wready", quote!(Bit), "Write beat ready."),
        ("Out", "wdata", quote!(Bits<#data>), "Write data."),
        ("Out", "wstrb", quote!(Bits<#bytes>), "Write strobes, all set."),
        ("Out", "wlast", quote!(Bit), "Last beat of a write burst."),
        ("In", "bvalid", quote!(Bit), "Write response valid."),
        ("Out", "bready", quote!(Bit), "Write response ready."),
        ("In", "bresp", quote!(Bits<2>), "Write response."),
    ]
}

/// The interface between the control of the accelerator and an engine, without `clear` and `idle`.
fn engine() -> Vec<Row> {
    vec![
        (
            "In",
            "start",
            quote!(Bit),
            "Start strobe, one cycle; legal in the cycle after one with `ready` and without `start`.",
        ),
        ("In", "instruction", quote!(Bits<256>), "Instruction, sampled with `start`."),
        (
            "Out",
            "ready",
            quote!(Bit),
            "An instruction can be started from the next cycle on; stays high until the start.",
        ),
        ("Out", "retire", quote!(Bit), "The oldest instruction retires, one cycle."),
        ("Out", "fault", quote!(Bit), "The oldest instruction has failed; the engine stops."),
        (
            "Out",
            "fault_code",
            quote!(Bits<4>),
            "Why the instruction failed, with `fault`: a code of `ibert_isa::Stop`.",
        ),
        ("In", "halt", quote!(Bit), "No instruction begins while this is high."),
    ]
}

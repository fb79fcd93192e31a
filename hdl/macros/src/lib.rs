//! [`macro@circuit`]: rust-hdl circuits without copied wires.
//!
//! rust-hdl requires every wire, every `.next` and `.val()`, and a constructor that repeats every field. The attribute
//! [`macro@circuit`] generates them. It expands before rust-hdl's own macros, which therefore see plain rust-hdl; the
//! emitted Verilog is that of the longer text, byte for byte.
//!
//! ```
//! use ibert_hdl_macros::circuit;
//! use rust_hdl::core::prelude::*;
//!
//! /// A register with synchronous reset.
//! #[circuit(clock, reset_n)]
//! pub struct Register<W> {
//!     /// Value after the next edge.
//!     pub d: Signal<In, Bits<W>>,
//!     /// Value.
//!     pub q: Signal<Out, Bits<W>>,
//! }
//!
//! #[circuit]
//! impl Logic for Register<W> {
//!     fn update(&mut self) {
//!         if self.clock.pos_edge() {
//!             self.q.next = if self.reset_n.val() { self.d.val() } else { 0.into() };
//!         }
//!     }
//!
//!     fn hdl(&self) -> Verilog {
//!         Verilog::Custom("always @(posedge clock) q <= reset_n ? d : 0;".into())
//!     }
//! }
//!
//! /// Counts events from `FIRST` on.
//! #[circuit(clock, reset_n = "starts again")]
//! pub struct Counter<FIRST> {
//!     /// An event.
//!     pub event: Signal<In, Bit>,
//!     /// Events so far, plus `FIRST`.
//!     pub count: Signal<Out, Bits<8>>,
//!     first: constant!(Bits<8> = FIRST),
//!     events: Register<8>,
//! }
//!
//! #[circuit]
//! impl Logic for Counter<FIRST> {
//!     fn update(&mut self) {
//!         wire! { clock, reset_n => events; }
//!         events.d = events.q;
//!         if event {
//!             events.d = events.q + 1;
//!         }
//!         count = events.q + first;
//!     }
//! }
//!
//! assert_eq!(Counter::<3>::default().first.val(), 3);
//! ```
//!
//! ## The structure
//! `#[circuit(…)]` on a `struct` derives `LogicBlock` and implements `Default` field by field, arrays too. A parameter
//! with an upper-case name and without a bound is `const NAME: usize`. The attribute's arguments:
//!
//! | argument | effect |
//! |---|---|
//! | `clock` | adds the port `clock: Signal<In, Clock>` |
//! | `reset_n`, `reset_n = "state after it"` | adds the port `reset_n: Signal<In, Bit>`, synchronous, active low |
//! | `new(side: usize)` | `pub fn new(side: usize)` instead of `Default`; initial values may use the parameters |
//! | `assert(condition, "message")` | checked when the type is used, or in `new` |
//! | `with(pattern = expression)` | binds names that initial values use |
//! | `kind = BlockRam` | declares the `ModuleKind` of the type's modules; without it they are `Logic` |
//!
//! Ports added come first, `clock` before `reset_n`. Forms of a field:
//!
//! | field | effect |
//! |---|---|
//! | `name: constant!(Bits<W> = expression)` | a `Constant<Bits<W>>` with that value, an unsigned integer |
//! | `name: [constant!(Bits<W> = expression); N]` | such an array: one value for all, or a list |
//! | `#[init(expression)] name: type` | initial value of a field of any type |
//! | `#[ports] name: group`, `#[ports("prefix_")] …` | the field stands for the ports of the group that its type names, see below |
//!
//! The groups are `AxiLite` (an AXI4-Lite slave), `AxiRead<W>` and `AxiWrite<B, W>` (the read and write channels of an
//! AXI4 master with `W` data bits, `B` bytes) and `Engine` (the interface between the control of the accelerator and an
//! engine). A prefix precedes the name of each port; the documentation of the field, if any, precedes that of each
//! port.
//!
//! ## The logic
//! `#[circuit]` on `impl Logic for …` completes the impl. If it has no generics of its own, each argument of the type
//! that is an upper-case name becomes a parameter `const NAME: usize`. The rest depends on `fn hdl`:
//!
//! - With `fn hdl` it is a cell, plain Rust; `connect` is derived from the assignments in `update`.
//! - Without, `update` is hardware and goes to rust-hdl's `hdl_gen`. It is written without `self`, `.next` and `.val()`: a path
//!   that begins with a lower-case name is a signal, unless the name is the variable of a `for` loop around it.
//!
//! Statements and expressions of hardware, in addition to rust-hdl's:
//!
//! | form | meaning |
//! |---|---|
//! | `wire! { clock, reset_n => a, b; }` | each signal on the left drives the port of its name of each part on the right |
//! | `wire! { a.{x, y} <- b.*; }` | `a.x = b.x` and `a.y = b.y`: `*` stands for what is in the braces |
//! | `wire! { a.{x: u, y} <- b_*; }` | `a.x = b_u` and `a.y = b_y`: a source of another name stands after the target |
//! | `wire! { a.{x: b.u, y}; }` | `a.x = b.u` and `a.y = y`: without an arrow the braces name the sources |
//! | `wire! { {a, b}.x <- c; }` | `a.x = c` and `b.x = c`: one source for all, or a list with as many as there are targets |
//! | `wire! { {a, b}.x <- !c; }` | `a.x = !c` and `b.x = !c`: every source inverted |
//! | `any!(flag[i] for i in 0..4)` | `flag[0] \| flag[1] \| …`; so `all!` with `&`, `sum!` with `+`; the limits are literals |
//!
//! An error is reported at the name or the statement that causes it.

mod cell;
mod logic;
mod ports;
mod structure;
#[cfg(test)]
mod tests;
mod value;
mod wire;

use proc_macro::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{ItemImpl, ItemStruct, parse_macro_input};

/// Completes a circuit's structure or its logic; see the [crate's documentation](crate).
#[proc_macro_attribute]
pub fn circuit(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = match parse_macro_input!(item as Circuit) {
        Circuit::Structure(item) => structure::expand(parse_macro_input!(arguments as structure::Arguments), item),
        Circuit::Logic(item) => logic::expand(item),
    };
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}

/// The items that the attribute applies to.
enum Circuit {
    Structure(ItemStruct),
    Logic(ItemImpl),
}

impl Parse for Circuit {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        match syn::Item::parse(input)? {
            syn::Item::Struct(item) => Ok(Circuit::Structure(item)),
            syn::Item::Impl(item) => Ok(Circuit::Logic(item)),
            other => Err(syn::Error::new_spanned(other, "`circuit` stands on a struct or on its `impl Logic`")),
        }
    }
}

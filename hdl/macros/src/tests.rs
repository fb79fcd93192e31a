//! Expansions, compared with the code written by hand.

use crate::{logic, structure};
use proc_macro2::TokenStream;
use quote::quote;

/// The hardware that `body` expands to, as text.
fn hardware(body: TokenStream) -> String {
    let item = syn::parse2(quote!(impl Logic for Unit { fn update(&mut self) { #body } })).expect("an impl");
    let expanded = logic::expand(item).unwrap_or_else(|error| panic!("{error}"));
    expanded.to_string()
}

fn by_hand(body: TokenStream) -> String {
    quote!(impl Logic for Unit { #[hdl_gen] fn update(&mut self) { #body } }).to_string()
}

fn refusal(body: TokenStream) -> String {
    let item = syn::parse2(quote!(impl Logic for Unit { fn update(&mut self) { #body } })).expect("an impl");
    logic::expand(item).expect_err("refused").to_string()
}

fn refused_structure(arguments: TokenStream, item: TokenStream) -> String {
    let arguments = match syn::parse2(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return error.to_string(),
    };
    structure::expand(arguments, syn::parse2(item).expect("a struct")).expect_err("refused").to_string()
}

#[test]
fn signals_are_written_without_self_next_and_val() {
    let short = hardware(quote! {
        sum.d = (a + b).get_bits::<N>(1) & !mask;
        for i in 0..N {
            if lane[i].valid | (state.q == State::Idle) {
                out[i] = signed_cast(lane[i].value.get_bits::<8>(i * 8));
            } else {
                out[i] = bits::<8>(0);
            }
        }
        match state.q {
            State::Idle => go = true,
            _ => {
                go = false;
            }
        }
    });
    let long = by_hand(quote! {
        self.sum.d.next = (self.a.val() + self.b.val()).get_bits::<N>(1) & !self.mask.val();
        for i in 0..N {
            if self.lane[i].valid.val() | (self.state.q.val() == State::Idle) {
                self.out[i].next = signed_cast(self.lane[i].value.val().get_bits::<8>(i * 8));
            } else {
                self.out[i].next = bits::<8>(0);
            }
        }
        match self.state.q.val() {
            State::Idle => self.go.next = true,
            _ => {
                self.go.next = false;
            }
        }
    });
    assert_eq!(short, long);
}

#[test]
fn a_comment_of_several_lines_is_one_line() {
    let short = hardware(quote!(
        comment!(
            "adder: adds, \
             \"exactly\"."
        );
    ));
    assert_eq!(short, by_hand(quote!(comment!("adder: adds, \"exactly\".");)));
}

#[test]
fn a_signal_fans_out_to_the_port_of_its_name() {
    let short = hardware(quote!(wire! { clock, control.halt => a, lane[i].b; }));
    let long = by_hand(quote! {
        self.a.clock.next = self.clock.val();
        self.a.halt.next = self.control.halt.val();
        self.lane[i].b.clock.next = self.clock.val();
        self.lane[i].b.halt.next = self.control.halt.val();
    });
    assert_eq!(short, long);
}

#[test]
fn braces_expand_and_the_star_repeats_them() {
    let short = hardware(quote!(wire! {
        m_axi_{valid, data: word} <- reads.r_*;
        a.{enable, d: sum.q};
        {a, b}[0].x <- c.y;
        {u, v} <- flag{[0], [1]};
        {a, b}.{x, y} <- c_*[1].q;
        p.x <- !q.y;
    }));
    let long = by_hand(quote! {
        self.m_axi_valid.next = self.reads.r_valid.val();
        self.m_axi_data.next = self.reads.r_word.val();
        self.a.enable.next = self.enable.val();
        self.a.d.next = self.sum.q.val();
        self.a[0].x.next = self.c.y.val();
        self.b[0].x.next = self.c.y.val();
        self.u.next = self.flag[0].val();
        self.v.next = self.flag[1].val();
        self.a.x.next = self.c_x[1].q.val();
        self.a.y.next = self.c_y[1].q.val();
        self.b.x.next = self.c_x[1].q.val();
        self.b.y.next = self.c_y[1].q.val();
        self.p.x.next = !self.q.y.val();
    });
    assert_eq!(short, long);
}

#[test]
fn reductions_are_chains_of_one_operator() {
    let short = hardware(quote! {
        none = !any!(queue[i].valid for i in 0..3);
        count = sum!(bit_cast::<4, 1>(flag[i].into()) for i in 1..3);
        every = all!(!flag[i] for i in 0..2);
    });
    let long = by_hand(quote! {
        self.none.next = !(self.queue[0].valid.val() | self.queue[1].valid.val() | self.queue[2].valid.val());
        self.count.next =
            (bit_cast::<4, 1>(self.flag[1].val().into()) + bit_cast::<4, 1>(self.flag[2].val().into()));
        self.every.next = (!self.flag[0].val() & !self.flag[1].val());
    });
    assert_eq!(short, long);
}

#[test]
fn an_impl_gets_its_constants_and_a_cell_its_connect() {
    let cell = quote! {
        impl Logic for Cell<N, W> {
            fn update(&mut self) {
                if self.first.val() {
                    self.out.next = 0;
                }
                self.out.next = self.sum.val();
                self.flag.next = true;
            }
            fn hdl(&self) -> Verilog { Verilog::Empty }
        }
    };
    let expanded = logic::expand(syn::parse2(cell).expect("an impl")).expect("a cell").to_string();
    assert!(
        expanded.starts_with("impl < const N : usize , const W : usize > Logic for Cell < N , W > {"),
        "{expanded}"
    );
    let connect = quote!(
        fn connect(&mut self) {
            self.out.connect();
            self.flag.connect();
        }
    );
    assert!(expanded.contains(&connect.to_string()), "{expanded}");
    assert!(!expanded.contains("hdl_gen"), "{expanded}");
}

#[test]
fn generics_of_their_own_are_left_alone() {
    let generic = quote!(
        impl<T: Synth, const N: usize> Logic for Line<T, N> {
            fn update(&mut self) {}
        }
    );
    let expanded = logic::expand(syn::parse2(generic).expect("an impl")).expect("an impl").to_string();
    assert!(expanded.starts_with("impl < T : Synth , const N : usize > Logic for Line < T , N >"), "{expanded}");
}

#[test]
fn a_structure_gets_ports_and_initial_values() {
    let arguments = quote!(clock, reset_n = "no row", assert(N > 1, "two lanes"), with(depth = N + 1), kind = BlockRam);
    let item = quote! {
        pub struct Unit<N, T: Synth> {
            /// Memory.
            #[ports("m_axi_")]
            bus: AxiRead<W>,
            /// The lanes.
            pub lane: [Signal<In, T>; N],
            depth: constant!(Bits<8> = depth),
            limits: [constant!(Bits<4> = [1, 2]); 2],
            #[init(Vec::new())]
            _words: Vec<T>,
        }
    };
    let arguments = syn::parse2(arguments).expect("arguments");
    let expanded = structure::expand(arguments, syn::parse2(item).expect("a struct")).expect("a circuit").to_string();
    let parts = [
        quote!(#[derive(LogicBlock)] pub struct Unit<const N: usize, T: Synth>),
        quote!(pub clock: Signal<In, Clock>, #[doc = " Synchronous reset, active low: no row."] pub reset_n),
        quote!(#[doc = " Memory: read address valid."] pub m_axi_arvalid: Signal<Out, Bit>,),
        quote!(pub m_axi_rdata: Signal<In, Bits<W> >),
        quote!(pub lane: [Signal<In, T>; N], depth: Constant<Bits<8> >, limits: [Constant<Bits<4> >; 2], _words: Vec<T>),
        quote!(const { assert!(N > 1, "two lanes") }; let depth = N + 1;),
        quote!(lane: ::std::array::from_fn(|_| ::std::default::Default::default())),
        quote!(depth: Constant::new(bits((depth) as u64)), limits: [Constant::new(bits((1) as u64)), Constant::new(bits((2) as u64))],),
        quote!(_words: Vec::new()),
        quote!(module_kind: Constant<::ibert_hdl::verilog::ModuleKind>),
        quote!(module_kind: Constant::new(::ibert_hdl::verilog::ModuleKind::BlockRam)),
    ];
    let squeezed = |text: String| text.replace([' ', '\n'], "");
    for part in parts {
        assert!(squeezed(expanded.clone()).contains(&squeezed(part.to_string())), "{part}\nis not in\n{expanded}");
    }
}

#[test]
fn errors_say_what_is_expected() {
    for (body, message) in [
        (quote!(self.a = b;), "without `self`"),
        (quote!(let a = b;), "no such statement"),
        (quote!(a = { b };), "no such expression"),
        (quote!(1 = b;), "only a signal"),
        (quote!(wire! { a b; }), "`<- source`, or braces"),
        (quote!(wire! { {a, b, c}.x <- {u, v}; }), "2 sources for 3 targets"),
        (quote!(wire! { a.x <- ; }), "the name of a signal"),
        (quote!(wire! { a.x <- *; }), "braces that name the sources"),
        (quote!(wire! { a.{} <- b; }), "names in the braces"),
        (quote!(wire! { a.x <- b + c; }), "expected a name"),
        (quote!(x = any!(flag[i] for i in 0..N);), "limits are literals"),
        (quote!(x = any!(flag[i] for i in 2..2);), "empty range"),
        (quote!(x = many!(flag[i] for i in 0..2);), "`any!`, `all!` and `sum!`"),
        (quote!(for (i, j) in 0..4 {}), "one name"),
    ] {
        let refusal = refusal(body.clone());
        assert!(refusal.contains(message), "{body}: {refusal}");
    }
}

#[test]
fn errors_of_structures_say_what_is_expected() {
    let unit = || {
        quote!(
            struct Unit {
                #[ports]
                bus: Ahb,
            }
        )
    };
    assert!(refused_structure(quote!(clk), unit()).contains("expected `clock`"));
    let port = quote!(
        struct Unit {
            a: port!(Bit),
        }
    );
    assert!(refused_structure(quote!(), port).contains("`constant!(type = value)`"));
    assert!(refused_structure(quote!(clock), unit()).contains("there are AxiLite"));
    let tuple = quote! {
        struct Unit(u8);
    };
    assert!(refused_structure(quote!(), tuple).contains("named fields"));
}

//! The attribute `circuit` changes how hardware is written, not what is emitted: the same module by hand and with it.

use ibert_hdl::cells::{EnableDelay, Register};
use ibert_hdl::comment;
use ibert_hdl::verilog::generate;
use ibert_hdl_macros::circuit;
use rust_hdl::core::prelude::*;

mod by_hand {
    use super::*;

    #[derive(LogicBlock)]
    pub(super) struct Bank<const N: usize> {
        pub clock: Signal<In, Clock>,
        pub reset_n: Signal<In, Bit>,
        pub write: [Signal<In, Bit>; N],
        pub in_data: Signal<In, Bits<8>>,
        pub in_tag: Signal<In, Bits<4>>,
        pub out_data: Signal<Out, Bits<8>>,
        pub out_tag: Signal<Out, Bits<4>>,
        pub full: Signal<Out, Bit>,
        pub odd: Signal<Out, Bit>,
        limit: Constant<Bits<8>>,
        used: [Register<Bit>; N],
        data: EnableDelay<Bits<8>, 1>,
        tag: EnableDelay<Bits<4>, 1>,
        count: Register<Bits<8>>,
        any_write: Signal<Local, Bit>,
    }

    impl<const N: usize> Default for Bank<N> {
        fn default() -> Self {
            Self {
                clock: Signal::default(),
                reset_n: Signal::default(),
                write: std::array::from_fn(|_| Signal::default()),
                in_data: Signal::default(),
                in_tag: Signal::default(),
                out_data: Signal::default(),
                out_tag: Signal::default(),
                full: Signal::default(),
                odd: Signal::default(),
                limit: Constant::new((N as u64 * 2).to_bits()),
                used: std::array::from_fn(|_| Register::default()),
                data: EnableDelay::default(),
                tag: EnableDelay::default(),
                count: Register::default(),
                any_write: Signal::default(),
            }
        }
    }

    impl<const N: usize> Logic for Bank<N> {
        #[hdl_gen]
        fn update(&mut self) {
            comment!("bank: a write from any side.");
            clock!(self, clock, data, tag, count);
            self.count.reset_n.next = self.reset_n.val();
            for i in 0..N {
                self.used[i].clock.next = self.clock.val();
                self.used[i].reset_n.next = self.reset_n.val();
                self.used[i].d.next = self.used[i].q.val() | self.write[i].val();
            }

            comment!("What was written last.");
            self.any_write.next = self.write[0].val() | self.write[1].val() | self.write[2].val();
            self.data.enable.next = self.any_write.val();
            self.tag.enable.next = self.any_write.val();
            self.data.d.next = self.in_data.val();
            self.tag.d.next = self.in_tag.val();
            self.count.d.next = self.count.q.val();
            if self.any_write.val() & (self.count.q.val() < self.limit.val()) {
                self.count.d.next = self.count.q.val() + 1;
            }
            self.out_data.next = self.data.q.val();
            self.out_tag.next = self.tag.q.val();
            self.full.next = self.used[0].q.val() & self.used[1].q.val() & self.used[2].q.val();
            self.odd.next = self.count.q.val().get_bit(0);
        }
    }
}

/// The same with the attribute.
#[circuit(clock, reset_n = "empty", assert(N == 3, "the reductions take three"))]
pub struct Bank<N> {
    /// Writes.
    pub write: [Signal<In, Bit>; N],
    /// Data.
    pub in_data: Signal<In, Bits<8>>,
    /// Tag.
    pub in_tag: Signal<In, Bits<4>>,
    /// Data written last.
    pub out_data: Signal<Out, Bits<8>>,
    /// Tag written last.
    pub out_tag: Signal<Out, Bits<4>>,
    /// Every side has written.
    pub full: Signal<Out, Bit>,
    /// The number of writes is odd.
    pub odd: Signal<Out, Bit>,
    limit: constant!(Bits<8> = 2 * N),
    used: [Register<Bit>; N],
    data: EnableDelay<Bits<8>, 1>,
    tag: EnableDelay<Bits<4>, 1>,
    count: Register<Bits<8>>,
    any_write: Signal<Local, Bit>,
}

#[circuit]
impl Logic for Bank<N> {
    fn update(&mut self) {
        comment!("bank: a write from any side.");
        wire! {
            clock, reset_n => count;
            clock => data, tag;
        }
        for i in 0..N {
            wire! { clock, reset_n => used[i]; }
            used[i].d = used[i].q | write[i];
        }

        comment!("What was written last.");
        any_write = any!(write[i] for i in 0..3);
        wire! {
            {data, tag}.enable <- any_write;
            {data, tag}.d <- in_*;
        }
        count.d = count.q;
        if any_write & (count.q < limit) {
            count.d = count.q + 1;
        }
        wire! { out_{data, tag} <- *.q; }
        full = all!(used[i].q for i in 0..3);
        odd = count.q.get_bit(0);
    }
}

#[test]
fn the_attribute_leaves_the_verilog_as_it_is_by_hand() {
    let long = generate(&by_hand::Bank::<3>::default(), "bank").expect("by hand").text();
    let short = generate(&Bank::<3>::default(), "bank").expect("with the attribute").text();
    assert!(long.contains("assign any_write = write_0 | write_1 | write_2;"), "{long}");
    assert!(long.contains("localparam [7:0] limit = 8'd6;"), "{long}");
    assert_eq!(short, long);
}

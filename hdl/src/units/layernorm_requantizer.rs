//! [`LayerNormRequantizer`]: from a LayerNorm's input to the next matrix product's operand and the next residual.

use super::{CreditQueue, DyadicScaler, LayerNorm};
use crate::cells::{Clamp, Delay, EnableDelay, ValidDelay};
use rust_hdl::core::prelude::*;

/// i-LayerNorm of rows of 1 to `2^A` channels, requantized twice (NUMERICS §1, "i-LayerNorm" and "Requant"; §2, `residual_bits`; `P` = `A` + 1,
/// `A` ≤ 12): `out = clamp(RNE(n·m / 2^e))` to int8, the operand of the next matrix product, and `residual = clamp(RNE(n·residual_m /
/// 2^residual_e))` to int16, where `n` is the normalized channel.
///
/// [`LayerNorm`], two [`DyadicScaler`]s, and a [`CreditQueue`] for what they have under way when results are not taken. Rows go in as they
/// do there. Constants go in with the bias, one set for each result: `m` and `e` belong to the channel; `residual_m` and `residual_e` are
/// the same for all in I-BERT, but need not be. In I-BERT with a residual of 8 bits, `residual` stays unused.
///
/// **Latency** of a row of `N`, accepted without a pause by an idle unit, whatever its data: 2·`N` + 112 cycles from its first element accepted
/// to its first result offered, 3·`N` + 111 to its last, if biases wait and results are taken at once. **Throughput** as [`LayerNorm`]'s.
///
/// | port | width | legal |
/// |---|---|---|
/// | `x`, `shift`, `bias` | 22, 5, 40 | as for [`LayerNorm`] |
/// | `m`, `residual_m` | 33 | magnitudes up to 2^31 |
/// | `e`, `residual_e` | 6 | all |
/// | `out`, `residual` | 8, 16 | |
/// | `saturated`, `overflow` | 1 | as for [`LayerNorm`] |
///
/// Exact for all legal operands: the scalers take all 43 bits of the normalized channel. 40 bits, as the [`Requantizer`](super::Requantizer) has,
/// would do for int8, where clamping hides the difference for `e` ≤ 62; not for int16, where it does for `e` ≤ 54 only.
#[derive(LogicBlock, Default)]
pub struct LayerNormRequantizer<const A: usize, const P: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// An element is offered.
    pub valid: Signal<In, Bit>,
    /// It is accepted if it is offered.
    pub ready: Signal<Out, Bit>,
    /// Element.
    pub x: Signal<In, Signed<22>>,
    /// Whether it is the last of its row.
    pub last: Signal<In, Bit>,
    /// Right shift before the square, of the row.
    pub shift: Signal<In, Bits<5>>,
    /// A bias and its constants are offered.
    pub bias_valid: Signal<In, Bit>,
    /// They are accepted if they are offered.
    pub bias_ready: Signal<Out, Bit>,
    /// Bias of the channel whose result comes next.
    pub bias: Signal<In, Signed<40>>,
    /// Mantissa of the channel.
    pub m: Signal<In, Signed<33>>,
    /// Its exponent.
    pub e: Signal<In, Bits<6>>,
    /// Mantissa of the residual.
    pub residual_m: Signal<In, Signed<33>>,
    /// Its exponent.
    pub residual_e: Signal<In, Bits<6>>,
    /// A result is offered.
    pub out_valid: Signal<Out, Bit>,
    /// It is taken if it is offered.
    pub out_ready: Signal<In, Bit>,
    /// Operand of the next matrix product.
    pub out: Signal<Out, Signed<8>>,
    /// The residual.
    pub residual: Signal<Out, Signed<16>>,
    /// Whether they are the last of their row.
    pub out_last: Signal<Out, Bit>,
    /// The variance of the row was saturated.
    pub saturated: Signal<Out, Bit>,
    /// Any variance was saturated.
    pub overflow: Signal<Out, Bit>,
    norm: LayerNorm<A, P>,
    move_on: Signal<Local, Bit>,
    enter: Signal<Local, Bit>,
    m_delay: EnableDelay<Signed<33>, 6>,
    e_delay: EnableDelay<Bits<6>, 6>,
    residual_m_delay: EnableDelay<Signed<33>, 6>,
    residual_e_delay: EnableDelay<Bits<6>, 6>,
    scaler: DyadicScaler<43, 76>,
    residual_scaler: DyadicScaler<43, 76>,
    clamp: Clamp<76, 8>,
    residual_clamp: Clamp<76, 16>,
    clamped: Delay<Signed<8>, 1>,
    residual_clamped: Delay<Signed<16>, 1>,
    flags: Signal<Local, Bits<3>>,
    flags_delay: Delay<Bits<3>, 8>,
    valid_delay: ValidDelay<8>,
    queue: CreditQueue<27>,
}

impl<const A: usize, const P: usize> Logic for LayerNormRequantizer<A, P> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "layernorm_requantizer: i-LayerNorm of rows of channels, requantized to int8 with constants of the channel, and to a residual of 16 bits. From the first element of a row of N accepted to the last result 3 N + 111 cycles, one element a cycle for rows from 50 elements on. NUMERICS 1, i-LayerNorm and Requant."
        );
        clock!(
            self,
            clock,
            norm,
            m_delay,
            e_delay,
            residual_m_delay,
            residual_e_delay,
            scaler,
            residual_scaler,
            clamped,
            residual_clamped,
            flags_delay,
            valid_delay,
            queue
        );
        self.norm.reset_n.next = self.reset_n.val();
        self.valid_delay.reset_n.next = self.reset_n.val();
        self.queue.reset_n.next = self.reset_n.val();

        self.norm.valid.next = self.valid.val();
        self.norm.x.next = self.x.val();
        self.norm.last.next = self.last.val();
        self.norm.shift.next = self.shift.val();
        self.ready.next = self.norm.ready.val();
        self.norm.bias_valid.next = self.bias_valid.val();
        self.norm.bias.next = self.bias.val();
        self.bias_ready.next = self.norm.bias_ready.val();
        self.norm.out_ready.next = self.queue.room.val();

        comment!("The constants wait as long as LayerNorm takes from a bias to its result, stage by stage with it.");
        self.move_on.next = !self.norm.out_valid.val() | self.queue.room.val();
        self.m_delay.enable.next = self.move_on.val();
        self.e_delay.enable.next = self.move_on.val();
        self.residual_m_delay.enable.next = self.move_on.val();
        self.residual_e_delay.enable.next = self.move_on.val();
        self.m_delay.d.next = self.m.val();
        self.e_delay.d.next = self.e.val();
        self.residual_m_delay.d.next = self.residual_m.val();
        self.residual_e_delay.d.next = self.residual_e.val();

        comment!("Both requantizations, without stalls.");
        self.enter.next = self.norm.out_valid.val() & self.queue.room.val();
        self.scaler.q.next = self.norm.out.val();
        self.scaler.m.next = self.m_delay.q.val();
        self.scaler.e.next = self.e_delay.q.val();
        self.residual_scaler.q.next = self.norm.out.val();
        self.residual_scaler.m.next = self.residual_m_delay.q.val();
        self.residual_scaler.e.next = self.residual_e_delay.q.val();
        self.clamp.value.next = self.scaler.scaled.val();
        self.residual_clamp.value.next = self.residual_scaler.scaled.val();
        self.clamped.d.next = self.clamp.clamped.val();
        self.residual_clamped.d.next = self.residual_clamp.clamped.val();
        self.flags.next = bit_cast::<3, 1>(self.norm.out_last.val().into())
            | (bit_cast::<3, 1>(self.norm.saturated.val().into()) << 1)
            | (bit_cast::<3, 1>(self.norm.overflow.val().into()) << 2);
        self.flags_delay.d.next = self.flags.val();
        self.valid_delay.d.next = self.enter.val();

        self.queue.enter.next = self.enter.val();
        self.queue.push.next = self.valid_delay.q.val();
        self.queue.data.next = bit_cast::<27, 8>(unsigned_cast(self.clamped.q.val()))
            | (bit_cast::<27, 16>(unsigned_cast(self.residual_clamped.q.val())) << 8)
            | (bit_cast::<27, 3>(self.flags_delay.q.val()) << 24);
        self.queue.out_ready.next = self.out_ready.val();
        self.out_valid.next = self.queue.out_valid.val();
        self.out.next = signed_cast(self.queue.out.val().get_bits::<8>(0));
        self.residual.next = signed_cast(self.queue.out.val().get_bits::<16>(8));
        self.out_last.next = self.queue.out.val().get_bit(24);
        self.saturated.next = self.queue.out.val().get_bit(25);
        self.overflow.next = self.queue.out.val().get_bit(26);
    }
}

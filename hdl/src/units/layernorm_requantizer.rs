//! [`LayerNormRequantizer`]: from the input of a LayerNorm to the next operand and the next residual.

use super::{CreditQueue, DyadicScaler, LayerNorm};
use crate::cells::{Clamp, Delay, EnableDelay, ValidDelay};
use rust_hdl::core::prelude::*;

/// i-LayerNorm of rows of 1 to `2^A` channels, requantized twice (docs/numerics.md, "i-LayerNorm", "Requant" and
/// `residual_bits`; `P` = `A` + 1, `A` ≤ 12): `out = clamp(RNE(n·m / 2^e))` to int8, the operand of the next matrix
/// product, and `residual = clamp(RNE(n·residual_m / 2^residual_e))` to int16, where `n` is the normalized channel.
///
/// Consists of [`LayerNorm`], two [`DyadicScaler`]s, and a [`CreditQueue`] for the results in flight when results are
/// not taken. Rows are accepted as in [`LayerNorm`]. Constants are accepted with the bias, one set per result: `m` and
/// `e` belong to the channel; `residual_m` and `residual_e` are the same for all channels in I-BERT, but need not be.
/// In I-BERT with a residual of 8 bits, `residual` is unused.
///
/// **Latency** of a row of `N`, accepted without a pause by an idle unit, whatever its data: 2·`N` + 112 cycles from
/// the first element accepted to the first result valid, and 3·`N` + 111 to the last, if biases wait and results are
/// taken at once. **Throughput**: that of [`LayerNorm`].
///
/// | port | width | legal |
/// |---|---|---|
/// | `x`, `shift`, `bias` | 22, 5, 40 | as for [`LayerNorm`] |
/// | `m`, `residual_m` | 33 | magnitudes up to 2^31 |
/// | `e`, `residual_e` | 6 | all |
/// | `out`, `residual` | 8, 16 | |
/// | `saturated`, `overflow` | 1 | as for [`LayerNorm`] |
///
/// Exact for all legal operands: the scalers take all 43 bits of the normalized channel. The 40 bits of the
/// [`Requantizer`](super::Requantizer) would suffice for int8, where clamping hides the difference for `e` ≤ 62, but
/// not for int16, where clamping hides it for `e` ≤ 54 only.
#[circuit(clock, reset_n)]
pub struct LayerNormRequantizer<A, P> {
    /// Element valid.
    pub valid: Signal<In, Bit>,
    /// Element is accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Element to normalize.
    pub x: Signal<In, Signed<22>>,
    /// Element is the last of its row.
    pub last: Signal<In, Bit>,
    /// Right shift before the square; sampled with the last element of the row.
    pub shift: Signal<In, Bits<5>>,
    /// Bias and constants valid.
    pub bias_valid: Signal<In, Bit>,
    /// Bias and constants are accepted in a cycle with `bias_valid` and `bias_ready`.
    pub bias_ready: Signal<Out, Bit>,
    /// Bias of the channel of the next result.
    pub bias: Signal<In, Signed<40>>,
    /// Mantissa of the channel's requantization.
    pub m: Signal<In, Signed<33>>,
    /// Exponent of the channel's requantization.
    pub e: Signal<In, Bits<6>>,
    /// Mantissa of the residual's requantization.
    pub residual_m: Signal<In, Signed<33>>,
    /// Exponent of the residual's requantization.
    pub residual_e: Signal<In, Bits<6>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result is taken in a cycle with `out_valid` and `out_ready`.
    pub out_ready: Signal<In, Bit>,
    /// Operand of the next matrix product.
    pub out: Signal<Out, Signed<8>>,
    /// Residual, 16 bits.
    pub residual: Signal<Out, Signed<16>>,
    /// Result is the last of its row.
    pub out_last: Signal<Out, Bit>,
    /// The variance of the result's row was saturated.
    pub saturated: Signal<Out, Bit>,
    /// A variance has been saturated since reset.
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

#[circuit]
impl Logic for LayerNormRequantizer<A, P> {
    fn update(&mut self) {
        comment! { "layernorm_requantizer: i-LayerNorm of rows of channels, requantized to int8 with constants of the \
        channel, and to a residual of 16 bits. From the first element of a row of N accepted to the last \
        result 3 N + 111 cycles, one element per cycle for rows of 50 elements and more. docs/numerics.md, \
        i-LayerNorm and Requant." }
        wire! {
            clock, reset_n => norm, valid_delay, queue;
            clock => m_delay, e_delay, residual_m_delay, residual_e_delay, scaler, residual_scaler, clamped,
                residual_clamped, flags_delay;
        }

        wire! {
            norm.{valid, x, last, shift, bias_valid, bias};
            norm.out_ready <- queue.room;
            {ready, bias_ready} <- norm.*;
        }

        comment!("The constants are delayed by the stages of LayerNorm from a bias to its result.");
        move_on = !norm.out_valid | queue.room;
        wire! {
            {m, e, residual_m, residual_e}_delay.enable <- move_on;
            {m, e, residual_m, residual_e}_delay.d;
        }

        comment!("Both requantizations, without stalls.");
        enter = norm.out_valid & queue.room;
        wire! {
            scaler.{q: norm.out, m: m_delay.q, e: e_delay.q};
            residual_scaler.{q: norm.out, m: residual_m_delay.q, e: residual_e_delay.q};
        }
        clamp.value = scaler.scaled;
        residual_clamp.value = residual_scaler.scaled;
        clamped.d = clamp.clamped;
        residual_clamped.d = residual_clamp.clamped;
        flags = bit_cast::<3, 1>(norm.out_last.into())
            | (bit_cast::<3, 1>(norm.saturated.into()) << 1)
            | (bit_cast::<3, 1>(norm.overflow.into()) << 2);
        flags_delay.d = flags;
        valid_delay.d = enter;

        wire! { queue.{enter, push: valid_delay.q}; }
        queue.data = bit_cast::<27, 8>(unsigned_cast(clamped.q))
            | (bit_cast::<27, 16>(unsigned_cast(residual_clamped.q)) << 8)
            | (bit_cast::<27, 3>(flags_delay.q) << 24);
        queue.out_ready = out_ready;
        out_valid = queue.out_valid;
        out = signed_cast(queue.out.get_bits::<8>(0));
        residual = signed_cast(queue.out.get_bits::<16>(8));
        out_last = queue.out.get_bit(24);
        saturated = queue.out.get_bit(25);
        overflow = queue.out.get_bit(26);
    }
}

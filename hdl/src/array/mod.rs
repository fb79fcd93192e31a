//! The matrix unit: an N×N output-stationary systolic array.
//!
//! [`SystolicArray`] = skew → N × [`ArrayRow`] (N × [`ProcessingElement`] and a drain multiplexer) → deskew. See
//! [`SystolicArray`] for the datasheet.

mod processing_element;
mod row;
mod systolic_array;

pub use processing_element::ProcessingElement;
pub use row::ArrayRow;
pub use systolic_array::SystolicArray;

macro_rules! sides {
    ($($name:ident, $n:literal;)*) => {$(
        #[doc = concat!("The ", $n, "×", $n, " array.")]
        pub type $name = SystolicArray<$n, { 9 * $n }, { 8 * $n }, { 32 * $n }, { $n + 2 }>;
    )*};
}

sides! {
    SystolicArray4, 4;
    SystolicArray8, 8;
    SystolicArray16, 16;
    SystolicArray32, 32;
}

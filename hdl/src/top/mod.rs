//! The accelerator: control, engines and memories in one module, at the sizes of the named configurations.

mod accelerator;

pub use accelerator::Accelerator;

macro_rules! configurations {
    ($($name:ident, $paper_name:ident: $configuration:ident, $n:literal, $l:literal;)*) => {$(
        configurations!($name: $configuration, $n, $l, 0, 1, "late softmax");
        configurations!($paper_name: $configuration, $n, $l, 1, 0, "the paper's softmax");

        const _: () = assert!(ibert_isa::$configuration.side == $n && ibert_isa::$configuration.lanes == $l);
    )*};
    ($name:ident: $configuration:ident, $n:literal, $l:literal, $paper:literal, $late:literal, $form:literal) => {
        #[doc = concat!(
            "The accelerator of configuration [`", stringify!($configuration), "`](ibert_isa::", stringify!($configuration),
            "), with ", $form, "."
        )]
        pub type $name = Accelerator<
            $n, $l, { $n / $l },
            { 8 * $n }, { 9 * $n }, { 16 * $n }, { 22 * $n }, { 32 * $n },
            { 8 * $l }, { 16 * $l }, { 22 * $l }, { 32 * $l },
            { $n + 2 }, { $n + 4 },
            { ibert_isa::$configuration.a_depth }, { ibert_isa::$configuration.b_depth }, { ibert_isa::$configuration.c_depth },
            { ibert_isa::$configuration.r_depth }, { ibert_isa::$configuration.y_depth }, { ibert_isa::$configuration.k_depth },
            $paper, $late,
        >;
    };
}

configurations! {
    TinyAccelerator, TinyPaperAccelerator: TINY, 4, 2;
    SmallAccelerator, SmallPaperAccelerator: SMALL, 8, 2;
    BaseAccelerator, BasePaperAccelerator: BASE, 16, 4;
    LargeAccelerator, LargePaperAccelerator: LARGE, 32, 8;
}

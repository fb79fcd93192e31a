/// A comment in the emitted Verilog. The first one of an `update` is the module's title, `"name: what it does"`, see
/// [`verilog`](crate::verilog). It does nothing in simulation.
#[macro_export]
macro_rules! comment {
    ($text:literal) => {};
}

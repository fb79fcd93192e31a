/// A comment in the emitted Verilog. The first one of an `update` is the title of the module, `"name: purpose"`, see
/// [`verilog`](crate::verilog). It has no effect in simulation.
#[macro_export]
macro_rules! comment {
    ($text:literal) => {};
}

//! Small designs that the tests share.

use ibert_sim::{BuildOptions, Library, Source};

/// Adds `step` to `q` each cycle; `next` is the next value of `q`.
pub(crate) const COUNTER: &str = "
module counter(input clock, input reset_n, input [7:0] step, output reg [15:0] q, output [15:0] next);
    assign next = reset_n ? q + {8'd0, step} : 16'd0;
    always @(posedge clock) q <= next;
endmodule
";

/// Ports of every storage size, passed through a register, and a combinational complement of the widest.
pub(crate) const WIDE: &str = "
module wide(
    input clock, input d1, input [7:0] d8, input [8:0] d9, input [31:0] d32, input [32:0] d33, input [63:0] d64,
    input [64:0] d65, input [99:0] d100,
    output reg q1, output reg [7:0] q8, output reg [8:0] q9, output reg [31:0] q32, output reg [32:0] q33,
    output reg [63:0] q64, output reg [64:0] q65, output reg [99:0] q100, output [99:0] not100
);
    assign not100 = ~d100;
    always @(posedge clock) begin
        q1 <= d1; q8 <= d8; q9 <= d9; q32 <= d32; q33 <= d33; q64 <= d64; q65 <= d65; q100 <= d100;
    end
endmodule
";

pub(crate) fn source(top: &str, text: &str) -> Source {
    Source::new(top).file(format!("{top}.v"), text)
}

pub(crate) fn counter() -> Library {
    Library::build(&source("counter", COUNTER), &BuildOptions::default()).expect("the counter builds")
}

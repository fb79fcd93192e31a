// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Somebody's own requantizer: clamp8(round_half_even(q * m / 2^e)), two cycles after its operands.

module my_requantizer (
    input wire clock,
    input wire signed [31:0] q,
    input wire signed [32:0] m,
    input wire [5:0] e,
    output reg signed [7:0] out
);
    reg signed [64:0] product;
    reg [5:0] shift;

    wire signed [64:0] floor = product >>> shift;
    wire [64:0] rest = product & ~({65{1'b1}} << shift);
    wire [64:0] half = (65'd1 << shift) >> 1;
    wire up = rest > half || (rest == half && shift != 0 && floor[0]);
    wire signed [64:0] rounded = floor + $signed({64'd0, up});

    always @(posedge clock) begin
        product <= q * m;
        shift <= e;
        out <= rounded > 127 ? 8'sd127 : rounded < -128 ? -8'sd128 : rounded[7:0];
    end
endmodule

// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The accelerator with the ID signals that a slave like cocotbext-axi's wants to see. It has one ID only, so its own port has none: requests get the ID 0, and
// answers come back in the order of the requests.
//
// ACCELERATOR is the name of its module, BYTES the width of its memory bus, which is the side of its array.
`default_nettype none

module accelerator_with_ids (
    input  wire                 clock,
    input  wire                 reset_n,
    output wire                 irq,

    // Registers: AXI4-Lite.
    input  wire                 s_axi_awvalid,
    output wire                 s_axi_awready,
    input  wire [11:0]          s_axi_awaddr,
    input  wire                 s_axi_wvalid,
    output wire                 s_axi_wready,
    input  wire [31:0]          s_axi_wdata,
    input  wire [3:0]           s_axi_wstrb,
    output wire                 s_axi_bvalid,
    input  wire                 s_axi_bready,
    output wire [1:0]           s_axi_bresp,
    input  wire                 s_axi_arvalid,
    output wire                 s_axi_arready,
    input  wire [11:0]          s_axi_araddr,
    output wire                 s_axi_rvalid,
    input  wire                 s_axi_rready,
    output wire [31:0]          s_axi_rdata,
    output wire [1:0]           s_axi_rresp,

    // Memory: AXI4.
    output wire                 m_axi_arvalid,
    input  wire                 m_axi_arready,
    output wire [0:0]           m_axi_arid,
    output wire [31:0]          m_axi_araddr,
    output wire [7:0]           m_axi_arlen,
    output wire [2:0]           m_axi_arsize,
    output wire [1:0]           m_axi_arburst,
    input  wire                 m_axi_rvalid,
    output wire                 m_axi_rready,
    input  wire [0:0]           m_axi_rid,
    input  wire [8*`BYTES-1:0]  m_axi_rdata,
    input  wire [1:0]           m_axi_rresp,
    input  wire                 m_axi_rlast,
    output wire                 m_axi_awvalid,
    input  wire                 m_axi_awready,
    output wire [0:0]           m_axi_awid,
    output wire [31:0]          m_axi_awaddr,
    output wire [7:0]           m_axi_awlen,
    output wire [2:0]           m_axi_awsize,
    output wire [1:0]           m_axi_awburst,
    output wire                 m_axi_wvalid,
    input  wire                 m_axi_wready,
    output wire [8*`BYTES-1:0]  m_axi_wdata,
    output wire [`BYTES-1:0]    m_axi_wstrb,
    output wire                 m_axi_wlast,
    input  wire                 m_axi_bvalid,
    output wire                 m_axi_bready,
    input  wire [0:0]           m_axi_bid,
    input  wire [1:0]           m_axi_bresp
);
    assign m_axi_arid = 1'b0;
    assign m_axi_awid = 1'b0;

    // Verilog of `ibert verilog --trace` also has observation ports (trace_*, watch_*), which would stay open here.
    `ACCELERATOR accelerator (
        .clock(clock),
        .reset_n(reset_n),
        .irq(irq),
        .s_axi_awvalid(s_axi_awvalid),
        .s_axi_awready(s_axi_awready),
        .s_axi_awaddr(s_axi_awaddr),
        .s_axi_wvalid(s_axi_wvalid),
        .s_axi_wready(s_axi_wready),
        .s_axi_wdata(s_axi_wdata),
        .s_axi_wstrb(s_axi_wstrb),
        .s_axi_bvalid(s_axi_bvalid),
        .s_axi_bready(s_axi_bready),
        .s_axi_bresp(s_axi_bresp),
        .s_axi_arvalid(s_axi_arvalid),
        .s_axi_arready(s_axi_arready),
        .s_axi_araddr(s_axi_araddr),
        .s_axi_rvalid(s_axi_rvalid),
        .s_axi_rready(s_axi_rready),
        .s_axi_rdata(s_axi_rdata),
        .s_axi_rresp(s_axi_rresp),
        .m_axi_arvalid(m_axi_arvalid),
        .m_axi_arready(m_axi_arready),
        .m_axi_araddr(m_axi_araddr),
        .m_axi_arlen(m_axi_arlen),
        .m_axi_arsize(m_axi_arsize),
        .m_axi_arburst(m_axi_arburst),
        .m_axi_rvalid(m_axi_rvalid),
        .m_axi_rready(m_axi_rready),
        .m_axi_rdata(m_axi_rdata),
        .m_axi_rresp(m_axi_rresp),
        .m_axi_rlast(m_axi_rlast),
        .m_axi_awvalid(m_axi_awvalid),
        .m_axi_awready(m_axi_awready),
        .m_axi_awaddr(m_axi_awaddr),
        .m_axi_awlen(m_axi_awlen),
        .m_axi_awsize(m_axi_awsize),
        .m_axi_awburst(m_axi_awburst),
        .m_axi_wvalid(m_axi_wvalid),
        .m_axi_wready(m_axi_wready),
        .m_axi_wdata(m_axi_wdata),
        .m_axi_wstrb(m_axi_wstrb),
        .m_axi_wlast(m_axi_wlast),
        .m_axi_bvalid(m_axi_bvalid),
        .m_axi_bready(m_axi_bready),
        .m_axi_bresp(m_axi_bresp)
    );
endmodule

`default_nettype wire

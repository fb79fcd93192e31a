// Copies `bursts` consecutive bursts of `len` + 1 beats from `source` to `target`. Reads a burst into a buffer, writes it
// and waits for the response. If `slow` is set, a shift register inserts pauses on RREADY, WVALID and BREADY. `error`
// accumulates the responses.
module copy_master(
    input clock, input reset_n, input start, input slow, input [31:0] source, input [31:0] target, input [7:0] len, input [7:0] bursts,
    output done, output reg [1:0] error,
    output reg m_axi_arvalid, input m_axi_arready, output [31:0] m_axi_araddr, output [7:0] m_axi_arlen, output [2:0] m_axi_arsize,
    output [1:0] m_axi_arburst, output [2:0] m_axi_arid,
    input m_axi_rvalid, output m_axi_rready, input [`BUS-1:0] m_axi_rdata, input [1:0] m_axi_rresp, input m_axi_rlast, input [2:0] m_axi_rid,
    output reg m_axi_awvalid, input m_axi_awready, output [31:0] m_axi_awaddr, output [7:0] m_axi_awlen, output [2:0] m_axi_awsize,
    output [1:0] m_axi_awburst,
    output m_axi_wvalid, input m_axi_wready, output [`BUS-1:0] m_axi_wdata, output [`BUS/8-1:0] m_axi_wstrb, output m_axi_wlast,
    input m_axi_bvalid, output m_axi_bready, input [1:0] m_axi_bresp
);
    localparam IDLE = 0, READ = 1, WRITE = 2, RESPONSE = 3, STEP = $clog2(`BUS / 8);
    reg [1:0] state;
    reg [8:0] beat;
    reg [7:0] burst;
    reg [`BUS-1:0] buffer [0:255];
    reg [15:0] noise;
    wire [31:0] offset = ({24'd0, burst} * ({24'd0, len} + 32'd1)) << STEP;
    wire go = !slow || noise[0];
    reg w_offered;

    assign m_axi_araddr = source + offset, m_axi_awaddr = target + offset;
    assign m_axi_arlen = len, m_axi_awlen = len;
    assign m_axi_arsize = STEP[2:0], m_axi_awsize = STEP[2:0];
    assign m_axi_arburst = 1, m_axi_awburst = 1, m_axi_arid = burst[2:0];
    assign m_axi_rready = state == READ && go;
    assign m_axi_wvalid = state == WRITE && (go || w_offered) && beat <= {1'b0, len};
    assign m_axi_wdata = buffer[beat[7:0]];
    assign m_axi_wstrb = {`BUS/8{1'b1}};
    assign m_axi_wlast = beat == {1'b0, len};
    assign m_axi_bready = state == RESPONSE && go;
    assign done = state == IDLE;

    always @(posedge clock) begin
        noise <= {noise[14:0], noise[15] ^ noise[13] ^ noise[12] ^ noise[10]};
        w_offered <= m_axi_wvalid && !m_axi_wready;
        if (m_axi_arready) m_axi_arvalid <= 0;
        if (m_axi_awready) m_axi_awvalid <= 0;
        case (state)
            IDLE: if (start) begin state <= READ; m_axi_arvalid <= 1; beat <= 0; burst <= 0; error <= 0; end
            READ: if (m_axi_rvalid && m_axi_rready) begin
                buffer[beat[7:0]] <= m_axi_rdata;
                beat <= beat + 1;
                error <= error | m_axi_rresp | {2{m_axi_rid != burst[2:0]}};
                if (m_axi_rlast) begin state <= WRITE; m_axi_awvalid <= 1; beat <= 0; end
            end
            WRITE: if (m_axi_wvalid && m_axi_wready) begin
                beat <= beat + 1;
                if (m_axi_wlast) state <= RESPONSE;
            end
            RESPONSE: if (m_axi_bvalid && m_axi_bready) begin
                error <= error | m_axi_bresp;
                burst <= burst + 1;
                beat <= 0;
                if (burst + 8'd1 == bursts) state <= IDLE; else begin state <= READ; m_axi_arvalid <= 1; end
            end
        endcase
        if (!reset_n) begin state <= IDLE; m_axi_arvalid <= 0; m_axi_awvalid <= 0; noise <= 16'hace1; error <= 0; w_offered <= 0; end
    end
endmodule

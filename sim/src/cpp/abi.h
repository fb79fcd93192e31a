// The C interface between a built design and ibert-sim (src/abi.rs declares the same on the Rust side).
//
// One shared library holds one design; `ibert_new` makes as many independent models of it as wanted. A model may move
// between threads but is used by one at a time. Raise IBERT_ABI when anything here changes its meaning.
#pragma once

#include <cstddef>
#include <cstdint>

#define IBERT_ABI 2
#define IBERT_EXPORT extern "C" __attribute__((visibility("default")))

struct Model;

// A port of the design as Verilog names it. direction: 0 input, 1 output, 2 inout.
struct IbertPort {
    const char* name;
    uint32_t width;
    uint32_t direction;
};

IBERT_EXPORT uint32_t ibert_abi();

// The port table, the same for every model of the design; `ibert_clock` is an index into it, -1 without a clock.
IBERT_EXPORT const IbertPort* ibert_ports(size_t* count);
IBERT_EXPORT int64_t ibert_clock();

// Creates a model at cycle 0: inputs 0, clock high, `initial` blocks done. A seed other than 0 fills the state with
// random bits (only in a design built with --x-initial unique); seed 0 leaves the state of the build. Returns null if
// the design stopped during the start; `error` (of `error_size` bytes) then has the reason.
IBERT_EXPORT Model* ibert_new(uint32_t seed, char* error, size_t error_size);
IBERT_EXPORT void ibert_free(Model* model);

// Address of the value of port `index`: uint8_t, uint16_t, uint32_t, uint64_t for widths to 8, 16, 32, 64, above that
// little-endian uint32_t words. Bits above the width must be written as 0.
IBERT_EXPORT void* ibert_port_data(Model* model, size_t index);

// Settles combinational logic without advancing time.
IBERT_EXPORT void ibert_eval(Model* model);
// Runs up to `cycles` clock cycles (falling edge, then rising edge); returns how many were completed.
IBERT_EXPORT uint64_t ibert_tick(Model* model, uint64_t cycles);
// `rows` cycles: writes the input ports from the row, falling edge, samples the output ports, rising edge. A port takes
// ceil(width / 32) words of a row. Returns how many rows were completed.
IBERT_EXPORT uint64_t ibert_drive(Model* model, const uint32_t* inputs, size_t input_count, const uint32_t* outputs,
                                  size_t output_count, const uint32_t* stimulus, uint32_t* responses, uint64_t rows);

// Why the design stopped by itself ($finish, $stop, $fatal, a failed assertion, no convergence), null while it runs.
IBERT_EXPORT const char* ibert_stopped(const Model* model);
// Runs the design's `final` blocks, once.
IBERT_EXPORT void ibert_final(Model* model);

// Starts a wave file; null or a message.
IBERT_EXPORT const char* ibert_trace_open(Model* model, const char* path);
IBERT_EXPORT void ibert_trace_close(Model* model);

// Runs until `port` is not 0 in a cycle, which is completed as well, or for `limit` cycles. Returns the number of
// completed cycles; `reached` is 1 if the port was not 0.
IBERT_EXPORT uint64_t ibert_run_until(Model* model, size_t port, uint64_t limit, uint32_t* reached);

// Pins of an AXI4 master, and its reset. `src/axi/pins.rs` lists their names in the same order.
enum IbertAxiPin {
    IBERT_ARVALID, IBERT_ARREADY, IBERT_ARADDR, IBERT_ARLEN, IBERT_ARSIZE, IBERT_ARBURST, IBERT_ARID,
    IBERT_RVALID, IBERT_RREADY, IBERT_RDATA, IBERT_RRESP, IBERT_RLAST, IBERT_RID,
    IBERT_AWVALID, IBERT_AWREADY, IBERT_AWADDR, IBERT_AWLEN, IBERT_AWSIZE, IBERT_AWBURST, IBERT_AWID,
    IBERT_WVALID, IBERT_WREADY, IBERT_WDATA, IBERT_WSTRB, IBERT_WLAST,
    IBERT_BVALID, IBERT_BREADY, IBERT_BRESP, IBERT_BID,
    IBERT_RESET,
    IBERT_AXI_PINS
};

// Values of RRESP and BRESP for errors.
enum { IBERT_SLVERR = 2, IBERT_DECERR = 3 };

struct IbertAxiTiming {
    uint32_t read_latency;
    uint32_t write_latency;
    uint32_t cycles_per_beat;
    uint32_t stall;  // 0: no random pauses
    uint64_t seed;
};

// Addresses `begin` to `end` - 1 return `response`.
struct IbertAxiFault {
    uint64_t begin;
    uint64_t end;
    uint32_t response;
};

struct IbertAxiCounts {
    uint64_t read_bursts, read_beats, write_bursts, write_beats;
    uint64_t most_reads, most_writes;
};

// Connects a memory of `size` zero bytes at address `base` to an AXI master. `pins` are port indices, -1 for an absent
// pin. Returns the memory's index, counted from 0, or -1 if it cannot be allocated.
IBERT_EXPORT int64_t ibert_axi_attach(Model* model, const char* name, const int64_t* pins, uint64_t base,
                                      uint64_t size);
IBERT_EXPORT uint8_t* ibert_axi_data(Model* model, size_t memory);
IBERT_EXPORT void ibert_axi_timing(Model* model, size_t memory, const IbertAxiTiming* timing);
IBERT_EXPORT void ibert_axi_faults(Model* model, size_t memory, const IbertAxiFault* faults, size_t count);
IBERT_EXPORT void ibert_axi_counts(const Model* model, size_t memory, IbertAxiCounts* counts);

// Records `columns` in each cycle in which `valid` is not 0. Returns the recorder's index. The layout of a row is that
// of ibert_drive.
IBERT_EXPORT size_t ibert_record(Model* model, size_t valid, const uint32_t* columns, size_t count);
// The recording since the last ibert_record_clear: returns the number of rows, with their cycles and words.
IBERT_EXPORT size_t ibert_recorded(const Model* model, size_t recorder, const uint64_t** cycles,
                                   const uint32_t** words);
IBERT_EXPORT void ibert_record_clear(Model* model, size_t recorder);

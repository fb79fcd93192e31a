// The C interface between a built design and ibert-sim (src/abi.rs declares the same on the Rust side).
//
// One shared library holds one design; `ibert_new` makes as many independent models of it as wanted. A model may move
// between threads but is used by one at a time. Raise IBERT_ABI when anything here changes its meaning.
#pragma once

#include <cstddef>
#include <cstdint>

#define IBERT_ABI 1
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

// A model at cycle 0: inputs 0, clock high, `initial` blocks done. seed != 0 fills the state with random bits (only in a
// design built with --x-initial unique), seed 0 leaves it as the build says. Null if the design stopped while starting;
// `error` (of `error_size` bytes) then says why.
IBERT_EXPORT Model* ibert_new(uint32_t seed, char* error, size_t error_size);
IBERT_EXPORT void ibert_free(Model* model);

// Where port `index` of this model lives: uint8_t, uint16_t, uint32_t, uint64_t for widths to 8, 16, 32, 64, above that
// little-endian uint32_t words. Bits above the width must be written as 0.
IBERT_EXPORT void* ibert_port_data(Model* model, size_t index);

// Settles combinational logic without moving time.
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

// One model: the verilated design, its context, clock and waves. Implements the parts of the C interface that Verilator
// does not provide. `design.h` is generated for each design (src/ports.rs) and defines
//   DESIGN_PORTS(PORT)  PORT(verilog_name, cpp_name, width, direction) for each port
//   DESIGN_CLOCK        the clock's C++ name, absent in a design without a clock
//   DESIGN_CLOCK_INDEX  its index in the table, -1 without a clock
#include "abi.h"
#include "axi_memory.h"
#include "design.h"
#include "recorder.h"
#include "waves.h"

#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

const IbertPort PORTS[] = {
#define PORT(verilog_name, cpp_name, width, direction) {verilog_name, width, direction},
    DESIGN_PORTS(PORT)
#undef PORT
};
constexpr size_t PORT_COUNT = sizeof(PORTS) / sizeof(PORTS[0]);

constexpr size_t bytes(uint32_t width) {
    return width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : width <= 64 ? 8 : (width + 31) / 32 * 4;
}
constexpr size_t words(uint32_t width) { return (width + 31) / 32; }

// Ends the evaluation that a $stop, a $fatal or an assertion interrupts: Verilator expects its handler not to return.
struct Stop : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Half a cycle of 10 ns in units of the design's time precision, at least one unit.
uint64_t half_period(const VerilatedContext& context) {
    uint64_t units = 5;
    for (int precision = context.timeprecision(); precision < -9; ++precision) units *= 10;
    return units;
}

// The model being evaluated by this thread: Verilator's handlers are free functions without a user pointer.
thread_local Model* evaluated = nullptr;

}  // namespace

struct Model {
    VerilatedContext context;
    std::unique_ptr<Vdut> top;
    Waves waves;
    void* data[PORT_COUNT];
    std::vector<std::unique_ptr<AxiMemory>> memories;
    std::vector<Recorder> recorders;
    std::string stopped;
    uint64_t half = 5;
    uint64_t cycle = 0;
    bool finished = false;

    void begin(uint32_t seed) {
        Verilated::threadContextp(&context);
        evaluated = this;
        Waves::prepare(context);
        // Random state comes from a generator that each model's seeding resets, so models are seeded one at a time.
        static std::mutex seeding;
        const std::lock_guard<std::mutex> lock{seeding};
        context.randReset(seed ? 2 : 0);
        if (seed) context.randSeed(static_cast<int>(seed & 0x7fffffff));
        top = std::make_unique<Vdut>(&context, "TOP");
        half = half_period(context);
        size_t index = 0;
#define PORT(verilog_name, cpp_name, width, direction)                                                                 \
    static_assert(sizeof(top->cpp_name) == bytes(width),                                                               \
                  "port " verilog_name " has another size than its width says");                                       \
    data[index] = &top->cpp_name;                                                                                      \
    if (direction != 1) std::memset(data[index], 0, bytes(width));                                                     \
    ++index;
        DESIGN_PORTS(PORT)
#undef PORT
        set_clock(1);
        top->eval();
    }

    void set_clock(uint8_t level) {
#ifdef DESIGN_CLOCK
        top->DESIGN_CLOCK = level;
#else
        (void)level;
#endif
    }

    void settle() { top->eval(); }

    void edge(uint8_t level) {
        context.timeInc(half);
        set_clock(level);
#ifndef DESIGN_CLOCK
        if (level == 0)
#endif
            top->eval();
        waves.dump(context.time());
    }

    // First half of a cycle: writes the inputs that memories drive, runs the falling edge, and samples the settled
    // design.
    void first_half() {
        for (const auto& memory : memories) memory->drive(cycle);
        edge(0);
        for (const auto& memory : memories) memory->sample(cycle);
        for (Recorder& recorder : recorders) {
            if (!is_set(recorder.valid)) continue;
            recorder.cycles.push_back(cycle);
            for (size_t port : recorder.columns) {
                recorder.words.resize(recorder.words.size() + words(PORTS[port].width));
                store(port, recorder.words.data() + recorder.words.size() - words(PORTS[port].width));
            }
        }
    }

    void second_half() {
        edge(1);
        ++cycle;
    }

    bool is_set(size_t port) const {
        const uint8_t* bytes_of = static_cast<const uint8_t*>(data[port]);
        for (size_t i = 0; i < bytes(PORTS[port].width); ++i)
            if (bytes_of[i]) return true;
        return false;
    }

    // Runs `body` with this model as the thread's evaluated model. A stop freezes the model and records the reason.
    template <typename Body>
    bool guarded(Body&& body) {
        if (!stopped.empty()) return false;
        Verilated::threadContextp(&context);
        evaluated = this;
        try {
            body();
        } catch (const std::exception& stop) {
            stopped = stop.what();
        }
        evaluated = nullptr;
        return stopped.empty();
    }

    void load(size_t port, const uint32_t* row) {
        switch (bytes(PORTS[port].width)) {
        case 1: *static_cast<uint8_t*>(data[port]) = static_cast<uint8_t>(*row); break;
        case 2: *static_cast<uint16_t*>(data[port]) = static_cast<uint16_t>(*row); break;
        default: std::memcpy(data[port], row, words(PORTS[port].width) * 4); break;
        }
    }

    void store(size_t port, uint32_t* row) const {
        switch (bytes(PORTS[port].width)) {
        case 1: *row = *static_cast<const uint8_t*>(data[port]); break;
        case 2: *row = *static_cast<const uint16_t*>(data[port]); break;
        default: std::memcpy(row, data[port], words(PORTS[port].width) * 4); break;
        }
    }
};

namespace {

std::string where(const char* file, int line) {
    return file && *file ? std::string(file) + ":" + std::to_string(line) + ": " : std::string();
}

}  // namespace

// Replacements for Verilator's handlers (VL_USER_FINISH, VL_USER_STOP, VL_USER_FATAL), whose defaults end the process.
void vl_finish(const char* file, int line, const char*) VL_MT_UNSAFE {
    if (evaluated && evaluated->stopped.empty()) evaluated->stopped = where(file, line) + "$finish";
    Verilated::threadContextp()->gotFinish(true);
}
void vl_stop(const char* file, int line, const char*) VL_MT_UNSAFE {
    throw Stop(where(file, line) + "$stop, $error, $fatal or a failed assertion");
}
void vl_fatal(const char* file, int line, const char*, const char* message) VL_MT_UNSAFE {
    throw Stop(where(file, line) + message);
}

uint32_t ibert_abi() { return IBERT_ABI; }

const IbertPort* ibert_ports(size_t* count) {
    *count = PORT_COUNT;
    return PORTS;
}

int64_t ibert_clock() { return DESIGN_CLOCK_INDEX; }

Model* ibert_new(uint32_t seed, char* error, size_t error_size) {
    auto model = std::make_unique<Model>();
    std::string reason;
    try {
        model->begin(seed);
    } catch (const std::exception& stop) {
        reason = stop.what();
    }
    evaluated = nullptr;
    if (reason.empty()) return model.release();
    std::strncpy(error, reason.c_str(), error_size - 1);
    error[error_size - 1] = '\0';
    return nullptr;
}

void ibert_free(Model* model) {
    Verilated::threadContextp(&model->context);
    ibert_final(model);
    model->waves.close();
    delete model;
}

void* ibert_port_data(Model* model, size_t index) { return index < PORT_COUNT ? model->data[index] : nullptr; }

void ibert_eval(Model* model) {
    model->guarded([&] { model->settle(); });
}

uint64_t ibert_tick(Model* model, uint64_t cycles) {
    uint64_t done = 0;
    model->guarded([&] {
        while (done < cycles && model->stopped.empty()) {
            model->first_half();
            model->second_half();
            ++done;
        }
    });
    return done;
}

uint64_t ibert_drive(Model* model, const uint32_t* inputs, size_t input_count, const uint32_t* outputs,
                     size_t output_count, const uint32_t* stimulus, uint32_t* responses, uint64_t rows) {
    uint64_t done = 0;
    model->guarded([&] {
        while (done < rows && model->stopped.empty()) {
            for (size_t i = 0; i < input_count; ++i) {
                model->load(inputs[i], stimulus);
                stimulus += words(PORTS[inputs[i]].width);
            }
            model->first_half();
            for (size_t i = 0; i < output_count; ++i) {
                model->store(outputs[i], responses);
                responses += words(PORTS[outputs[i]].width);
            }
            model->second_half();
            ++done;
        }
    });
    return done;
}

uint64_t ibert_run_until(Model* model, size_t port, uint64_t limit, uint32_t* reached) {
    uint64_t done = 0;
    *reached = 0;
    model->guarded([&] {
        while (done < limit && !*reached && model->stopped.empty()) {
            model->first_half();
            *reached = model->is_set(port);
            model->second_half();
            ++done;
        }
    });
    return done;
}

int64_t ibert_axi_attach(Model* model, const char* name, const int64_t* pins, uint64_t base, uint64_t size) {
    std::vector<Pin> bound(IBERT_AXI_PINS);
    for (size_t pin = 0; pin < bound.size(); ++pin)
        if (pins[pin] >= 0) bound[pin] = Pin{model->data[pins[pin]], PORTS[pins[pin]].width};
    try {
        model->memories.push_back(std::make_unique<AxiMemory>(name, std::move(bound), base, size));
    } catch (const std::exception&) {
        return -1;
    }
    return static_cast<int64_t>(model->memories.size()) - 1;
}

uint8_t* ibert_axi_data(Model* model, size_t memory) { return model->memories[memory]->data(); }

void ibert_axi_timing(Model* model, size_t memory, const IbertAxiTiming* timing) {
    model->memories[memory]->set_timing(*timing);
}

void ibert_axi_faults(Model* model, size_t memory, const IbertAxiFault* faults, size_t count) {
    model->memories[memory]->set_faults(faults, count);
}

void ibert_axi_counts(const Model* model, size_t memory, IbertAxiCounts* counts) {
    *counts = model->memories[memory]->counted();
}

size_t ibert_record(Model* model, size_t valid, const uint32_t* columns, size_t count) {
    model->recorders.push_back(Recorder{valid, {columns, columns + count}, {}, {}});
    return model->recorders.size() - 1;
}

size_t ibert_recorded(const Model* model, size_t recorder, const uint64_t** cycles, const uint32_t** words) {
    const Recorder& found = model->recorders[recorder];
    *cycles = found.cycles.data();
    *words = found.words.data();
    return found.cycles.size();
}

void ibert_record_clear(Model* model, size_t recorder) {
    model->recorders[recorder].cycles.clear();
    model->recorders[recorder].words.clear();
}

const char* ibert_stopped(const Model* model) { return model->stopped.empty() ? nullptr : model->stopped.c_str(); }

void ibert_final(Model* model) {
    if (model->finished) return;
    model->finished = true;
    model->guarded([&] { model->top->final(); });
}

const char* ibert_trace_open(Model* model, const char* path) {
    Verilated::threadContextp(&model->context);
    return model->waves.open(*model->top, path, model->context.time());
}

void ibert_trace_close(Model* model) { model->waves.close(); }

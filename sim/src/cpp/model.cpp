// One model: the verilated design, its context, clock and waves. Everything that the C interface needs and Verilator does
// not have. `design.h` is generated for each design (src/ports.rs) and defines
//   DESIGN_PORTS(PORT)  PORT(verilog_name, cpp_name, width, direction) for each port
//   DESIGN_CLOCK        the clock's C++ name, absent in a design without a clock
//   DESIGN_CLOCK_INDEX  its index in the table, -1 without a clock
#include "abi.h"
#include "design.h"
#include "waves.h"

#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

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

// 10 ns a cycle in units of the design's time precision, at least one unit for each half.
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
    std::string stopped;
    uint64_t half = 5;
    bool finished = false;

    void begin(uint32_t seed) {
        Verilated::threadContextp(&context);
        evaluated = this;
        Waves::prepare(context);
        // Random state comes from a generator that the thread owns and any other model's seeding resets: one at a time.
        static std::mutex seeding;
        const std::lock_guard<std::mutex> lock{seeding};
        context.randReset(seed ? 2 : 0);
        if (seed) context.randSeed(static_cast<int>(seed & 0x7fffffff));
        top = std::make_unique<Vdut>(&context, "TOP");
        half = half_period(context);
        size_t index = 0;
#define PORT(verilog_name, cpp_name, width, direction)                                                                 \
    static_assert(sizeof(top->cpp_name) == bytes(width), "port " verilog_name " has another size than its width says"); \
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

    // Runs `body` as this thread's model; a stop leaves the model frozen with its reason.
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

// Verilator's handlers, replaced through VL_USER_FINISH, VL_USER_STOP and VL_USER_FATAL: they must not end the process.
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
            model->edge(0);
            model->edge(1);
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
            model->edge(0);
            for (size_t i = 0; i < output_count; ++i) {
                model->store(outputs[i], responses);
                responses += words(PORTS[outputs[i]].width);
            }
            model->edge(1);
            ++done;
        }
    });
    return done;
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

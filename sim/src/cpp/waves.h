// The wave file of a model: VCD, FST or none, chosen when the design is built.
#pragma once

#include "verilated.h"

#include <memory>

#if VM_TRACE_VCD
#include "verilated_vcd_c.h"
using WaveFile = VerilatedVcdC;
#elif VM_TRACE_FST
#include "verilated_fst_c.h"
using WaveFile = VerilatedFstC;
#endif

#if VM_TRACE
class Waves {
    std::unique_ptr<WaveFile> file;

public:
    // Before the design is constructed.
    static void prepare(VerilatedContext& context) { context.traceEverOn(true); }

    template <typename Top>
    const char* open(Top& top, const char* path, uint64_t time) {
        close();
        auto opened = std::make_unique<WaveFile>();
        top.trace(opened.get(), 99);
        opened->open(path);
        if (!opened->isOpen()) return "the file cannot be written";
        opened->dump(time);
        file = std::move(opened);
        return nullptr;
    }
    void dump(uint64_t time) {
        if (file) file->dump(time);
    }
    void close() {
        if (file) file->close();
        file.reset();
    }
};
#else
class Waves {
public:
    static void prepare(VerilatedContext&) {}
    template <typename Top>
    const char* open(Top&, const char*, uint64_t) {
        return "the design was built without waves";
    }
    void dump(uint64_t) {}
    void close() {}
};
#endif

// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The Verilated accelerator on a board of its own: clock, memory, and an AXI4-Lite master for its registers.
#ifndef SIMULATION_HPP
#define SIMULATION_HPP

#include "Vaccelerator.h"
#include "axi_memory.hpp"
#include "verilated.h"

class Simulation {
  public:
    // Out of reset, with `bytes` of memory.
    Simulation(size_t bytes, unsigned latency, uint32_t seed)
        : memory(bytes), top(&context), slave(top, memory, latency, seed) {
        for (unsigned cycle = 0; cycle < 4; cycle++) tick();
        top.reset_n = 1;
    }

    ~Simulation() { top.final(); }

    uint32_t read(uint32_t offset) {
        top.s_axi_araddr = offset;
        top.s_axi_arvalid = top.s_axi_rready = 1;
        for (unsigned cycle = 0; cycle < PATIENCE; cycle++) {
            settle();
            const bool accepted = top.s_axi_arready, valid = top.s_axi_rvalid;
            const uint32_t data = top.s_axi_rdata, response = top.s_axi_rresp;
            edge();
            if (accepted) top.s_axi_arvalid = 0;
            if (valid) {
                top.s_axi_rready = 0;
                answered(response, offset);
                return data;
            }
        }
        throw std::runtime_error("no answer from register " + std::to_string(offset));
    }

    void write(uint32_t offset, uint32_t value) {
        top.s_axi_awaddr = offset;
        top.s_axi_wdata = value;
        top.s_axi_wstrb = 0xf;
        top.s_axi_awvalid = top.s_axi_wvalid = top.s_axi_bready = 1;
        for (unsigned cycle = 0; cycle < PATIENCE; cycle++) {
            settle();
            const bool address = top.s_axi_awready, data = top.s_axi_wready, valid = top.s_axi_bvalid;
            const uint32_t response = top.s_axi_bresp;
            edge();
            if (address) top.s_axi_awvalid = 0;
            if (data) top.s_axi_wvalid = 0;
            if (valid) {
                top.s_axi_bready = 0;
                return answered(response, offset);
            }
        }
        throw std::runtime_error("no answer from register " + std::to_string(offset));
    }

    // Lets time pass until the interrupt, at most so many cycles; whether it came.
    bool interrupt(uint64_t cycles) {
        for (; cycles > 0 && !top.irq; cycles--) tick();
        return top.irq;
    }

    std::vector<unsigned char> memory;

  private:
    static constexpr unsigned PATIENCE = 64;

    void tick() {
        settle();
        edge();
    }

    // Inputs of this cycle, and what the circuit makes of them.
    void settle() {
        slave.drive();
        top.clock = 0;
        top.eval();
    }

    void edge() {
        slave.sample();
        top.clock = 1;
        top.eval();
    }

    static void answered(uint32_t response, uint32_t offset) {
        if (response != 0) throw std::runtime_error("register " + std::to_string(offset) + " answers with an error");
    }

    VerilatedContext context;
    Vaccelerator top;
    AxiMemory<Vaccelerator> slave;
};

#endif

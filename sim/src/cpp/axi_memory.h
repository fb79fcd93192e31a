// An AXI4 slave memory connected to one master of the design. It checks the protocol and stores the contents.
//
// In each cycle `drive` writes the slave's outputs before the falling edge, and `sample` reads the handshakes after the
// design has settled. The outputs depend on the state only, not on the master's signals of the same cycle.
//
// Timing without stalls: ARREADY and AWREADY are always high. The first beat of a read is valid `read_latency` cycles
// after its address was accepted, or when the bus is free. The next beat is valid `cycles_per_beat` cycles after the
// previous one. A write response is valid `write_latency` cycles after address and last beat were accepted. Bursts
// complete in the order of their addresses, independent of the ids.
//
// A read returns the contents of the cycle in which its address was accepted. A write takes effect when its response
// becomes valid. These are the earliest and the latest times that AXI allows, so a master that does not wait for the
// response reads old data.
#pragma once

#include "abi.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

// A port of the design; absent if `data` is null.
struct Pin {
    void* data = nullptr;
    uint32_t width = 0;

    explicit operator bool() const { return data != nullptr; }
    uint64_t get() const;
    void set(uint64_t value) const;
    const uint8_t* bytes() const { return static_cast<const uint8_t*>(data); }
};

class AxiMemory {
public:
    // `pins` in the order of IbertAxiPin; `name` starts every message.
    AxiMemory(std::string name, std::vector<Pin> pins, uint64_t base, uint64_t size);

    uint8_t* data() { return contents.get(); }
    void set_timing(const IbertAxiTiming& timing);
    void set_faults(const IbertAxiFault* first, size_t count) { faults.assign(first, first + count); }
    const IbertAxiCounts& counted() const { return counts; }

    void drive(uint64_t cycle);
    // Throws std::runtime_error if the master breaks the protocol.
    void sample(uint64_t cycle);

private:
    enum Channel { AR, R, AW, W, B, CHANNELS };

    struct Burst {
        uint64_t address;
        uint64_t id;
        uint32_t beats;
        uint32_t done;
        uint64_t ready;
        uint32_t response;
        std::vector<uint8_t> bytes;  // of a read: its data
        std::vector<uint8_t> strobes;
    };
    struct WriteBeat {
        std::vector<uint8_t> bytes;
        std::vector<uint8_t> strobes;
        bool last;
    };
    // Payload that a channel of the master offered in the last cycle without being accepted: it must be held.
    struct Offer {
        bool waiting = false;
        std::vector<uint8_t> payload;
    };

    std::string name;
    std::vector<Pin> pins;
    uint64_t base, size;
    uint32_t bus;
    struct Free {
        void operator()(uint8_t* bytes) const;
    };
    std::unique_ptr<uint8_t[], Free> contents;
    std::vector<IbertAxiFault> faults;
    IbertAxiTiming timing{};
    IbertAxiCounts counts{};
    uint64_t random = 0;
    uint32_t stall_left[CHANNELS] = {};

    std::deque<Burst> reads;
    std::deque<Burst> addresses;  // of writes with missing beats
    std::deque<WriteBeat> beats;  // not yet claimed by an address
    std::deque<Burst> responses;
    bool r_offered = false, b_offered = false;
    uint64_t next_read_beat = 0, next_write_beat = 0;
    Offer ar_offer, aw_offer, w_offer;

    uint64_t draw();
    bool stalled(Channel channel);
    void reset();
    bool contains(uint64_t address) const {
        return address >= base && address - base < size && size - (address - base) >= bus;
    }
    uint32_t response(uint64_t address) const;
    void offer_read_beat();
    void commit(const Burst& write);
    void claim_beats(uint64_t cycle);
    Burst burst(int address_pin, const char* channel, uint64_t cycle) const;
    void must_stay(Offer& offer, int valid_pin, int first_pin, int end_pin, const char* channel);
    [[noreturn]] void violation(const std::string& text) const;
    bool on(int pin) const { return pins[pin] && pins[pin].get() != 0; }
};

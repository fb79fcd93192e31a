// An AXI4 slave memory beside the design: answers one master, checks what it does, keeps the bytes.
//
// In each cycle `drive` writes the slave's outputs before the falling edge, `sample` sees the handshakes when the design has settled; the
// outputs are functions of state, never of the master's signals of the same cycle.
//
// Time: without stalls ARREADY and AWREADY are always high; the first beat of a read is offered `read_latency` cycles after its address was
// accepted, or when the bus is free; a beat follows the one before after `cycles_per_beat` cycles; a write response is offered
// `write_latency` cycles after address and last beat were accepted. All is in order of the addresses, whatever the ids.
//
// A read sees memory as it was when its address was accepted, a write changes it when its response is offered: the earliest and the latest
// that AXI allows, so that a master which does not wait for a response finds old data.
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
    // What a channel of the master showed in the last cycle if it was not accepted: it must stay.
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
    std::deque<Burst> addresses;  // of writes whose beats are not complete
    std::deque<WriteBeat> beats;  // that no address has claimed
    std::deque<Burst> responses;
    bool r_offered = false, b_offered = false;
    uint64_t next_read_beat = 0, next_write_beat = 0;
    Offer ar_offer, aw_offer, w_offer;

    uint64_t draw();
    bool stalled(Channel channel);
    void reset();
    bool contains(uint64_t address) const { return address >= base && address - base < size && size - (address - base) >= bus; }
    uint32_t response(uint64_t address) const;
    void offer_read_beat();
    void commit(const Burst& write);
    void claim_beats(uint64_t cycle);
    Burst burst(int address_pin, const char* channel, uint64_t cycle) const;
    void must_stay(Offer& offer, int valid_pin, int first_pin, int end_pin, const char* channel);
    [[noreturn]] void violation(const std::string& text) const;
    bool on(int pin) const { return pins[pin] && pins[pin].get() != 0; }
};

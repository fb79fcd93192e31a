// SPDX-License-Identifier: MIT OR Apache-2.0
//
// An AXI4 slave with memory behind it, for a Verilated master: N bytes a beat, one ID, answers in order.
#ifndef AXI_MEMORY_HPP
#define AXI_MEMORY_HPP

#include <cstdint>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

// `Top` has the ports m_axi_*. In each cycle: `drive` what the slave says, let the circuit settle, `sample` what the master says, clock edge.
template <class Top>
class AxiMemory {
  public:
    // The first beat of a read, and the response of a write, come `latency` cycles after the last that was asked for; with a seed, VALID and READY pause
    // at random.
    AxiMemory(Top &top, std::vector<unsigned char> &bytes, unsigned latency, uint32_t seed)
        : top(top), bytes(bytes), latency(latency), random(seed) {}

    void drive() {
        top.m_axi_arready = reads.size() < OUTSTANDING && !pause();
        top.m_axi_awready = writes.size() < OUTSTANDING && !pause();
        top.m_axi_wready = !pause();
        // What is offered stays until it is taken.
        reading = reading || (!reads.empty() && reads.front().due <= now && !pause());
        top.m_axi_rvalid = reading;
        if (reading) {
            const Burst &burst = reads.front();
            const bool inside = fits(burst.address);
            if (inside) std::memcpy(&top.m_axi_rdata, &bytes[burst.address], BEAT);
            top.m_axi_rresp = inside ? OKAY : DECERR;
            top.m_axi_rlast = burst.beats == 1;
        }
        responding = responding || (!responses.empty() && responses.front().due <= now && !pause());
        top.m_axi_bvalid = responding;
        if (responding) top.m_axi_bresp = responses.front().error ? DECERR : OKAY;
    }

    void sample() {
        if (top.m_axi_rvalid && top.m_axi_rready) {
            Burst &burst = reads.front();
            burst.address += BEAT;
            if (--burst.beats == 0) reads.pop_front();
            reading = false;
        }
        if (top.m_axi_bvalid && top.m_axi_bready) {
            responses.pop_front();
            responding = false;
        }
        if (top.m_axi_arvalid && top.m_axi_arready)
            reads.push_back(burst(top.m_axi_araddr, top.m_axi_arlen, top.m_axi_arsize, top.m_axi_arburst));
        if (top.m_axi_awvalid && top.m_axi_awready)
            writes.push_back(burst(top.m_axi_awaddr, top.m_axi_awlen, top.m_axi_awsize, top.m_axi_awburst));
        if (top.m_axi_wvalid && top.m_axi_wready) {
            Beat beat = {{}, uint64_t(top.m_axi_wstrb), bool(top.m_axi_wlast)};
            std::memcpy(beat.data, &top.m_axi_wdata, BEAT);
            beats.push_back(beat);
        }
        // Data may come before its address.
        while (!writes.empty() && !beats.empty()) store();
        now++;
    }

  private:
    enum { OKAY = 0, DECERR = 3, INCR = 1, OUTSTANDING = 4 };
    static constexpr size_t BEAT = sizeof(Top::m_axi_rdata);

    struct Burst {
        uint64_t address;
        unsigned beats;
        uint64_t due;
        bool error;
    };

    struct Beat {
        unsigned char data[BEAT];
        uint64_t strobes;
        bool last;
    };

    bool fits(uint64_t address) const { return address + BEAT <= bytes.size(); }

    // One time in four; never without a seed.
    bool pause() {
        if (random == 0) return false;
        random ^= random << 13, random ^= random >> 17, random ^= random << 5;
        return random % 4 == 0;
    }

    Burst burst(uint64_t address, unsigned length, unsigned size, unsigned kind) const {
        const uint64_t last = address + (length + 1) * BEAT - 1;
        require(kind == INCR && size_t(1) << size == BEAT, "a burst is not INCR or not of full width");
        require(address % BEAT == 0, "a burst is not aligned");
        require(address / 4096 == last / 4096, "a burst crosses a multiple of 4096");
        return {address, length + 1, now + latency, false};
    }

    void store() {
        Burst &burst = writes.front();
        const Beat &beat = beats.front();
        require(beat.last == (burst.beats == 1), "WLAST is not at the last beat");
        for (size_t byte = 0; byte < BEAT; byte++)
            if (fits(burst.address) && (beat.strobes >> byte & 1)) bytes[burst.address + byte] = beat.data[byte];
        burst.error |= !fits(burst.address);
        burst.address += BEAT;
        beats.pop_front();
        if (--burst.beats == 0) {
            burst.due = now + latency;
            responses.push_back(burst);
            writes.pop_front();
        }
    }

    static void require(bool fact, const char *otherwise) {
        if (!fact) throw std::runtime_error(std::string("AXI: ") + otherwise);
    }

    Top &top;
    std::vector<unsigned char> &bytes;
    const unsigned latency;
    uint32_t random;
    uint64_t now = 0;
    bool reading = false, responding = false;
    std::deque<Burst> reads, writes, responses;
    std::deque<Beat> beats;
};

#endif

#include "axi_memory.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace {

// Storage of a port value: 1, 2, 4 or 8 bytes, above that 32-bit words. Byte i of a value is byte i of its storage on
// every little-endian machine.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values of ports are copied as bytes");

constexpr uint32_t OKAY = 0;

std::string hex(uint64_t value) {
    char text[32];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
    return text;
}

size_t value_bytes(uint32_t width) {
    return width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : width <= 64 ? 8 : (width + 31) / 32 * 4;
}

}  // namespace

uint64_t Pin::get() const {
    switch (value_bytes(width)) {
    case 1: return *static_cast<uint8_t*>(data);
    case 2: return *static_cast<uint16_t*>(data);
    case 4: return *static_cast<uint32_t*>(data);
    default: {
        uint64_t value;
        std::memcpy(&value, data, sizeof value);
        return value;
    }
    }
}

void Pin::set(uint64_t value) const {
    switch (value_bytes(width)) {
    case 1: *static_cast<uint8_t*>(data) = static_cast<uint8_t>(value); break;
    case 2: *static_cast<uint16_t*>(data) = static_cast<uint16_t>(value); break;
    case 4: *static_cast<uint32_t*>(data) = static_cast<uint32_t>(value); break;
    default: std::memcpy(data, &value, sizeof value);
    }
}

void AxiMemory::Free::operator()(uint8_t* bytes) const { std::free(bytes); }

AxiMemory::AxiMemory(std::string name, std::vector<Pin> pins, uint64_t base, uint64_t size)
    : name(std::move(name)), pins(std::move(pins)), base(base), size(size) {
    const Pin& read = this->pins[IBERT_RDATA];
    bus = (read ? read : this->pins[IBERT_WDATA]).width / 8;
    // Pages that are never accessed take no memory.
    contents.reset(static_cast<uint8_t*>(std::calloc(size ? size : 1, 1)));
    if (!contents) throw std::runtime_error(this->name + ": no memory for " + std::to_string(size) + " bytes");
}

void AxiMemory::set_timing(const IbertAxiTiming& wanted) {
    timing = wanted;
    random = wanted.seed;
    for (uint32_t& left : stall_left) left = 0;
}

// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
uint64_t AxiMemory::draw() {
    uint64_t z = random += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

// Whether the channel pauses in this cycle. One cycle in four begins a pause, usually short, occasionally up to 32
// cycles.
bool AxiMemory::stalled(Channel channel) {
    if (!timing.stall) return false;
    uint32_t& left = stall_left[channel];
    if (left == 0) {
        const uint64_t z = draw();
        if (z % 4 != 0) return false;
        const uint64_t kind = z >> 8 & 15, length = z >> 16;
        left = static_cast<uint32_t>(1 + (kind < 8 ? 0 : kind < 15 ? length % 4 : length % 32));
    }
    --left;
    return true;
}

void AxiMemory::reset() {
    reads.clear();
    addresses.clear();
    beats.clear();
    responses.clear();
    r_offered = b_offered = false;
    next_read_beat = next_write_beat = 0;
    ar_offer = aw_offer = w_offer = Offer{};
}

// RRESP or BRESP of one beat.
uint32_t AxiMemory::response(uint64_t address) const {
    if (!contains(address)) return IBERT_DECERR;
    for (const IbertAxiFault& fault : faults)
        if (address < fault.end && address + bus > fault.begin) return fault.response;
    return OKAY;
}

void AxiMemory::drive(uint64_t cycle) {
    if (pins[IBERT_ARVALID]) {
        pins[IBERT_ARREADY].set(!stalled(AR));
        if (!r_offered) {
            const bool pause = stalled(R);
            r_offered = !pause && !reads.empty() && cycle >= reads.front().ready && cycle >= next_read_beat;
            pins[IBERT_RVALID].set(r_offered);
            if (r_offered) offer_read_beat();
        }
    }
    if (pins[IBERT_AWVALID]) {
        pins[IBERT_AWREADY].set(!stalled(AW));
        pins[IBERT_WREADY].set(!stalled(W) && cycle >= next_write_beat);
        if (!b_offered) {
            const bool pause = stalled(B);
            b_offered = !pause && !responses.empty() && cycle >= responses.front().ready;
            pins[IBERT_BVALID].set(b_offered);
            if (b_offered) {
                const Burst& write = responses.front();
                commit(write);
                pins[IBERT_BRESP].set(write.response);
                if (pins[IBERT_BID]) pins[IBERT_BID].set(write.id);
            }
        }
    }
}

void AxiMemory::offer_read_beat() {
    const Burst& read = reads.front();
    std::memcpy(pins[IBERT_RDATA].data, read.bytes.data() + size_t{read.done} * bus, bus);
    pins[IBERT_RRESP].set(response(read.address + uint64_t{read.done} * bus));
    pins[IBERT_RLAST].set(read.done + 1 == read.beats);
    if (pins[IBERT_RID]) pins[IBERT_RID].set(read.id);
}

// Writes the bytes of all beats that have no fault.
void AxiMemory::commit(const Burst& write) {
    for (uint32_t beat = 0; beat < write.beats; ++beat) {
        const uint64_t address = write.address + uint64_t{beat} * bus;
        if (response(address) != OKAY) continue;
        const size_t first = size_t{beat} * bus;
        for (uint32_t i = 0; i < bus; ++i)
            if (write.strobes[first + i]) contents[address - base + i] = write.bytes[first + i];
    }
}

void AxiMemory::sample(uint64_t cycle) {
    if (pins[IBERT_RESET] && !on(IBERT_RESET)) return reset();
    if (pins[IBERT_ARVALID]) {
        must_stay(ar_offer, IBERT_ARVALID, IBERT_ARADDR, IBERT_RVALID, "AR");
        if (on(IBERT_ARVALID) && on(IBERT_ARREADY)) {
            Burst read = burst(IBERT_ARADDR, "AR", cycle);
            read.ready = cycle + timing.read_latency;
            read.bytes.resize(size_t{read.beats} * bus);
            for (uint32_t beat = 0; beat < read.beats; ++beat) {
                const uint64_t address = read.address + uint64_t{beat} * bus;
                if (contains(address)) std::memcpy(&read.bytes[size_t{beat} * bus], &contents[address - base], bus);
            }
            reads.push_back(std::move(read));
            ++counts.read_bursts;
            if (reads.size() > counts.most_reads) counts.most_reads = reads.size();
        }
        if (r_offered && on(IBERT_RREADY)) {
            r_offered = false;
            next_read_beat = cycle + timing.cycles_per_beat;
            ++counts.read_beats;
            if (++reads.front().done == reads.front().beats) reads.pop_front();
        }
    }
    if (pins[IBERT_AWVALID]) {
        must_stay(aw_offer, IBERT_AWVALID, IBERT_AWADDR, IBERT_WVALID, "AW");
        must_stay(w_offer, IBERT_WVALID, IBERT_WDATA, IBERT_BVALID, "W");
        if (b_offered && on(IBERT_BREADY)) {
            b_offered = false;
            responses.pop_front();
        }
        if (on(IBERT_AWVALID) && on(IBERT_AWREADY)) {
            addresses.push_back(burst(IBERT_AWADDR, "AW", cycle));
            ++counts.write_bursts;
        }
        if (on(IBERT_WVALID) && on(IBERT_WREADY)) {
            next_write_beat = cycle + timing.cycles_per_beat;
            ++counts.write_beats;
            const uint8_t* bytes = pins[IBERT_WDATA].bytes();
            WriteBeat beat{{bytes, bytes + bus}, std::vector<uint8_t>(bus, 1), on(IBERT_WLAST)};
            if (pins[IBERT_WSTRB])
                for (uint32_t i = 0; i < bus; ++i) beat.strobes[i] = pins[IBERT_WSTRB].bytes()[i / 8] >> (i % 8) & 1;
            beats.push_back(std::move(beat));
        }
        claim_beats(cycle);
        const uint64_t writes = addresses.size() + responses.size();
        if (writes > counts.most_writes) counts.most_writes = writes;
    }
}

// Assigns beats to the oldest addresses. A complete burst waits for its response.
void AxiMemory::claim_beats(uint64_t cycle) {
    while (!addresses.empty() && !beats.empty()) {
        Burst& write = addresses.front();
        const WriteBeat beat = std::move(beats.front());
        beats.pop_front();
        const bool last = write.done + 1 == write.beats;
        if (beat.last != last)
            violation("WLAST is " + std::to_string(beat.last) + " in beat " + std::to_string(write.done + 1) + " of " +
                      std::to_string(write.beats) + " of the write at " + hex(write.address));
        write.bytes.insert(write.bytes.end(), beat.bytes.begin(), beat.bytes.end());
        write.strobes.insert(write.strobes.end(), beat.strobes.begin(), beat.strobes.end());
        const uint32_t here = response(write.address + uint64_t{write.done} * bus);
        if (here > write.response) write.response = here;
        ++write.done;
        if (last) {
            write.ready = cycle + timing.write_latency;
            responses.push_back(std::move(write));
            addresses.pop_front();
        }
    }
}

// The burst on an address channel. The pins after `address_pin` are length, size, burst type and id.
AxiMemory::Burst AxiMemory::burst(int address_pin, const char* channel, uint64_t cycle) const {
    Burst burst{};
    burst.address = pins[address_pin].get();
    burst.beats = static_cast<uint32_t>(pins[address_pin + 1].get()) + 1;
    burst.ready = cycle;
    const Pin &beat_size = pins[address_pin + 2], &type = pins[address_pin + 3], &id = pins[address_pin + 4];
    if (id) burst.id = id.get();
    const std::string what =
        std::string(channel) + " burst of " + std::to_string(burst.beats) + " beats at " + hex(burst.address);
    if (beat_size && (1u << beat_size.get()) != bus)
        violation(what + " has beats of " + std::to_string(1u << beat_size.get()) + " bytes on a bus of " +
                  std::to_string(bus));
    if (type && type.get() != 1) violation(what + " is not an INCR burst: its type is " + std::to_string(type.get()));
    if (burst.address % bus != 0) violation(what + " is not aligned to the bus of " + std::to_string(bus) + " bytes");
    if (burst.address / 4096 != (burst.address + uint64_t{burst.beats} * bus - 1) / 4096)
        violation(what + " crosses a 4 KiB boundary");
    return burst;
}

// VALID and payload must be held until READY (AMBA AXI, "Handshake process").
void AxiMemory::must_stay(Offer& offer, int valid_pin, int first_pin, int end_pin, const char* channel) {
    const bool valid = on(valid_pin), accepted = valid && on(valid_pin + 1);
    if (offer.waiting && !valid) violation(std::string(channel) + "VALID fell before " + channel + "READY");
    if (!offer.waiting && (!valid || accepted)) return;
    std::vector<uint8_t> payload;
    for (int pin = first_pin; pin < end_pin; ++pin) {
        if (!pins[pin]) continue;
        payload.insert(payload.end(), pins[pin].bytes(), pins[pin].bytes() + value_bytes(pins[pin].width));
    }
    if (offer.waiting && payload != offer.payload)
        violation(std::string(channel) + " changed while it waited for " + channel + "READY");
    offer.waiting = !accepted;
    offer.payload = std::move(payload);
}

void AxiMemory::violation(const std::string& text) const {
    throw std::runtime_error("AXI protocol violation on `" + name + "`: " + text);
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Runs a memory image on the Verilated accelerator through the C driver and compares every value of the last hidden
// state.
//
//   driver [--poll] [--latency CYCLES] [--stall SEED] IMAGE EXPECTED
//
// Exit status: 0 all equal, 1 a value differs, 2 the program was stopped, or something is missing.

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "ibert.h"
#include "ibert_program.h"
#include "simulation.hpp"

// Cycles without an interrupt after which a simulation is given up.
static const uint64_t PATIENCE = 100000000;

static Simulation &simulation(void *context) { return *static_cast<Simulation *>(context); }

static uint32_t read(void *context, uint32_t offset) { return simulation(context).read(offset); }

static void write(void *context, uint32_t offset, uint32_t value) { simulation(context).write(offset, value); }

static int wait(void *context) { return simulation(context).interrupt(PATIENCE); }

static std::vector<unsigned char> file(const char *path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) throw std::runtime_error(std::string("cannot read ") + path);
    return std::vector<unsigned char>(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

static void check(enum ibert_result result, const char *what) {
    if (result != IBERT_OK) throw std::runtime_error(std::string(what) + ": result " + std::to_string(result));
}

static uint32_t number(const std::string &option, const char *word) {
    char *end;
    errno = 0;
    const unsigned long value = std::strtoul(word, &end, 10);
    if (*word < '0' || *word > '9' || *end || errno || value > UINT32_MAX)
        throw std::runtime_error(option + " takes a number, not `" + word + "`");
    return uint32_t(value);
}

struct Arguments {
    bool poll = false;
    unsigned latency = 30;
    uint32_t stall = 0;
    const char *image = nullptr, *expected = nullptr;

    Arguments(int count, char **words) {
        for (int word = 1; word < count; word++) {
            const std::string name = words[word];
            if (name == "--poll") poll = true;
            else if (name == "--latency" && word + 1 < count) latency = number(name, words[++word]);
            else if (name == "--stall" && word + 1 < count) stall = number(name, words[++word]);
            else if (!image) image = words[word];
            else if (!expected) expected = words[word];
            else image = nullptr, word = count;
        }
        if (!image || !expected)
            throw std::runtime_error("usage: driver [--poll] [--latency CYCLES] [--stall SEED] IMAGE EXPECTED");
    }
};

static int run(const Arguments &arguments) {
    const std::vector<unsigned char> image = file(arguments.image), expected = file(arguments.expected);
    const unsigned tokens = IBERT_PROGRAM_TOKENS, channels = IBERT_PROGRAM_CHANNELS;
    if (expected.size() != size_t(2) * tokens * channels) throw std::runtime_error("the expectation has another size");

    Simulation board(image.size(), arguments.latency, arguments.stall);
    const struct ibert_bus bus = {read, write, arguments.poll ? nullptr : wait, &board};
    struct ibert ibert;
    struct ibert_end end;
    check(ibert_open(&ibert, bus, board.memory.data(), board.memory.size()), "looking for the accelerator");
    std::printf("accelerator with N = %u, L = %u\n", ibert.side, ibert.lanes);
    if (ibert.side != IBERT_PROGRAM_SIDE)
        throw std::runtime_error("the image is compiled for N = " + std::to_string(IBERT_PROGRAM_SIDE));
    check(ibert_load(&ibert, image.data(), image.size()), "loading the image");
    check(ibert_start(&ibert, IBERT_PROGRAM_ADDRESS, IBERT_PROGRAM_LENGTH), "starting the program");
    const enum ibert_result result = ibert_wait(&ibert, PATIENCE, &end);
    if (result == IBERT_STOPPED) {
        std::printf("STOPPED: %s (%u) at instruction %u\n", ibert_stop_name(end.stop), end.stop, end.stop_index);
        return 2;
    }
    check(result, "waiting for the end");

    std::vector<int16_t> hidden(size_t(tokens) * channels);
    check(ibert_hidden(&ibert, IBERT_PROGRAM_HIDDEN, tokens, channels, hidden.data()), "reading the result");
    size_t different = 0;
    for (size_t index = 0; index < hidden.size(); index++) {
        const int16_t value = int16_t(expected[2 * index] | expected[2 * index + 1] << 8);
        if (hidden[index] == value) continue;
        if (different++ == 0)
            std::printf("token %zu, channel %zu: expected %d, got %d\n", index / channels, index % channels, value, hidden[index]);
    }
    std::printf("%u instructions in %u cycles\n", end.retired, end.cycles);
    if (different) std::printf("FAIL: %zu of %zu values differ\n", different, hidden.size());
    else std::printf("PASS: %zu values equal\n", hidden.size());
    return different ? 1 : 0;
}

int main(int count, char **words) {
    try {
        return run(Arguments(count, words));
    } catch (const std::exception &error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 2;
    }
}

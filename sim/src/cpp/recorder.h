// Values of chosen ports in each cycle in which a chosen port is not 0.
#pragma once

#include <cstdint>
#include <vector>

struct Recorder {
    size_t valid;
    std::vector<size_t> columns;
    std::vector<uint64_t> cycles;
    std::vector<uint32_t> words;
};

/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "ibert.h"

#include <string.h>

#include "ibert_isa.h"
#include "ibert_registers.h"

/* Both events that end a program. */
#define EVENTS (IBERT_INTERRUPT_PENDING_DONE_MASK | IBERT_INTERRUPT_PENDING_ERROR_MASK)

static uint32_t read_register(const struct ibert *ibert, uint32_t offset) {
    return ibert->bus.read(ibert->bus.context, offset);
}

static void write_register(const struct ibert *ibert, uint32_t offset, uint32_t value) {
    ibert->bus.write(ibert->bus.context, offset, value);
}

static uint32_t read_mapped(void *context, uint32_t offset) {
    return ((volatile uint32_t *)context)[offset / 4];
}

static void write_mapped(void *context, uint32_t offset, uint32_t value) {
    ((volatile uint32_t *)context)[offset / 4] = value;
}

struct ibert_bus ibert_mapped(volatile uint32_t *registers) {
    struct ibert_bus bus;
    bus.read = read_mapped;
    bus.write = write_mapped;
    bus.wait = NULL;
    bus.context = (void *)registers;
    return bus;
}

enum ibert_result ibert_open(struct ibert *ibert, struct ibert_bus bus, void *memory, size_t memory_bytes) {
    uint32_t array;

    ibert->bus = bus;
    ibert->memory = memory;
    ibert->memory_bytes = memory_bytes;
    if (read_register(ibert, IBERT_REGISTER_IDENTITY) != IBERT_RESET_IDENTITY)
        return IBERT_ABSENT;
    if (read_register(ibert, IBERT_REGISTER_ISA_VERSION) != IBERT_ISA_VERSION)
        return IBERT_OTHER_VERSION;
    array = read_register(ibert, IBERT_REGISTER_ARRAY);
    ibert->side = (array & IBERT_ARRAY_SIDE_MASK) >> IBERT_ARRAY_SIDE_LOW;
    ibert->lanes = (array & IBERT_ARRAY_LANES_MASK) >> IBERT_ARRAY_LANES_LOW;
    return IBERT_OK;
}

enum ibert_result ibert_load(struct ibert *ibert, const void *image, size_t bytes) {
    if (bytes > ibert->memory_bytes)
        return IBERT_TOO_LARGE;
    memcpy(ibert->memory, image, bytes);
    return IBERT_OK;
}

enum ibert_result ibert_start(struct ibert *ibert, uint32_t address, uint32_t length) {
    if (read_register(ibert, IBERT_REGISTER_STATUS) & IBERT_STATUS_BUSY_MASK)
        return IBERT_BUSY;
    write_register(ibert, IBERT_REGISTER_PROGRAM_ADDRESS, address);
    write_register(ibert, IBERT_REGISTER_PROGRAM_LENGTH, length);
    write_register(ibert, IBERT_REGISTER_INTERRUPT_PENDING, EVENTS);
    write_register(ibert, IBERT_REGISTER_INTERRUPT_ENABLE, ibert->bus.wait ? EVENTS : 0);
    write_register(ibert, IBERT_REGISTER_CONTROL, IBERT_CONTROL_START_MASK);
    return IBERT_OK;
}

/* Whether the program has ended, after an interrupt or so many looks. */
static int ended(const struct ibert *ibert, unsigned long polls) {
    unsigned long poll;

    if (ibert->bus.wait)
        return ibert->bus.wait(ibert->bus.context);
    for (poll = 0; polls == 0 || poll < polls; poll++)
        if (read_register(ibert, IBERT_REGISTER_INTERRUPT_PENDING) & EVENTS)
            return 1;
    return 0;
}

enum ibert_result ibert_wait(struct ibert *ibert, unsigned long polls, struct ibert_end *end) {
    uint32_t status;

    if (!ended(ibert, polls))
        return IBERT_RUNNING;
    /* The line falls: the event has been seen. */
    write_register(ibert, IBERT_REGISTER_INTERRUPT_PENDING, EVENTS);
    status = read_register(ibert, IBERT_REGISTER_STATUS);
    end->cycles = read_register(ibert, IBERT_REGISTER_CYCLES);
    end->retired = read_register(ibert, IBERT_REGISTER_RETIRED);
    end->stop = read_register(ibert, IBERT_REGISTER_ERROR_CODE);
    end->stop_index = read_register(ibert, IBERT_REGISTER_ERROR_INDEX);
    end->variance_saturated = (status & IBERT_STATUS_VARIANCE_SATURATED_MASK) != 0;
    return status & IBERT_STATUS_ERROR_MASK ? IBERT_STOPPED : IBERT_OK;
}

void ibert_abort(struct ibert *ibert) {
    write_register(ibert, IBERT_REGISTER_CONTROL, IBERT_CONTROL_ABORT_MASK);
}

/* Token tile after token tile, channel after channel, N tokens of 16 bits, the lowest byte first. */
enum ibert_result ibert_hidden(const struct ibert *ibert, uint32_t address, unsigned tokens, unsigned channels, int16_t *hidden) {
    const unsigned char *tensor;
    size_t side = ibert->side, tiles = (tokens + side - 1) / side, token, channel;

    if (address > ibert->memory_bytes || 2 * tiles * channels * side > ibert->memory_bytes - address)
        return IBERT_TOO_LARGE;
    tensor = ibert->memory + address;
    for (token = 0; token < tokens; token++)
        for (channel = 0; channel < channels; channel++) {
            const unsigned char *value = tensor + 2 * ((token / side * channels + channel) * side + token % side);
            uint16_t bits = (uint16_t)(value[0] | value[1] << 8);
            hidden[token * channels + channel] = (int16_t)(bits < 0x8000 ? bits : bits - 0x10000);
        }
    return IBERT_OK;
}

const char *ibert_stop_name(uint32_t stop) {
    switch (stop) {
    case 0: return "none";
    case IBERT_STOP_EMPTY_PROGRAM: return "empty_program";
    case IBERT_STOP_ILLEGAL_OPCODE: return "illegal_opcode";
    case IBERT_STOP_RESERVED_BITS: return "reserved_bits";
    case IBERT_STOP_ILLEGAL_OPERAND: return "illegal_operand";
    case IBERT_STOP_UNALIGNED_ADDRESS: return "unaligned_address";
    case IBERT_STOP_ADDRESS_RANGE: return "address_range";
    case IBERT_STOP_READ_SLAVE_ERROR: return "read_slave_error";
    case IBERT_STOP_READ_DECODE_ERROR: return "read_decode_error";
    case IBERT_STOP_WRITE_SLAVE_ERROR: return "write_slave_error";
    case IBERT_STOP_WRITE_DECODE_ERROR: return "write_decode_error";
    case IBERT_STOP_SEMAPHORE_OVERFLOW: return "semaphore_overflow";
    case IBERT_STOP_DEADLOCK: return "deadlock";
    case IBERT_STOP_ABORTED: return "aborted";
    default: return "unknown";
    }
}

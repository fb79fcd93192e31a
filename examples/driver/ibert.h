/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A bare-metal driver for the ibert accelerator in C99: loads a memory image, starts its program, waits for the end,
 * and reads the last hidden state.
 *
 * `ibert_registers.h` and `ibert_isa.h` come from `ibert verilog`, images from `ibert schedule --image`.
 */
#ifndef IBERT_H
#define IBERT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Access to the registers. */
struct ibert_bus {
    /* Read and write the 32-bit register at a byte offset. */
    uint32_t (*read)(void *context, uint32_t offset);
    void (*write)(void *context, uint32_t offset, uint32_t value);
    /* Sleeps until the interrupt line is high and returns 1, or gives up and returns 0. NULL without an interrupt:
     * `interrupt_pending` is then polled. */
    int (*wait)(void *context);
    /* Passed to all three functions. */
    void *context;
};

/* Registers that are mapped into the address space, without an interrupt. */
struct ibert_bus ibert_mapped(volatile uint32_t *registers);

enum ibert_result {
    IBERT_OK = 0,
    /* No accelerator answers there. */
    IBERT_ABSENT,
    /* It has another instruction set than `ibert_isa.h`. */
    IBERT_OTHER_VERSION,
    /* The memory is too small for the image, or has not all of the tensor. */
    IBERT_TOO_LARGE,
    /* A program is running. */
    IBERT_BUSY,
    /* The program has not ended yet; it goes on. */
    IBERT_RUNNING,
    /* The hardware stopped the program: see `struct ibert_end`. */
    IBERT_STOPPED
};

/* An accelerator and its memory. */
struct ibert {
    struct ibert_bus bus;
    /* What the accelerator sees from its address 0 on, as the host sees it; coherent, or kept so by the caller. */
    unsigned char *memory;
    size_t memory_bytes;
    /* Array side N and vector lanes L. */
    unsigned side;
    unsigned lanes;
};

/* How a program ended. */
struct ibert_end {
    /* Cycles that it ran, and instructions that it completed. */
    uint32_t cycles;
    uint32_t retired;
    /* IBERT_STOP_* of ibert_isa.h, 0 if it ran to its end, and the index of the instruction that stopped it. */
    uint32_t stop;
    uint32_t stop_index;
    /* A LayerNorm variance left 32 bits: a row is inexact. */
    int variance_saturated;
};

/* Looks whether there is an accelerator of this version. IBERT_OK, IBERT_ABSENT, IBERT_OTHER_VERSION. */
enum ibert_result ibert_open(struct ibert *ibert, struct ibert_bus bus, void *memory, size_t memory_bytes);

/* Puts an image into memory. IBERT_OK, IBERT_TOO_LARGE. */
enum ibert_result ibert_load(struct ibert *ibert, const void *image, size_t bytes);

/* Starts the program of `length` instructions at `address`. IBERT_OK, IBERT_BUSY. */
enum ibert_result ibert_start(struct ibert *ibert, uint32_t address, uint32_t length);

/* Waits for the end of the program: for one interrupt, or, without `wait`, for `polls` reads of `interrupt_pending`
 * (0: without limit). IBERT_OK, IBERT_RUNNING, IBERT_STOPPED. */
enum ibert_result ibert_wait(struct ibert *ibert, unsigned long polls, struct ibert_end *end);

/* Aborts the running program, which then ends with IBERT_STOP_ABORTED. */
void ibert_abort(struct ibert *ibert);

/* Reads the tensor [tokens, channels] that the program stored at `address` into `hidden[token * channels + channel]`.
 * IBERT_OK, IBERT_TOO_LARGE. */
enum ibert_result ibert_hidden(const struct ibert *ibert, uint32_t address, unsigned tokens, unsigned channels,
                               int16_t *hidden);

/* Name of an IBERT_STOP_* code. */
const char *ibert_stop_name(uint32_t stop);

#ifdef __cplusplus
}
#endif

#endif

# SPDX-License-Identifier: MIT OR Apache-2.0
"""A whole program on the accelerator's Verilog, between a master and a memory that others wrote: every value of the last hidden state."""

import os
from pathlib import Path
from random import Random

import cocotb

from host import End, Host
from program import Program

RTL, IMAGE = Path(os.environ["RTL"]), Path(os.environ["IMAGE"])


async def start(dut) -> tuple[Host, Program]:
    """The accelerator out of reset, with memory for the image and nothing behind it."""
    program = Program(IMAGE)
    host = Host(dut, RTL, len(program.image))
    await host.reset()
    await host.identify(program)
    return host, program


def compare(dut, host: Host, program: Program, end: End):
    """It ended well, and memory has every value that the golden model has computed."""
    assert end.done and end.retired == program.length, end
    hidden, expected = program.hidden(host.memory[:]), program.expected
    different = [place for place in range(len(expected)) if hidden[place] != expected[place]]
    if different:
        token, channel = divmod(different[0], program.channels)
        values = f"expected {expected[different[0]]}, got {hidden[different[0]]}"
        raise AssertionError(f"{len(different)} of {len(expected)} values differ; token {token}, channel {channel}: {values}")
    dut._log.info("%d values equal, %d instructions in %d cycles", len(expected), end.retired, end.cycles)


@cocotb.test()
async def program_gives_the_golden_result(dut):
    host, program = await start(dut)
    assert program.hidden(program.image) != program.expected, "the image holds the result before the start"
    compare(dut, host, program, await host.run(program, program.image))


@cocotb.test()
async def faulty_programs_stop_and_the_next_one_runs_under_random_pauses(dut):
    host, program = await start(dut)
    host.pause_at_random(Random(cocotb.RANDOM_SEED))
    opcode = (1 << host.isa["IBERT_COMMON_OPCODE_WIDTH"]) - 1
    # The highest addresses, which have no memory; aligned to 4 KiB.
    beyond = 0xFFFFF000 << host.isa["IBERT_LOAD_DRAM_LOW"]
    load = host.isa["IBERT_OPCODE_LOAD"]
    first_load = next(index for index in range(program.length) if instruction(host, program, index) & opcode == load)
    for error, index, bits in [("ILLEGAL_OPCODE", program.length // 16, opcode), ("READ_SLAVE_ERROR", first_load, beyond)]:
        end = await host.run(program, with_bits(host, program, index, bits))
        assert (end.done, end.error, end.index) == (False, error, index), end
        dut._log.info("stopped by %s at instruction %d, %d had retired", end.error, end.index, end.retired)
    compare(dut, host, program, await host.run(program, program.image))


def instruction(host: Host, program: Program, index: int) -> int:
    size = host.isa["IBERT_INSTRUCTION_BYTES"]
    return int.from_bytes(program.image[program.address + index * size :][:size], "little")


def with_bits(host: Host, program: Program, index: int, bits: int) -> bytes:
    """The image with bits of an instruction set."""
    size = host.isa["IBERT_INSTRUCTION_BYTES"]
    place = program.address + index * size
    changed = instruction(host, program, index) | bits
    return program.image[:place] + changed.to_bytes(size, "little") + program.image[place + size :]

# SPDX-License-Identifier: MIT OR Apache-2.0
"""A host and memory around the accelerator: cocotbext-axi's AXI4-Lite master at its registers, cocotbext-axi's AXI4 slave at its memory port."""

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path

from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge, with_timeout
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiResp, AxiSlave, MemoryRegion

from program import Header, Program

# cocotbext-axi 0.1.28 runs with cocotb 2 as with cocotb 1, and is told so.
warnings.filterwarnings("ignore", category=DeprecationWarning, module="cocotbext")

PERIOD_NS = 10
# After so many cycles without an interrupt a test fails.
PATIENCE = 2_000_000


@dataclass
class End:
    """How a program ended: done, or stopped with an error at an instruction."""

    done: bool
    error: str
    index: int
    retired: int
    cycles: int


class Host:
    """The driver's steps (docs/driver.md), and the memory that the accelerator shares with it."""

    def __init__(self, dut, rtl: Path, bytes_of_memory: int):
        self.dut = dut
        self.registers, self.isa = Header(rtl / "ibert_registers.h"), Header(rtl / "ibert_isa.h")
        Clock(dut.clock, PERIOD_NS, "ns").start()
        dut.reset_n.value = 0
        for bus in ("s_axi", "m_axi"):
            logging.getLogger(f"cocotb.{dut._name}.{bus}").setLevel(logging.WARNING)  # else a line a burst
        reset = {"reset": dut.reset_n, "reset_active_level": False}
        self.control = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axi"), dut.clock, **reset)
        # Accesses beyond the region are answered with SLVERR; the slave itself checks burst lengths, WLAST and the limit of 4 KiB.
        self.memory = MemoryRegion(bytes_of_memory)
        self.slave = AxiSlave(AxiBus.from_prefix(dut, "m_axi"), dut.clock, target=self.memory, **reset)
        ends = (self.slave.read_if, self.slave.write_if, self.control.read_if, self.control.write_if)
        self.channels = [
            getattr(end, f"{name}_channel") for end in ends for name in ("ar", "r", "aw", "w", "b") if hasattr(end, f"{name}_channel")
        ]

    async def reset(self):
        await ClockCycles(self.dut.clock, 4)
        self.dut.reset_n.value = 1
        await ClockCycles(self.dut.clock, 2)

    async def read(self, register: str) -> int:
        answer = await self.control.read(self.registers[f"IBERT_REGISTER_{register}"], 4)
        assert answer.resp == AxiResp.OKAY, f"reading {register}: {answer.resp!r}"
        return int.from_bytes(answer.data, "little")

    async def write(self, register: str, value: int):
        answer = await self.control.write(self.registers[f"IBERT_REGISTER_{register}"], value.to_bytes(4, "little"))
        assert answer.resp == AxiResp.OKAY, f"writing {register}: {answer.resp!r}"

    async def identify(self, program: Program):
        """Is there an accelerator, one that knows these instructions, and with the array that the program is for?"""
        assert await self.read("IDENTITY") == self.registers["IBERT_RESET_IDENTITY"]
        assert await self.read("ISA_VERSION") == self.isa["IBERT_ISA_VERSION"]
        assert await self.read("ARRAY") & self.registers["IBERT_ARRAY_SIDE_MASK"] == program.side

    async def run(self, program: Program, image: bytes) -> End:
        """Loads an image, starts its program, waits for the interrupt, clears it, and says how the program ended."""
        field = self.registers
        events = field["IBERT_INTERRUPT_ENABLE_DONE_MASK"] | field["IBERT_INTERRUPT_ENABLE_ERROR_MASK"]
        self.memory[: len(image)] = image
        await self.write("PROGRAM_ADDRESS", program.address)
        await self.write("PROGRAM_LENGTH", program.length)
        await self.write("INTERRUPT_PENDING", events)
        await self.write("INTERRUPT_ENABLE", events)
        assert self.dut.irq.value == 0
        interrupt = RisingEdge(self.dut.irq)
        await self.write("CONTROL", field["IBERT_CONTROL_START_MASK"])
        await with_timeout(interrupt, PATIENCE * PERIOD_NS, "ns")
        status, pending = await self.read("STATUS"), await self.read("INTERRUPT_PENDING")
        await self.write("INTERRUPT_PENDING", pending)
        await RisingEdge(self.dut.clock)
        assert self.dut.irq.value == 0, "the interrupt stays after it was cleared"

        done, error = (bool(status & field[f"IBERT_STATUS_{name}_MASK"]) for name in ("DONE", "ERROR"))
        event = field[f"IBERT_INTERRUPT_PENDING_{'DONE' if done else 'ERROR'}_MASK"]
        busy = bool(status & field["IBERT_STATUS_BUSY_MASK"])
        assert not busy and done != error and pending == event, f"status {status:#x}, pending {pending:#x}"
        stop = self.isa.name("IBERT_STOP_", await self.read("ERROR_CODE")) if error else ""
        return End(done, stop, await self.read("ERROR_INDEX"), await self.read("RETIRED"), await self.read("CYCLES"))

    def pause_at_random(self, random):
        """Each channel of both buses pauses in about a third of the cycles, in runs."""
        for channel in self.channels:
            channel.set_pause_generator(pauses(random))


def pauses(random):
    """Runs of cycles with and without a pause."""
    while True:
        for _ in range(random.randrange(1, 12)):
            yield False
        for _ in range(random.randrange(1, 6)):
            yield True

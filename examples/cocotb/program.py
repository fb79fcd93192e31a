# SPDX-License-Identifier: MIT OR Apache-2.0
"""What `ibert verilog` and `ibert schedule --image` have written: numbers of the C headers, memory image, expected values."""

import re
from pathlib import Path


class Header:
    """The numbers that a generated C header defines: `header["IBERT_REGISTER_STATUS"]`."""

    def __init__(self, path: Path):
        lines = re.findall(r"^#define (\w+) (0x[0-9a-f]+|\d+)u?$", path.read_text(), re.MULTILINE)
        self.numbers = {name: int(number, 0) for name, number in lines}
        if not self.numbers:
            raise ValueError(f"{path} defines no number")

    def __getitem__(self, name: str) -> int:
        return self.numbers[name]

    def name(self, prefix: str, number: int) -> str:
        """The name that begins so and has this number, without what it begins with."""
        return next(name.removeprefix(prefix) for name, it in self.numbers.items() if name.startswith(prefix) and it == number)


class Program:
    """A program, all that it needs in memory, and what the golden model says that it gives."""

    def __init__(self, folder: Path):
        header = Header(folder / "ibert_program.h")
        self.image = (folder / "image.bin").read_bytes()
        self.address, self.length = header["IBERT_PROGRAM_ADDRESS"], header["IBERT_PROGRAM_LENGTH"]
        self.tokens, self.channels = header["IBERT_PROGRAM_TOKENS"], header["IBERT_PROGRAM_CHANNELS"]
        self.side, self._hidden = header["IBERT_PROGRAM_SIDE"], header["IBERT_PROGRAM_HIDDEN"]
        if len(self.image) != header["IBERT_PROGRAM_IMAGE_BYTES"]:
            raise ValueError(f"{folder / 'image.bin'} has {len(self.image)} bytes, its header says {header['IBERT_PROGRAM_IMAGE_BYTES']}")
        self.expected = int16s((folder / "expected.bin").read_bytes())
        if len(self.expected) != self.tokens * self.channels:
            raise ValueError(f"{folder / 'expected.bin'} has {len(self.expected)} values, not {self.tokens} × {self.channels}")

    def hidden(self, memory: bytes) -> list[int]:
        """The last hidden state, token by token. Memory has it in groups of as many tokens as the array has rows, channel by channel."""
        side, values = self.side, []
        for token in range(self.tokens):
            for channel in range(self.channels):
                place = self._hidden + 2 * ((token // side * self.channels + channel) * side + token % side)
                values += int16s(memory[place : place + 2])
        return values


def int16s(data: bytes) -> list[int]:
    """Signed 16-bit numbers, little-endian."""
    return [int.from_bytes(data[place : place + 2], "little", signed=True) for place in range(0, len(data), 2)]

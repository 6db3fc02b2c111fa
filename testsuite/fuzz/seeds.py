# SPDX-License-Identifier: MIT
"""
seeds.py NAME FILE          writes the seeds of fuzz_NAME.c into one file, for fuzz_main.c
seeds.py NAME --into DIR    writes them into files, for libFuzzer
"""
import binascii
import glob
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FORMS = ["lnotab_unsigned", "lnotab_signed", "linetable", "locations"]


def linetable():
    """The recorded tables of the unit tests, asked in their middle."""
    for path in sorted(glob.glob(os.path.join(HERE, "..", "unit", "vectors", "linetable-*.txt"))):
        form = 0
        with open(path, encoding="utf-8") as stream:
            for line in stream:
                words = line.split()
                if words[0] == "form":
                    form = FORMS.index(words[1])
                if words[0] == "code":
                    table = b"" if words[2] == "-" else binascii.unhexlify(words[2])
                    yield struct.pack("<Bih", form, int(words[1]), len(table)) + table


def image():
    """The recorded images of the replay tests."""
    for path in sorted(glob.glob(os.path.join(HERE, "..", "replay", "images", "*.swi"))):
        with open(path, "rb") as stream:
            yield stream.read()


def number():
    """A few doubles of each kind."""
    kinds = [0.0, -0.0, 1.0, 0.1, 1e16, 1e-5, 1e22, 5e-324, 1.7976931348623157e308, 2.0 ** -44]
    for value in kinds + [float("inf"), float("nan"), 123456789012345680.0]:
        yield struct.pack("<d", value)
    for exponent in range(0, 2047, 31):
        yield struct.pack("<QQ", exponent << 52, exponent << 52 | 12345678901234)


OBJECT_TYPES = 44


def object_memory(build, kind, pointer):
    """Eight objects of one type in fuzz_object.c's memory, whose words lead to each other."""
    size = 4 if build & 0x40 else 8
    form = (">" if build & 0x80 else "<") + ("I" if size == 4 else "Q")

    def link(offset):
        return struct.pack(form, 0xc000 | offset)

    def word(value):
        return struct.pack(form, value)

    memory = bytearray(4096)
    for slot in range(0, 1024, 256):  # dict, mro, keys of the class made in Python
        memory[slot:slot + size] = word(1)
        memory[slot + size:slot + 2 * size] = link(8 * (2 if slot == 256 else 4))
    for number in range(8):
        at = 1024 + 64 * number
        words = [word(1), link(8 * ((kind + (number > 0) * number) % OBJECT_TYPES)), word(number),
                 link(1024 + 64 * ((number + pointer) % 8)), link(2048), link(1024 + 64), word(3),
                 word(5)]
        memory[at:at + len(words) * size] = b"".join(words)
    for at in range(2048, 4096, size):
        choice = at // size % 4
        neighbour, other = link(1024 + 64 * (at // size % 8)), link(2048 + at % 512)
        memory[at:at + size] = (word(at % 7), neighbour, other, b"text text"[:size])[choice]
    return bytes(memory)


def objects():
    """Memory with objects of every type, for every version."""
    for version in range(11):
        for flags in (0, 0x20, 0x40, 0xc0):
            for kind in range(0, OBJECT_TYPES):
                build = flags | version
                if build & 0x1f == version and (kind + version) % 4 == flags // 0x40 % 4:
                    head = struct.pack("BBBB", build, kind, kind * 7 % 256, kind * 5 % 256)
                    yield head + object_memory(build, kind, kind % 3)


SEEDS = {"linetable": linetable, "number": number, "object": objects, "image": image}


def main():
    name = sys.argv[1]
    if sys.argv[2] == "--into":
        os.makedirs(sys.argv[3], exist_ok=True)
        for number, seed in enumerate(SEEDS[name]()):
            with open(os.path.join(sys.argv[3], "seed-%d" % number), "wb") as stream:
                stream.write(seed)
        return
    with open(sys.argv[2], "wb") as stream:
        for seed in SEEDS[name]():
            stream.write(b"%d\n" % len(seed) + seed)


main()

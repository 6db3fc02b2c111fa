# SPDX-License-Identifier: MIT
"""
repr_truth.py double|quoting

Prints values beside the interpreter's own repr() of them, for double_truth.c and quoting_truth.c to
compare. The values are the same every time. Runs under CPython 3.7 and later.

    double:   BITS REPR            the 64 bits of a double in hexadecimal
    quoting:  KIND HEX REPR        KIND is s, HEX the characters of a str in UTF-32 (little endian);
                                   or b, HEX bytes. REPR is the hexadecimal UTF-8 of repr().
"""
import itertools
import random
import struct
import sys
import unicodedata

# The tables of core/value/printable.h; what an older Python does not know yet is left out.
UNICODE = (17, 0, 0)


def double_of(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def bits_of(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def around(bits, steps=2):
    return range(max(bits - steps, 0), bits + steps + 1)


def doubles():
    generator = random.Random(20240229)
    for exponent in range(2047):  # powers of two, and subnormals that are ones
        yield from around(exponent << 52, 1)
    for bit in range(52):
        yield from around(1 << bit)
        yield from around((1 << bit) * 3)
    for power in range(-323, 309):  # powers of ten, and what lies halfway between their neighbours
        yield from around(bits_of(float("1e%d" % power)))
        yield from around(bits_of(float("9.5e%d" % (power - 1))))
    for number in range(1, 1000):
        yield bits_of(number / 100)
        yield bits_of(number * 1e14 + 0.5)
        yield bits_of(float(number) ** 9)
    for _ in range(4000):
        yield generator.getrandbits(64)
        yield bits_of(generator.random() * 10 ** generator.randrange(-10, 20))
    for power in (15, 16, 17, 53, 54, 63, 64):  # where the form changes; odd integers
        for delta in range(-5, 6):
            yield bits_of(float(10 ** min(power, 17) + delta))
            yield bits_of(float(2 ** power + delta))
    # The shortest text is not the nearest of its length: the known hard cases.
    for value in (9007199254740993.0, 5e-324, 2.0**-44, 9.5367431640625e-07, 4.35, 0.1 + 0.2,
                  1.7800590868057611e-307, 2.98023223876953125e-8, 9.007199254740991e15,
                  2.2250738585072011e-308):
        yield from around(bits_of(value))


def tell_doubles():
    for bits in doubles():
        value = double_of(bits)
        print("%016x %r" % (bits, value))
        print("%016x %r" % (bits | 1 << 63, double_of(bits | 1 << 63)))


def strings():
    quotes = ["", "'", '"', "'\"", "\\'", '\\"', "a'b", 'a"b', "a'b\"c"]
    yield from quotes
    for code_point in itertools.chain(range(0x3000), range(0x3000, 0x110000, 0x3f)):
        yield chr(code_point)
    for start in (0xd7f0, 0xdfe0, 0xe000, 0xf8f0, 0xfdc0, 0xfe00, 0xff00, 0x1d150, 0xe0000, 0xe0100,
                  0x10fff0):
        yield from ("a%sb" % chr(code_point) for code_point in range(start, start + 0x40)
                    if code_point < 0x110000)
    generator = random.Random(7)
    mixed = "'\"\\\nA\x7f\xe9\u20ac\ud800\U0001f600"
    for _ in range(500):
        yield "".join(generator.choice(mixed) for _ in range(generator.randrange(1, 40)))


def byte_strings():
    for value in range(256):
        yield bytes([value])
        yield b"'" + bytes([value])
        yield b"\"'" + bytes([value])
    yield bytes(range(256))
    yield b""


def is_known(text):
    version = tuple(int(part) for part in unicodedata.unidata_version.split("."))
    return version >= UNICODE or all(unicodedata.category(character) != "Cn" for character in text)


def tell_quoting():
    for text in filter(is_known, strings()):
        characters = text.encode("utf-32-le", "surrogatepass")
        print("s", characters.hex() or "-", repr(text).encode("utf-8").hex())
    for text in byte_strings():
        print("b", text.hex() or "-", repr(text).encode("ascii").hex())


{"double": tell_doubles, "quoting": tell_quoting}[sys.argv[1]]()

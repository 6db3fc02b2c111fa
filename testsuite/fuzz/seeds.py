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


SEEDS = {"linetable": linetable, "image": image}


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

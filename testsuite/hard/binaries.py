# SPDX-License-Identifier: MIT
"""Executables and libraries as they are found in production: copied, stripped, without sections."""

import os
import pathlib
import shutil
import struct
import subprocess

import session

HERE = pathlib.Path(__file__).resolve().parent
PARKED = HERE / "parked.py"


def run(*words):
    result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode:
        last = result.stdout.strip().splitlines()[-1:] or ["no message"]
        raise session.SessionError(f"{os.path.basename(str(words[0]))}: {last[0]}")


def library_of(interpreter):
    """Its shared libpython as the host sees it; None for an interpreter that has it inside."""
    prefix = pathlib.Path(interpreter.file).parent.parent
    found = sorted((prefix / "lib").glob(f"libpython{interpreter.release[0]}.*.so.1.0"))
    if not interpreter.root and str(prefix) != "/usr" and found:
        return found[0]
    return None


def archive_of(interpreter):
    """Its libpython.a; None when there is none, or it is of another root's C library."""
    prefix = pathlib.Path(interpreter.file).parent.parent
    if interpreter.root or str(prefix) == "/usr":
        return None
    found = sorted((prefix / "lib").glob("python*/config*/libpython*.a"))
    return found[0] if found else None


def home_of(interpreter):
    """PYTHONHOME for a copy of it, which does not find its library by its own place."""
    return str(pathlib.Path(interpreter.path).parent.parent)


def strip(path):
    run("strip", "--strip-all", str(path))


def remove_sections(path):
    """No section headers: what packers and some build systems leave."""
    with open(path, "r+b") as file:
        head = file.read(64)
        wide = head[4] == 2
        order = "<" if head[5] == 1 else ">"
        offset, width = (40, "Q") if wide else (32, "I")
        file.seek(offset)
        file.write(struct.pack(order + width, 0))
        file.seek(60 if wide else 48)
        file.write(struct.pack(order + "HH", 0, 0))


def copy(interpreter, directory, *changes):
    """A copy of the interpreter in a directory, each file with the changes made: (executable, more
    environment)."""
    executable = directory / os.path.basename(interpreter.path)
    shutil.copy(interpreter.file, executable)
    environment = {"PYTHONHOME": home_of(interpreter)}
    if interpreter.is_built:
        # It was not installed: what it imports is where its source is.
        version = ".".join(map(str, interpreter.release))
        builds = pathlib.Path(interpreter.path).parent.parent
        environment = {"PYTHONPATH": str(builds / f"source-{version}" / "Lib")}
    files = [executable]
    library = library_of(interpreter)
    if library:
        shutil.copy(library, directory / library.name)
        files.append(directory / library.name)
        environment["LD_LIBRARY_PATH"] = str(directory)
    for file in files:
        for change in changes:
            change(file)
    return executable, environment


def build_embed(directory, *words):
    program = directory / "embedding"
    run("cc", "-g", "-o", str(program), str(HERE / "embed.c"), *words, "-ldl", "-lpthread")
    return program


def build_static(interpreter, directory, *words):
    """A program of ours with all of libpython.a in it."""
    archive = archive_of(interpreter)
    if not archive:
        raise session.Unsupported("no libpython.a of it on this machine")
    run("cc", "-g", "-DSTATIC", "-o", str(directory / "embedding"), str(HERE / "embed.c"),
        "-Wl,--whole-archive", str(archive), "-Wl,--no-whole-archive", *words,
        "-ldl", "-lpthread", "-lutil", "-lm", "-lz")
    return directory / "embedding"

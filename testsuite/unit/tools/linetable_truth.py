# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""
linetable_truth.py [--small] [FILES]

Compiles many sources and prints every code object's line table beside the interpreter's own answer
for every instruction, for linetable-truth.c to compare. Runs under CPython 2.7 and 3.6 to 3.15.

FILES is how many modules of the standard library are compiled (default 60), --small prints only
what is worth being recorded in testsuite/unit/vectors. Lines of the output:

    form FORM STEP COLUMNS        a value of trait line_table; bytes between two answers; 0 or 1
    code FIRST_LINE HEX NAME      a table; HEX is - for an empty one
    at FROM LAST LINE             the answer from FROM to LAST, both included, in steps of STEP
    at FROM LAST LINE END_LINE COLUMN END_COLUMN

Line 0 or less means none, column -1 means none. An instruction at -1 has not begun.
"""
from __future__ import print_function

import binascii
import bisect
import dis
import os
import sys
import zlib

try:
    import ctypes

    addr2line = ctypes.pythonapi.PyCode_Addr2Line
    addr2line.argtypes = [ctypes.py_object, ctypes.c_int]
    addr2line.restype = ctypes.c_int
except (ImportError, AttributeError):
    addr2line = None

# Asking for one line costs time in proportion to the table: of long code only so many are asked.
QUESTIONS = 1000
SMALL_TABLE = 600

SHORT = """
def call(f, a,
         b=(1,
            2),
         **k):
    return f(
        a,
        b(
            3,
        ),
        *k
    ) + a[
        0]


def control(x):
    while x:
        try:
            with x as y:
                if y: continue
                for i in y:
                    if (i and
                            not x):
                        break
                else:
                    yield i
        except ValueError as error:
            raise KeyError(
                error)
        finally:
            x -= 1
    return (lambda a: a +
            x)


class C(object):
    '''Documentation
    of some lines.'''
    a = [b for b in
         range(3) if b
         ]

    @property
    @staticmethod
    def f(self, c={1: 2,
                   3: 4}):
        def inner(): return self, c
        return inner


text = ("a"
        "b" % (1,
               2))
"""

# Each of these is left out where the grammar does not have it.
MODERN = [
    """
async def f(a, *, b: int = 3) -> 'C':
    async with a as c, b as d:
        await c(
            d)
    async for e in a:
        yield [x async for x in e
               if await x]
    return
""",
    """
def f(a, /, b):
    if (n := a(
            b)) > 3:
        print(f'''{n}
  {a
    + b}''')
    return f"{a!r:>{b}}"
""",
    """
def f(a):
    match a:
        case {'x': x, **rest} if (x
                                  > 1):
            return rest
        case [1, 2, *others] | (others):
            return others
        case C(a=3):
            pass
""",
    """
def f(a):
    try:
        a()
    except* ValueError as e:
        raise
    except* (KeyError,
             OSError):
        return_ = 1
    finally:
        a.b.c = 2
""",
    """
class C[T: int]:
    type A[*U] = tuple[T, *U]
    def f[**P](self, x: T, y=(lambda: T)) -> P:
        return x
""",
]


def odd_sources(small):
    """Tables with every form of entry: large steps, steps back, wide columns, long bytecode."""
    gaps = (1, 127, 129, 255, 300) if small else (1, 62, 126, 127, 128, 129, 254, 255, 256, 70000)
    wide = (60, 78, 127, 128) if small else (14, 15, 16, 60, 78, 79, 80, 126, 127, 128, 129, 20000)
    yield "short", SHORT
    for number, source in enumerate(MODERN):
        yield "modern%d" % number, source
    for lines in gaps:
        yield "gap%d" % lines, "def f(a):\n    b = 1\n" + "\n" * lines + "    return a(b)\n"
        yield "back%d" % lines, "def f(a):\n    return a(\n" + "\n" * lines + "        a.b\n    )\n"
    for columns in wide:
        yield "wide%d" % columns, "def f(a):\n    return [" + " " * columns + "a(" + \
            " " * columns + "1)]; a.b\n"
        yield "letters%d" % columns, "def f(%s): return %s.a, 1\n" % (("a" * columns,) * 2)
    for count in (20,) if small else (20, 300, 2000):
        yield "long%d" % count, "def f(x):\n    while x:\n" + "".join(
            "        if x == %d: x = x.a + %d\n" % (n, n + 1000) for n in range(count))
        yield "one%d" % count, "x = [" + ", ".join("a.b(%d)" % n for n in range(count)) + "]\n"
    yield "down", "\n" * (1000 if small else 100000) + "def f(a): return a(1)\n"


def crafted_trees(small):
    """Code that no text gives: lines and columns set by hand, as templating engines do."""
    import ast

    # The older forms spend two bytes on each 255 or 127 lines.
    far = 1 << 28 if form()[2] else 3000 if small else 100000
    for name, lines in (
        ("saw", [1, 500, 2, 400, 3, 300]),
        ("up", [9, 8, 7, 6, 5, 4]),
        ("far", [1, far // 2, far, 1, 1, far]),
        ("same", [7, 7, 7, 7, 7, 7]),
    ):
        if form()[0] == "lnotab_unsigned":
            lines.sort()  # the compiler of 2.7 relies on that
        tree = ast.parse("def f(a):\n" + "    a.b(a); a += 1\n" * len(lines))
        for statements in zip(tree.body[0].body[0::2], tree.body[0].body[1::2]):
            line = lines[tree.body[0].body.index(statements[0]) // 2]
            for statement in statements:
                for node in ast.walk(statement):
                    if hasattr(node, "lineno"):
                        node.lineno = line
                        if hasattr(node, "end_lineno"):
                            node.end_lineno = line + line % 3
                            node.end_col_offset = node.col_offset + line % 2000
        yield name, tree


def all_codes(code):
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            for inner in all_codes(constant):
                yield inner


def library_sources(count):
    """Some of the standard library, spread over the alphabet."""
    top = os.path.dirname(os.__file__)
    names = sorted(name for name in os.listdir(top) if name.endswith(".py"))
    for name in names[:: max(1, len(names) // max(1, count))]:
        with open(os.path.join(top, name), "rb") as source:
            yield name, source.read()


def compiled(small, count):
    for name, source in odd_sources(small):
        try:
            yield name, compile(source, name, "exec", dont_inherit=True)
        except SyntaxError:
            pass
    for name, tree in crafted_trees(small):
        try:
            yield name, compile(tree, name, "exec", dont_inherit=True)
        except (ValueError, SyntaxError):
            pass
    if small:
        return
    for name, source in library_sources(count):
        try:
            yield name, compile(source, name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            pass


def form():
    """The value of trait line_table, the bytes from one answer to the next, whether columns."""
    import types

    if hasattr(types.CodeType, "co_positions"):
        return "locations", 2, 1
    if hasattr(types.CodeType, "co_linetable"):
        return "linetable", 2, 0
    if bytes is str:
        return "lnotab_unsigned", 1, 0
    return "lnotab_signed", 2, 0


def questions(code, step):
    """The offsets that are asked, in order."""
    every = max(step, len(code.co_code) // QUESTIONS // step * step)
    return range(0, len(code.co_code), every)


def one_line(code, lasti, starts):
    if addr2line:
        return addr2line(code, lasti)
    if lasti < 0:
        return code.co_firstlineno
    at = bisect.bisect_right(starts, (lasti, 1 << 40))
    return starts[at - 1][1] if at else code.co_firstlineno


def lines_of(code, step):
    """(offset, (line,)) of the asked instructions; of the C function, where ctypes is."""
    starts = None if addr2line else list(dis.findlinestarts(code))
    for lasti in questions(code, step):
        yield lasti, (one_line(code, lasti, starts) or 0,)
    if addr2line:
        # Behind the last instruction too: an old table has no end, a new one has.
        end = len(code.co_code)
        yield end, (addr2line(code, end),)


def positions_of(code):
    """(offset, (line, end line, column, end column)) of the asked instructions."""
    asked = set(questions(code, 2))
    for index, (line, end, column, end_column) in enumerate(code.co_positions()):
        lasti = 2 * index
        if lasti not in asked:
            continue
        if addr2line and addr2line(code, lasti) != (-1 if line is None else line):
            raise AssertionError("co_positions and PyCode_Addr2Line differ: %r" % code)
        yield lasti, (
            0 if line is None else line,
            0 if end is None else end,
            -1 if column is None else column,
            -1 if end_column is None else end_column,
        )


def runs(answers, step):
    """Neighbours with the same answer, joined: [first, last, answer]."""
    run = None
    for lasti, answer in answers:
        if run and run[2] == answer and lasti == run[1] + step:
            run[1] = lasti
            continue
        if run:
            yield run
        run = [lasti, lasti, answer]
    if run:
        yield run


def is_left_out(table, columns):
    """Keeps recordings small: the newer interpreters have more to say about each instruction."""
    return len(table) > SMALL_TABLE or (columns and zlib.crc32(table) & 1)


def main(arguments):
    small = "--small" in arguments
    counts = [int(argument) for argument in arguments if argument.isdigit()]
    name_of_form, step, columns = form()
    seen = set()
    print("# CPython %s, made by tools/linetable_truth.py%s" % (
        sys.version.split()[0], " --small" if small else ""))
    print("form %s %d %d" % (name_of_form, step, columns))
    for name, top in compiled(small, counts[0] if counts else 60):
        for code in all_codes(top):
            table = code.co_lnotab if name_of_form.startswith("lnotab") else code.co_linetable
            key = (code.co_firstlineno, table, len(code.co_code))
            if key in seen or (small and is_left_out(table, columns)):
                continue
            seen.add(key)
            text = binascii.hexlify(table).decode("ascii") or "-"
            print("code %d %s %s:%s" % (code.co_firstlineno, text, name, code.co_name))
            print("at -1 -1 %d" % code.co_firstlineno)
            answers = positions_of(code) if columns else lines_of(code, step)
            for first, last, answer in runs(answers, step):
                print("at %d %d %s" % (first, last, " ".join("%d" % number for number in answer)))


if __name__ == "__main__":
    main(sys.argv[1:])

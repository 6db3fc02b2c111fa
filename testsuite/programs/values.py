# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""Values of every kind of docs/values.md, as local variables of functions that call each other.

Each function below makes the values of one area, notes what must be shown of its frame, and calls
the next function, so that all of them are on the stack when the program is parked.
"""
import array
import collections
import datetime
import decimal
import fractions
import functools
import gc
import itertools
import operator
import re
import struct
import sys
import threading
import time
import types
import uuid
import weakref

import truth
import values_rules as rules

try:
    import ctypes
except ImportError:
    ctypes = None
try:
    import enum
    import pathlib
    import queue
except ImportError:  # Python 2.7
    import Queue as queue
    enum = pathlib = None
try:
    import dataclasses
except ImportError:  # before 3.7
    dataclasses = None

PYTHON2 = sys.version_info < (3,)
expect = rules.expect
GLOBAL_LIST = ["global", {"key": [10, 20, (30, 40)]}]
GLOBAL_NUMBER = 2.5
GLOBAL_SET = set([1])
shadowed = "global"


def code():
    """The code object of the caller."""
    return sys._getframe(1).f_code


def run(source):
    """The names that a source makes; for what some versions cannot compile."""
    names = {"__name__": "made"}
    exec(compile(source, "/srv/deep/made.py", "exec"), names)
    return names


# ----------------------------------------------------------------------- plain values


def integers():
    zero, one, minus_one, minus_seven = 0, 1, -1, -7
    small_257, minus_6 = int("257"), int("-6")
    below_digit, digit, above_digit = 2**30 - 1, 2**30, 2**30 + 1
    minus_digit, bits_31, bits_32 = -2**30, 2**31, 2**32
    below_two_digits, two_digits, bits_62, bits_63 = 2**60 - 1, 2**60, 2**62, 2**63
    minus_bits_63, bits_64, minus_bits_64 = -2**63, 2**64, -2**64
    digits_51, minus_digits_101, all_ones = 10**50, -10**100, 2**300 - 1
    zeros_inside = 10**18 * 7 + 5
    too_long = 1 << 30 * 10001
    minus_too_long = -too_long
    true, false, none = True, False, None
    ellipsis, not_implemented = Ellipsis, NotImplemented
    if PYTHON2:
        long_zero, long_seven, minus_long = rules.LONG(0), rules.LONG(7), -rules.LONG(10)**20
        int_max, int_min = sys.maxint, -sys.maxint - 1
    expect(code(), locals())
    floats()


def floats():
    zero, minus_zero, one, third = 0.0, -0.0, 1.0, 1.0 / 3
    tenth, two_and_half, minus_half = 0.1, 2.5, -0.5
    e15, e16, e16_below, e17, e22, e23 = 1e15, 1e16, 9999999999999998.0, 1e17, 1e22, 1e23
    e_minus_4, e_minus_5, ten_millionths = 1e-4, 1e-5, 0.00001234
    least, least_normal, greatest = 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308
    power_44, power_60, large_odd = 2.0**-44, 2.0**60, 123456789012345680.0
    seventeen_digits, sum_of_tenths = 5e-324 * 3, 0.1 + 0.2
    infinity, minus_infinity, nan = float("inf"), -float("inf"), float("nan")
    minus_nan = struct.unpack("<d", struct.pack("<Q", 0xFFF8000000000001))[0]
    plain, imaginary, both = complex(1, 2), 2j, complex(1.5, -2.25)
    zeros, minus_real, minus_imaginary = complex(0, 0), complex(-0.0, 1), complex(1, -0.0)
    minus_both, real_nan = complex(-0.0, -0.0), complex(float("nan"), 0)
    imaginary_nan, infinite = complex(0, float("nan")), complex(float("-inf"), float("inf"))
    exponents = complex(1e16, 1e-5)
    expect(code(), locals())
    strings()


def strings():
    empty, plain, char = "", "text", "c"
    single, double, both = "it's", 'say "x"', "it's \"both\""
    backslash, lines = "a\\b", "one\ntwo\r\tthree"
    controls, zero_inside = "\x00\x01\x1b\x7f", "a\0b"
    u_empty, u_plain, u_latin = u"", u"text", u"h\xe9llo \xff"
    u_bmp, u_astral = u"\u20ac \u4e2d\u6587", u"\U0001f600 \U0001d11e"
    u_not_printable = u"\x80\x85\xa0\xad\u200b\u2028\u202e\ue000\ufeff\uffff\U000e0001"
    u_high, u_low, u_mixed = u"\ud800", u"a\udcffb", u"it's \u20ac \"\ud83d\""
    u_zero, u_combining, u_last = u"\u20ac\0x", u"e\u0301", u"\U0010ffff"
    b_empty, b_plain, b_bytes = b"", b"by\x00tes", b"\x7f\x80\xff\t\n\r\\'"
    b_quotes = b"'\""
    array_empty, array_plain = bytearray(), bytearray(b"x\xff'")
    array_front = bytearray(b"0123456789")
    del array_front[:4]
    array_grown = bytearray(b"ab")
    array_grown.extend(b"\0" * 40)
    del array_grown[5:]
    text_built = u"".join([u"built", u" ", u"\xe9"])
    if PYTHON2:
        view = rules.with_text(
            memoryview(b"bytes"), "<memoryview(obj='bytes', format='B', nbytes=5) @>")
    else:
        view = memoryview(b"bytes")
        view_part = memoryview(bytearray(b"0123456789"))[2:7]
        view_cast = memoryview(array.array("i", [1, 2, 3]))
        view_released = rules.with_text(memoryview(b"gone"), "<memoryview (released) @>")
        view_released.release()
    expect(code(), locals())
    containers()


# ----------------------------------------------------------------------- containers


def containers():
    list_empty, list_one, list_many = [], [1], [1, "two", 3.0, None, [4, [5]]]
    tuple_empty, tuple_one, tuple_many = (), (1,), (1, (2, ()), [3])
    dict_empty, dict_one, dict_nested = {}, {"a": 1}, {"k": [1, {"x": (None,)}], "t": {}}
    dict_mixed = {1: "int", (2, 3): "tuple", None: "none", 2.5: "float", u"\xe9": b"bytes"}
    dict_ints = dict((number, number * number) for number in range(20))
    dict_deleted = dict((number, str(number)) for number in range(10))
    for number in (0, 3, 9):
        del dict_deleted[number]
    dict_readded = {"a": 1, "b": 2, "c": 3}
    del dict_readded["a"]
    dict_readded["a"] = 4
    dict_popped = {"a": 1, "b": 2}
    last = dict_popped.popitem()
    dict_cleared = {"a": 1}
    dict_cleared.clear()
    dict_256 = dict.fromkeys(range(300))
    for number in range(2, 300):
        del dict_256[number]
    dict_70000 = dict.fromkeys(range(70000), "few")
    for number in range(70000):
        if number not in (0, 33333, 69999):
            del dict_70000[number]
    set_empty, set_one, set_many = set(), set([1]), set(["a", 2, (3, 4), None])
    set_deleted = set(range(20))
    for number in range(1, 19):
        set_deleted.discard(number)
    frozen_empty, frozen_one, frozen_many = frozenset(), frozenset([3]), frozenset("abc")
    frozen_inside = set([frozenset([1, frozenset()])])
    zero_in_set = set([0, -1, 2**61 - 1])
    list_itself = [1]
    list_itself.append(list_itself)
    dict_itself = {"a": 1}
    dict_itself["self"] = dict_itself
    list_in_tuple = ([],)
    list_in_tuple[0].append(list_in_tuple)
    each_other = [{"list": None}]
    each_other[0]["list"] = each_other
    shared = [1, 2]
    shared_twice = [shared, shared]
    range_plain, range_step, range_empty = rules._RANGE(10), rules._RANGE(0, 10, 3), \
        rules._RANGE(0)
    range_start, range_back = rules._RANGE(2, 5), rules._RANGE(5, -5, -2)
    slice_plain, slice_stop, slice_any = slice(1, 2, None), slice(3), slice("a", [1], ())
    if PYTHON2:
        keys, values, items = {"a": 1}.viewkeys(), {"a": 1}.viewvalues(), {"a": 1}.viewitems()
    else:
        range_large = range(-2**70, 2**70, 2**65)
        keys, values, items = {"a": 1}.keys(), {"a": [1]}.values(), {"a": 1, "b": 2}.items()
        keys_empty = {}.keys()
        proxy = types.MappingProxyType({"a": 1, "b": [2]})
    if hasattr(rules.builtins, "frozendict"):
        frozen_dict = rules.builtins.frozendict(a=1, b=[2])
        frozen_dict_empty = rules.builtins.frozendict()
    del number
    expect(code(), locals())
    standard_containers()


Point = collections.namedtuple("Point", "x y")
Single = collections.namedtuple("Single", ["only"])
Nothing = collections.namedtuple("Nothing", [])


def standard_containers():
    point, single, nothing = Point(1, 2), Single([1]), Nothing()
    point_nested = Point(Point(1, 2), y={"a": Point("x", None)})
    deque_empty, deque_plain = collections.deque(), collections.deque([1, 2])
    deque_bounded = collections.deque(range(9), maxlen=3)
    deque_none = collections.deque([1], maxlen=0)
    deque_left = collections.deque()
    for number in range(100):
        deque_left.appendleft(number)
    deque_rotated = collections.deque(range(150))
    deque_rotated.rotate(-70)
    deque_popped = collections.deque(range(200))
    for number in range(65):
        deque_popped.popleft()
    for number in range(66):
        deque_popped.pop()
    deque_64, deque_65 = collections.deque(range(64)), collections.deque(range(65))
    default = collections.defaultdict(list)
    default["a"].append(1)
    default_empty, default_none = collections.defaultdict(int), collections.defaultdict()
    ordered = collections.OrderedDict([("b", 1), ("a", 2)])
    ordered_empty = collections.OrderedDict()
    ordered_moved = collections.OrderedDict([("a", 1), ("b", 2), ("c", 3)])
    if PYTHON2:
        ordered_moved["a"] = ordered_moved.pop("a")
    else:
        ordered_moved.move_to_end("a")
        ordered_moved.move_to_end("c", last=False)
    ordered_deleted = collections.OrderedDict((number, str(number)) for number in range(12))
    for number in (0, 5, 11):
        del ordered_deleted[number]
    ordered_readded = collections.OrderedDict.fromkeys("abcd")
    del ordered_readded["b"]
    ordered_readded["b"] = 1
    counter, counter_empty = collections.Counter("abracadabra"), collections.Counter()
    counter_negative = collections.Counter(a=-1)
    integers_array, empty_array = array.array("i", [1, 2]), array.array("d")
    counting, iterator = itertools.count(3), iter([1, 2])
    pattern = re.compile("a+")
    plain_object = object()
    del number
    expect(code(), locals())
    subclasses()


# ----------------------------------------------------------------------- subclasses


class Int(int):
    pass


class Float(float):
    pass


class Complex(complex):
    pass


class Str(str):
    pass


class Unicode(rules.UNICODE):
    pass


class Bytes(bytes):
    pass


class ByteArray(bytearray):
    pass


class List(list):
    pass


class Tuple(tuple):
    pass


class Dict(dict):
    pass


class Set(set):
    pass


class FrozenSet(frozenset):
    pass


class Deque(collections.deque):
    pass


class Bare(int):
    __slots__ = ()


class BareStr(str):
    __slots__ = ()


class BareTuple(tuple):
    __slots__ = ()


class SlottedList(list):
    __slots__ = ("owner", "tag")


class Sub(Int):
    pass


def subclasses():
    def with_attributes(obj):
        obj.unit, obj.more = "m", [1, None]
        return obj

    int_plain, int_attributes = Int(5), with_attributes(Int(-7))
    int_large = Int(2**62 if PYTHON2 else 10**30)
    int_sub, int_bare = with_attributes(Sub(3)), Bare(2**40)
    float_plain, float_attributes = Float(2.5), with_attributes(Float("nan"))
    complex_plain, complex_attributes = Complex(1, -2), with_attributes(Complex(0, 1))
    str_plain, str_attributes = Str("it's"), with_attributes(Str("text"))
    str_bare, str_empty = BareStr("bare"), Str()
    unicode_plain, unicode_attributes = Unicode(u"\u20ac"), with_attributes(Unicode(u"\xe9"))
    unicode_astral = Unicode(u"\U0001f600")
    bytes_plain, bytes_attributes = Bytes(b"by\0tes"), with_attributes(Bytes(b"x"))
    bytearray_plain, bytearray_attributes = ByteArray(b"x"), with_attributes(ByteArray(b"yz"))
    list_plain, list_attributes = List([1, 2]), with_attributes(List())
    list_slots, list_nested = SlottedList([1]), List([List([1]), with_attributes(List([2]))])
    list_slots.tag = "set"
    tuple_plain, tuple_attributes = Tuple((1,)), with_attributes(Tuple((1, 2)))
    tuple_empty, tuple_bare = Tuple(), BareTuple("ab")
    dict_plain, dict_attributes = Dict(a=1), with_attributes(Dict({1: 2}))
    set_plain, set_attributes, set_empty = Set([1]), with_attributes(Set(["a"])), Set()
    frozen_plain, frozen_attributes = FrozenSet([1]), with_attributes(FrozenSet("a"))
    deque_plain, deque_bounded = Deque([1, 2]), with_attributes(Deque([1, 2], 2))
    if PYTHON2:
        Long = type("Long", (rules.LONG,), {})
        long_plain, long_attributes = Long(7), with_attributes(Long(-10**20))
    expect(code(), locals())
    callables()


# ----------------------------------------------------------------------- what can be called


class Shape(object):
    """What most tests of paths and of methods use."""

    def __init__(self, name, sides):
        self.name = name
        self.sides = sides

    def area(self, scale):
        return scale * self.sides

    @staticmethod
    def static():
        pass

    @classmethod
    def made(cls):
        return cls("made", 0)

    @property
    def corners(self):
        return self.sides

    class Inner(object):
        def method(self):
            pass


def callables():
    def nested(argument, default=1):
        return argument, default

    class Local(object):
        def method(self):
            pass

    shape = Shape("tri", 3)
    inner, local = Shape.Inner(), Local()
    function, lambda_function = callables, lambda: 1
    method, inner_method, local_method = shape.area, inner.method, local.method
    class_method = Shape.made
    built_in, module_function = len, time.sleep
    list_method, dict_method, str_method = [].append, {}.get, "x".join
    type_method, lock_method = dict.fromkeys, threading.Lock().acquire
    static, class_static = vars(Shape)["static"], vars(Shape)["made"]
    read_only, unbound_property = vars(Shape)["corners"], property()
    partial = functools.partial(nested, 1, "two", default=None)
    partial_builtin, partial_one = functools.partial(len), functools.partial(int, base=2)
    class_int, class_type, class_object = int, type, object
    class_shape, class_inner, class_local = Shape, Shape.Inner, Local
    class_deque, class_error, class_point = collections.deque, ValueError, Point
    class_ordered, class_none = collections.OrderedDict, type(None)
    module, module_builtins, module_made = operator, rules.builtins, types.ModuleType("made")
    code_object, code_nested = callables.__code__, nested.__code__
    method_descriptor, slot_wrapper, method_wrapper = str.join, int.__add__, (1).__add__
    getter = operator.attrgetter("name")
    expect(code(), locals())
    suspended()


SOURCE = """
import types

@types.coroutine
def pause():
    yield 1

async def coroutine(argument):
    await pause()
    return argument

class Server:
    async def serve(self):
        while True:
            await pause()

async def asynchronous(limit):
    for number in range(limit):
        yield number
"""


def counted(limit):
    for number in range(limit):
        received = yield number
        if received:
            received()


class Tree(object):
    def walk(self):
        yield self
        yield None


def finished(generator):
    for _ in generator:
        pass
    return generator


def started(generator):
    next(generator)
    return generator


def sent(coroutine):
    """One step of a coroutine."""
    try:
        coroutine.send(None)
    except StopIteration:
        pass
    return coroutine


def generator_text(obj, state, offset=None):
    """A generator and its text; `offset` of the line where it is suspended from its first line."""
    kind = type(obj).__name__
    name = getattr(obj, "__qualname__", obj.__name__)
    if state == "suspended":
        function = getattr(obj, "gi_code", None) or getattr(obj, "cr_code", None) or obj.ag_code
        state = "suspended at %s:%d" % (
            function.co_filename.rsplit("/", 1)[-1], function.co_firstlineno + offset)
    return rules.with_text(obj, "<%s %s (%s) @>" % (kind, name, state))


def suspended():
    not_started = generator_text(counted(3), "not started")
    waiting = generator_text(started(counted(3)), "suspended", 2)
    at_end = generator_text(finished(counted(3)), "finished")
    closed = generator_text(counted(3), "finished")
    closed.close()
    method = generator_text(started(Tree().walk()), "suspended", 1)
    method_later = generator_text(started(started(Tree().walk())), "suspended", 2)
    expression = (number for number in [1, 2])
    started(generator_text(expression, "suspended", 0))
    generators = [waiting, not_started]
    if not PYTHON2:
        made = run(SOURCE)
        module_pause = made["pause"]
        coroutine_new = generator_text(made["coroutine"](1), "not started")
        coroutine_waiting = generator_text(sent(made["coroutine"](1)), "suspended", 1)
        coroutine_done = generator_text(sent(sent(made["coroutine"](1))), "finished")
        coroutine_method = generator_text(sent(made["Server"]().serve()), "suspended", 2)
        asynchronous_new = generator_text(made["asynchronous"](2), "not started")
        asynchronous_waiting = generator_text(made["asynchronous"](2), "suspended", 2)
        sent(asynchronous_waiting.__anext__())
        asynchronous_done = generator_text(made["asynchronous"](0), "finished")
        try:
            asynchronous_done.__anext__().send(None)
        except StopAsyncIteration:
            pass
        del made
    running = counted(2)
    generator_text(running, "running")
    expect(code(), locals())
    next(running)
    running.send(scopes)


# ----------------------------------------------------------------------- cells and frames


def free_cell(value):
    return (lambda: value).__closure__[0]


def empty_cell():
    if PYTHON2:
        def empty():
            return later
        cell = empty.__closure__[0]
        return cell
        later = 1
    cell = (lambda: later).__closure__[0]
    return cell
    later = 1


def failed():
    try:
        return Shape("tri", 3).missing
    except AttributeError:
        return sys.exc_info()[2]


def parked_frame(number, text="default", *more, **named):
    local = [number]
    captured = {"a": 1}
    yield lambda: captured
    yield local


def scopes(argument=None, taken="argument"):
    captured, changed = [1, 2], 0
    cell, cell_list, empty = free_cell(1), free_cell([1]), empty_cell()
    generator = generator_text(started(parked_frame(7, "x", 8, key=9)), "suspended", 3)
    suspended_frame = generator.gi_frame
    traceback = failed()
    failed_frame = traceback.tb_frame
    reference_target = Shape("kept", 1)
    reference, reference_set = weakref.ref(reference_target), weakref.ref(GLOBAL_SET)
    dead = weakref.ref(Shape("gone", 0))
    gc.collect()
    doomed = "deleted"
    del doomed
    squares = [number * number for number in range(3)]
    if argument is not None:
        never = 1
        never_captured = 2
        lambda: never_captured

    def inner(own="own"):
        before = "before"
        in_inner = [captured, changed]
        closure = lambda: (in_inner, taken)
        expect(code(), locals(), added={"after": "after"}, removed=["before"])
        del before
        after = "after"
        instances()

    expect(code(), locals())
    inner()


# ----------------------------------------------------------------------- instances


class Empty(object):
    pass


class Old:
    pass


class Base(object):
    __slots__ = ("alpha", "beta")


class Derived(Base):
    __slots__ = ("gamma",)


class Both(Base):
    """Slots of the base class and a dict."""


class Own(object):
    __slots__ = ("__dict__", "slot")


class Private(object):
    __slots__ = ("__hidden",)

    def __init__(self):
        self.__hidden = 1


class Weak(object):
    __slots__ = ("__weakref__", "value")


class Node(object):
    def __init__(self):
        self.__private = 1
        self.child = None


class Ordinary(object):
    def __init__(self):
        self.first = 1
        self.second = "two"
        self.third = [3]


class ArrayOf(array.array):
    pass


DATACLASS = """
import dataclasses

@dataclasses.dataclass
class Data:
    number: int
    names: list = dataclasses.field(default_factory=list)

@dataclasses.dataclass(frozen=True, order=True)
class Frozen:
    number: int = 1
"""

DATACLASS_SLOTS = """
import dataclasses

@dataclasses.dataclass(slots=True)
class Slotted:
    alpha: int
    beta: str = "b"
"""


def many(count):
    def make():
        obj = Empty()
        for number in range(count):
            setattr(obj, "a%d" % number, number)
        return obj
    return make


def deleted():
    obj = Ordinary()
    del obj.second
    return obj


def readded():
    obj = deleted()
    obj.second = "again"
    obj.fourth = 4
    return obj


def other_order():
    obj = Ordinary.__new__(Ordinary)
    obj.third, obj.first = 3, 1
    return obj


def instances():
    untouched = rules.untouched
    empty_untouched, empty = untouched(Empty), Empty()
    empty_asked = Empty()
    vars(empty_asked)
    ordinary, ordinary_asked = untouched(Ordinary), Ordinary()
    vars(ordinary_asked)["by_dict"] = 1
    others = [Ordinary(), Ordinary()]
    one_deleted, one_readded = untouched(deleted), untouched(readded)
    one_other_order = untouched(other_order)
    attributes_29, attributes_30, attributes_31 = (
        untouched(many(29)), untouched(many(30)), untouched(many(31)))
    attributes_60 = untouched(many(60))
    after_many = untouched(Empty)
    replaced = Empty()
    replaced.__dict__ = {"other": "dict", "k": 1}
    strange_names = Empty()
    vars(strange_names).update({"not a name": 1, u"\xe9": 2} if not PYTHON2 else {"b c": 1})
    node, tree = Node(), Node()
    tree.child = node
    node.child = {"parent": tree}
    itself = Empty()
    itself.me = itself
    shape = untouched(functools.partial(Shape, "tri", 3))
    slots_none, slots_some, slots_all = Base(), Base(), Base()
    slots_some.beta = [1]
    slots_all.alpha, slots_all.beta = 1, 2
    derived = Derived()
    derived.alpha, derived.beta, derived.gamma = "a", "b", "g"
    derived_some = Derived()
    derived_some.gamma = None
    both = Both()
    both.in_dict, both.alpha, both.other = 1, 2, 3
    both_slots = Both()
    both_slots.beta = 1
    own = Own()
    own.slot, own.attribute = 1, 2
    private, weak = Private(), Weak()
    weak.value = 1
    old = Old()
    old.attribute = 1
    old_empty = Old()
    of_array = ArrayOf("i", [1])
    of_array.attribute = 1
    fraction = fractions.Fraction(1, 3)
    stream, raw = open("/dev/null", "w"), open("/dev/null", "rb", 0)
    if not PYTHON2:
        raw.extra = stream
        namespace, namespace_empty = types.SimpleNamespace(a=1), types.SimpleNamespace()
        namespace_itself = types.SimpleNamespace()
        namespace_itself.me = namespace_itself
        cached = functools.lru_cache(None)(run("def counted(limit): pass")["counted"])
    if dataclasses:
        made = run(DATACLASS)
        data = untouched(functools.partial(made["Data"], 1, ["a"]))
        data_default, frozen = made["Data"](2), made["Frozen"]()
        del made
    if sys.version_info >= (3, 10):
        slotted = run(DATACLASS_SLOTS)["Slotted"](1)
    expect(code(), locals())
    failures()


# ----------------------------------------------------------------------- exceptions, enums


class Failure(Exception):
    pass


class Stored(Exception):
    def __init__(self, number):
        Exception.__init__(self, "stored", number)
        self.number = number


RAISE_FROM = """
def chained():
    try:
        raise ValueError("bad", 1) from KeyError("cause", 2)
    except ValueError as error:
        return error
"""

ENUMS = """
import enum

class Color(enum.Enum):
    RED = 1
    GREEN = "green"
    BLUE = RED

class Number(enum.IntEnum):
    ONE = 1

class Perm(enum.Flag):
    R = 4
    W = 2
    X = 1

class IntPerm(enum.IntFlag):
    A = 1
    B = 2

class Pair(enum.Enum):
    FIRST = (1, [2])

class Text(str, enum.Enum):
    HERE = "here"

class Rich(enum.Enum):
    EARTH = (5.97, 6.37)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius
"""


def failures():
    none, one, two = ValueError(), ValueError("it's"), ValueError("bad", 1)
    nested = RuntimeError("outer", [KeyError("inner", 2)])
    own_class = Failure("a", "b")
    stored = Stored(7)
    attributes = Failure(1, 2)
    attributes.code, attributes.where = 5, {"line": 3}
    os_error, stop = OSError(2, "No such file"), StopIteration(1, 2)
    key_pair, group = KeyError("k", "l"), None
    exit_two, interrupted = SystemExit(1, 2), KeyboardInterrupt()
    decode = UnicodeDecodeError("ascii", b"\xff", 0, 1, "reason")
    if not PYTHON2:
        chained = run(RAISE_FROM)["chained"]()
    if hasattr(two, "add_note"):
        noted, noted_more = ValueError("x", 2), ValueError("x", 3)
        noted.add_note("note")
        noted_more.code = 5
        noted_more.__cause__ = KeyError("a", "b")
        noted_more.add_note("one")
        noted_more.add_note("two")
        group = rules.builtins.ExceptionGroup("several", [ValueError(1, 2), KeyError(3, 4)])
    if enum:
        made = run(ENUMS)
        color, color_text, color_alias = made["Color"](1), made["Color"].GREEN, \
            made["Color"].BLUE
        number, pair, text = made["Number"].ONE, made["Pair"].FIRST, made["Text"].HERE
        rich = made["Rich"].EARTH
        flag, flags, no_flag = made["Perm"].W, made["Perm"](6), made["Perm"](0)
        int_flag, int_flags = made["IntPerm"].A, made["IntPerm"](3)
        members, class_color = {made["Color"].RED: [made["Number"].ONE]}, made["Color"]
        del made
    expect(code(), locals())
    dates()


# ----------------------------------------------------------------------- the standard library


class Zone(datetime.tzinfo):
    def __init__(self, name):
        self.name = name

    def utcoffset(self, when):
        return datetime.timedelta(hours=1)

    def dst(self, when):
        return datetime.timedelta(0)


def dates():
    date, date_first = datetime.date(2020, 1, 2), datetime.date.min
    time_zero, time_seconds = datetime.time(), datetime.time(1, 2, 3)
    time_full, time_micro = datetime.time(23, 59, 59, 999999), datetime.time(0, 0, 0, 5)
    moment, moment_seconds = datetime.datetime(2020, 1, 2), datetime.datetime(2020, 1, 2, 3, 4, 5)
    moment_micro = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)
    delta_zero, delta_days = datetime.timedelta(), datetime.timedelta(5)
    delta_all = datetime.timedelta(-1, 2, 3)
    delta_seconds, delta_micro = datetime.timedelta(0, 7), datetime.timedelta(0, 0, 9)
    zoned = datetime.datetime(2020, 1, 2, 3, 4, tzinfo=Zone("here"))
    time_zoned = datetime.time(1, 2, tzinfo=Zone("there"))
    if not PYTHON2:
        utc, zone = datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=-3))
        zone_named = datetime.timezone(datetime.timedelta(hours=1, minutes=30), "it's")
        moment_utc = datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc)
        moment_zone = datetime.datetime(2020, 1, 2, 3, tzinfo=zone)
        moment_fold = datetime.datetime(2020, 1, 2, 3, fold=1)
        time_fold = datetime.time(3, 4, fold=1, tzinfo=datetime.timezone.utc)
    expect(code(), locals())
    library()


def library():
    number = decimal.Decimal
    decimal_plain, decimal_negative = number("1.50"), number("-2.5")
    decimal_zero, decimal_zero_exponent = number(0), number("0E-10")
    decimal_minus_zero, decimal_large_zero = number("-0"), number("0E+3")
    decimal_exponent, decimal_tiny = number("1E+30"), number("1.5E-30")
    decimal_small, decimal_smaller = number("0.000001"), number("0.0000001")
    decimal_digits = number("-1234567890123456789012345678901234567890.5")
    decimal_whole = number(10**40)
    decimal_nan, decimal_snan = number("NaN"), number("sNaN")
    decimal_nan_digits, decimal_minus_nan = number("NaN123"), number("-NaN")
    decimal_infinity, decimal_minus_infinity = number("Infinity"), number("-Infinity")
    decimal_19, decimal_20 = number(10**18 + 1), number(10**19 + 5)
    decimal_hundred = number(7) / 3
    identity = rules.twin_text(lambda: uuid.UUID("12345678123456781234567812345678"))
    identity_zero = uuid.UUID(int=1)
    if pathlib:
        path = rules.twin_text(lambda: pathlib.PurePosixPath("/a", "b", "..", "c.txt"))
        path_posix = rules.twin_text(lambda: pathlib.PosixPath("rel/ative/it's"))
        path_here = rules.twin_text(lambda: pathlib.PurePosixPath())
        path_root = rules.twin_text(lambda: pathlib.PosixPath("//two//slashes/"))
        path_joined = rules.twin_text(lambda: pathlib.PosixPath("/a") / "b" / u"\xe9")
        path_parent = rules.twin_text(lambda: pathlib.PosixPath("/a/b/c").parent)
        path_asked = pathlib.PosixPath("/asked")
        str(path_asked)
    unlocked, locked = threading.Lock(), threading.Lock()
    locked.acquire()
    recursive, recursive_held = threading.RLock(), threading.RLock()
    recursive_held.acquire()
    recursive_held.acquire()
    event, event_set = threading.Event(), threading.Event()
    event_set.set()
    queue_empty, queue_items = queue.Queue(), queue.Queue(10)
    for item in range(3):
        queue_items.put(item)
    queue_last, queue_priority = queue.LifoQueue(), queue.PriorityQueue(2)
    for item in (2, 1):
        queue_last.put(item)
        queue_priority.put(item)
    if ctypes:
        c_number, c_array = ctypes.c_int(5), (ctypes.c_char * 3)()
        c_library_function = ctypes.memmove
    file_object = open("/dev/null", "rb")
    expect(code(), locals())
    in_class()


# ----------------------------------------------------------------------- class bodies, paths


def park_in_body(frame):
    expect(frame.f_code, frame.f_locals)
    paths("argument")


def in_class():
    captured = "captured"
    expect(code(), locals())

    class Body(object):
        first, second = 1, ["two"]
        gone = 3
        del gone

        def method(self):
            return captured

        park_in_body(sys._getframe())


class Container(object):
    def __init__(self):
        self.shape = Shape("tri", 3)
        self.by_name = {"k": [1, 2, 3, {"deep": ("end",)}], 5: "five", None: "none"}
        self.items = [10, 20, 30]
        self.__secret = "s"


def paths(argument):
    shape, obj = Shape("tri", 3), Container()
    d = {"k": [1, None, 2.5, {"x": "y"}], "t": (True, b"by\x00tes"), 3: "three", -4: "minus"}
    numbers, pair, point = [1, 2, 3], (1, [2, 3]), Point(7, 8)
    slots = Base()
    slots.alpha = [5]
    ordered = collections.OrderedDict([("one", 1), ("two", [2])])
    queue_like = collections.deque([4, 5, 6])
    text, shadowed = "text", "local"
    module = types.ModuleType("made")
    module.value = [1]
    expect(code(), locals())
    note_prints(code(), locals())
    rules.tell()


def note_prints(here, found):
    """What py-print has to say in the frame of `here`, whose variables are `found`."""
    obj = found["obj"]
    paths_of = {
        "shape.sides": 3, "shape.name": "tri", "obj.shape.sides": 3, "obj.shape": obj.shape,
        "obj.by_name['k'][3]": {"deep": ("end",)}, "obj.by_name['k'][3]['deep'][0]": "end",
        "obj.by_name[5]": "five", "obj.items[1]": 20, "obj.items[-1]": 30,
        "obj._Container__secret": "s", "obj.by_name[\"k\"][0]": 1,
        "d['k'][3]": {"x": "y"}, "d['t'][1]": b"by\x00tes", "d[3]": "three", "d[-4]": "minus",
        "numbers[0]": 1, "numbers[-3]": 1, "pair[1][0]": 2, "point.y": 8, "point[0]": 7,
        "slots.alpha": [5], "slots.alpha[0]": 5, "ordered['two'][0]": 2, "queue_like[2]": 6,
        "GLOBAL_LIST[1]['key'][2][0]": 30, "module.value": [1], "rules.PYTHON2": PYTHON2,
    }
    for expression in sorted(paths_of):
        rules.expect_path(here, expression, paths_of[expression])
    for name in sorted(found):
        rules.expect_print(here, name, "local '%s' = %s" % (name, rules.write(found[name])))
    for name in ("GLOBAL_NUMBER", "GLOBAL_LIST", "GLOBAL_SET", "Shape", "paths", "truth"):
        value = globals()[name]
        rules.expect_print(here, name, "global '%s' = %s" % (name, rules.write(value)))
    for name in ("len", "ValueError", "Ellipsis"):
        value = getattr(rules.builtins, name)
        rules.expect_print(here, name, "builtin '%s' = %s" % (name, rules.write(value)))
    for name in ("shape", "numbers", "text", "d", "ordered"):
        address = "0x%x" % id(found[name])
        rules.expect_print(here, address, "%s = %s" % (address, rules.write(found[name])))
    for missing in ("nope", "doomed"):
        rules.expect_print(here, missing, "'%s' not found" % missing)
    scope, first = scopes.__code__, integers.__code__
    rules.expect_print(scope, "captured", "local 'captured' = [1, 2]")
    rules.expect_print(scope, "captured[1]", "captured[1] = 2")
    rules.expect_print(scope, "doomed", "'doomed' not found")
    rules.expect_print(scope, "never", "'never' not found")
    rules.expect_print(first, "zero", "local 'zero' = 0")
    rules.expect_print(first, "shadowed", "global 'shadowed' = 'global'")


def in_thread(number):
    word, shape = "worker", Shape("thread", number)
    expect(code(), locals())
    prepared.release()
    truth.hold(number)


prepared = threading.Lock()
prepared.acquire()
truth.start(in_thread, 1)
prepared.acquire()
integers()

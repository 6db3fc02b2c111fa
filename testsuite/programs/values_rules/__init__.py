# -*- coding: utf-8 -*-
# SPDX-License-Identifier: MIT
"""What the programs values*.py share: the text that docs/values.md wants for an object.

Written from the document alone, in Python, and run inside the target: nothing here knows how the
plugin reads memory. repr() stands wherever the document says "as repr"; an address is id().

Looking can change what is looked at: __dict__ makes a dict of attributes that were inline, repr()
of a path caches its text. Such objects are described through a twin, see untouched(), twin_text().

Runs on 2.7 and 3.6 and later.
"""
from __future__ import print_function

import collections
import datetime
import decimal
import functools
import json
import os
import re
import sys
import threading
import types
import uuid
import weakref

import truth

try:
    import ctypes
except ImportError:
    ctypes = None
try:
    import builtins
    import enum
    import pathlib
    import queue
except ImportError:  # Python 2.7
    import __builtin__ as builtins
    import Queue as queue
    enum = pathlib = None

PYTHON2 = sys.version_info < (3,)
LONG = getattr(builtins, "long", int)
UNICODE = getattr(builtins, "unicode", str)

# What stands in an expected text for an address that Python does not tell.
ANY_ADDRESS = "0x{any}"

# Beyond so many digits of CPython an int is not written out.
MOST_DIGITS = 10000

_HEAP_TYPE = 1 << 9
_attributes = {}  # id -> names of the attributes of an object that must not be looked at
_texts = {}  # id -> the text of an object that must not be looked at
_keep = []  # what must not be freed: its id stands in an expectation
_document = {"frames": [], "prints": [], "settings": []}


class Limits(object):
    """The settings of docs/values.md, with their defaults."""

    def __init__(self, string_length=1000, items=400, depth=20, width=1024):
        self.string_length = string_length
        self.items = items
        self.depth = depth
        self.width = width

    def commands(self):
        """The debugger's commands that set them."""
        values = sorted(vars(self).items())
        return ["set sidewinder %s %d" % (name.replace("_", "-"), value) for name, value in values]


def at(obj):
    return "at remote 0x%x" % id(obj)


def type_name(obj):
    """What the type of an object calls itself: its tp_name, which only error texts and this tell.

    "_thread.lock", "list"; of a class made in Python the name alone.
    """
    if obj is None:
        return type(obj).__name__  # __get__(None) means something else
    wrapper = repr(object.__repr__.__get__(obj))
    return wrapper[len("<method-wrapper '__repr__' of "):wrapper.rindex(" object at 0x")]


def is_made_in_python(obj):
    """Whether a class statement made the type of an object; types of C are called module.name."""
    return bool(type(obj).__flags__ & _HEAP_TYPE) and "." not in type_name(obj)


def untouched(factory):
    """An object whose __dict__ nobody asked for: its twin knows the names of its attributes."""
    obj = factory()
    _attributes[id(obj)] = list(vars(factory()))
    _keep.append(obj)
    return obj


def twin_text(factory):
    """An object that repr() was never called for: its twin has the same."""
    return with_text(factory(), repr(factory()))


def with_text(obj, text):
    """An object and the text for it; "@" as in the document."""
    _texts[id(obj)] = text.replace("@", at(obj))
    _keep.append(obj)
    return obj


def _slots(obj):
    """(name, value) of the slots that are set, the base class's first.

    Those of one class in the order in which they lie in the object, which is that of their names.
    """
    for cls in reversed(type(obj).__mro__):
        names = vars(cls).get("__slots__", ())
        for name in sorted([names] if isinstance(names, str) else names):
            if name in ("__dict__", "__weakref__"):
                continue
            if name.startswith("__") and not name.endswith("__"):
                name = "_%s%s" % (cls.__name__.lstrip("_"), name)
            try:
                yield name, vars(cls)[name].__get__(obj, cls)
            except AttributeError:
                pass  # not set


def attributes_of(obj):
    """(name, value) in the order of the document."""
    known = _attributes.get(id(obj))
    if known is not None:
        found = [(name, object.__getattribute__(obj, name)) for name in known]
    else:
        try:
            found = list(object.__getattribute__(obj, "__dict__").items())
        except AttributeError:
            found = []
    return found + list(_slots(obj))


def has_place(obj):
    """Whether the object has a dict for attributes, be it empty.

    Before 3.11 the first attribute makes it, and so does to look at it, as attributes_of() does.
    """
    if id(obj) in _attributes and not _attributes[id(obj)] and sys.version_info < (3, 11):
        return False
    return PYTHON2 and type(obj) is types.InstanceType or type(obj).__dictoffset__ != 0


def frame_address(obj):
    """The address of a frame as text. Since 3.11 it is no object: PyFrameObject {PyObject, f_back,
    f_frame ...}."""
    if sys.version_info < (3, 11):
        return "0x%x" % id(obj)
    if not ctypes:
        return ANY_ADDRESS
    offset = object.__basicsize__ + ctypes.sizeof(ctypes.c_void_p)
    return "0x%x" % ctypes.c_void_p.from_address(id(obj) + offset).value


def _qualified(obj):
    return getattr(obj, "__qualname__", None) or obj.__name__


def _code_name(code):
    return getattr(code, "co_qualname", code.co_name)


_PLAIN = (
    type(None), bool, type(Ellipsis), type(NotImplemented), slice, datetime.date, datetime.time,
    datetime.datetime, datetime.timedelta, decimal.Decimal, uuid.UUID,
)
_VIEWS = {
    type(getattr({}, "viewkeys", {}.keys)()): "dict_keys",
    type(getattr({}, "viewvalues", {}.values)()): "dict_values",
    type(getattr({}, "viewitems", {}.items)()): "dict_items",
}
_FROZENDICT = getattr(builtins, "frozendict", None)
_PROXY = getattr(types, "MappingProxyType", None)
_RANGE = getattr(builtins, "xrange", range)
_EVENT = type(threading.Event())
_LOCK = type(threading.Lock())
_BASES = (
    int, LONG, float, complex, UNICODE, bytes, bytearray, list, tuple, dict, set, frozenset,
    collections.deque,
)


class Writer(object):
    """Writes one value."""

    def __init__(self, limits=None):
        self.limits = limits or Limits()
        self.inside = []  # the containers that are being written, outermost first

    def write(self, obj):
        """The text of the object, within the limits."""
        text = self.text(obj)
        width = self.limits.width
        # How large a string is that was cut does not count.
        note, at = "", -1
        if isinstance(obj, (UNICODE, bytes, bytearray)) and len(obj) > self.limits.string_length:
            note = self._whole(obj)
            at = text.find(note)
        if 0 <= at <= width:
            width += len(note)
        if len(text) <= width:
            return text
        return text[:width] + self._whole(obj) + "...(truncated)"

    @staticmethod
    def _whole(obj):
        """How large a string or container is that does not fit."""
        if isinstance(obj, UNICODE):
            return "...(%d characters)" % len(obj)
        if isinstance(obj, (bytes, bytearray)):
            return "...(%d bytes)" % len(obj)
        sized = (list, tuple, dict, set, frozenset, collections.deque) + tuple(_VIEWS)
        sized += (_FROZENDICT,) if _FROZENDICT else ()
        return "...(%d items)" % len(obj) if isinstance(obj, sized) else ""

    def text(self, obj):
        if id(obj) in _texts:
            return _texts[id(obj)]
        kind = type(obj)
        if kind in _BASES:
            return self._base(obj, kind)
        if kind in _PLAIN:
            return self._plain(obj)
        writer = self._writers.get(kind)
        if writer:
            return writer(self, obj)
        if issubclass(kind, type):
            return self._type(obj)
        if enum and issubclass(kind, enum.Enum):
            return self._member(obj)
        if issubclass(kind, BaseException):
            return self._exception(obj)
        if issubclass(kind, tuple) and hasattr(kind, "_fields"):
            pairs = zip(kind._fields, tuple.__iter__(obj))
            return self._within(obj, "%s(" % kind.__name__, ")", len(obj), self._named(pairs))
        if pathlib and issubclass(kind, pathlib.PurePath):
            return repr(obj)
        if isinstance(obj, queue.Queue):
            return self._queue(obj)
        if PYTHON2 and kind is types.InstanceType:
            return self._instance(obj, obj.__class__.__name__, list(vars(obj).items()))
        if is_made_in_python(obj):
            for base in _BASES:
                if issubclass(kind, base):
                    return self._subclass(obj, base)
            return self._instance(obj, kind.__name__, attributes_of(obj))
        return self._other(obj)

    # ------------------------------------------------------------------- parts

    def _within(self, obj, opening, closing, size, texts):
        """A container; texts makes those of the items, one after the other."""
        if any(obj is other for other in self.inside):
            return opening + "..." + closing[-1]
        if size and len(self.inside) >= self.limits.depth:
            return "%s...(%d items)%s" % (opening, size, closing[-1])
        self.inside.append(obj)
        parts = []
        for part in texts:
            if len(parts) == self.limits.items:
                parts.append("...(%d items)" % size)
                break
            parts.append(part)
        self.inside.pop()
        return opening + ", ".join(parts) + closing

    def _items(self, values):
        return (self.text(value) for value in values)

    def _pairs(self, pairs):
        return ("%s: %s" % (self.text(key), self.text(value)) for key, value in pairs)

    def _named(self, pairs):
        return ("%s=%s" % (name, self.text(value)) for name, value in pairs)

    def _sequence(self, obj, values, size=None):
        return self._within(obj, "[", "]", len(obj) if size is None else size,
                            self._items(values))

    def _mapping(self, obj, pairs, opening="{", closing="}"):
        return self._within(obj, opening, closing, len(obj), self._pairs(pairs))

    # ------------------------------------------------------------------- the base types

    def _base(self, obj, base):
        """What `base` itself would write, also for an instance of a subclass."""
        if base in (UNICODE, bytes, bytearray):
            return self._string(obj, base)
        if base is list:
            return self._sequence(obj, list.__iter__(obj))
        if base is tuple:
            closing = ",)" if len(obj) == 1 else ")"
            return self._within(obj, "(", closing, len(obj), self._items(tuple.__iter__(obj)))
        if base is dict:
            keys = list(dict.__iter__(obj))
            return self._mapping(obj, ((key, dict.__getitem__(obj, key)) for key in keys))
        if base in (set, frozenset):
            return self._set(obj, base)
        if base is collections.deque:
            return self._deque(obj)
        if base in (int, LONG) and abs(int(obj)).bit_length() > MOST_DIGITS * self._digit_bits():
            return "<int of %d bits %s>" % (abs(int(obj)).bit_length(), at(obj))
        return base.__repr__(obj)

    @staticmethod
    def _digit_bits():
        return (getattr(sys, "int_info", None) or sys.long_info).bits_per_digit

    def _string(self, obj, base):
        length, most = len(obj), self.limits.string_length
        if length <= most:
            return base.__repr__(base(obj) if base is bytearray else obj)
        unit = "characters" if base is UNICODE else "bytes"
        cut = base.__repr__(base(obj[:most]))
        if base is bytearray:
            return "%s...(%d %s))" % (cut[:-1], length, unit)
        return "%s...(%d %s)" % (cut, length, unit)

    def _set(self, obj, base):
        size = base.__len__(obj)
        if not size:
            return repr(base())
        values = self._items(base.__iter__(obj))
        if PYTHON2:
            return self._within(obj, base.__name__ + "([", "])", size, values)
        if base is frozenset:
            return self._within(obj, "frozenset({", "})", size, values)
        return self._within(obj, "{", "}", size, values)

    def _deque(self, obj):
        text = self._sequence(obj, collections.deque.__iter__(obj))
        most = "" if obj.maxlen is None else ", maxlen=%d" % obj.maxlen
        return "deque(%s%s)" % (text, most)

    def _plain(self, obj):
        if isinstance(obj, slice):
            return "slice(%s)" % ", ".join(self._items((obj.start, obj.stop, obj.step)))
        if isinstance(obj, datetime.timedelta):
            return self._delta(obj)
        zone = getattr(obj, "tzinfo", None)
        if zone is None:
            return repr(obj)
        # "tzinfo" is the last, but for the "fold" of a time.
        fold = ", fold=1" if getattr(obj, "fold", 0) else ""
        bare = repr(obj.replace(tzinfo=None, **({"fold": 0} if fold else {})))[:-1]
        if isinstance(obj, datetime.time):
            return "%s, tzinfo=%s%s)" % (bare, self.text(zone), fold)
        return "%s%s, tzinfo=%s)" % (bare, fold, self.text(zone))

    @staticmethod
    def _delta(obj):
        """repr() has names since 3.7 only."""
        parts = [(name, getattr(obj, name)) for name in ("days", "seconds", "microseconds")]
        text = ", ".join("%s=%d" % part for part in parts if part[1])
        return "datetime.timedelta(%s)" % (text or "0")

    def _timezone(self, obj):
        if obj is datetime.timezone.utc:
            return "datetime.timezone.utc"
        return "datetime.timezone(%s)" % ", ".join(self._items(obj.__getinitargs__()))

    # ------------------------------------------------------------------- classes made in Python

    def _instance(self, obj, name, pairs):
        if any(obj is other for other in self.inside):
            return "<...>"
        if not pairs:
            return "<%s%s %s>" % (name, "()" if has_place(obj) else "", at(obj))
        if len(self.inside) >= self.limits.depth:
            return "<%s(...) %s>" % (name, at(obj))
        return self._within(
            obj, "<%s(" % name, ") %s>" % at(obj), len(pairs), self._named(pairs)
        )

    def _subclass(self, obj, base):
        first = self._base(obj, base)
        rest = list(self._named(attributes_of(obj)))
        return "%s(%s)" % (type(obj).__name__, ", ".join([first] + rest))

    def _member(self, obj):
        name, value = obj._name_, self.text(obj._value_)
        if name is None:
            return "<%s: %s>" % (type(obj).__name__, value)
        return "<%s.%s: %s>" % (type(obj).__name__, name, value)

    def _exception(self, obj):
        parts = list(self._items(obj.args))
        parts += self._named(attributes_of(obj))
        if getattr(obj, "__cause__", None) is not None:
            parts += self._named([("__cause__", obj.__cause__)])
        return "%s(%s)" % (type(obj).__name__, ", ".join(parts))

    def _queue(self, obj):
        name = obj.__class__.__name__
        size = "%d items" % len(obj.queue)
        if obj.maxsize > 0:
            size += ", maxsize %d" % obj.maxsize
        return "<%s (%s) %s>" % (name, size, at(obj))

    # ------------------------------------------------------------------- types of C

    def _other(self, obj):
        pairs = attributes_of(obj) if has_place(obj) else []
        return self._instance(obj, type_name(obj), pairs)

    def _type(self, obj):
        module = obj.__module__
        name = _qualified(obj)
        if module in (builtins.__name__, None):
            return "<class '%s'>" % name
        return "<class '%s.%s'>" % (module, name)

    def _frame(self, obj):
        code = obj.f_code
        names = code.co_varnames + code.co_cellvars + code.co_freevars
        found = obj.f_locals
        seen = []
        for name in names:
            if name in found and name not in seen:
                seen.append(name)
        address = frame_address(obj)
        return "Frame %s, for file %s, line %d, in %s (%s)" % (
            address, code.co_filename, obj.f_lineno, code.co_name,
            ", ".join(self._named((name, found[name]) for name in seen)))

    def _partial(self, obj):
        parts = [self.text(obj.func)] + list(self._items(obj.args))
        parts += self._named((obj.keywords or {}).items())
        return "functools.partial(%s)" % ", ".join(parts)

    def _builtin(self, obj):
        owner = obj.__self__
        if owner is None:
            return "<built-in function %s>" % obj.__name__
        return "<built-in method %s of %s object %s>" % (
            obj.__name__, type_name(owner), at(owner))

    def _cell(self, obj):
        try:
            return "<cell (%s) %s>" % (self.text(obj.cell_contents), at(obj))
        except ValueError:
            return "<cell (empty) %s>" % at(obj)

    def _weakref(self, obj):
        target = obj()
        if target is None:
            return "<weakref (dead) %s>" % at(obj)
        return "<weakref to %s object %s>" % (type_name(target), at(target))

    def _memoryview(self, obj):
        return "<memoryview(obj=%s, format=%r, nbytes=%d) %s>" % (
            self.text(obj.obj), str(obj.format), obj.nbytes, at(obj))

    def _event(self, obj):
        return "<Event (%s) %s>" % ("set" if obj.is_set() else "unset", at(obj))

    def _lock(self, obj):
        state = "locked" if obj.locked() else "unlocked"
        return "<%s %s %s>" % (state, type_name(obj), at(obj))

    def _rlock(self, obj):
        match = re.match(r"<(\w+) \S+ object owner=(\d+) count=(\d+) at ", repr(obj))
        state, owner, count = match.groups()
        if state == "locked":
            return "<locked _thread.RLock (owner 0x%x, count %s) %s>" % (
                int(owner), count, at(obj))
        return "<unlocked _thread.RLock %s>" % at(obj)

    def _view(self, obj):
        kind = _VIEWS[type(obj)]
        if kind == "dict_items":
            texts = ("(%s, %s)" % tuple(self._items(pair)) for pair in obj)
        else:
            texts = self._items(obj)
        return self._within(obj, kind + "([", "])", len(obj), texts)

    _writers = {
        _RANGE: lambda self, obj: repr(obj),
        types.ModuleType: lambda self, obj: "<module '%s' %s>" % (obj.__name__, at(obj)),
        types.FunctionType: lambda self, obj: "<function %s %s>" % (_qualified(obj), at(obj)),
        types.MethodType: lambda self, obj: "<bound method %s of %s object %s>" % (
            _qualified(obj.__func__), type_name(obj.__self__), at(obj.__self__)),
        types.BuiltinFunctionType: _builtin,
        types.CodeType: lambda self, obj: '<code object %s, file "%s", line %d, %s>' % (
            _code_name(obj), obj.co_filename, obj.co_firstlineno, at(obj)),
        type((1).__add__): lambda self, obj: "<method-wrapper '%s' of %s object at 0x%x>" % (
            obj.__name__, type_name(obj.__self__), id(obj.__self__)),
        types.FrameType: _frame,
        types.TracebackType: lambda self, obj: "<traceback (%s:%d in %s) %s>" % (
            os.path.basename(obj.tb_frame.f_code.co_filename), obj.tb_lineno,
            obj.tb_frame.f_code.co_name, at(obj)),
        type((lambda self: lambda: self)(0).__closure__[0]): _cell,
        weakref.ref: _weakref,
        memoryview: _memoryview,
        functools.partial: _partial,
        property: lambda self, obj: "<property(%s) %s>" % (self.text(obj.fget), at(obj)),
        staticmethod: lambda self, obj: "<staticmethod(%s) %s>" % (
            self.text(obj.__func__), at(obj)),
        classmethod: lambda self, obj: "<classmethod(%s) %s>" % (
            self.text(obj.__func__), at(obj)),
        collections.defaultdict: lambda self, obj: "defaultdict(%s)" % self._base(obj, dict),
        collections.OrderedDict: lambda self, obj: "OrderedDict(%s)" % self._mapping(
            obj, list(obj.items())),
        _LOCK: _lock,
        _EVENT: _event,
    }
    for _kind in _VIEWS:
        _writers[_kind] = _view
    if _PROXY:
        _writers[_PROXY] = lambda self, obj: "mappingproxy(%s)" % self._base(dict(obj), dict)
    if _FROZENDICT:
        _writers[_FROZENDICT] = lambda self, obj: self._mapping(
            obj, list(obj.items()), "frozendict({", "})") if obj else repr(obj)
    if not PYTHON2:
        _writers[datetime.timezone] = _timezone
        _writers[type(threading.RLock())] = _rlock


def write(obj, limits=None):
    return Writer(limits).write(obj)


def _entry(name, value, code, text, limits):
    """What the JSON of one local variable has to say."""
    kind = "local"
    if name in code.co_cellvars:
        kind = "cell"
    elif name in code.co_freevars:
        kind = "free"
    elif not code.co_flags & 1:  # CO_OPTIMIZED: a frame without it keeps its names in a dict
        kind = "name"
    _keep.append(value)
    return {
        "kind": kind,
        "type": type_name(value),
        "address": hex(id(value)).rstrip("L"),
        # Since 3.14 a small int may be in a frame without being an object.
        "maybe_no_object": type(value) is int and sys.version_info >= (3, 14),
        "value": write(value, limits) if text is None else text,
    }


def expect(code, found, added=None, texts=None, removed=()):
    """Notes what the frame of `code` has to show: `found` is what locals() says now.

    `added`: variables that it will have only when it is parked; `texts`: for values that will have
    changed until then; `removed`: variables that it will have lost.
    """
    found = dict(found)
    found.update(added or {})
    entries = {}
    for name, value in found.items():
        if name not in removed:
            entries[name] = _entry(name, value, code, (texts or {}).get(name), None)
    _document["frames"].append({
        "name": code.co_name, "first_line": code.co_firstlineno, "locals": entries,
    })


def expect_print(code, expression, text):
    """py-print EXPRESSION in the frame of `code` prints `text`."""
    _document["prints"].append({"frame": code.co_name, "expression": expression, "text": text})


def expect_path(code, expression, value):
    expect_print(code, expression, "%s = %s" % (expression, write(value)))


def expect_within(code, found, limits):
    """What the frame of `code` has to show under other settings."""
    _document["settings"].append({
        "frame": code.co_name,
        "commands": limits.commands(),
        "restore": Limits().commands(),
        "values": dict((name, write(value, limits)) for name, value in found.items()),
    })


def tell():
    """Writes the expectations to values.json in the work directory, and parks: truth.tell()."""
    path = os.path.join(truth.work_directory(), "values.json")
    with open(path, "wb") as stream:
        stream.write(json.dumps(_document).encode("ascii"))
    truth.tell()

/* SPDX-License-Identifier: MIT */
/* Types, each looked at once: what its objects are, and so how they are written. */
#ifndef SW_VALUE_TYPE_H
#define SW_VALUE_TYPE_H

#include "base/arena.h"
#include "base/map.h"
#include "layout/reader.h"
#include "value/typenames.h"

/* What an object is. A subclass has the kind of the base class it extends. */
enum sw_kind {
    SW_KIND_OBJECT = 0, /* nothing is known but its attributes */
    SW_KIND_NONE,
    SW_KIND_ELLIPSIS,
    SW_KIND_NOT_IMPLEMENTED,
    SW_KIND_BOOL,
    SW_KIND_INT,
    SW_KIND_INT27,
    SW_KIND_FLOAT,
    SW_KIND_COMPLEX,
    SW_KIND_STR,
    SW_KIND_UNICODE27,
    SW_KIND_BYTES, /* 2.7: str */
    SW_KIND_BYTEARRAY,
    SW_KIND_MEMORYVIEW,
    SW_KIND_LIST,
    SW_KIND_TUPLE,
    SW_KIND_DEQUE,
    SW_KIND_RANGE,
    SW_KIND_XRANGE27,
    SW_KIND_SLICE,
    SW_KIND_DICT,
    SW_KIND_FROZENDICT,
    SW_KIND_ORDERED_DICT,
    SW_KIND_DICT_KEYS,
    SW_KIND_DICT_VALUES,
    SW_KIND_DICT_ITEMS,
    SW_KIND_MAPPINGPROXY,
    SW_KIND_SET,
    SW_KIND_FROZENSET,
    SW_KIND_TYPE,
    SW_KIND_CLASS27,
    SW_KIND_INSTANCE27,
    SW_KIND_MODULE,
    SW_KIND_FUNCTION,
    SW_KIND_METHOD,
    SW_KIND_BUILTIN,
    SW_KIND_METHOD_WRAPPER,   /* a slot of a type made in C, bound: (1).__add__ */
    SW_KIND_WRAPPED_CALLABLE, /* staticmethod, classmethod, property */
    SW_KIND_PARTIAL,
    SW_KIND_GENERATOR,
    SW_KIND_CODE,
    SW_KIND_FRAME,
    SW_KIND_TRACEBACK,
    SW_KIND_CELL,
    SW_KIND_WEAKREF,
    SW_KIND_EXCEPTION,
    SW_KIND_DATE,
    SW_KIND_TIME,
    SW_KIND_DATETIME,
    SW_KIND_TIMEDELTA,
    SW_KIND_TIMEZONE,
    SW_KIND_DECIMAL,
    SW_KIND_LOCK,
    SW_KIND_RLOCK,
    /* Classes of the standard library that are made in Python. */
    SW_KIND_ENUM,
    SW_KIND_DECIMAL_PYTHON,
    SW_KIND_UUID,
    SW_KIND_PATH,
    SW_KIND_EVENT,
    SW_KIND_QUEUE,
    SW_KIND_COUNT
};

/* A decoded type. Lives in its cache until the cache starts anew. */
struct sw_type {
    sw_addr addr;
    char name[128]; /* tp_name: with its module for types made in C, without for those in Python */
    uint64_t flags; /* tp_flags */
    uint64_t basicsize, itemsize;
    int64_t dictoffset;
    sw_addr base, dict, mro, cached_keys;
    enum sw_kind kind;
    sw_addr solid;       /* the type of the kind: itself, or the nearest base that was made in C */
    uint64_t solid_size; /* its tp_basicsize */
    bool is_python;      /* made in Python, by a class statement */
    sw_addr fields;      /* of a namedtuple: its _fields; 0 otherwise */
    uint64_t absent;     /* what could not be read of it: counted again with each use */
};

/* Types by address. Zero-initialised is a valid, empty cache. */
struct sw_types {
    struct sw_map map;
    struct sw_arena arena;
    const struct sw_runtime *runtime; /* borrowed; NULL: names that cannot be read stay unknown */
    struct sw_type_names names;       /* of types whose tp_name cannot be read */
};

/* The type at `addr`. SW_E_CORRUPT when there is no type: its own type must be one that makes
   types. Valid until the next call of this function or of sw_types_clear(). */
int sw_types_get(struct sw_types *types, const struct sw_reader *reader, sw_addr addr,
    struct sw_error *reterr, const struct sw_type **ret_type);

/* The type of the object at `addr`, likewise. */
int sw_types_of(struct sw_types *types, const struct sw_reader *reader, sw_addr addr,
    struct sw_error *reterr, const struct sw_type **ret_type);

void sw_types_clear(struct sw_types *types);

/* The name behind the last dot of tp_name. */
const char *sw_type_short_name(const struct sw_type *type);

/* Whether the objects have this flag of enum sw_type_flag (object/object.h). */
static inline bool sw_type_has(const struct sw_type *type, unsigned flag)
{
    return type->flags >> flag & 1;
}

#endif

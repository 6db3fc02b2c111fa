/* SPDX-License-Identifier: MIT */
#include "value/type.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "object/dict.h"
#include "object/object.h"
#include "object/text.h"

enum { FLAG_INT27 = 23, FLAG_HEAP = 9 };

/* Types made in C, by tp_name. Names without a module are those of builtins only: a class statement
   can make any such name, so they count only for types that are not on the heap. */
static const struct {
    const char *name;
    enum sw_kind kind;
} names[] = {
    {"NoneType", SW_KIND_NONE},
    {"ellipsis", SW_KIND_ELLIPSIS},
    {"NotImplementedType", SW_KIND_NOT_IMPLEMENTED},
    {"bool", SW_KIND_BOOL},
    {"float", SW_KIND_FLOAT},
    {"complex", SW_KIND_COMPLEX},
    {"bytearray", SW_KIND_BYTEARRAY},
    {"memoryview", SW_KIND_MEMORYVIEW},
    {"range", SW_KIND_RANGE},
    {"xrange", SW_KIND_XRANGE27},
    {"slice", SW_KIND_SLICE},
    {"frozendict", SW_KIND_FROZENDICT},
    {"dict_keys", SW_KIND_DICT_KEYS},
    {"dict_values", SW_KIND_DICT_VALUES},
    {"dict_items", SW_KIND_DICT_ITEMS},
    {"mappingproxy", SW_KIND_MAPPINGPROXY},
    {"set", SW_KIND_SET},
    {"frozenset", SW_KIND_FROZENSET},
    {"classobj", SW_KIND_CLASS27},
    {"instance", SW_KIND_INSTANCE27},
    {"module", SW_KIND_MODULE},
    {"function", SW_KIND_FUNCTION},
    {"method", SW_KIND_METHOD},
    {"instancemethod", SW_KIND_METHOD},
    {"builtin_function_or_method", SW_KIND_BUILTIN},
    {"method-wrapper", SW_KIND_METHOD_WRAPPER},
    {"staticmethod", SW_KIND_WRAPPED_CALLABLE},
    {"classmethod", SW_KIND_WRAPPED_CALLABLE},
    {"property", SW_KIND_WRAPPED_CALLABLE},
    {"generator", SW_KIND_GENERATOR},
    {"coroutine", SW_KIND_GENERATOR},
    {"async_generator", SW_KIND_GENERATOR},
    {"code", SW_KIND_CODE},
    {"frame", SW_KIND_FRAME},
    {"traceback", SW_KIND_TRACEBACK},
    {"cell", SW_KIND_CELL},
    {"weakref", SW_KIND_WEAKREF},
    {"weakref.ReferenceType", SW_KIND_WEAKREF}, /* since 3.12 */
    {"weakproxy", SW_KIND_WEAKREF},
    {"weakcallableproxy", SW_KIND_WEAKREF},
    {"weakref.ProxyType", SW_KIND_WEAKREF},
    {"weakref.CallableProxyType", SW_KIND_WEAKREF},
    {"collections.deque", SW_KIND_DEQUE},
    {"collections.OrderedDict", SW_KIND_ORDERED_DICT},
    {"functools.partial", SW_KIND_PARTIAL},
    {"datetime.date", SW_KIND_DATE},
    {"datetime.time", SW_KIND_TIME},
    {"datetime.datetime", SW_KIND_DATETIME},
    {"datetime.timedelta", SW_KIND_TIMEDELTA},
    {"datetime.timezone", SW_KIND_TIMEZONE},
    {"decimal.Decimal", SW_KIND_DECIMAL},
    {"thread.lock", SW_KIND_LOCK},
    {"_thread.lock", SW_KIND_LOCK},
    {"_thread.RLock", SW_KIND_RLOCK},
    {"OrderedDict", SW_KIND_ORDERED_DICT},
};

/* What the flags say of a type that has no row above, so of every extension of these types. */
static enum sw_kind kind_by_flags(const struct sw_reader *reader, uint64_t flags)
{
    bool old = reader->layout->traits.text_form == SW_TEXT_FORM_BYTES;

    if (flags >> SW_TYPE_TYPE & 1)
        return SW_KIND_TYPE;
    if (flags >> SW_TYPE_EXCEPTION & 1)
        return SW_KIND_EXCEPTION;
    if (flags >> SW_TYPE_DICT & 1)
        return SW_KIND_DICT;
    if (flags >> SW_TYPE_UNICODE & 1)
        return old ? SW_KIND_UNICODE27 : SW_KIND_STR;
    if (flags >> SW_TYPE_BYTES & 1)
        return SW_KIND_BYTES;
    if (flags >> SW_TYPE_TUPLE & 1)
        return SW_KIND_TUPLE;
    if (flags >> SW_TYPE_LIST & 1)
        return SW_KIND_LIST;
    if (flags >> SW_TYPE_LONG & 1)
        return SW_KIND_INT;
    if (flags >> FLAG_INT27 & 1 && old)
        return SW_KIND_INT27;
    return SW_KIND_OBJECT;
}

static bool is_made_in_c(const struct sw_type *type)
{
    return !(type->flags >> FLAG_HEAP & 1) || strchr(type->name, '.') != NULL;
}

static enum sw_kind kind_by_name(const struct sw_type *type)
{
    bool on_heap = type->flags >> FLAG_HEAP & 1;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i].name, type->name) == 0 && (!on_heap || strchr(type->name, '.')))
            return names[i].kind;
    return SW_KIND_OBJECT;
}

/* A core without its binaries lacks tp_name of static types (gdb 13 reads it as ""). */
static int read_name(struct sw_types *types, const struct sw_reader *reader, sw_addr addr,
    struct sw_error *reterr, struct sw_type *type)
{
    int status = sw_type_name(reader, addr, reterr, type->name, sizeof(type->name));
    const char *name = NULL;

    if (status == SW_E_STOPPED || (status == 0 && *type->name))
        return status;
    /* In a process it is there, or this is no type. */
    if (types->runtime && reader->memory->info.kind == SW_TARGET_CORE)
        name = sw_type_names_find(&types->names, types->runtime, addr);
    types->arena.failed = types->arena.failed || types->names.arena.failed;
    snprintf(type->name, sizeof(type->name), "%s", name ? name : "?");
    return 0;
}

static int read_type(struct sw_types *types, const struct sw_reader *reader, sw_addr addr,
    struct sw_error *reterr, struct sw_type *ret_type)
{
    struct sw_type type = {.addr = addr};
    struct sw_span span;
    int status = sw_span_load(reader, SW_S_TYPE, addr, reterr, &span);

    if (status < 0)
        return status;
    type.flags = sw_span_uint(reader, &span, SW_F_TYPE_FLAGS);
    type.basicsize = sw_span_uint(reader, &span, SW_F_TYPE_BASICSIZE);
    type.itemsize = sw_span_uint(reader, &span, SW_F_TYPE_ITEMSIZE);
    type.dictoffset = sw_span_int(reader, &span, SW_F_TYPE_DICTOFFSET);
    type.base = sw_span_uint(reader, &span, SW_F_TYPE_BASE);
    type.dict = sw_span_uint(reader, &span, SW_F_TYPE_DICT);
    type.mro = sw_span_uint(reader, &span, SW_F_TYPE_MRO);
    status = read_name(types, reader, addr, reterr, &type);
    if (status < 0)
        return status;
    if (type.flags >> FLAG_HEAP & 1)
        (void)sw_reader_uint(reader, addr, SW_F_HEAP_TYPE_CACHED_KEYS, NULL, &type.cached_keys);
    type.is_python = !is_made_in_c(&type);
    *ret_type = type;
    return 0;
}

/* ---------------------------------------------------------------- classes made in Python */

static bool module_is(const struct sw_reader *reader, sw_addr dict, const char *const *modules)
{
    sw_addr module;

    if (!dict || sw_dict_find(reader, dict, "__module__", NULL, &module) < 0)
        return false;
    for (; *modules; modules++)
        if (sw_text_is(reader, module, *modules))
            return true;
    return false;
}

/* Whether enum.EnumMeta (EnumType since 3.11) made the class. IntEnum has int for its base, so the
   bases do not tell. */
static bool is_enum(struct sw_types *types, const struct sw_reader *reader, sw_addr class)
{
    static const char *const modules[] = {"enum", NULL};
    struct sw_type at = {.base = 0};

    if (sw_object_type(reader, class, NULL, &at.base) < 0)
        return false;
    for (unsigned i = 0; i < SW_MAX_BASES && at.base; i++) {
        if (read_type(types, reader, at.base, NULL, &at) < 0 || !at.is_python)
            return false;
        if ((strcmp(at.name, "EnumMeta") == 0 || strcmp(at.name, "EnumType") == 0) &&
            module_is(reader, at.dict, modules))
            return true;
    }
    return false;
}

/* A class of the standard library: by its name, and where it was made. */
static enum sw_kind library_kind(const struct sw_reader *reader, const struct sw_type *type)
{
    static const struct {
        const char *name, *modules[4];
        enum sw_kind kind;
    } classes[] = {
        {"UUID", {"uuid"}, SW_KIND_UUID},
        {"Decimal", {"decimal", "_pydecimal"}, SW_KIND_DECIMAL_PYTHON},
        {"PurePath", {"pathlib", "pathlib._local", "pathlib._os"}, SW_KIND_PATH},
        {"Event", {"threading"}, SW_KIND_EVENT},
        {"_Event", {"threading"}, SW_KIND_EVENT},
        {"Queue", {"queue", "Queue"}, SW_KIND_QUEUE},
        {"OrderedDict", {"collections"}, SW_KIND_ORDERED_DICT},
    };

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strcmp(classes[i].name, type->name) == 0 &&
            module_is(reader, type->dict, classes[i].modules))
            return classes[i].kind;
    return SW_KIND_OBJECT;
}

/* Walk to the base that says what the objects are. */
static int find_kind(struct sw_types *types, const struct sw_reader *reader,
    struct sw_error *reterr, struct sw_type *type)
{
    enum sw_kind library = SW_KIND_OBJECT;
    struct sw_type at = *type;

    for (unsigned i = 0; i < SW_MAX_BASES; i++) {
        if (at.is_python) {
            if (library == SW_KIND_OBJECT)
                library = library_kind(reader, &at);
        } else {
            type->kind = kind_by_name(&at);
            if (type->kind == SW_KIND_OBJECT)
                type->kind = kind_by_flags(reader, at.flags);
            type->solid = at.addr;
            type->solid_size = at.basicsize;
            if (type->kind != SW_KIND_OBJECT)
                break;
        }
        if (!at.base)
            break;
        if (read_type(types, reader, at.base, reterr, &at) < 0)
            return reterr->status == SW_E_STOPPED ? SW_E_STOPPED : 0;
    }
    if (type->is_python && is_enum(types, reader, type->addr))
        library = SW_KIND_ENUM;
    /* Also over the int that an IntEnum is. */
    if (library != SW_KIND_OBJECT)
        type->kind = library;
    return 0;
}

/* The objects of a namedtuple's class are tuples whose class has _fields, a tuple as well. */
static void find_fields(
    struct sw_types *types, const struct sw_reader *reader, struct sw_type *type)
{
    struct sw_type at = *type;

    if (type->kind != SW_KIND_TUPLE)
        return;
    for (unsigned i = 0; i < SW_MAX_BASES && at.is_python; i++) {
        if (at.dict && sw_dict_find(reader, at.dict, "_fields", NULL, &type->fields) == 0 &&
            sw_object_check(reader, type->fields, SW_TYPE_TUPLE, "tuple", NULL) == 0)
            return;
        type->fields = 0;
        if (!at.base || read_type(types, reader, at.base, NULL, &at) < 0)
            return;
    }
}

/* ---------------------------------------------------------------- the cache */

void sw_types_clear(struct sw_types *types)
{
    sw_map_clear(&types->map);
    sw_arena_reset(&types->arena);
    sw_type_names_clear(&types->names);
}

/* Whether the object at `addr` is a type: its type makes types. */
static int check_type(const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr)
{
    uint64_t flags;
    sw_addr metatype;
    int status = sw_object_type(reader, addr, reterr, &metatype);

    if (status == 0)
        status = sw_type_flags(reader, metatype, reterr, &flags);
    if (status == 0 && !(flags >> SW_TYPE_TYPE & 1))
        status = sw_fail(reterr, SW_E_CORRUPT, addr, "type", "what lies at 0x%llx is no type",
            (unsigned long long)addr);
    return status;
}

int sw_types_get(struct sw_types *types, const struct sw_reader *reader, sw_addr addr,
    struct sw_error *reterr, const struct sw_type **ret_type)
{
    struct sw_type *type = addr ? sw_map_get(&types->map, addr) : NULL;
    struct sw_error problem;
    uint64_t absent = reader->memory->absent;
    int status;

    if (type) {
        reader->memory->absent += type->absent;
        *ret_type = type;
        return 0;
    }
    if (types->map.count >= SW_MAX_CACHED_TYPES)
        sw_types_clear(types);
    status = check_type(reader, addr, reterr);
    if (status < 0)
        return status;
    type = sw_arena_alloc(&types->arena, sizeof(*type));
    if (!type)
        return sw_fail(reterr, SW_E_NO_MEMORY, addr, "type", "the debugger is out of memory");
    status = read_type(types, reader, addr, reterr, type);
    if (status < 0)
        return status;
    status = find_kind(types, reader, &problem, type);
    if (status < 0) {
        if (reterr)
            *reterr = problem;
        return status;
    }
    find_fields(types, reader, type);
    /* What was interrupted is half known, and must not be kept. */
    if (reader->memory->stopped)
        return sw_fail(reterr, SW_E_STOPPED, addr, "", "interrupted");
    type->absent = reader->memory->absent - absent;
    if (sw_map_put(&types->map, addr, type) < 0) {
        types->arena.failed = true;
        return sw_fail(reterr, SW_E_NO_MEMORY, addr, "type", "the debugger is out of memory");
    }
    *ret_type = type;
    return 0;
}

int sw_types_of(struct sw_types *types, const struct sw_reader *reader, sw_addr addr,
    struct sw_error *reterr, const struct sw_type **ret_type)
{
    struct sw_error problem;
    sw_addr type = 0;
    int status = sw_object_type(reader, addr, &problem, &type);

    if (status == 0)
        status = sw_types_get(types, reader, type, &problem, ret_type);
    if (status == SW_E_CORRUPT)
        return sw_fail(reterr, status, addr, "object", "no object at 0x%llx: %s",
            (unsigned long long)addr, problem.message);
    if (status < 0 && reterr)
        *reterr = problem;
    return status;
}

const char *sw_type_short_name(const struct sw_type *type)
{
    const char *dot = strrchr(type->name, '.');

    return dot && dot[1] ? dot + 1 : type->name;
}

/* SPDX-License-Identifier: MIT */
#include "value/writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object/object.h"

/* How each kind is written. Kinds without a function are a word. */
static const struct {
    const char *word;
    sw_value_put *put;
} kinds[SW_KIND_COUNT] = {
    [SW_KIND_NONE] = {.word = "None"},
    [SW_KIND_ELLIPSIS] = {.word = "Ellipsis"},
    [SW_KIND_NOT_IMPLEMENTED] = {.word = "NotImplemented"},
    [SW_KIND_OBJECT] = {.put = sw_put_instance},
    [SW_KIND_BOOL] = {.put = sw_put_bool},
    [SW_KIND_INT] = {.put = sw_put_int},
    [SW_KIND_INT27] = {.put = sw_put_int27},
    [SW_KIND_FLOAT] = {.put = sw_put_float},
    [SW_KIND_COMPLEX] = {.put = sw_put_complex},
    [SW_KIND_STR] = {.put = sw_put_str},
    [SW_KIND_UNICODE27] = {.put = sw_put_unicode27},
    [SW_KIND_BYTES] = {.put = sw_put_bytes},
    [SW_KIND_BYTEARRAY] = {.put = sw_put_bytearray},
    [SW_KIND_MEMORYVIEW] = {.put = sw_put_memoryview},
    [SW_KIND_LIST] = {.put = sw_put_list},
    [SW_KIND_TUPLE] = {.put = sw_put_tuple},
    [SW_KIND_DEQUE] = {.put = sw_put_deque},
    [SW_KIND_RANGE] = {.put = sw_put_range},
    [SW_KIND_XRANGE27] = {.put = sw_put_xrange27},
    [SW_KIND_SLICE] = {.put = sw_put_slice},
    [SW_KIND_DICT] = {.put = sw_put_dict},
    [SW_KIND_FROZENDICT] = {.put = sw_put_frozendict},
    [SW_KIND_ORDERED_DICT] = {.put = sw_put_ordered_dict},
    [SW_KIND_DICT_KEYS] = {.put = sw_put_dict_view},
    [SW_KIND_DICT_VALUES] = {.put = sw_put_dict_view},
    [SW_KIND_DICT_ITEMS] = {.put = sw_put_dict_view},
    [SW_KIND_MAPPINGPROXY] = {.put = sw_put_mappingproxy},
    [SW_KIND_SET] = {.put = sw_put_set},
    [SW_KIND_FROZENSET] = {.put = sw_put_frozenset},
    [SW_KIND_TYPE] = {.put = sw_put_type},
    [SW_KIND_CLASS27] = {.put = sw_put_class27},
    [SW_KIND_INSTANCE27] = {.put = sw_put_instance},
    [SW_KIND_MODULE] = {.put = sw_put_module},
    [SW_KIND_FUNCTION] = {.put = sw_put_function},
    [SW_KIND_METHOD] = {.put = sw_put_method},
    [SW_KIND_BUILTIN] = {.put = sw_put_builtin},
    [SW_KIND_METHOD_WRAPPER] = {.put = sw_put_method_wrapper},
    [SW_KIND_WRAPPED_CALLABLE] = {.put = sw_put_wrapped_callable},
    [SW_KIND_PARTIAL] = {.put = sw_put_partial},
    [SW_KIND_GENERATOR] = {.put = sw_put_generator},
    [SW_KIND_CODE] = {.put = sw_put_code},
    [SW_KIND_FRAME] = {.put = sw_put_frame},
    [SW_KIND_TRACEBACK] = {.put = sw_put_traceback},
    [SW_KIND_CELL] = {.put = sw_put_cell},
    [SW_KIND_WEAKREF] = {.put = sw_put_weakref},
    [SW_KIND_EXCEPTION] = {.put = sw_put_exception},
    [SW_KIND_DATE] = {.put = sw_put_date},
    [SW_KIND_TIME] = {.put = sw_put_time},
    [SW_KIND_DATETIME] = {.put = sw_put_datetime},
    [SW_KIND_TIMEDELTA] = {.put = sw_put_timedelta},
    [SW_KIND_TIMEZONE] = {.put = sw_put_timezone},
    [SW_KIND_DECIMAL] = {.put = sw_put_decimal},
    [SW_KIND_LOCK] = {.put = sw_put_lock},
    [SW_KIND_RLOCK] = {.put = sw_put_rlock},
    [SW_KIND_ENUM] = {.put = sw_put_enum},
    [SW_KIND_DECIMAL_PYTHON] = {.put = sw_put_decimal_python},
    [SW_KIND_UUID] = {.put = sw_put_uuid},
    [SW_KIND_PATH] = {.put = sw_put_path},
    [SW_KIND_EVENT] = {.put = sw_put_event},
    [SW_KIND_QUEUE] = {.put = sw_put_queue},
};

void sw_writer_init(struct sw_writer *writer, const struct sw_runtime *runtime,
    struct sw_codes *codes, struct sw_types *types, const struct sw_value_limits *limits)
{
    memset(writer, 0, sizeof(*writer));
    writer->runtime = runtime;
    writer->reader = &runtime->reader;
    writer->codes = codes;
    writer->types = types;
    writer->limits = *limits;
    if (writer->limits.depth > SW_MAX_VALUE_DEPTH)
        writer->limits.depth = SW_MAX_VALUE_DEPTH;
    if (writer->limits.width > SW_MAX_VALUE_WIDTH)
        writer->limits.width = SW_MAX_VALUE_WIDTH;
}

void sw_writer_fini(struct sw_writer *writer)
{
    free(writer->text);
    writer->text = NULL;
    sw_arena_reset(&writer->scratch);
}

void sw_writer_reset(struct sw_writer *writer)
{
    writer->len = 0;
    writer->characters = 0;
    writer->full = writer->no_memory = false;
    writer->is_outermost = false;
    writer->unit = NULL;
    writer->nested = 0;
    writer->depth = 0;
    sw_arena_reset(&writer->scratch);
}

/* ---------------------------------------------------------------- text */

bool sw_writer_done(struct sw_writer *writer)
{
    return writer->full || writer->reader->memory->stopped;
}

static bool reserve(struct sw_writer *writer, size_t len)
{
    size_t room = writer->room ? writer->room : 256;
    char *text;

    if (writer->len + len < writer->room)
        return true;
    while (room <= writer->len + len)
        room *= 2;
    text = realloc(writer->text, room);
    if (!text)
        return false;
    writer->text = text;
    writer->room = room;
    return true;
}

static void append(struct sw_writer *writer, const char *text, size_t len)
{
    if (!reserve(writer, len)) {
        writer->full = writer->no_memory = true;
        return;
    }
    memcpy(writer->text + writer->len, text, len);
    writer->len += len;
    writer->text[writer->len] = '\0';
}

/* What was cut, and how large it is: "...(1000000 items)...(truncated)". */
static void put_end(struct sw_writer *writer)
{
    char text[64] = "";

    if (writer->unit)
        snprintf(
            text, sizeof(text), "...(%llu %s)", (unsigned long long)writer->whole, writer->unit);
    append(writer, text, strlen(text));
    append(writer, "...(truncated)", 14);
    writer->full = true;
}

void sw_writer_size(struct sw_writer *writer, uint64_t size, const char *unit)
{
    if (!writer->is_outermost || writer->unit)
        return;
    writer->whole = size;
    writer->unit = unit;
}

void sw_writer_cut(struct sw_writer *writer, uint64_t size, const char *unit)
{
    char text[64];
    int len = snprintf(text, sizeof(text), "...(%llu %s)", (unsigned long long)size, unit);

    if (!writer->is_outermost)
        sw_writer_put(writer, text, (size_t)len);
    else if (!writer->full)
        append(writer, text, (size_t)len);
}

void sw_writer_put(struct sw_writer *writer, const char *text, size_t len)
{
    uint32_t left = writer->limits.width - writer->characters;
    size_t fits = 0;

    if (writer->full)
        return;
    if (len <= left) {
        fits = len; /* as many characters as bytes at most */
        for (size_t i = 0; i < len; i++)
            writer->characters += ((unsigned char)text[i] & 0xc0) != 0x80;
        append(writer, text, fits);
        return;
    }
    while (fits < len && (left || ((unsigned char)text[fits] & 0xc0) == 0x80)) {
        left -= ((unsigned char)text[fits] & 0xc0) != 0x80;
        fits++;
    }
    writer->characters = writer->limits.width - left;
    append(writer, text, fits);
    if (fits < len)
        put_end(writer);
}

void sw_writer_puts(struct sw_writer *writer, const char *text)
{
    sw_writer_put(writer, text, strlen(text));
}

void sw_writer_printf(struct sw_writer *writer, const char *format, ...)
{
    char text[512];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (len > 0)
        sw_writer_put(writer, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
}

void sw_writer_at(struct sw_writer *writer, sw_addr addr)
{
    sw_writer_printf(writer, " at remote 0x%llx>", (unsigned long long)addr);
}

void sw_writer_name(struct sw_writer *writer, sw_addr addr)
{
    struct sw_text text;

    if (addr && sw_text_read(writer->reader, &writer->scratch, addr, SW_MAX_NAME_BYTES, "name",
                    NULL, &text) == 0)
        sw_writer_put(writer, text.data, text.len);
    else
        sw_writer_puts(writer, "?");
}

void sw_writer_unreadable(struct sw_writer *writer, sw_addr addr, const struct sw_error *problem)
{
    sw_writer_printf(
        writer, "<unreadable at remote 0x%llx: %s>", (unsigned long long)addr, problem->message);
}

/* ---------------------------------------------------------------- containers */

enum sw_entered sw_writer_enter(struct sw_writer *writer, sw_addr addr)
{
    for (uint32_t i = 0; i < writer->depth; i++)
        if (writer->inside[i] == addr)
            return SW_ENTERED_CYCLE;
    if (writer->depth >= writer->limits.depth)
        return SW_ENTERED_TOO_DEEP;
    writer->inside[writer->depth++] = addr;
    return SW_ENTERED;
}

void sw_writer_leave(struct sw_writer *writer)
{
    writer->depth--;
}

bool sw_writer_item(struct sw_writer *writer, uint64_t index, uint64_t total)
{
    if (sw_writer_done(writer))
        return false;
    if (index)
        sw_writer_puts(writer, ", ");
    if (index < writer->limits.items)
        return true;
    sw_writer_printf(writer, "...(%llu items)", (unsigned long long)total);
    return false;
}

/* ---------------------------------------------------------------- objects */

static void put_object(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    /* The cache of types may start anew while parts of the object are written. */
    struct sw_type own = *type;

    writer->is_outermost = writer->len == 0 && writer->depth == 0;
    if (kinds[own.kind].word)
        sw_writer_puts(writer, kinds[own.kind].word);
    else
        kinds[own.kind].put(writer, addr, &own);
}

/* What is no container nests without a bound of its own: slices of slices, properties of
   properties. Each takes stack. */
enum { MAX_NESTED = 4 * SW_MAX_VALUE_DEPTH };

void sw_writer_value(struct sw_writer *writer, sw_addr addr)
{
    const struct sw_type *type;
    struct sw_error problem;

    if (sw_writer_done(writer))
        return;
    if (writer->nested >= MAX_NESTED) {
        sw_writer_puts(writer, "...");
        return;
    }
    writer->nested++;
    if (sw_types_of(writer->types, writer->reader, addr, &problem, &type) < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else
        put_object(writer, addr, type);
    writer->nested--;
}

/* An object whose reference count is 0 is being freed. In free memory of CPython's own allocator
   (Objects/obmalloc.c) the first word, which was the count, leads to the next free block: no count
   has bits beyond the 32nd, and what stands there since 3.14 (gh-127022) is 0 in the lower half. In
   free-threaded builds and with Py_TRACE_REFS the count is elsewhere: there nothing is said. */
static int check_alive(const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr)
{
    unsigned size = reader->memory->info.pointer_size;
    uint64_t count;
    int status;

    if (reader->layout->flavour.free_threaded)
        return 0;
    status = sw_memory_ptr(reader->memory, sw_reader_at(reader, addr, SW_F_OBJECT_TYPE) - size,
        "object.refcount", reterr, &count);
    if (status == 0 && (count == 0 || (size == 8 && count >> 32 & 0xffff)))
        return sw_fail(reterr, SW_E_CORRUPT, addr, "object.refcount",
            "the object at 0x%llx is freed, or being freed: its reference count is 0x%llx",
            (unsigned long long)addr, (unsigned long long)count);
    return status;
}

int sw_writer_object(struct sw_writer *writer, sw_addr addr, struct sw_error *reterr)
{
    const struct sw_type *type;
    int status = sw_types_of(writer->types, writer->reader, addr, reterr, &type);

    if (status == 0)
        status = check_alive(writer->reader, addr, reterr);
    if (status < 0)
        return status;
    put_object(writer, addr, type);
    if (writer->reader->memory->stopped)
        return sw_fail(reterr, SW_E_STOPPED, addr, "", "interrupted");
    if (writer->no_memory || !writer->text)
        return sw_fail(reterr, SW_E_NO_MEMORY, addr, "", "the debugger is out of memory");
    return 0;
}

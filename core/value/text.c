/* SPDX-License-Identifier: MIT */
/* str, 2.7's unicode, bytes, bytearray, memoryview. */
#include "object/text.h"

#include <string.h>

#include "base/bytes.h"
#include "object/long.h"
#include "object/object.h"
#include "value/printable.h"
#include "value/wrapped.h"

/* ---------------------------------------------------------------- quotes */

static bool is_printable(uint32_t c)
{
    size_t low = 0, high = sizeof(sw_not_printable) / sizeof(sw_not_printable[0]);

    if (c < 0x80)
        return c >= 0x20 && c != 0x7f;
    while (low < high) {
        size_t middle = (low + high) / 2;

        if (c < sw_not_printable[middle][0])
            high = middle;
        else if (c > sw_not_printable[middle][1])
            low = middle + 1;
        else
            return false;
    }
    return true;
}

/* Double quotes when there is a single one within and no double one (unicode_repr, bytes_repr). */
static char choose_quote(const char *text, size_t len)
{
    return memchr(text, '\'', len) && !memchr(text, '"', len) ? '"' : '\'';
}

/* The escape of a character that has a short one; NULL for others. */
static const char *short_escape(uint32_t c, char quote)
{
    if (c == (unsigned char)quote)
        return quote == '"' ? "\\\"" : "\\'";
    switch (c) {
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

static void put_escaped(struct sw_writer *writer, uint32_t c)
{
    sw_writer_printf(writer, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
}

/* The characters, with `ascii` everything beyond ASCII escaped as 2.7 does. */
static void put_quoted(struct sw_writer *writer, const char *text, size_t len, bool ascii)
{
    char quote = choose_quote(text, len);
    unsigned bytes;

    sw_writer_put(writer, &quote, 1);
    for (size_t i = 0; i < len && !writer->full; i += bytes) {
        uint32_t c = sw_utf8_get(text + i, len - i, &bytes);
        const char *escape = short_escape(c, quote);

        if (escape)
            sw_writer_puts(writer, escape);
        else if (is_printable(c) && (!ascii || c < 0x80))
            sw_writer_put(writer, text + i, bytes);
        else
            put_escaped(writer, c);
    }
    sw_writer_put(writer, &quote, 1);
}

void sw_writer_quoted(struct sw_writer *writer, const char *text, size_t len)
{
    put_quoted(writer, text, len, false);
}

/* With `escape_single` a single quote is escaped whatever stands around (traits.txt). */
static void put_quoted_bytes(
    struct sw_writer *writer, const char *bytes, size_t len, bool escape_single)
{
    char quote = choose_quote(bytes, len);

    sw_writer_put(writer, &quote, 1);
    for (size_t i = 0; i < len && !writer->full; i++) {
        unsigned char c = (unsigned char)bytes[i];
        const char *escape =
            escape_single && c == '\'' ? "\\'" : short_escape(c, escape_single ? '\'' : quote);

        if (escape)
            sw_writer_puts(writer, escape);
        else if (c >= 0x20 && c < 0x7f)
            sw_writer_put(writer, bytes + i, 1);
        else
            sw_writer_printf(writer, "\\x%02x", c);
    }
    sw_writer_put(writer, &quote, 1);
}

/* ---------------------------------------------------------------- str */

static void put_characters(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    struct sw_text text;

    (void)type;
    if (sw_text_read(writer->reader, &writer->scratch, addr, writer->limits.string, "str", &problem,
            &text) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_size(writer, text.length, "characters");
    sw_writer_quoted(writer, text.data, text.len);
    if (text.cut)
        sw_writer_cut(writer, text.length, "characters");
}

void sw_put_str(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_characters);
}

/* Bytes of one Py_UNICODE: only the build knows, and sys.maxunicode says it. */
static unsigned unicode27_width(const struct sw_writer *writer)
{
    sw_addr object;
    int64_t largest = 0;

    return sw_runtime_sys_find(writer->runtime, "maxunicode", &object) == 0 &&
                   sw_long_read(writer->reader, object, NULL, &largest) == 0 && largest == 0xffff
               ? 2
               : 4;
}

/* Units to UTF-8; surrogate pairs of narrow builds are one character. */
static size_t encode_units(
    const uint8_t *raw, size_t count, unsigned width, bool big_endian, char *out)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t c = (uint32_t)sw_bytes_uint(raw + i * width, width, big_endian);

        if (width == 2 && c >= 0xd800 && c < 0xdc00 && i + 1 < count) {
            uint32_t low = (uint32_t)sw_bytes_uint(raw + (i + 1) * width, width, big_endian);

            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                i++;
            }
        }
        used += sw_utf8_put(c, out + used);
    }
    return used;
}

static void put_unicode27(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    unsigned width = unicode27_width(writer);
    struct sw_error problem;
    uint64_t length, data;
    size_t count;
    uint8_t *raw;
    char *text;

    (void)type;
    if (sw_reader_uint(reader, addr, SW_F_UNICODE_LENGTH, &problem, &length) < 0 ||
        sw_reader_uint(reader, addr, SW_F_UNICODE_DATA, &problem, &data) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    count = length < writer->limits.string ? (size_t)length : writer->limits.string;
    raw = sw_arena_alloc(&writer->scratch, count * width + 1);
    text = sw_arena_alloc(&writer->scratch, count * 4 + 1);
    if (!raw || !text) {
        writer->full = writer->no_memory = true;
        return;
    }
    if (count &&
        sw_memory_read(reader->memory, data, raw, count * width, "unicode", &problem) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_size(writer, length, "characters");
    sw_writer_puts(writer, "u");
    put_quoted(
        writer, text, encode_units(raw, count, width, reader->memory->info.big_endian, text), true);
    if (count < length)
        sw_writer_cut(writer, length, "characters");
}

void sw_put_unicode27(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_unicode27);
}

/* ---------------------------------------------------------------- bytes */

static void put_memory(
    struct sw_writer *writer, sw_addr owner, sw_addr data, uint64_t length, bool escape_single)
{
    size_t count = length < writer->limits.string ? (size_t)length : writer->limits.string;
    char *bytes = sw_arena_alloc(&writer->scratch, count + 1);
    struct sw_error problem;

    if (!bytes) {
        writer->full = writer->no_memory = true;
        return;
    }
    if (count &&
        sw_memory_read(writer->reader->memory, data, bytes, count, "bytes", &problem) < 0) {
        sw_writer_unreadable(writer, owner, &problem);
        return;
    }
    /* 2.7's str is what 3.x calls bytes. */
    if (writer->reader->layout->traits.text_form != SW_TEXT_FORM_BYTES)
        sw_writer_puts(writer, "b");
    sw_writer_size(writer, length, "bytes");
    put_quoted_bytes(writer, bytes, count, escape_single);
    if (count < length)
        sw_writer_cut(writer, length, "bytes");
}

static void put_bytes(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    uint64_t length;

    (void)type;
    if (sw_reader_uint(writer->reader, addr, SW_F_BYTES_LENGTH, &problem, &length) < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else
        put_memory(
            writer, addr, sw_reader_at(writer->reader, addr, SW_F_BYTES_DATA), length, false);
}

void sw_put_bytes(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_bytes);
}

static void put_bytearray(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    struct sw_error problem;
    uint64_t length, data;
    bool is_old = reader->layout->traits.text_form == SW_TEXT_FORM_BYTES;

    (void)type;
    if (sw_reader_uint(reader, addr, SW_F_BYTEARRAY_LENGTH, &problem, &length) < 0 ||
        sw_reader_uint(reader, addr, SW_F_BYTEARRAY_START, &problem, &data) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    /* A wrapped one has the class's name before its parentheses already. */
    sw_writer_puts(writer, is_old ? "bytearray(b" : "bytearray(");
    put_memory(writer, addr, data, length,
        reader->layout->traits.bytearray_quotes == SW_BYTEARRAY_QUOTES_ESCAPED);
    sw_writer_puts(writer, ")");
}

void sw_put_bytearray(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_bytearray);
}

/* Include/memoryobject.h (3.x): PyVarObject, mbuf, hash, flags, exports, then Py_buffer {buf, obj,
   len, itemsize, readonly and ndim, format}. 2.7: PyObject, base, Py_buffer {buf, obj, ...}. The
   items that a 3.x memoryview has inside itself are what tells them apart. */
void sw_put_memoryview(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    enum { RELEASED = 1 }; /* _Py_MEMORYVIEW_RELEASED */
    const struct sw_reader *reader = writer->reader;
    unsigned view = type->itemsize ? 5 : 1, ints = 8 / reader->memory->info.pointer_size;
    uint64_t object, length, format, flags = 0;
    struct sw_error problem;
    char text[16];

    if ((type->itemsize && sw_memory_uint(reader->memory, sw_object_word_at(reader, addr, 3), 4,
                               "memoryview", &problem, &flags) < 0) ||
        sw_object_word(reader, addr, view + 1, "view.obj", &problem, &object) < 0 ||
        sw_object_word(reader, addr, view + 2, "view.len", &problem, &length) < 0 ||
        sw_object_word(reader, addr, view + 4 + ints, "view.format", &problem, &format) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    if (flags & RELEASED) {
        sw_writer_puts(writer, "<memoryview (released)");
        sw_writer_at(writer, addr);
        return;
    }
    /* NULL stands for unsigned bytes. */
    memcpy(text, "B", 2);
    if (format)
        (void)sw_memory_string(reader->memory, format, "view.format", text, sizeof(text), &problem);
    sw_writer_puts(writer, "<memoryview(obj=");
    if (object)
        sw_writer_value(writer, object);
    else
        sw_writer_puts(writer, "None");
    sw_writer_puts(writer, ", format=");
    sw_writer_quoted(writer, text, strlen(text));
    sw_writer_printf(writer, ", nbytes=%llu)", (unsigned long long)length);
    sw_writer_at(writer, addr);
}

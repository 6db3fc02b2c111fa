/* SPDX-License-Identifier: MIT */
/* Objects of the standard library whose value is not in their attributes. */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "object/long.h"
#include "object/number.h"
#include "object/object.h"
#include "object/text.h"
#include "value/attributes.h"
#include "value/writer.h"

/* ---------------------------------------------------------------- datetime */

/* Include/datetime.h: behind PyObject a hash, a char `hastzinfo`, then the bytes of the value. */
static int read_date_bytes(
    struct sw_writer *writer, sw_addr addr, struct sw_error *reterr, uint8_t *bytes, unsigned count)
{
    return sw_memory_read(writer->reader->memory, sw_object_word_at(writer->reader, addr, 1), bytes,
        count, "datetime", reterr);
}

void sw_put_date(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    uint8_t b[5];

    if (read_date_bytes(writer, addr, &problem, b, sizeof(b)) < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else
        sw_writer_printf(writer, "%s(%u, %u, %u)", type->name, b[1] << 8 | b[2], b[3], b[4]);
}

/* ", 4", ", 4, 5" and ", 4, 5, 6": microseconds when there are any, seconds when there is either.
 */
static void put_seconds(struct sw_writer *writer, unsigned second, unsigned microsecond)
{
    if (second || microsecond)
        sw_writer_printf(writer, ", %u", second);
    if (microsecond)
        sw_writer_printf(writer, ", %u", microsecond);
}

/* What follows the value: a byte `fold` (3.6), and a tzinfo where hastzinfo says so. The two types
   write them in different order. */
static void put_zone(
    struct sw_writer *writer, sw_addr addr, uint8_t has_zone, unsigned value_bytes, bool fold_first)
{
    const struct sw_reader *reader = writer->reader;
    unsigned size = reader->memory->info.pointer_size;
    bool has_fold = reader->layout->traits.text_form != SW_TEXT_FORM_BYTES;
    sw_addr end = sw_object_word_at(reader, addr, 1) + 1 + value_bytes, zone;
    uint64_t fold = 0;

    if (has_fold)
        (void)sw_memory_uint(reader->memory, end, 1, "fold", NULL, &fold);
    end += has_fold;
    end += (size - (end - addr) % size) % size;
    if (fold && fold_first)
        sw_writer_puts(writer, ", fold=1");
    if (has_zone && sw_memory_ptr(reader->memory, end, "tzinfo", NULL, &zone) == 0) {
        sw_writer_puts(writer, ", tzinfo=");
        sw_writer_value(writer, zone);
    }
    if (fold && !fold_first)
        sw_writer_puts(writer, ", fold=1");
}

void sw_put_time(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    uint8_t b[7];

    if (read_date_bytes(writer, addr, &problem, b, sizeof(b)) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_printf(writer, "%s(%u, %u", type->name, b[1], b[2]);
    put_seconds(writer, b[3], (unsigned)b[4] << 16 | b[5] << 8 | b[6]);
    put_zone(writer, addr, b[0], 6, false);
    sw_writer_puts(writer, ")");
}

void sw_put_datetime(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    uint8_t b[11];

    if (read_date_bytes(writer, addr, &problem, b, sizeof(b)) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_printf(
        writer, "%s(%u, %u, %u, %u, %u", type->name, b[1] << 8 | b[2], b[3], b[4], b[5], b[6]);
    put_seconds(writer, b[7], (unsigned)b[8] << 16 | b[9] << 8 | b[10]);
    put_zone(writer, addr, b[0], 10, true);
    sw_writer_puts(writer, ")");
}

/* A hash, then three ints. 3.7 names them in its repr; before, "datetime.timedelta(1, 2, 3)". */
void sw_put_timedelta(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    static const char *const names[] = {"days", "seconds", "microseconds"};
    const struct sw_reader *reader = writer->reader;
    struct sw_error problem;
    int64_t parts[3];
    bool first = true;

    for (unsigned i = 0; i < 3; i++) {
        uint64_t word;

        if (sw_memory_uint(reader->memory, sw_object_word_at(reader, addr, 1) + 4 * i, 4,
                "timedelta", &problem, &word) < 0) {
            sw_writer_unreadable(writer, addr, &problem);
            return;
        }
        parts[i] = sw_bytes_sign(word, 4);
    }
    sw_writer_printf(writer, "%s(", type->name);
    for (unsigned i = 0; i < 3; i++) {
        if (!parts[i])
            continue;
        sw_writer_printf(writer, "%s%s=%lld", first ? "" : ", ", names[i], (long long)parts[i]);
        first = false;
    }
    sw_writer_puts(writer, first ? "0)" : ")");
}

/* Modules/_datetimemodule.c: offset, name. timezone.utc is the one with offset 0 and no name. */
void sw_put_timezone(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    sw_addr offset, name = 0;
    uint64_t days = 1, rest = 1;

    if (sw_object_word(writer->reader, addr, 0, "offset", &problem, &offset) < 0 ||
        sw_object_word(writer->reader, addr, 1, "name", &problem, &name) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    (void)sw_memory_uint(writer->reader->memory, sw_object_word_at(writer->reader, offset, 1), 4,
        "timedelta", NULL, &days);
    (void)sw_memory_uint(writer->reader->memory, sw_object_word_at(writer->reader, offset, 1) + 4,
        8, "timedelta", NULL, &rest);
    if (!name && !days && !rest) {
        sw_writer_printf(writer, "%s.utc", type->name);
        return;
    }
    sw_writer_printf(writer, "%s(", type->name);
    sw_writer_value(writer, offset);
    if (name) {
        sw_writer_puts(writer, ", ");
        sw_writer_value(writer, name);
    }
    sw_writer_puts(writer, ")");
}

/* ---------------------------------------------------------------- Decimal */

/* Modules/_decimal: a hash, then mpd_t {flags, exp, digits, len, alloc, data}. The number is
   `data`, words of 19 decimal digits (9 on 32-bit targets), least significant first. */
enum { MPD_NEG = 1, MPD_INF = 2, MPD_NAN = 4, MPD_SNAN = 8 };
enum { MAX_WORDS = 64 };

struct decimal {
    uint64_t flags, digits, words, data;
    int64_t exponent;
};

static int read_decimal(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, struct decimal *decimal)
{
    unsigned size = reader->memory->info.pointer_size;
    uint64_t exponent;
    int status = sw_memory_uint(reader->memory, sw_object_word_at(reader, addr, 1), 1, "mpd.flags",
        reterr, &decimal->flags);

    if (status == 0)
        status = sw_object_word(reader, addr, 2, "mpd.exp", reterr, &exponent);
    if (status == 0)
        status = sw_object_word(reader, addr, 3, "mpd.digits", reterr, &decimal->digits);
    if (status == 0)
        status = sw_object_word(reader, addr, 4, "mpd.len", reterr, &decimal->words);
    if (status == 0)
        status = sw_object_word(reader, addr, 6, "mpd.data", reterr, &decimal->data);
    if (status == 0)
        decimal->exponent = sw_bytes_sign(exponent, size);
    return status;
}

/* The digits of the coefficient; false when it is too long to be shown, or not readable. */
static bool coefficient(
    const struct sw_reader *reader, const struct decimal *decimal, char *text, size_t size)
{
    unsigned width = reader->memory->info.pointer_size;
    size_t used = 0;

    if (decimal->words > MAX_WORDS)
        return false;
    text[0] = '\0';
    for (uint64_t i = decimal->words; i-- > 0;) {
        uint64_t word;

        if (sw_memory_uint(
                reader->memory, decimal->data + i * width, width, "mpd.data", NULL, &word) < 0)
            return false;
        used += (size_t)snprintf(text + used, size - used, used ? "%0*llu" : "%.*llu",
            used ? (width == 8 ? 19 : 9) : 1, (unsigned long long)word);
        /* A damaged word has more digits than mpdecimal puts into one. */
        if (used >= size)
            return false;
    }
    return true;
}

/* The General Decimal Arithmetic's to-scientific-string, which Decimal.__str__ is. */
static void put_decimal_text(
    struct sw_writer *writer, const struct decimal *decimal, const char *digits)
{
    int64_t count = (int64_t)strlen(digits), exponent = decimal->exponent;
    int64_t adjusted = exponent + count - 1;

    if (!count)
        return;
    if (exponent <= 0 && adjusted >= -6) {
        int64_t point = count + exponent;

        if (exponent == 0)
            sw_writer_puts(writer, digits);
        else if (point > 0)
            sw_writer_put(writer, digits, (size_t)point);
        else
            sw_writer_printf(writer, "0.%.*s", (int)-point, "000000");
        if (exponent != 0 && point > 0)
            sw_writer_puts(writer, ".");
        if (exponent != 0)
            sw_writer_puts(writer, digits + (point > 0 ? point : 0));
        return;
    }
    sw_writer_put(writer, digits, 1);
    if (count > 1) {
        sw_writer_puts(writer, ".");
        sw_writer_puts(writer, digits + 1);
    }
    sw_writer_printf(writer, "E%s%lld", adjusted < 0 ? "" : "+", (long long)adjusted);
}

static void put_decimal(struct sw_writer *writer, const struct sw_type *type,
    const struct decimal *decimal, const char *digits)
{
    sw_writer_printf(
        writer, "%s('%s", sw_type_short_name(type), decimal->flags & MPD_NEG ? "-" : "");
    if (decimal->flags & MPD_INF) {
        sw_writer_puts(writer, "Infinity");
    } else if (decimal->flags & (MPD_NAN | MPD_SNAN)) {
        sw_writer_puts(writer, decimal->flags & MPD_SNAN ? "sNaN" : "NaN");
        if (decimal->digits)
            sw_writer_puts(writer, digits);
    } else {
        put_decimal_text(writer, decimal, digits);
    }
    sw_writer_puts(writer, "')");
}

void sw_put_decimal(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    char digits[MAX_WORDS * 19 + 1];
    struct sw_error problem;
    struct decimal decimal;

    if (read_decimal(writer->reader, addr, &problem, &decimal) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    if (!coefficient(writer->reader, &decimal, digits, sizeof(digits))) {
        sw_writer_printf(writer, "<%s of %llu digits", sw_type_short_name(type),
            (unsigned long long)decimal.digits);
        sw_writer_at(writer, addr);
        return;
    }
    put_decimal(writer, type, &decimal, digits);
}

/* Lib/_pydecimal.py, 2.7's decimal: _sign, _int (a str of digits), _exp, which of infinity and NaN
   is a letter. */
void sw_put_decimal_python(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    struct decimal decimal = {.flags = 0};
    sw_addr sign, digits, exponent;
    struct sw_text text;
    int64_t negative;

    if (sw_attribute_find(reader, addr, type, "_sign", &sign) < 0 ||
        sw_attribute_find(reader, addr, type, "_int", &digits) < 0 ||
        sw_attribute_find(reader, addr, type, "_exp", &exponent) < 0 ||
        sw_long_read(reader, sign, NULL, &negative) < 0 ||
        sw_text_read(reader, &writer->scratch, digits, MAX_WORDS * 19, "_int", NULL, &text) < 0 ||
        text.cut) {
        sw_put_instance(writer, addr, type);
        return;
    }
    if (sw_text_is(reader, exponent, "F"))
        decimal.flags = MPD_INF;
    else if (sw_text_is(reader, exponent, "n"))
        decimal.flags = MPD_NAN;
    else if (sw_text_is(reader, exponent, "N"))
        decimal.flags = MPD_SNAN;
    else
        (void)sw_long_read(reader, exponent, NULL, &decimal.exponent);
    if (negative)
        decimal.flags |= MPD_NEG;
    decimal.digits = text.len;
    put_decimal(writer, type, &decimal, text.data);
}

/* ---------------------------------------------------------------- classes made in Python */

static void put_uuid_text(
    struct sw_writer *writer, const struct sw_type *type, uint64_t high, uint64_t low)
{
    sw_writer_printf(writer, "%s('%08x-%04x-%04x-%04x-%012llx')", type->name,
        (unsigned)(high >> 32), (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xffff),
        (unsigned)(low >> 48), (unsigned long long)(low & 0xffffffffffff));
}

/* The attribute `int`, 128 bits. */
void sw_put_uuid(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    unsigned width, bits;
    uint64_t count, high = 0, low = 0;
    const struct sw_type *kind;
    bool negative;
    sw_addr value;
    int64_t word;

    if (sw_attribute_find(reader, addr, type, "int", &value) < 0) {
        sw_put_instance(writer, addr, type);
        return;
    }
    /* 2.7 has small ones as another type. */
    if (sw_types_of(writer->types, reader, value, NULL, &kind) == 0 &&
        kind->kind == SW_KIND_INT27 && sw_int27_read(reader, value, NULL, &word) == 0) {
        put_uuid_text(writer, type, 0, (uint64_t)word);
        return;
    }
    if (sw_long_shape(reader, value, NULL, &count, &negative, &width, &bits) < 0 ||
        count > 128 / bits + 1) {
        sw_put_instance(writer, addr, type);
        return;
    }
    for (uint64_t i = count; i-- > 0;) {
        uint64_t digit;

        if (sw_memory_uint(reader->memory,
                sw_reader_at(reader, value, SW_F_LONG_DIGITS) + i * width, width, "int", NULL,
                &digit) < 0) {
            sw_put_instance(writer, addr, type);
            return;
        }
        high = high << bits | low >> (64 - bits);
        low = low << bits | digit;
    }
    put_uuid_text(writer, type, high, low);
}

/* Strings of a list or tuple, joined by slashes as os.path.join does. False when it is none. */
static bool join_parts(
    struct sw_writer *writer, sw_addr sequence, unsigned first, char *path, size_t size)
{
    const struct sw_reader *reader = writer->reader;
    size_t used = strlen(path);
    struct sw_sequence parts;

    if (sw_sequence_open(reader, sequence, "path", NULL, &parts) < 0)
        return false;
    for (uint64_t i = first; i < parts.length && i < SW_MAX_BASES; i++) {
        struct sw_text text;
        sw_addr item;

        if (sw_sequence_item(reader, &parts, i, NULL, &item) < 0 ||
            sw_text_read(reader, &writer->scratch, item, SW_MAX_NAME_BYTES, "path", NULL, &text) <
                0)
            return false;
        if (text.len && text.data[0] == '/')
            used = 0;
        used += (size_t)snprintf(
            path + used, size - used, "%s%s", used && path[used - 1] != '/' ? "/" : "", text.data);
        if (used >= size)
            return false;
    }
    return true;
}

static bool path_attribute(struct sw_writer *writer, sw_addr addr, const struct sw_type *type,
    const char *name, struct sw_text *ret_text)
{
    sw_addr value;

    return sw_attribute_find(writer->reader, addr, type, name, &value) == 0 &&
           sw_text_read(writer->reader, &writer->scratch, value, SW_MAX_NAME_BYTES, name, NULL,
               ret_text) == 0;
}

/* PurePath.__str__ without its work on the parts: "." segments and doubled slashes go away. */
static void put_normal_path(struct sw_writer *writer, char *path)
{
    /* POSIX leaves to the system what exactly two slashes mean. */
    size_t used = path[0] != '/' ? 0 : path[1] == '/' && path[2] != '/' ? 2 : 1;
    const char *from = path + used;

    while (*from) {
        size_t len = strcspn(from, "/");

        if (len && !(len == 1 && from[0] == '.')) {
            if (used && path[used - 1] != '/')
                path[used++] = '/';
            memmove(path + used, from, len);
            used += len;
        }
        from += len + (from[len] == '/');
    }
    if (!used)
        path[used++] = '.';
    sw_writer_quoted(writer, path, used);
}

/* Lib/pathlib: _str is the text once it was asked for; _raw_paths the arguments (3.12); _drv, _root
   and _parts, the first of which is drive and root, before. */
void sw_put_path(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    char path[2 * SW_MAX_NAME_BYTES] = "";
    struct sw_text text;
    sw_addr parts;

    if (path_attribute(writer, addr, type, "_str", &text)) {
        sw_writer_printf(writer, "%s(", type->name);
        sw_writer_quoted(writer, text.data, text.len);
    } else if (sw_attribute_find(writer->reader, addr, type, "_raw_paths", &parts) == 0 &&
               join_parts(writer, parts, 0, path, sizeof(path))) {
        sw_writer_printf(writer, "%s(", type->name);
        put_normal_path(writer, path);
    } else if (sw_attribute_find(writer->reader, addr, type, "_raw_path", &parts) == 0 &&
               path_attribute(writer, addr, type, "_raw_path", &text) && text.len < sizeof(path)) {
        memcpy(path, text.data, text.len + 1);
        sw_writer_printf(writer, "%s(", type->name);
        put_normal_path(writer, path);
    } else if (sw_attribute_find(writer->reader, addr, type, "_parts", &parts) == 0 &&
               join_parts(writer, parts, 0, path, sizeof(path))) {
        sw_writer_printf(writer, "%s(", type->name);
        put_normal_path(writer, path);
    } else {
        sw_put_instance(writer, addr, type);
        return;
    }
    sw_writer_puts(writer, ")");
}

/* threading.Event: _flag; 2.7's private name. */
void sw_put_event(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    sw_addr flag;
    int64_t value;

    if ((sw_attribute_find(reader, addr, type, "_flag", &flag) < 0 &&
            sw_attribute_find(reader, addr, type, "_Event__flag", &flag) < 0) ||
        sw_long_read(reader, flag, NULL, &value) < 0) {
        sw_put_instance(writer, addr, type);
        return;
    }
    /* 2.7's class is _Event: threading.Event is a function there. */
    sw_writer_printf(
        writer, "<%s (%s)", type->name + (type->name[0] == '_'), value ? "set" : "unset");
    sw_writer_at(writer, addr);
}

/* How many items a list or a deque holds. */
static bool sequence_length(struct sw_writer *writer, sw_addr addr, uint64_t *ret_length)
{
    const struct sw_type *type;

    if (sw_types_of(writer->types, writer->reader, addr, NULL, &type) < 0)
        return false;
    if (type->kind == SW_KIND_LIST) {
        struct sw_sequence sequence;

        if (sw_sequence_open(writer->reader, addr, "queue", NULL, &sequence) < 0)
            return false;
        *ret_length = sequence.length;
        return true;
    }
    /* value/sequence.c has the forms of deque. */
    if (type->kind == SW_KIND_DEQUE)
        return sw_object_word(writer->reader, addr,
                   writer->reader->layout->traits.text_form == SW_TEXT_FORM_BYTES ? 4 : 0,
                   "deque.len", NULL, ret_length) == 0;
    return false;
}

/* queue.Queue: `queue`, a deque (of PriorityQueue and LifoQueue a list), and `maxsize`. */
void sw_put_queue(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    int64_t largest = 0;
    uint64_t length;
    sw_addr queue, maxsize;

    if (sw_attribute_find(reader, addr, type, "queue", &queue) < 0 ||
        !sequence_length(writer, queue, &length)) {
        sw_put_instance(writer, addr, type);
        return;
    }
    if (sw_attribute_find(reader, addr, type, "maxsize", &maxsize) == 0)
        (void)sw_long_read(reader, maxsize, NULL, &largest);
    sw_writer_puts(writer, "<");
    sw_writer_class_name(writer, addr, type);
    sw_writer_printf(writer, " (%llu items", (unsigned long long)length);
    if (largest > 0)
        sw_writer_printf(writer, ", maxsize %lld", (long long)largest);
    sw_writer_puts(writer, ")");
    sw_writer_at(writer, addr);
}

/* ---------------------------------------------------------------- locks */

/* Modules/_threadmodule.c. 3.x: the last word holds a char `locked`, or (3.14, and Debian's 3.13) a
   PyMutex, whose lowest bit says the same. 2.7: a pointer to a semaphore, 0 when it is taken. */
void sw_put_lock(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    unsigned size = reader->memory->info.pointer_size;
    bool is_old = reader->layout->traits.text_form == SW_TEXT_FORM_BYTES;
    struct sw_error problem;
    uint64_t word = 0;
    sw_addr semaphore;
    int status;

    if (is_old) {
        status = sw_object_word(reader, addr, 0, "lock", &problem, &semaphore);
        if (status == 0)
            status = sw_memory_uint(reader->memory, semaphore, 4, "semaphore", &problem, &word);
        word = word == 0;
    } else {
        status = sw_memory_uint(
            reader->memory, addr + type->solid_size - size, 1, "lock.locked", &problem, &word);
    }
    if (status < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_printf(writer, "<%s %s", word & 1 ? "locked" : "unlocked", type->name);
    sw_writer_at(writer, addr);
}

/* {lock, owner, count, weak references} up to 3.13; since 3.14 _PyRecursiveMutex {mutex, owner,
   level}, whose level is 0 when it is taken once. */
void sw_put_rlock(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    unsigned size = reader->memory->info.pointer_size;
    bool is_mutex = type->solid_size - reader->layout->sizes[SW_S_OBJECT] <= 3 * size;
    uint64_t lock, owner, count;
    struct sw_error problem;

    if (sw_object_word(reader, addr, 0, "rlock", &problem, &lock) < 0 ||
        sw_object_word(reader, addr, 1, "rlock.owner", &problem, &owner) < 0 ||
        sw_object_word(reader, addr, 2, "rlock.count", &problem, &count) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    if (is_mutex)
        count = (lock & 1) ? count + 1 : 0;
    if (count)
        sw_writer_printf(writer, "<locked %s (owner 0x%llx, count %llu)", type->name,
            (unsigned long long)owner, (unsigned long long)count);
    else
        sw_writer_printf(writer, "<unlocked %s", type->name);
    sw_writer_at(writer, addr);
}

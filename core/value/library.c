/* SPDX-License-Identifier: MIT */
/* Objects of the standard library whose value is not in their attributes. */
#include <stdio.h>
#include <string.h>

#include "object/long.h"
#include "object/number.h"
#include "object/object.h"
#include "object/text.h"
#include "value/attributes.h"
#include "value/writer.h"

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

/* SPDX-License-Identifier: MIT */
/* list, tuple, namedtuple, deque, range, slice. */
#include <string.h>

#include "base/bytes.h"
#include "object/number.h"
#include "object/object.h"
#include "object/sequence.h"
#include "value/wrapped.h"

/* ---------------------------------------------------------------- arrays of objects */

bool sw_writer_items(struct sw_writer *writer, sw_addr addr)
{
    const struct sw_reader *reader = writer->reader;
    struct sw_sequence sequence;
    struct sw_error problem;
    uint64_t wanted, i;
    sw_addr item;

    if (sw_sequence_open(reader, addr, "items", &problem, &sequence) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return true;
    }
    /* Those that come are fetched in few reads. */
    wanted = sequence.length < writer->limits.items ? sequence.length : writer->limits.items;
    sw_memory_prefetch(
        reader->memory, sequence.items, (size_t)(wanted * reader->memory->info.pointer_size));
    for (i = 0; i < sequence.length && sw_writer_item(writer, i, sequence.length); i++) {
        if (sw_sequence_item(reader, &sequence, i, &problem, &item) < 0) {
            sw_writer_unreadable(writer, sequence.items, &problem);
            return true;
        }
        if (item)
            sw_writer_value(writer, item);
        else
            sw_writer_puts(writer, "NULL");
    }
    return i > 0;
}

/* Lengths are signed, and bounded by the address space. */
static bool is_length(
    struct sw_writer *writer, sw_addr addr, const struct sw_type *type, uint64_t length)
{
    struct sw_error problem;

    if (length <= SW_MAX_OBJECT_BYTES / 8)
        return true;
    sw_fail(&problem, SW_E_CORRUPT, addr, "length", "a %s of 0x%llx items", type->name,
        (unsigned long long)length);
    sw_writer_unreadable(writer, addr, &problem);
    return false;
}

static void put_items(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_sequence sequence;

    sw_writer_items(writer, addr);
    if (type->kind == SW_KIND_TUPLE &&
        sw_sequence_open(writer->reader, addr, "tuple", NULL, &sequence) == 0 &&
        sequence.length == 1)
        sw_writer_puts(writer, ",");
}

static void put_sequence(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    bool is_list = type->kind == SW_KIND_LIST;
    struct sw_sequence sequence;
    struct sw_error problem;

    if (sw_sequence_open(writer->reader, addr, type->name, &problem, &sequence) < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else
        sw_writer_container(writer, addr, type, is_list ? "[" : "(", is_list ? "]" : ")",
            sequence.length, put_items);
}

void sw_put_list(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_sequence);
}

/* name=V for each of a namedtuple's _fields. */
static void put_fields(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    struct sw_sequence values, fields;
    struct sw_error problem;
    sw_addr name, value;

    if (sw_sequence_open(reader, addr, "tuple", NULL, &values) < 0 ||
        sw_sequence_open(reader, type->fields, "_fields", NULL, &fields) < 0)
        return;
    for (uint64_t i = 0; i < values.length && sw_writer_item(writer, i, values.length); i++) {
        name = 0;
        (void)sw_sequence_item(reader, &fields, i, NULL, &name);
        sw_writer_name(writer, name);
        sw_writer_puts(writer, "=");
        if (sw_sequence_item(reader, &values, i, &problem, &value) < 0)
            sw_writer_unreadable(writer, values.items, &problem);
        else
            sw_writer_value(writer, value);
    }
}

void sw_put_tuple(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_sequence values, fields;

    if (type->fields && sw_sequence_open(writer->reader, addr, "tuple", NULL, &values) == 0 &&
        sw_sequence_open(writer->reader, type->fields, "_fields", NULL, &fields) == 0 &&
        values.length == fields.length) {
        sw_writer_printf(writer, "%s", type->name);
        sw_writer_container(writer, addr, type, "(", ")", values.length, put_fields);
        return;
    }
    sw_writer_wrapped(writer, addr, type, put_sequence);
}

/* ---------------------------------------------------------------- deque */

/* Modules/_collectionsmodule.c. 3.x: PyVarObject, leftblock, rightblock, leftindex, rightindex,
   state, maxlen; blocks {leftlink, 64 items, rightlink}. 2.7: PyObject, leftblock, rightblock,
   leftindex, rightindex, len, state, maxlen; blocks {62 items, rightlink, leftlink}. */
struct deque {
    uint64_t length, block, index;
    int64_t maxlen;
    unsigned items_at, link_at, block_items; /* in words */
};

static int read_deque(
    struct sw_writer *writer, sw_addr addr, struct sw_error *reterr, struct deque *deque)
{
    const struct sw_reader *reader = writer->reader;
    bool is_old = reader->layout->traits.text_form == SW_TEXT_FORM_BYTES;
    uint64_t maxlen = 0;
    unsigned first = is_old ? 0 : 1;
    int status = sw_object_word(reader, addr, is_old ? 4 : 0, "deque.len", reterr, &deque->length);

    if (status == 0)
        status = sw_object_word(reader, addr, first, "deque.leftblock", reterr, &deque->block);
    if (status == 0)
        status = sw_object_word(reader, addr, first + 2, "deque.leftindex", reterr, &deque->index);
    if (status == 0)
        status = sw_object_word(reader, addr, 6, "deque.maxlen", reterr, &maxlen);
    deque->maxlen = sw_bytes_sign(maxlen, reader->memory->info.pointer_size);
    deque->items_at = is_old ? 0 : 1;
    deque->block_items = is_old ? 62 : 64;
    deque->link_at = is_old ? 62 : 65;
    return status;
}

static void put_deque_items(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_memory *memory = writer->reader->memory;
    unsigned size = memory->info.pointer_size;
    struct sw_error problem;
    struct deque deque;
    int status = read_deque(writer, addr, &problem, &deque);

    (void)type;
    for (uint64_t i = 0; status == 0 && i < deque.length; i++) {
        sw_addr item = 0;

        if (!sw_writer_item(writer, i, deque.length))
            return;
        if (deque.index >= deque.block_items) {
            status = sw_memory_ptr(
                memory, deque.block + deque.link_at * size, "deque", &problem, &deque.block);
            deque.index = 0;
        }
        if (status == 0)
            status = sw_memory_ptr(memory, deque.block + (deque.items_at + deque.index) * size,
                "deque", &problem, &item);
        if (status == 0)
            sw_writer_value(writer, item);
        deque.index++;
    }
    if (status < 0)
        sw_writer_unreadable(writer, addr, &problem);
}

static void put_deque(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    struct deque deque;

    if (read_deque(writer, addr, &problem, &deque) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    if (!is_length(writer, addr, type, deque.length))
        return;
    sw_writer_puts(writer, "deque(");
    sw_writer_container(writer, addr, type, "[", "]", deque.length, put_deque_items);
    if (deque.maxlen >= 0)
        sw_writer_printf(writer, ", maxlen=%lld", (long long)deque.maxlen);
    sw_writer_puts(writer, ")");
}

void sw_put_deque(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_deque);
}

int sw_deque_item(struct sw_writer *writer, sw_addr addr, int64_t index, struct sw_error *reterr,
    sw_addr *ret_value)
{
    struct sw_memory *memory = writer->reader->memory;
    unsigned size = memory->info.pointer_size;
    struct deque deque;
    uint64_t at;
    int status = read_deque(writer, addr, reterr, &deque);

    if (status < 0)
        return status;
    if (index < 0)
        index += (int64_t)deque.length;
    if (index < 0 || (uint64_t)index >= deque.length)
        return SW_E_NOT_FOUND;
    for (at = deque.index + (uint64_t)index; status == 0 && at >= deque.block_items;
         at -= deque.block_items) {
        status = sw_memory_ptr(
            memory, deque.block + deque.link_at * size, "deque", reterr, &deque.block);
        if (status == 0 && sw_memory_interrupted(memory))
            status = sw_fail(reterr, SW_E_STOPPED, addr, "", "interrupted");
    }
    return status < 0 ? status
                      : sw_memory_ptr(memory, deque.block + (deque.items_at + at) * size, "deque",
                            reterr, ret_value);
}

/* ---------------------------------------------------------------- range, slice */

/* Objects that are words in a row, each an object: "range(0, 10)". */
static void put_words(struct sw_writer *writer, sw_addr addr, const char *name, unsigned count)
{
    sw_writer_printf(writer, "%s(", name);
    for (unsigned i = 0; i < count && !sw_writer_done(writer); i++) {
        struct sw_error problem;
        sw_addr value;

        if (i)
            sw_writer_puts(writer, ", ");
        if (sw_object_word(writer->reader, addr, i, name, &problem, &value) < 0) {
            sw_writer_unreadable(writer, addr, &problem);
            return;
        }
        sw_writer_value(writer, value);
    }
    sw_writer_puts(writer, ")");
}

/* Objects/rangeobject.c: start, stop, step, length; the step is not shown when it is 1. */
void sw_put_range(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const char *text;
    uint64_t bits;
    sw_addr step = 0;
    bool is_one =
        sw_object_word(writer->reader, addr, 2, "range.step", NULL, &step) == 0 &&
        sw_long_decimal(writer->reader, &writer->scratch, step, NULL, &text, &bits) == 0 &&
        strcmp(text, "1") == 0;

    (void)type;
    put_words(writer, addr, "range", is_one ? 2 : 3);
}

/* 2.7: start, step, len, all of them C longs. range_repr() tells the end. */
void sw_put_xrange27(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    unsigned size = writer->reader->memory->info.pointer_size;
    uint64_t words[3] = {0, 0, 0};
    int64_t start, step, stop;

    (void)type;
    for (unsigned i = 0; i < 3; i++) {
        struct sw_error problem;

        if (sw_object_word(writer->reader, addr, i, "xrange", &problem, &words[i]) < 0) {
            sw_writer_unreadable(writer, addr, &problem);
            return;
        }
    }
    start = sw_bytes_sign(words[0], size);
    step = sw_bytes_sign(words[1], size);
    stop = (int64_t)(words[0] + words[2] * words[1]);
    if (start == 0 && step == 1)
        sw_writer_printf(writer, "xrange(%lld)", (long long)stop);
    else if (step == 1)
        sw_writer_printf(writer, "xrange(%lld, %lld)", (long long)start, (long long)stop);
    else
        sw_writer_printf(
            writer, "xrange(%lld, %lld, %lld)", (long long)start, (long long)stop, (long long)step);
}

/* Include/sliceobject.h: start, stop, step. */
void sw_put_slice(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    (void)type;
    put_words(writer, addr, "slice", 3);
}

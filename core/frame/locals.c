/* SPDX-License-Identifier: MIT */
#include "frame/locals.h"

#include <string.h>

#include "base/bytes.h"
#include "object/object.h"

/* Include/internal/pycore_code.h: kinds of localsplus (3.11). */
enum { KIND_HIDDEN = 0x10, KIND_LOCAL = 0x20, KIND_CELL = 0x40, KIND_FREE = 0x80 };

/* co_flags: the function's variables are in slots, and f_locals is no dict of its own. */
enum { CODE_OPTIMIZED = 0x1 };

/* Include/internal/pycore_stackref.h (3.14): what the two low bits say. */
enum { TAG_MASK = 3, TAG_INT = 3, TAG_INVALID = 2, TAG_INT_SHIFT = 2 };

const char *sw_local_kind_name(enum sw_local_kind kind)
{
    static const char *const names[] = {"local", "cell", "free", "name"};

    return names[kind];
}

/* ---------------------------------------------------------------- opening */

static int open_names(const struct sw_reader *reader, sw_addr tuple, struct sw_error *reterr,
    struct sw_sequence *ret_names)
{
    int status = sw_sequence_open(reader, tuple, "names of variables", reterr, ret_names);

    if (status == 0 && ret_names->length > SW_MAX_LOCALS)
        return sw_fail(reterr, SW_E_CORRUPT, tuple, "code", "0x%llx names of variables at 0x%llx",
            (unsigned long long)ret_names->length, (unsigned long long)tuple);
    return status;
}

/* 3.11 and later: one tuple of names and a byte for the kind of each. */
static int open_localsplus(
    const struct sw_reader *reader, sw_addr code, struct sw_error *reterr, struct sw_locals *locals)
{
    uint64_t kinds;
    sw_addr names;
    int status = sw_reader_uint(reader, code, SW_F_CODE_LOCALSPLUSNAMES, reterr, &names);

    if (status == 0)
        status = open_names(reader, names, reterr, &locals->names[0]);
    locals->count = locals->names[0].length;
    if (status == 0)
        status = sw_reader_uint(reader, code, SW_F_CODE_LOCALSPLUSKINDS, reterr, &kinds);
    if (status == 0)
        status = sw_object_check(reader, kinds, SW_TYPE_BYTES, "code.localspluskinds", reterr);
    if (status == 0)
        locals->kinds = sw_reader_at(reader, kinds, SW_F_BYTES_DATA);
    locals->ends[0] = locals->ends[1] = locals->ends[2] = locals->count;
    return status;
}

/* 3.10 and before: three tuples, co_varnames, co_cellvars, co_freevars. */
static int open_three(
    const struct sw_reader *reader, sw_addr code, struct sw_error *reterr, struct sw_locals *locals)
{
    static const enum sw_field_id fields[] = {
        SW_F_CODE_VARNAMES, SW_F_CODE_CELLVARS, SW_F_CODE_FREEVARS};

    for (unsigned i = 0; i < 3; i++) {
        sw_addr names;
        int status = sw_reader_uint(reader, code, fields[i], reterr, &names);

        if (status == 0)
            status = open_names(reader, names, reterr, &locals->names[i]);
        if (status < 0)
            return status;
        locals->count += locals->names[i].length;
        locals->ends[i] = locals->count;
    }
    return 0;
}

/* A class body and a module keep their names in f_locals, a dict, or for a class whose metaclass
   has
   __prepare__ some other mapping. */
static int open_namespace(const struct sw_reader *reader, const struct sw_frame *frame,
    struct sw_error *reterr, struct sw_locals *locals)
{
    sw_addr dict, globals;
    int status;

    if (frame->code->flags & CODE_OPTIMIZED)
        return 0;
    status = sw_reader_uint(reader, frame->addr, SW_F_FRAME_LOCALS, reterr, &dict);
    if (status < 0 || !dict)
        return status;
    status = sw_dict_open(reader, dict, reterr, &locals->namespace);
    if (status < 0 && status != SW_E_CORRUPT)
        return status;
    locals->has_namespace = status == 0;
    locals->is_global =
        sw_reader_uint(reader, frame->addr, SW_F_FRAME_GLOBALS, NULL, &globals) == 0 &&
        globals == dict;
    return 0;
}

int sw_locals_open(const struct sw_runtime *runtime, const struct sw_frame *frame,
    struct sw_error *reterr, struct sw_locals *ret_locals)
{
    const struct sw_reader *reader = &runtime->reader;
    struct sw_locals locals = {
        .reader = reader, .is_function = frame->code->flags & CODE_OPTIMIZED};
    bool joined = sw_reader_has(reader, SW_F_CODE_LOCALSPLUSNAMES);
    int status = joined ? open_localsplus(reader, frame->code->addr, reterr, &locals)
                        : open_three(reader, frame->code->addr, reterr, &locals);

    if (status == 0)
        status = open_namespace(reader, frame, reterr, &locals);
    if (status < 0)
        return status;
    locals.slots = sw_reader_at(reader, frame->addr, SW_F_FRAME_LOCALSPLUS);
    sw_memory_prefetch(
        reader->memory, locals.slots, (size_t)(locals.count * reader->memory->info.pointer_size));
    *ret_locals = locals;
    return 0;
}

/* ---------------------------------------------------------------- walking */

/* Which tuple names slot `index`, and what that makes it. */
static int name_of(const struct sw_locals *locals, uint64_t index, struct sw_error *reterr,
    struct sw_local *local, uint8_t *ret_kind)
{
    static const uint8_t kinds[] = {KIND_LOCAL, KIND_CELL, KIND_FREE};
    const struct sw_reader *reader = locals->reader;
    unsigned which = index < locals->ends[0] ? 0 : index < locals->ends[1] ? 1 : 2;
    uint64_t first = which ? locals->ends[which - 1] : 0, kind = kinds[which];
    int status = 0;

    if (locals->kinds)
        status = sw_memory_uint(
            reader->memory, locals->kinds + index, 1, "code.localspluskinds", reterr, &kind);
    *ret_kind = (uint8_t)kind;
    if (status < 0)
        return status;
    return sw_sequence_item(reader, &locals->names[which], index - first, reterr, &local->name);
}

/* The content of a cell; what is no cell (yet: MAKE_CELL makes it) stays. */
static int open_cell(const struct sw_reader *reader, struct sw_error *reterr, sw_addr *value)
{
    char name[16];
    sw_addr type;

    if (sw_object_type(reader, *value, NULL, &type) < 0 ||
        sw_type_name(reader, type, NULL, name, sizeof(name)) < 0 || strcmp(name, "cell") != 0)
        return 0;
    return sw_reader_uint(reader, *value, SW_F_CELL_REF, reterr, value);
}

/* What is in a slot: 1 when it is something. */
static int value_of(const struct sw_locals *locals, uint64_t index, uint8_t kind,
    struct sw_error *reterr, struct sw_local *local)
{
    const struct sw_reader *reader = locals->reader;
    unsigned size = reader->memory->info.pointer_size;
    uint64_t word;
    int status =
        sw_memory_ptr(reader->memory, locals->slots + index * size, "local", reterr, &word);

    if (status < 0)
        return status;
    if (reader->layout->traits.stackref == SW_STACKREF_TAGGED) {
        if ((word & TAG_MASK) == TAG_INT) {
            local->is_int = true;
            local->number = sw_bytes_sign(word, size) >> TAG_INT_SHIFT;
            return 1;
        }
        if ((word & TAG_MASK) == TAG_INVALID)
            return 0;
        word &= ~(uint64_t)TAG_MASK;
    }
    if (word && kind & (KIND_CELL | KIND_FREE))
        status = open_cell(reader, reterr, &word);
    local->value = word;
    return status < 0 ? status : word != 0;
}

/* Before 3.11 an argument that is a cell has a slot as each, and its value in the cell: whether
   slot `index`, whose name this is, is in the tuple of names `which` as well, and where. */
static bool find_other_slot(const struct sw_locals *locals, unsigned which, uint64_t index,
    sw_addr name, uint64_t *ret_slot)
{
    const struct sw_reader *reader = locals->reader;
    uint64_t first = which ? locals->ends[which - 1] : 0, count = locals->ends[which] - first;
    bool is_either = index < locals->ends[1];

    if (locals->kinds || !is_either || (index < locals->ends[0]) == (which == 0))
        return false;
    for (uint64_t i = 0; i < count; i++) {
        sw_addr other;

        if (sw_sequence_item(reader, &locals->names[which], i, NULL, &other) == 0 &&
            other == name) {
            *ret_slot = first + i;
            return true;
        }
    }
    return false;
}

/* Whether a slot was shown under this name: 2.7's function with an exec statement has its variables
   in slots, and copies in a dict. */
static bool is_in_slot(const struct sw_locals *locals, sw_addr name)
{
    const struct sw_reader *reader = locals->reader;
    unsigned size = reader->memory->info.pointer_size;

    for (uint64_t i = 0; i < locals->ends[0]; i++) {
        sw_addr slot_name, value;

        if (sw_sequence_item(reader, &locals->names[0], i, NULL, &slot_name) == 0 &&
            slot_name == name &&
            sw_memory_ptr(reader->memory, locals->slots + i * size, "local", NULL, &value) == 0 &&
            value)
            return true;
    }
    return false;
}

static int next_name(struct sw_locals *locals, struct sw_error *reterr, struct sw_local *ret_local)
{
    int status = 1;

    memset(ret_local, 0, sizeof(*ret_local));
    ret_local->kind = SW_LOCAL_NAME;
    while (locals->has_namespace && status > 0) {
        status = sw_dict_next(&locals->namespace, reterr, &ret_local->name, &ret_local->value);
        locals->has_namespace = status > 0;
        if (status <= 0 || !is_in_slot(locals, ret_local->name))
            return status;
    }
    return 0;
}

int sw_locals_next(struct sw_locals *locals, struct sw_error *reterr, struct sw_local *ret_local)
{
    while (locals->next < locals->count) {
        struct sw_local local = {.name = 0};
        uint64_t index = locals->next++, cell;
        uint8_t kind;
        int status = name_of(locals, index, reterr, &local, &kind);

        /* Variables of an inlined comprehension outside of it (3.12, PEP 709); what a class body
           has in cells, __class__, __classdict__ and variables around it, which are no names of its
           own; a cell that was shown in the place of its argument. */
        if (status == 0 &&
            (kind & KIND_HIDDEN || (kind & (KIND_CELL | KIND_FREE) && !locals->is_function) ||
                find_other_slot(locals, 0, index, local.name, &cell)))
            continue;
        if (status == 0 && find_other_slot(locals, 1, index, local.name, &cell)) {
            index = cell;
            kind = KIND_CELL;
        }
        if (status == 0)
            status = value_of(locals, index, kind, reterr, &local);
        if (status < 0)
            return status;
        if (status == 0)
            continue;
        local.kind = kind & KIND_FREE   ? SW_LOCAL_FREE
                     : kind & KIND_CELL ? SW_LOCAL_CELL
                                        : SW_LOCAL_PLAIN;
        *ret_local = local;
        return 1;
    }
    return next_name(locals, reterr, ret_local);
}

int sw_frame_namespace(const struct sw_runtime *runtime, const struct sw_frame *frame,
    enum sw_field_id field, struct sw_error *reterr, sw_addr *ret_dict)
{
    return sw_reader_uint(&runtime->reader, frame->addr, field, reterr, ret_dict);
}

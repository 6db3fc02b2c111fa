/* SPDX-License-Identifier: MIT */
#include "layout/reader.h"

#include <string.h>

#include "base/bytes.h"

void sw_reader_init(
    struct sw_reader *reader, struct sw_memory *memory, const struct sw_layout *layout)
{
    memset(reader, 0, sizeof(*reader));
    reader->memory = memory;
    reader->layout = layout;
    for (unsigned i = 0; i < SW_F_COUNT; i++) {
        const struct sw_field *field = &layout->fields[i];
        enum sw_struct_id id = sw_field_struct((enum sw_field_id)i);
        uint32_t end;

        if (field->offset == SW_ABSENT || field->offset > SW_SPAN_MAX)
            continue;
        end = field->offset + field->width;
        if (end <= SW_SPAN_MAX && end > reader->ends[id])
            reader->ends[id] = (uint16_t)end;
    }
}

uint32_t sw_reader_code_basicsize(const struct sw_reader *reader)
{
    if (sw_reader_has(reader, SW_F_CODE_BYTECODE_INLINE))
        return reader->layout->fields[SW_F_CODE_BYTECODE_INLINE].offset;
    return reader->layout->sizes[SW_S_CODE];
}

bool sw_reader_is_pointer(const struct sw_reader *reader, sw_addr addr)
{
    unsigned size = reader->memory->info.pointer_size;

    return addr >= SW_PAGE_SIZE && addr % size == 0 && (size == 8 || addr <= UINT32_MAX);
}

typedef int read_function(struct sw_memory *memory, sw_addr addr, void *buf, size_t len,
    const char *field, struct sw_error *reterr);

static int load(const struct sw_reader *reader, enum sw_struct_id id, sw_addr addr,
    read_function *read, struct sw_error *reterr, struct sw_span *ret_span)
{
    int status;

    if (!sw_reader_is_pointer(reader, addr))
        return sw_fail(reterr, SW_E_CORRUPT, addr, sw_struct_name(id),
            "0x%llx cannot be the address of a %s", (unsigned long long)addr, sw_struct_name(id));
    ret_span->addr = addr;
    ret_span->len = reader->ends[id];
    status = read(reader->memory, addr, ret_span->data, ret_span->len, sw_struct_name(id), reterr);
    return status < 0 ? status : 0;
}

int sw_span_load(const struct sw_reader *reader, enum sw_struct_id id, sw_addr addr,
    struct sw_error *reterr, struct sw_span *ret_span)
{
    return load(reader, id, addr, sw_memory_read, reterr, ret_span);
}

int sw_span_load_alone(const struct sw_reader *reader, enum sw_struct_id id, sw_addr addr,
    struct sw_error *reterr, struct sw_span *ret_span)
{
    return load(reader, id, addr, sw_memory_read_alone, reterr, ret_span);
}

static uint64_t pick_bits(const struct sw_field *field, uint64_t unit)
{
    if (!field->bits)
        return unit;
    return (unit >> field->bit) & (((uint64_t)1 << field->bits) - 1);
}

uint64_t sw_span_uint(
    const struct sw_reader *reader, const struct sw_span *span, enum sw_field_id field)
{
    const struct sw_field *at = &reader->layout->fields[field];

    if (at->offset >= span->len || at->width > span->len - at->offset || !at->width)
        return 0;
    return pick_bits(
        at, sw_bytes_uint(span->data + at->offset, at->width, reader->memory->info.big_endian));
}

int64_t sw_span_int(
    const struct sw_reader *reader, const struct sw_span *span, enum sw_field_id field)
{
    return sw_bytes_sign(sw_span_uint(reader, span, field), reader->layout->fields[field].width);
}

int sw_reader_uint(const struct sw_reader *reader, sw_addr addr, enum sw_field_id field,
    struct sw_error *reterr, uint64_t *ret_value)
{
    const struct sw_field *at = &reader->layout->fields[field];
    uint64_t unit = 0;
    int status;

    if (at->offset == SW_ABSENT)
        return sw_fail(reterr, SW_E_NOT_FOUND, addr, sw_field_name(field), "this CPython has no %s",
            sw_field_name(field));
    status = sw_memory_uint(
        reader->memory, addr + at->offset, at->width, sw_field_name(field), reterr, &unit);
    if (status < 0)
        return status;
    *ret_value = pick_bits(at, unit);
    return 0;
}

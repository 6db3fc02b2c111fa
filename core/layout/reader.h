/* SPDX-License-Identifier: MIT */
/*
 * Structs of the target, field by field: the memory seen through a layout. A struct is copied once,
 * up to the end of its last field that is used, and fields are then picked from the copy.
 */
#ifndef SW_LAYOUT_READER_H
#define SW_LAYOUT_READER_H

#include "layout/layout.h"
#include "target/memory.h"

enum { SW_SPAN_MAX = 512 };

struct sw_hash;

struct sw_reader {
    struct sw_memory *memory;
    const struct sw_layout *layout;
    struct sw_hash *hash;      /* of str (object/hash.h); NULL when it is not known */
    uint16_t ends[SW_S_COUNT]; /* end of the last field that lies within SW_SPAN_MAX */
};

/* A copied struct. A plain value. */
struct sw_span {
    sw_addr addr;
    uint32_t len;
    uint8_t data[SW_SPAN_MAX];
};

/* Both pointers are borrowed and must outlive the reader. */
void sw_reader_init(
    struct sw_reader *reader, struct sw_memory *memory, const struct sw_layout *layout);

/* Whether this build has the field. */
static inline bool sw_reader_has(const struct sw_reader *reader, enum sw_field_id field)
{
    return reader->layout->fields[field].offset != SW_ABSENT;
}

/* Address of a field of the struct at `addr`; the field must be there. */
static inline sw_addr sw_reader_at(
    const struct sw_reader *reader, sw_addr addr, enum sw_field_id field)
{
    return addr + reader->layout->fields[field].offset;
}

/* Copy the struct at `addr`. SW_E_CORRUPT for an address that no object can have (NULL,
 * misaligned). */
int sw_span_load(const struct sw_reader *reader, enum sw_struct_id id, sw_addr addr,
    struct sw_error *reterr, struct sw_span *ret_span);

/* The same of a struct near which nothing else will be looked at (sw_memory_read_alone). */
int sw_span_load_alone(const struct sw_reader *reader, enum sw_struct_id id, sw_addr addr,
    struct sw_error *reterr, struct sw_span *ret_span);

/* A field of a copied struct, zero-extended; bit fields shifted down. 0 when this build lacks it or
   it lies behind the copy: ask sw_reader_has() where that matters. */
uint64_t sw_span_uint(
    const struct sw_reader *reader, const struct sw_span *span, enum sw_field_id field);

/* The same, sign-extended. */
int64_t sw_span_int(
    const struct sw_reader *reader, const struct sw_span *span, enum sw_field_id field);

/* One field of the struct at `addr`, for structs too large to copy. SW_E_NOT_FOUND when this build
   does not have it. */
int sw_reader_uint(const struct sw_reader *reader, sw_addr addr, enum sw_field_id field,
    struct sw_error *reterr, uint64_t *ret_value);

/* tp_basicsize of the type `code`. Since 3.11 the bytecode follows the object, and the size ends
   where it begins. */
uint32_t sw_reader_code_basicsize(const struct sw_reader *reader);

/* Whether `addr` can be the address of an object: not NULL, pointer-aligned, within the pointer
 * size. */
bool sw_reader_is_pointer(const struct sw_reader *reader, sw_addr addr);

#endif

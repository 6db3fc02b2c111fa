/* SPDX-License-Identifier: MIT */
#include "object/dict.h"

#include <string.h>

#include "object/hash.h"
#include "object/object.h"
#include "object/text.h"

/* Up to so many entries are looked through: their keys are likely to lie near each other. */
enum { MIN_PROBED = 8, MAX_PROVING = 63 };

/* 2.7: a table of mask + 1 entries {hash, key, value}. */
static int open_table(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, struct sw_dict *dict)
{
    unsigned size = reader->memory->info.pointer_size;
    uint64_t mask;
    int status = sw_reader_uint(reader, addr, SW_F_DICT_MASK, reterr, &mask);

    if (status == 0)
        status = sw_reader_uint(reader, addr, SW_F_DICT_TABLE, reterr, &dict->entries);
    if (status < 0)
        return status;
    dict->count = mask + 1;
    dict->stride = 3 * size;
    dict->key_at = size;
    return 0;
}

/* 3.6 to 3.10: indices of 1, 2, 4 or 8 bytes by the table's size, then entries {hash, key, value}.
 */
static int open_indexed(
    const struct sw_reader *reader, sw_addr keys, struct sw_error *reterr, struct sw_dict *dict)
{
    unsigned size = reader->memory->info.pointer_size, width;
    uint64_t table;
    int status = sw_reader_uint(reader, keys, SW_F_DICT_KEYS_TABLE_SIZE, reterr, &table);

    if (status < 0)
        return status;
    if (table >> SW_MAX_DICT_LOG2)
        return sw_fail(reterr, SW_E_CORRUPT, keys, "dict_keys.table_size",
            "no dict at 0x%llx: its table would have 0x%llx slots", (unsigned long long)keys,
            (unsigned long long)table);
    width = table <= 0xff ? 1 : table <= 0xffff ? 2 : table <= UINT32_MAX ? 4 : 8;
    dict->indices = sw_reader_at(reader, keys, SW_F_DICT_KEYS_INDICES);
    dict->index_count = table;
    dict->index_width = width;
    dict->entries = dict->indices + table * width;
    dict->stride = 3 * size;
    dict->key_at = size;
    return 0;
}

/* 3.11 and later: the same, sizes as logarithms; entries {key, value} when all keys are str (kind
   1), and in split tables (kind 2). */
static int open_kinds(
    const struct sw_reader *reader, sw_addr keys, struct sw_error *reterr, struct sw_dict *dict)
{
    unsigned size = reader->memory->info.pointer_size;
    struct sw_span span;
    uint64_t kind, log2;
    int status = sw_span_load(reader, SW_S_DICT_KEYS, keys, reterr, &span);

    if (status < 0)
        return status;
    kind = sw_span_uint(reader, &span, SW_F_DICT_KEYS_KIND);
    log2 = sw_span_uint(reader, &span, SW_F_DICT_KEYS_LOG2_INDEX_BYTES);
    if (kind > 2 || log2 > SW_MAX_DICT_LOG2)
        return sw_fail(reterr, SW_E_CORRUPT, keys, "dict_keys.kind",
            "no dict at 0x%llx: kind %llu, index of 2^%llu bytes", (unsigned long long)keys,
            (unsigned long long)kind, (unsigned long long)log2);
    /* Indices of 2^3 to 2^7 bytes are bytes, of 2^9 to 2^16 are of 2 bytes, and so on. */
    dict->index_width = log2 < 8 ? 1 : log2 < 17 ? 2 : log2 < 34 ? 4 : 8;
    dict->indices = sw_reader_at(reader, keys, SW_F_DICT_KEYS_INDICES);
    dict->index_count = (UINT64_C(1) << log2) / dict->index_width;
    dict->entries = dict->indices + (UINT64_C(1) << log2);
    dict->stride = (kind == 0 ? 3 : 2) * size;
    dict->key_at = kind == 0 ? size : 0;
    return 0;
}

/* Where a split dict keeps the order of its values. 3.11 and 3.12 (gh-90997): bytes before the
   values, read downwards, behind the sizes {used, prefix}; 3.13 and later: a header {capacity,
   size, embedded, valid} before the values and the bytes behind them, read upwards. */
static int open_order(
    const struct sw_reader *reader, sw_addr values, struct sw_error *reterr, struct sw_dict *dict)
{
    unsigned size = reader->memory->info.pointer_size;
    uint64_t capacity = 0, used;
    bool has_header = sw_reader_has(reader, SW_F_DICT_VALUES_VALUES) &&
                      reader->layout->fields[SW_F_DICT_VALUES_VALUES].offset > 0;
    int status;

    if (reader->layout->traits.dict_form != SW_DICT_FORM_KINDS)
        return 0;
    if (has_header) {
        status = sw_memory_uint(reader->memory, values, 1, "dict_values", reterr, &capacity);
        if (status == 0)
            status = sw_memory_uint(reader->memory, values + 1, 1, "dict_values", reterr, &used);
        dict->order = dict->values + capacity * size;
        dict->order_step = 1;
    } else {
        status = sw_memory_uint(reader->memory, values - 2, 1, "dict_values", reterr, &used);
        dict->order = values - 3;
        dict->order_step = -1;
    }
    if (status == 0 && used < dict->count)
        dict->count = used;
    return status;
}

static int open_keys(const struct sw_reader *reader, sw_addr keys, sw_addr values,
    struct sw_error *reterr, struct sw_dict *dict)
{
    int status = sw_reader_uint(reader, keys, SW_F_DICT_KEYS_NENTRIES, reterr, &dict->count);

    if (status == 0)
        status = reader->layout->traits.dict_form == SW_DICT_FORM_INDEXED
                     ? open_indexed(reader, keys, reterr, dict)
                     : open_kinds(reader, keys, reterr, dict);
    if (status < 0 || !values)
        return status;
    dict->values = values;
    if (sw_reader_has(reader, SW_F_DICT_VALUES_VALUES))
        dict->values = sw_reader_at(reader, values, SW_F_DICT_VALUES_VALUES);
    return open_order(reader, values, reterr, dict);
}

static int check_count(const struct sw_dict *dict, sw_addr addr, struct sw_error *reterr)
{
    if (dict->count >> SW_MAX_DICT_LOG2)
        return sw_fail(reterr, SW_E_CORRUPT, addr, "dict", "no dict at 0x%llx: %llu entries",
            (unsigned long long)addr, (unsigned long long)dict->count);
    return 0;
}

int sw_dict_open_like(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, struct sw_dict *ret_dict)
{
    struct sw_dict dict = {.reader = reader};
    sw_addr keys, values;
    int status;

    if (reader->layout->traits.dict_form == SW_DICT_FORM_TABLE) {
        status = open_table(reader, addr, reterr, &dict);
    } else {
        status = sw_reader_uint(reader, addr, SW_F_DICT_KEYS, reterr, &keys);
        if (status == 0)
            status = sw_reader_uint(reader, addr, SW_F_DICT_VALUES, reterr, &values);
        if (status == 0)
            status = open_keys(reader, keys, values, reterr, &dict);
    }
    if (status == 0)
        status = check_count(&dict, addr, reterr);
    if (status == 0)
        *ret_dict = dict;
    return status;
}

int sw_dict_open(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, struct sw_dict *ret_dict)
{
    int status = sw_object_check(reader, addr, SW_TYPE_DICT, "dict", reterr);

    return status < 0 ? status : sw_dict_open_like(reader, addr, reterr, ret_dict);
}

int sw_dict_open_values(const struct sw_reader *reader, sw_addr keys, sw_addr values,
    struct sw_error *reterr, struct sw_dict *ret_dict)
{
    struct sw_dict dict = {.reader = reader};
    int status = open_keys(reader, keys, values, reterr, &dict);

    if (status == 0)
        status = check_count(&dict, keys, reterr);
    if (status == 0)
        *ret_dict = dict;
    return status;
}

int sw_dict_length(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, uint64_t *ret_length)
{
    return sw_reader_uint(reader, addr, SW_F_DICT_USED, reterr, ret_length);
}

int sw_dict_next(
    struct sw_dict *dict, struct sw_error *reterr, sw_addr *ret_key, sw_addr *ret_value)
{
    struct sw_memory *memory = dict->reader->memory;
    unsigned size = memory->info.pointer_size;

    while (dict->next < dict->count) {
        uint64_t slot = dict->next;
        sw_addr at, value_at, key, value;
        int status = 0;

        if (dict->order)
            status = sw_memory_uint(memory,
                dict->order + (sw_addr)((int64_t)dict->next * dict->order_step), 1, "dict order",
                reterr, &slot);
        at = dict->entries + slot * dict->stride + dict->key_at;
        value_at = dict->values ? dict->values + slot * size : at + size;
        if (status == 0)
            status = sw_memory_ptr(memory, at, "dict entry", reterr, &key);

        if (status == 0)
            status = sw_memory_ptr(memory, value_at, "dict entry", reterr, &value);
        if (status < 0)
            return status;
        dict->next++;
        if (!key || !value) {
            /* A table may be emptied by deletions, and may be damaged into any size. */
            if (dict->next % 4096 == 0 && sw_memory_interrupted(memory))
                return sw_fail(reterr, SW_E_STOPPED, at, "dict", "interrupted");
            continue;
        }
        *ret_key = key;
        *ret_value = value;
        return 1;
    }
    return 0;
}

int sw_dict_hash(const struct sw_dict *dict, struct sw_error *reterr, uint64_t *ret_hash)
{
    /* {hash, key, value}. */
    if (!dict->key_at || dict->values || !dict->next)
        return SW_E_NOT_FOUND;
    return sw_memory_ptr(dict->reader->memory, dict->entries + (dict->next - 1) * dict->stride,
        "dict entry", reterr, ret_hash);
}

/* Whether a slot has the key. SW_E_READ and others when it cannot be known. */
static int slot_has(const struct sw_dict *dict, uint64_t slot, const char *key)
{
    sw_addr found;
    int status = sw_memory_ptr(dict->reader->memory,
        dict->entries + slot * dict->stride + dict->key_at, "dict entry", NULL, &found);

    return status < 0 ? status : found && sw_text_is(dict->reader, found, key);
}

/* The slot of a key, found as CPython finds it (Objects/dictobject.c): 1, 0 when it has none, or a
   negative status. */
static int probe(const struct sw_dict *dict, const char *key, uint64_t hash, uint64_t *ret_slot)
{
    uint64_t index, mask = dict->index_count - 1,
                    empty = UINT64_MAX >> (64 - 8 * dict->index_width);

    index = hash & mask;
    for (unsigned i = 0; i < SW_MAX_DICT_PROBES; i++) {
        int status = sw_memory_uint(dict->reader->memory, dict->indices + index * dict->index_width,
            dict->index_width, "dict index", NULL, ret_slot);

        if (status < 0 || *ret_slot == empty)
            return status;
        if (*ret_slot < dict->index_count)
            status = slot_has(dict, *ret_slot, key);
        if (status != 0)
            return status;
        hash >>= 5;
        index = (index * 5 + hash + 1) & mask;
    }
    return SW_E_LIMIT;
}

/* Whether the dict's first key is found by what we think is its hash: then so are the others. */
static bool proves_hash(const struct sw_dict *dict)
{
    struct sw_arena arena = {.failed = false};
    struct sw_text text;
    sw_addr key;
    uint64_t hash, slot = 1;
    bool proven =
        sw_memory_ptr(dict->reader->memory, dict->entries + dict->key_at, "", NULL, &key) == 0 &&
        sw_text_read(dict->reader, &arena, key, MAX_PROVING, "", NULL, &text) == 0 && !text.cut &&
        sw_hash_ascii(dict->reader, text.data, &hash) && probe(dict, text.data, hash, &slot) == 1 &&
        slot == 0;

    sw_arena_reset(&arena);
    return proven;
}

static bool value_of(const struct sw_dict *dict, uint64_t slot, sw_addr *ret_value)
{
    struct sw_memory *memory = dict->reader->memory;
    unsigned size = memory->info.pointer_size;
    sw_addr at = dict->values ? dict->values + slot * size
                              : dict->entries + slot * dict->stride + dict->key_at + size;

    return sw_memory_ptr(memory, at, "dict entry", NULL, ret_value) == 0 && *ret_value;
}

/* 1 with the value of a key, 0 when the dict has no such key, -1 when it has to be searched. */
static int look_up(const struct sw_dict *dict, const char *key, sw_addr *ret_value)
{
    struct sw_hash *known = dict->reader->hash;
    uint64_t hash, slot;
    int status;

    if (!sw_hash_ascii(dict->reader, key, &hash))
        return -1;
    status = probe(dict, key, hash, &slot);
    if (status > 0)
        return value_of(dict, slot, ret_value) ? 1 : -1;
    if (status == 0 && !known->proven)
        known->proven = proves_hash(dict);
    return status == 0 && known->proven ? 0 : -1;
}

/* The same where it pays. What cannot be read for it is not missed. */
static int look_up_if_large(const struct sw_dict *dict, const char *key, sw_addr *ret_value)
{
    uint64_t absent = dict->reader->memory->absent;
    int found = -1;

    if (dict->count > MIN_PROBED && dict->indices && !(dict->index_count & (dict->index_count - 1)))
        found = look_up(dict, key, ret_value);
    /* A key that cannot be read is not another one. */
    if (dict->reader->memory->absent != absent && found == 0)
        found = -1;
    dict->reader->memory->absent = absent;
    return found;
}

int sw_dict_find(const struct sw_reader *reader, sw_addr addr, const char *key,
    struct sw_error *reterr, sw_addr *ret_value)
{
    struct sw_dict dict;
    sw_addr found, value;
    int status = sw_dict_open(reader, addr, reterr, &dict);

    if (status < 0)
        return status;
    switch (look_up_if_large(&dict, key, ret_value)) {
    case 1:
        return 0;
    case 0:
        return sw_fail(reterr, SW_E_NOT_FOUND, addr, "dict", "no key '%s'", key);
    default:
        break;
    }
    for (unsigned i = 0; i < SW_MAX_DICT_SEARCH; i++) {
        status = sw_dict_next(&dict, reterr, &found, &value);
        if (status < 0)
            return status;
        if (status == 0)
            break;
        if (sw_text_is(reader, found, key)) {
            *ret_value = value;
            return 0;
        }
    }
    return sw_fail(reterr, SW_E_NOT_FOUND, addr, "dict", "no key '%s'", key);
}

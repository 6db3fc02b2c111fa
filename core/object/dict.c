/* SPDX-License-Identifier: MIT */
#include "object/dict.h"

#include <string.h>

#include "object/object.h"
#include "object/text.h"

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
    dict->entries = sw_reader_at(reader, keys, SW_F_DICT_KEYS_INDICES) + table * width;
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
    dict->entries = sw_reader_at(reader, keys, SW_F_DICT_KEYS_INDICES) + (UINT64_C(1) << log2);
    dict->stride = (kind == 0 ? 3 : 2) * size;
    dict->key_at = kind == 0 ? size : 0;
    return 0;
}

int sw_dict_open(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, struct sw_dict *ret_dict)
{
    struct sw_dict dict = {.reader = reader};
    sw_addr keys;
    int status = sw_object_check(reader, addr, SW_TYPE_DICT, "dict", reterr);

    if (status < 0)
        return status;
    if (reader->layout->traits.dict_form == SW_DICT_FORM_TABLE) {
        status = open_table(reader, addr, reterr, &dict);
    } else {
        status = sw_reader_uint(reader, addr, SW_F_DICT_KEYS, reterr, &keys);
        if (status == 0)
            status = sw_reader_uint(reader, addr, SW_F_DICT_VALUES, reterr, &dict.values);
        if (status == 0)
            status = sw_reader_uint(reader, keys, SW_F_DICT_KEYS_NENTRIES, reterr, &dict.count);
        if (status == 0)
            status = reader->layout->traits.dict_form == SW_DICT_FORM_INDEXED
                         ? open_indexed(reader, keys, reterr, &dict)
                         : open_kinds(reader, keys, reterr, &dict);
    }
    if (status < 0)
        return status;
    if (dict.values && sw_reader_has(reader, SW_F_DICT_VALUES_VALUES))
        dict.values = sw_reader_at(reader, dict.values, SW_F_DICT_VALUES_VALUES);
    if (dict.count >> SW_MAX_DICT_LOG2)
        return sw_fail(reterr, SW_E_CORRUPT, addr, "dict", "no dict at 0x%llx: %llu entries",
            (unsigned long long)addr, (unsigned long long)dict.count);
    *ret_dict = dict;
    return 0;
}

int sw_dict_next(
    struct sw_dict *dict, struct sw_error *reterr, sw_addr *ret_key, sw_addr *ret_value)
{
    struct sw_memory *memory = dict->reader->memory;
    unsigned size = memory->info.pointer_size;

    while (dict->next < dict->count) {
        sw_addr at = dict->entries + dict->next * dict->stride + dict->key_at;
        sw_addr value_at = dict->values ? dict->values + dict->next * size : at + size;
        sw_addr key, value;
        int status = sw_memory_ptr(memory, at, "dict entry", reterr, &key);

        if (status == 0)
            status = sw_memory_ptr(memory, value_at, "dict entry", reterr, &value);
        if (status < 0)
            return status;
        dict->next++;
        if (!key || !value)
            continue;
        *ret_key = key;
        *ret_value = value;
        return 1;
    }
    return 0;
}

int sw_dict_find(const struct sw_reader *reader, sw_addr addr, const char *key,
    struct sw_error *reterr, sw_addr *ret_value)
{
    struct sw_dict dict;
    sw_addr found, value;
    int status = sw_dict_open(reader, addr, reterr, &dict);

    if (status < 0)
        return status;
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

/* SPDX-License-Identifier: MIT */
/* dict and its kin, their views, mappingproxy, set, frozenset. */
#include <string.h>

#include "base/map.h"
#include "object/object.h"
#include "object/text.h"
#include "value/attributes.h"
#include "value/wrapped.h"

/* What of each entry is written. */
enum part { KEYS = 1, VALUES = 2, BOTH = 3, PAIRS = 4 };

static void put_entry(struct sw_writer *writer, enum part part, sw_addr key, sw_addr value)
{
    if (part == PAIRS)
        sw_writer_puts(writer, "(");
    if (part != VALUES)
        sw_writer_value(writer, key);
    if (part == BOTH || part == PAIRS)
        sw_writer_puts(writer, part == BOTH ? ": " : ", ");
    if (part != KEYS)
        sw_writer_value(writer, value);
    if (part == PAIRS)
        sw_writer_puts(writer, ")");
}

static void put_entries(
    struct sw_writer *writer, sw_addr addr, struct sw_dict *dict, uint64_t length, enum part part)
{
    struct sw_error problem;
    sw_addr key, value;

    for (uint64_t i = 0; !sw_writer_done(writer); i++) {
        int status = sw_dict_next(dict, &problem, &key, &value);

        if (status < 0)
            sw_writer_unreadable(writer, addr, &problem);
        if (status <= 0 || !sw_writer_item(writer, i, length))
            return;
        put_entry(writer, part, key, value);
    }
}

static void put_dict_part(struct sw_writer *writer, sw_addr addr, enum part part)
{
    struct sw_error problem;
    struct sw_dict dict;
    uint64_t length;

    if (sw_dict_open_like(writer->reader, addr, &problem, &dict) < 0 ||
        sw_dict_length(writer->reader, addr, &problem, &length) < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else
        put_entries(writer, addr, &dict, length, part);
}

static void put_dict_items(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    (void)type;
    put_dict_part(writer, addr, BOTH);
}

static void put_braced(
    struct sw_writer *writer, sw_addr addr, const struct sw_type *type, sw_value_put *put)
{
    struct sw_error problem;
    uint64_t length;

    if (sw_dict_length(writer->reader, addr, &problem, &length) < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else
        sw_writer_container(writer, addr, type, "{", "}", length, put);
}

static void put_dict(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    put_braced(writer, addr, type, put_dict_items);
}

void sw_put_dict(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_dict);
}

/* 3.15: a dict's struct with a hash behind it, but no subclass of dict. */
void sw_put_frozendict(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    uint64_t length = 0;

    (void)sw_dict_length(writer->reader, addr, NULL, &length);
    sw_writer_printf(writer, "%s(", type->name);
    if (length)
        put_dict(writer, addr, type);
    sw_writer_puts(writer, ")");
}

/* ---------------------------------------------------------------- OrderedDict */

/* Where the next key of an OrderedDict is. */
struct order {
    bool is_list; /* 2.7: lists [previous, next, key]; 3.x: struct _odictnode {key, hash, next} */
    sw_addr node, end;
};

/* Objects/odictobject.c (3.5+): od_first lies behind the dict. 2.7's Lib/collections.py: the
   attribute __root is a list that its own links lead back to. */
static int open_order(struct sw_writer *writer, sw_addr addr, const struct sw_type *type,
    struct sw_error *reterr, struct order *order)
{
    const struct sw_reader *reader = writer->reader;

    order->is_list = type->solid_size <= reader->layout->sizes[SW_S_DICT];
    order->node = order->end = 0;
    if (!order->is_list)
        return sw_memory_ptr(reader->memory, addr + reader->layout->sizes[SW_S_DICT], "od_first",
            reterr, &order->node);
    if (sw_attribute_find(reader, addr, type, "_OrderedDict__root", &order->end) < 0)
        return sw_fail(reterr, SW_E_NOT_FOUND, addr, "OrderedDict", "its order is not known");
    order->node = order->end;
    return 0;
}

static int list_item(
    const struct sw_reader *reader, sw_addr list, unsigned index, sw_addr *ret_item)
{
    struct sw_sequence sequence;
    int status = sw_sequence_open(reader, list, "link", NULL, &sequence);

    return status < 0 ? status : sw_sequence_item(reader, &sequence, index, NULL, ret_item);
}

/* 1 and the next key, 0 at the end or when a link cannot be followed. */
static int next_in_order(const struct sw_reader *reader, struct order *order, sw_addr *ret_key)
{
    unsigned size = reader->memory->info.pointer_size;
    sw_addr node = order->node;

    if (order->is_list)
        return list_item(reader, node, 1, &order->node) == 0 && order->node != order->end &&
               list_item(reader, order->node, 2, ret_key) == 0;
    return node && sw_memory_ptr(reader->memory, node, "node.key", NULL, ret_key) == 0 &&
           sw_memory_ptr(reader->memory, node + 2 * size, "node.next", NULL, &order->node) == 0;
}

/* The values of the dict by the address of their keys. */
static int map_values(const struct sw_reader *reader, sw_addr addr, struct sw_map *map)
{
    struct sw_dict dict;
    sw_addr key, value;
    int status = sw_dict_open_like(reader, addr, NULL, &dict);

    for (unsigned i = 0; status == 0 && i < SW_MAX_DICT_SEARCH; i++) {
        status = sw_dict_next(&dict, NULL, &key, &value);
        if (status <= 0)
            return status;
        /* A map keeps host pointers; the number of the target's address fits one on 64-bit hosts,
           and on 32-bit hosts targets are 32-bit as well or the entry is not found. */
        status = sw_map_put(map, key, (void *)(uintptr_t)value);
    }
    return status;
}

static void put_in_order(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_map values = {.slots = NULL};
    struct sw_error problem;
    struct order order;
    uint64_t length = 0;
    sw_addr key;

    (void)sw_dict_length(writer->reader, addr, NULL, &length);
    if (open_order(writer, addr, type, &problem, &order) < 0 ||
        map_values(writer->reader, addr, &values) < 0) {
        sw_map_clear(&values);
        put_dict_items(writer, addr, type);
        return;
    }
    for (uint64_t i = 0; i < length && next_in_order(writer->reader, &order, &key) > 0; i++) {
        sw_addr value = (sw_addr)(uintptr_t)(key ? sw_map_get(&values, key) : NULL);

        if (!value || !sw_writer_item(writer, i, length))
            break;
        put_entry(writer, BOTH, key, value);
    }
    sw_map_clear(&values);
}

void sw_put_ordered_dict(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_printf(writer, "%s(", sw_type_short_name(type));
    put_braced(writer, addr, type, put_in_order);
    sw_writer_puts(writer, ")");
}

/* ---------------------------------------------------------------- views */

static void put_viewed(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    sw_addr dict;

    if (sw_object_word(writer->reader, addr, 0, "dv_dict", &problem, &dict) < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else
        put_dict_part(writer, dict,
            type->kind == SW_KIND_DICT_KEYS     ? KEYS
            : type->kind == SW_KIND_DICT_VALUES ? VALUES
                                                : PAIRS);
}

/* Objects/dictobject.c: the view's first word is its dict. */
void sw_put_dict_view(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    uint64_t length;
    sw_addr dict;

    if (sw_object_word(writer->reader, addr, 0, "dv_dict", &problem, &dict) < 0 ||
        sw_dict_length(writer->reader, dict, &problem, &length) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_printf(writer, "%s(", type->name);
    sw_writer_container(writer, addr, type, "[", "]", length, put_viewed);
    sw_writer_puts(writer, ")");
}

/* Objects/descrobject.c: the first word is the mapping. */
void sw_put_mappingproxy(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    sw_addr mapping;

    (void)type;
    sw_writer_puts(writer, "mappingproxy(");
    if (sw_object_word(writer->reader, addr, 0, "mapping", &problem, &mapping) < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else
        sw_writer_value(writer, mapping);
    sw_writer_puts(writer, ")");
}

/* ---------------------------------------------------------------- sets */

/* Objects/setobject.c marks deleted entries with a dummy: an object of a type of its own, and hash
   -1 (3.x); in 2.7 a str. */
static bool is_dummy(const struct sw_reader *reader, sw_addr key, uint64_t hash)
{
    uint64_t minus_one = reader->memory->info.pointer_size == 8 ? UINT64_MAX : UINT32_MAX;
    char text[32];
    sw_addr type;

    if (reader->layout->traits.dict_form == SW_DICT_FORM_TABLE)
        return sw_text_is(reader, key, "<dummy key>");
    return hash == minus_one && sw_object_type(reader, key, NULL, &type) == 0 &&
           sw_type_name(reader, type, NULL, text, sizeof(text)) == 0 &&
           strcmp(text, "<dummy key> type") == 0;
}

static void put_set_items(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    unsigned size = reader->memory->info.pointer_size;
    /* 2.7: {hash, key}; 3.x: {key, hash}. */
    unsigned key_at = reader->layout->traits.dict_form == SW_DICT_FORM_TABLE ? size : 0;
    uint64_t mask = 0, table = 0, used = 0, shown = 0;
    struct sw_error problem;
    int status = sw_reader_uint(reader, addr, SW_F_SET_MASK, &problem, &mask);

    (void)type;
    if (status == 0)
        status = sw_reader_uint(reader, addr, SW_F_SET_TABLE, &problem, &table);
    if (status == 0)
        status = sw_reader_uint(reader, addr, SW_F_SET_USED, &problem, &used);
    for (uint64_t i = 0; status == 0 && i <= mask && shown < used; i++) {
        sw_addr at = table + i * 2 * size, key, hash;

        if (i >= SW_MAX_SET_SLOTS) {
            sw_writer_printf(
                writer, "%s...(%llu items)", shown ? ", " : "", (unsigned long long)used);
            return;
        }
        status = sw_memory_ptr(reader->memory, at + key_at, "set entry", &problem, &key);
        if (status < 0 || !key)
            continue;
        status = sw_memory_ptr(reader->memory, at + size - key_at, "set entry", &problem, &hash);
        if (status < 0 || is_dummy(reader, key, hash))
            continue;
        if (!sw_writer_item(writer, shown++, used))
            return;
        sw_writer_value(writer, key);
    }
    if (status < 0)
        sw_writer_unreadable(writer, addr, &problem);
}

/* set_repr(): "{1, 2}" for a set that is not empty (3.x), "set([1, 2])" in 2.7, a name around it
   for others. */
static void put_any_set(
    struct sw_writer *writer, sw_addr addr, const struct sw_type *type, const char *name)
{
    bool is_old = writer->reader->layout->traits.dict_form == SW_DICT_FORM_TABLE;
    struct sw_error problem;
    uint64_t used;

    if (sw_reader_uint(writer->reader, addr, SW_F_SET_USED, &problem, &used) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    if (!used) {
        sw_writer_printf(writer, is_old ? "%s([])" : "%s()", name);
        return;
    }
    if (is_old || strcmp(name, "set") != 0)
        sw_writer_printf(writer, "%s(", name);
    sw_writer_container(
        writer, addr, type, is_old ? "[" : "{", is_old ? "]" : "}", used, put_set_items);
    if (is_old || strcmp(name, "set") != 0)
        sw_writer_puts(writer, ")");
}

static void put_set(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    put_any_set(writer, addr, type, "set");
}

static void put_frozenset(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    put_any_set(writer, addr, type, "frozenset");
}

void sw_put_set(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_set);
}

void sw_put_frozenset(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_writer_wrapped(writer, addr, type, put_frozenset);
}

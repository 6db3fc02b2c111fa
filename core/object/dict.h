/* SPDX-License-Identifier: MIT */
/* dict: its entries in order, for every form that CPython has had. */
#ifndef SW_OBJECT_DICT_H
#define SW_OBJECT_DICT_H

#include "layout/reader.h"

/* A walk over the entries of one dict. A plain value. */
struct sw_dict {
    const struct sw_reader *reader;
    sw_addr entries;
    sw_addr values; /* split dicts: the instance's own values; 0 otherwise */
    uint64_t count; /* slots, used or not */
    uint64_t next;
    sw_addr indices;      /* where the slot of a hash is looked up; 0 in tables without (2.7) */
    uint64_t index_count; /* a power of 2 */
    unsigned index_width;
    unsigned stride;
    unsigned key_at; /* offset of the key in an entry; the value follows it */
    /* Split dicts since 3.11: the entries in the order in which they were set, a byte each. */
    sw_addr order; /* address of the first of these bytes; 0 where the entries have that order */
    int order_step;
};

/* Begin a walk. Lengths are checked against what a dict can have. */
int sw_dict_open(const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr,
    struct sw_dict *ret_dict);

/* The same for what is laid out as a dict but is none: 3.15's frozendict. */
int sw_dict_open_like(const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr,
    struct sw_dict *ret_dict);

/* Begin a walk over values that lie apart from any dict: those of an instance without __dict__
   (3.11 and later). `values` is the address of struct _dictvalues (3.13), of the array before it.
 */
int sw_dict_open_values(const struct sw_reader *reader, sw_addr keys, sw_addr values,
    struct sw_error *reterr, struct sw_dict *ret_dict);

/* ma_used: how many entries there are. */
int sw_dict_length(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, uint64_t *ret_length);

/* The next entry: 1, 0 at the end, or a negative status. */
int sw_dict_next(
    struct sw_dict *dict, struct sw_error *reterr, sw_addr *ret_key, sw_addr *ret_value);

/* The hash of the key that sw_dict_next() gave last. SW_E_NOT_FOUND where entries keep none: those
   of dicts that have only strings as keys (3.11 and later). */
int sw_dict_hash(const struct sw_dict *dict, struct sw_error *reterr, uint64_t *ret_hash);

/* The value under an ASCII key of at most 63 bytes; SW_E_NOT_FOUND when there is none. Looks at no
   more than SW_MAX_DICT_SEARCH entries: for the dicts of modules, not for data. */
int sw_dict_find(const struct sw_reader *reader, sw_addr addr, const char *key,
    struct sw_error *reterr, sw_addr *ret_value);

#endif

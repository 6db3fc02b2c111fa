/* SPDX-License-Identifier: MIT */
/*
 * The hash of a str, as the target computes it. A dict is asked for a key by it, as CPython asks:
 * without, every key before the one that is wanted has to be read, and they lie all over the heap.
 */
#ifndef SW_OBJECT_HASH_H
#define SW_OBJECT_HASH_H

#include "layout/reader.h"

/* What the hashes of one runtime depend on. Zero-initialised but for `module` is a valid beginning.
 */
struct sw_hash {
    const struct sw_module *module; /* that has _Py_HashSecret; borrowed */
    bool asked, known;
    bool is_unread; /* it was asked for, and memory was missing: sw_hash_ask_again() */
    bool proven;    /* a key was found by its hash: what is not found so is not there */
    uint64_t keys[2];
};

/* The hash of an ASCII string, cut to the target's Py_hash_t. False when it cannot be known: there
   is no _Py_HashSecret, or this CPython has another way (2.7). A build may have been configured for
   another way: then the hash is wrong, and a dict that has the key seems not to. */
bool sw_hash_ascii(const struct sw_reader *reader, const char *text, uint64_t *ret_hash);

/* At another stop: what was missing may be there now. */
void sw_hash_ask_again(struct sw_hash *hash);

#endif

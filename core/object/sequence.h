/* SPDX-License-Identifier: MIT */
/* list and tuple: an array of objects each. */
#ifndef SW_OBJECT_SEQUENCE_H
#define SW_OBJECT_SEQUENCE_H

#include "layout/reader.h"

/* Where the objects of a list or tuple are. A plain value. */
struct sw_sequence {
    sw_addr items;
    uint64_t length;
};

/* Look at the list or tuple at `addr`. SW_E_CORRUPT for anything else, and for a length that no
   memory could hold. */
int sw_sequence_open(const struct sw_reader *reader, sw_addr addr, const char *what,
    struct sw_error *reterr, struct sw_sequence *ret_sequence);

/* The object at `index`; SW_E_NOT_FOUND, without an error, beyond the end. */
int sw_sequence_item(const struct sw_reader *reader, const struct sw_sequence *sequence,
    uint64_t index, struct sw_error *reterr, sw_addr *ret_item);

#endif

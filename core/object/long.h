/* SPDX-License-Identifier: MIT */
/* int: its digits, and its value when it is small. */
#ifndef SW_OBJECT_LONG_H
#define SW_OBJECT_LONG_H

#include "layout/reader.h"

/* The value of the int at `addr` (2.7: int or long) when it fits 60 bits; SW_E_LIMIT when it does
 * not. */
int sw_long_read(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, int64_t *ret_value);

/* How an int's digits lie: how many of how many bytes, with how many bits in each, least
   significant first. */
int sw_long_shape(const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr,
    uint64_t *ret_count, bool *ret_negative, unsigned *ret_width, unsigned *ret_bits);

#endif

/* SPDX-License-Identifier: MIT */
/* Numbers as Python writes them. */
#ifndef SW_OBJECT_NUMBER_H
#define SW_OBJECT_NUMBER_H

#include "base/arena.h"
#include "layout/reader.h"

enum { SW_DOUBLE_TEXT = 32 };

/*
 * The decimal text of the int at `addr` (2.7: of a long), NUL-terminated, in the arena. SW_E_LIMIT,
 * with the number of bits in *ret_bits, when it has more than SW_MAX_INT_DIGITS digits: the
 * conversion takes the square of that. *ret_bits is set on success too.
 */
int sw_long_decimal(const struct sw_reader *reader, struct sw_arena *arena, sw_addr addr,
    struct sw_error *reterr, const char **ret_text, uint64_t *ret_bits);

/* 2.7's int, a C long. */
int sw_int27_read(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, int64_t *ret_value);

/* The C double at `addr`. */
int sw_double_read(
    const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr, double *ret_value);

/* The shortest text that is the same double again, as float.__repr__ gives it ("2.0", "1e+16",
   "nan"); without `point_zero` "2", as complex writes its parts. */
void sw_double_text(double value, bool point_zero, char text[SW_DOUBLE_TEXT]);

#endif

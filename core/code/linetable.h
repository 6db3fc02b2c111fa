/* SPDX-License-Identifier: MIT */
/*
 * From an instruction to a source position: CPython's four forms of line table as pure functions of
 * bytes. A table comes from the target and is not trusted; every function stops at the end of the
 * bytes.
 */
#ifndef SW_CODE_LINETABLE_H
#define SW_CODE_LINETABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout_fields.h" /* enum sw_trait_line_table */

/* A source position. Lines count from 1; 0 means that the instruction has no line. Columns are byte
   offsets into the UTF-8 line, counted from 0; -1 means that the table has none. */
struct sw_position {
    int32_t line;
    int32_t end_line;
    int32_t column;
    int32_t end_column;
};

/*
 * The position of the instruction at byte offset `lasti` of the bytecode (-1: before the first
 * instruction). `first_line` is co_firstlineno. Forms without columns give end_line = line and
 * columns -1. Returns false when the table ends before that instruction or is malformed; then the
 * position holds what CPython's own PyCode_Addr2Line would give, or line 0.
 */
bool sw_linetable_position(enum sw_trait_line_table form, const uint8_t *table, size_t len,
    int32_t first_line, int32_t lasti, struct sw_position *ret_position);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * text.h - what the library writes, gathered in memory.
 */
#ifndef SW_GDB_TEXT_H
#define SW_GDB_TEXT_H

#include <sidewinder.h>

/* Zero-initialised is a valid, empty text. Free `chars` with free(). */
struct sw_gdb_text {
    char *chars; /* UTF-8, no NUL at its end */
    size_t len, capacity;
};

/* A sink's function; its ctx is a struct sw_gdb_text. */
int sw_gdb_text_write(void *ctx, enum sw_style style, const char *chars, size_t len);

#endif

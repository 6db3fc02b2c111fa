/* SPDX-License-Identifier: MIT */
/*
 * str: CPython's text as UTF-8 on the host. Lone surrogates, which str may hold, are kept in the
 * three-byte form that UTF-8 would give them; the renderers escape them. Bytes that are no UTF-8
 * (2.7's names) become the surrogates U+DC80 to U+DCFF, as Python's own "surrogateescape" has it.
 */
#ifndef SW_OBJECT_TEXT_H
#define SW_OBJECT_TEXT_H

#include "base/arena.h"
#include "layout/reader.h"

/* A decoded string. A plain value that borrows from the arena it was decoded into. */
struct sw_text {
    const char *data; /* NUL-terminated, but may hold NULs too */
    size_t len;
    bool cut;        /* the object holds more than was asked for */
    uint64_t length; /* characters in the object; bytes where those are its characters */
};

/*
 * Decode the str at `addr` (2.7: str or unicode): at most `max` characters of it. The object's type
 * and length are checked before anything is believed.
 */
int sw_text_read(const struct sw_reader *reader, struct sw_arena *arena, sw_addr addr, size_t max,
    const char *what, struct sw_error *reterr, struct sw_text *ret_text);

/* Whether the str at `addr` is exactly the ASCII string `expected`; false too when it cannot be
 * read. */
bool sw_text_is(const struct sw_reader *reader, sw_addr addr, const char *expected);

/* Whether it is exactly these UTF-8 characters. */
bool sw_text_equals(const struct sw_reader *reader, sw_addr addr, const char *expected, size_t len);

/* One code point in UTF-8 (surrogates as well) to `out`, which has room for 4 bytes. The byte
   count; 0 when it is beyond U+10FFFF. */
unsigned sw_utf8_put(uint32_t code_point, char *out);

/* The code point at `text`, of `len` > 0 bytes, and how many bytes it takes. Surrogates are
   accepted. A malformed byte b comes back as U+DC00 + b, one byte long. */
uint32_t sw_utf8_get(const char *text, size_t len, unsigned *ret_bytes);

#endif

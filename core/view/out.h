/* SPDX-License-Identifier: MIT */
/* Text on its way to a sink: gathered into few calls, made safe for a terminal. */
#ifndef SW_VIEW_OUT_H
#define SW_VIEW_OUT_H

#include "base/status.h"
#include "object/text.h"

enum { SW_OUT_SIZE = 64 * 1024 };

struct sw_out {
    const struct sw_sink *sink;
    enum sw_style style; /* of what is in the buffer */
    size_t used;
    uint64_t flushed; /* how often the buffer was handed on */
    int status;       /* the first failure; everything after it is dropped */
    char buffer[SW_OUT_SIZE];
};

/* Make one of the caller's memory ready; nothing is to be freed. The sink is borrowed. One value
   after the other is written so: a block of this size makes malloc() tidy up each time. */
void sw_out_init(struct sw_out *out, const struct sw_sink *sink);

/* Allocate; NULL when out of memory. The sink is borrowed. */
struct sw_out *sw_out_create(const struct sw_sink *sink);

/* Free without writing what is left. */
void sw_out_destroy(struct sw_out *out);

/* Hand what is gathered to the sink. Returns the first failure since creation, or 0. */
int sw_out_flush(struct sw_out *out);

/* Our own words, taken as they are. */
void sw_out_raw(struct sw_out *out, enum sw_style style, const char *text, size_t len);
void sw_out_puts(struct sw_out *out, enum sw_style style, const char *text);

/* Formatted, at most 512 bytes; for numbers and our own words. */
void sw_out_printf(struct sw_out *out, enum sw_style style, const char *format, ...)
    SW_PRINTF(3, 4);

/* The target's words: control characters and lone surrogates come out escaped as Python would in a
   string literal, and so does everything beyond ASCII when the sink wants ASCII. */
void sw_out_text(struct sw_out *out, enum sw_style style, const char *text, size_t len);

#endif

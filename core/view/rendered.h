/* SPDX-License-Identifier: MIT */
/*
 * Frames as text, kept for the length of a command: deep stacks show the same few lines again and
 * again, and copying one is several times cheaper than making it.
 */
#ifndef SW_VIEW_RENDERED_H
#define SW_VIEW_RENDERED_H

#include "frame/stack.h"
#include "view/out.h"

enum { SW_RENDERED_SLOTS = 256 };

/* Zero-initialised is a valid, empty cache. */
struct sw_rendered {
    struct sw_arena arena;
    struct {
        sw_addr code; /* 0 marks an empty slot */
        int32_t lasti;
        int32_t line;
        const char *text;
        size_t len;
    } slots[SW_RENDERED_SLOTS];
};

/* Write the frame's text when it is kept; false when it is not. */
bool sw_rendered_put(
    const struct sw_rendered *rendered, const struct sw_frame *frame, struct sw_out *out);

/* Keep the frame's text, written since `out->used` was `start` and `out->flushed` was `flushed`.
   Nothing happens when it is not in the buffer any more, or in several styles. */
void sw_rendered_keep(struct sw_rendered *rendered, const struct sw_frame *frame,
    const struct sw_out *out, size_t start, uint64_t flushed);

/* Give the memory back. */
void sw_rendered_fini(struct sw_rendered *rendered);

#endif

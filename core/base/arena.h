/* SPDX-License-Identifier: MIT */
/* Memory that is given back all at once: what was decoded during one stop, one snapshot. */
#ifndef SW_BASE_ARENA_H
#define SW_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct sw_arena_block;

/* Zero-initialised is a valid, empty arena. */
struct sw_arena {
    struct sw_arena_block *blocks; /* newest first */
    size_t used;                   /* bytes handed out since the last reset */
    bool failed;                   /* the host was out of memory once: what is here is not all */
};

/* `size` zeroed bytes aligned for any type; NULL when the host is out of memory. Valid until
   sw_arena_reset(). */
void *sw_arena_alloc(struct sw_arena *arena, size_t size);

/* A NUL-terminated copy of `len` bytes; NULL when out of memory. */
char *sw_arena_text(struct sw_arena *arena, const char *text, size_t len);

/* Give everything back. */
void sw_arena_reset(struct sw_arena *arena);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Lines of the target's source files, for people to read. Files belong to the target: they are
 * looked for below its root, as the debugger tells it, and a file that cannot be had costs the
 * line, nothing else.
 */
#ifndef SW_SESSION_SOURCE_H
#define SW_SESSION_SOURCE_H

#include "base/arena.h"
#include "target/memory.h"

struct sw_source_file;

/* The files read so far. Zero-initialised is a valid, empty cache. */
struct sw_sources {
    struct sw_source_file *files[SW_MAX_SOURCE_FILES];
    unsigned count;
    size_t bytes;
};

/*
 * Line `number` (from 1) of the file that the target calls `path` (of `path_len` bytes, as sw_text
 * has it). Gives the whole line without its newline, borrowed until the next call; SW_E_NOT_FOUND
 * when there is no such file or line.
 */
int sw_sources_line(struct sw_sources *sources, struct sw_memory *memory, const char *path,
    size_t path_len, int32_t number, const char **ret_line, size_t *ret_len);

/* Forget all files. */
void sw_sources_clear(struct sw_sources *sources);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Lines of the target's source files, for people to read. Files belong to the target: they are
 * looked for below its root, as the debugger tells it, and a file that cannot be had costs the
 * line, nothing else. What is in no file (exec'd code, notebooks, modules in a zip file) may be in
 * the memory of the target's own module linecache.
 */
#ifndef SW_SESSION_SOURCE_H
#define SW_SESSION_SOURCE_H

#include "base/arena.h"
#include "runtime/runtime.h"

struct sw_source_file;

enum { SW_ROOT_SIZE = 1024 };

/* Where files are, and since when the process runs: asked once for each stop. */
struct sw_source_host {
    bool asked;
    bool none;     /* the target's files cannot be had */
    int64_t start; /* of the process, in seconds since 1970; 0 when it cannot be told */
    char root[SW_ROOT_SIZE];
};

/* The files read so far. Zero-initialised is a valid, empty cache. */
struct sw_sources {
    struct sw_source_file *files[SW_MAX_SOURCE_FILES];
    unsigned count;
    size_t bytes;
    struct sw_source_host host;
    struct sw_arena lines; /* those of linecache */
    /* linecache.cache, a dict, of the runtime that was asked last. To find it costs reading the
       names of all modules, so it is kept from stop to stop; 0 until it was found. */
    const struct sw_runtime *cache_of;
    sw_addr cache;
    bool cache_asked; /* during this stop */
};

/*
 * Line `number` (from 1) of the file that the target calls `path` (of `path_len` bytes, as sw_text
 * has it). Gives the whole line without its newline, borrowed until the next call; SW_E_NOT_FOUND
 * when there is no such file or line.
 */
int sw_sources_line(struct sw_sources *sources, const struct sw_runtime *runtime, const char *path,
    size_t path_len, int32_t number, const char **ret_line, size_t *ret_len);

/* Whether the file was written after the process began, so that the code may be of other lines.
   False when that cannot be told. */
bool sw_sources_is_stale(struct sw_sources *sources, const struct sw_runtime *runtime,
    const char *path, size_t path_len);

/* Forget all files, at the end of a stop. */
void sw_sources_clear(struct sw_sources *sources);

/* Forget also where linecache keeps its lines: the runtimes are gone. */
void sw_sources_forget(struct sw_sources *sources);

#endif

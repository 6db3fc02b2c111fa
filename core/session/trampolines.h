/* SPDX-License-Identifier: MIT */
/* The perf trampolines of a process, and which Python functions they serve. */
#ifndef SW_SESSION_TRAMPOLINES_H
#define SW_SESSION_TRAMPOLINES_H

#include "session/threads.h"
#include "target/symbolfile.h"

/* A value made for one command. Zero-initialised is a valid, empty one. */
struct sw_trampolines {
    struct sw_arena arena;
    struct sw_trampoline_region *regions;
    size_t region_count;
    struct sw_symbol *symbols; /* one for each function: py::QUALNAME:FILE, as perf shows it */
    size_t symbol_count, symbol_capacity;
    struct sw_map seen; /* code objects and trampolines that were looked at */
};

/*
 * Find them: by the code objects of all stacks, of the functions that modules and their classes
 * have, and those inside these. What cannot be read is left out. SW_E_NOT_FOUND when there is none.
 */
int sw_session_trampolines(
    struct sw_session *session, struct sw_error *reterr, struct sw_trampolines *ret_trampolines);

void sw_trampolines_fini(struct sw_trampolines *trampolines);

/* Write them as a file that debuggers can load (target/symbolfile.h). */
int sw_trampolines_write(
    const struct sw_trampolines *trampolines, const char *path, struct sw_error *reterr);

#endif

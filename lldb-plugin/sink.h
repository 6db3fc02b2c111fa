/* SPDX-License-Identifier: MIT */
/*
 * sink.h - the output of one command goes to lldb's result.
 */
#ifndef SW_LLDB_SINK_H
#define SW_LLDB_SINK_H

#include <sidewinder.h>
#include <time.h>

#include "lldb.h"

struct sw_lldb_sink {
    struct sw_sink sink; /* what the library gets; its ctx is this struct */
    struct sw_lldb *lldb;
    struct sw_lldb_result *result;
    struct timespec since; /* when text was last passed on */
    bool streams;          /* text is shown as it comes */
    bool decided;          /* whether it is */
    enum sw_style style;   /* of the last text */
    char *text;            /* not passed on yet */
    size_t len, capacity;
};

/* Make a sink for one command. */
void sw_lldb_sink_init(
    struct sw_lldb_sink *sink, struct sw_lldb *lldb, struct sw_lldb_result *result);

/* Pass on what is left, and free the buffer. */
void sw_lldb_sink_fini(struct sw_lldb_sink *sink);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * sink.h - the output of one command goes to gdb.write().
 */
#ifndef SW_GDB_SINK_H
#define SW_GDB_SINK_H

#include "python.h"

#include <sidewinder.h>
#include <time.h>

#include "target.h"

struct sw_gdb_sink {
    struct sw_sink sink; /* what the library gets; its ctx is this struct */
    struct sw_gdb_target *target;
    PyObject *write; /* gdb.write */
    PyObject *styles[SW_STYLE_COUNT];
    struct timespec flushed; /* when text was last passed on */
    enum sw_style style;     /* of the text in the buffer */
    size_t len;
    char text[16 * 1024];
};

/* Make a sink for one command. A refusal of more text (the user typed q at the pager) stops
   `target`. Returns 0, or -1 with a Python exception set. */
int sw_gdb_sink_init(struct sw_gdb_sink *sink, struct sw_gdb_target *target);

/* Pass on what is still in the buffer and drop the references. */
void sw_gdb_sink_fini(struct sw_gdb_sink *sink);

#endif

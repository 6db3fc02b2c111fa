/* SPDX-License-Identifier: MIT */
/* What the module threading says of threads: their names, and whether they are daemons. */
#ifndef SW_SESSION_NAMES_H
#define SW_SESSION_NAMES_H

#include "base/map.h"
#include "session/threads.h"

struct sw_thread_name {
    const char *name; /* NUL-terminated UTF-8, in the arena */
    size_t len;
    bool is_daemon;
    bool daemon_known;
};

/* The entries of threading._active of all interpreters. Zero-initialised is a valid, empty table.
 */
struct sw_thread_names {
    struct sw_arena arena;
    struct sw_map by_thread; /* thread state to struct sw_thread_name */
};

/* Read them. Threads that threading did not make have none; what cannot be read is left out. */
void sw_thread_names_read(
    struct sw_session *session, const struct sw_threads *threads, struct sw_thread_names *names);

/* What is known of a thread; NULL when nothing is. */
const struct sw_thread_name *sw_thread_name(
    const struct sw_thread_names *names, const struct sw_thread *thread);

void sw_thread_names_fini(struct sw_thread_names *names);

#endif

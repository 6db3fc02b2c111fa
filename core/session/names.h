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

/* The entries of threading._active of all interpreters: what could be read of them. */
struct sw_thread_names {
    struct sw_arena arena;
    struct sw_map by_thread; /* thread state to struct sw_thread_name */
    struct sw_error problem; /* why there may be more; status SW_OK when these are all */
};

/* The names of a session's threads, after sw_session_threads(); read once a stop, or again by each
   command while parts of it cannot be read. Threads that threading did not make have none. They
   belong to the session and live until it is invalidated or they are asked for again. */
const struct sw_thread_names *sw_session_names(struct sw_session *session);

/* What is known of a thread; NULL when nothing is. */
const struct sw_thread_name *sw_thread_name(
    const struct sw_thread_names *names, const struct sw_thread *thread);

/* Forget them: the target has run. */
void sw_session_forget_names(struct sw_session *session);

#endif

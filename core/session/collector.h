/* SPDX-License-Identifier: MIT */
/* Which thread collects garbage. */
#ifndef SW_SESSION_COLLECTOR_H
#define SW_SESSION_COLLECTOR_H

#include "session/threads.h"

/*
 * Mark the thread that collects, among the threads of one interpreter: those from `first` on. It is
 * the one that has the frame that began the collection (3.15+), the one for which the world stands
 * still (free-threaded), else the one that holds the GIL: a finalizer that lets go of the GIL
 * during the collection makes the last one wrong.
 */
void sw_threads_mark_collector(struct sw_session *session, struct sw_threads *threads,
    const struct sw_interpreter *interpreter, size_t first);

#endif

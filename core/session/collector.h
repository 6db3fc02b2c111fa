/* SPDX-License-Identifier: MIT */
/* Which thread collects garbage, and which one makes the others stand still. */
#ifndef SW_SESSION_COLLECTOR_H
#define SW_SESSION_COLLECTOR_H

#include "session/threads.h"

/*
 * Mark in each interpreter the thread that collects; to be called when native threads are known. It
 * is the one that has the frame that began the collection (3.15+). Before that, in free-threaded
 * builds, the one that has the state of the collection on its native stack; else the one that holds
 * the GIL: a finalizer that lets go of the GIL during the collection makes the last one wrong.
 * SW_E_STOPPED when interrupted.
 */
int sw_threads_mark_collectors(struct sw_session *session, struct sw_threads *threads);

/* Mark what threads of an interpreter, those from `first` on, do to each other: who makes the world
   stand still, and who is suspended by that. */
void sw_threads_mark_world(
    struct sw_threads *threads, const struct sw_interpreter *interpreter, size_t first);

#endif

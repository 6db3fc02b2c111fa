/* SPDX-License-Identifier: MIT */
/* Which native thread runs which thread state. */
#ifndef SW_SESSION_NATIVE_H
#define SW_SESSION_NATIVE_H

#include "session/threads.h"

/*
 * Fill in tid and number of every thread in the list. A debugger that cannot list threads leaves
 * them 0. Only SW_E_STOPPED and SW_E_NO_MEMORY are failures.
 */
int sw_threads_match_native(
    struct sw_session *session, struct sw_threads *threads, struct sw_error *reterr);

/* Mark the threads that the user looks at, and whether they wait for the GIL. Without a word from
 * the debugger it is the main thread. */
void sw_threads_mark_selected(struct sw_session *session, struct sw_threads *threads);

#endif

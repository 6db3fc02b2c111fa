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

/* Ask the kernel of this machine which system call each thread is in; that also tells which threads
   wait for the GIL. Does nothing for cores and remote targets. */
void sw_threads_ask_kernel(const struct sw_memory *memory, struct sw_threads *threads);

/* The same from the registers of each thread that the kernel of this machine does not tell of:
   x86-64, where a thread's registers keep the call and its arguments. It has the debugger go
   from thread to thread. */
int sw_threads_ask_registers(
    const struct sw_memory *memory, struct sw_threads *threads, struct sw_error *reterr);

/* Mark the threads that the user looks at, and whether they wait for the GIL. Without a word from
 * the debugger it is the main thread. */
void sw_threads_mark_selected(struct sw_session *session, struct sw_threads *threads);

/* The name of the C function that a thread computes in, by the debugger's symbols. False when it is
   not known, or cannot be: of a process that sees other files than we do, as in a container,
   debuggers take the names from ours that have the same paths. */
bool sw_thread_function(
    const struct sw_memory *memory, const struct sw_thread *thread, char *buf, size_t size);

#endif

/* SPDX-License-Identifier: MIT */
/* What threads are in: a system call, a C function, the queue for the GIL. */
#ifndef SW_SESSION_CALLS_H
#define SW_SESSION_CALLS_H

#include "session/threads.h"

/* Mark the threads of which that is known without asking for each: the selected one by its
   registers, all of them since 3.15. */
void sw_threads_mark_waiting(const struct sw_memory *memory, struct sw_threads *threads);

/* Ask the kernel of this machine which system call each thread is in; that also tells which threads
   wait for the GIL. Does nothing for cores and remote targets. */
void sw_threads_ask_kernel(const struct sw_memory *memory, struct sw_threads *threads);

/* The same from the registers of each thread that the kernel of this machine does not tell of:
   x86-64, where a thread's registers keep the call and its arguments. It has the debugger go
   from thread to thread. */
int sw_threads_ask_registers(
    const struct sw_memory *memory, struct sw_threads *threads, struct sw_error *reterr);

/* The name of the C function that a thread computes in, by the debugger's symbols. False when it is
   not known, or cannot be: of a process that sees other files than we do, as in a container,
   debuggers take the names from ours that have the same paths. */
bool sw_thread_function(
    const struct sw_memory *memory, const struct sw_thread *thread, char *buf, size_t size);

#endif

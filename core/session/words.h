/* SPDX-License-Identifier: MIT */
/* What lies on the native stacks of threads, word by word. */
#ifndef SW_SESSION_WORDS_H
#define SW_SESSION_WORDS_H

#include "target/memory.h"

/* How much of a stack is searched: from the innermost native frame to the evaluation loop that
   called it there is seldom more than 2 KiB. */
enum { SW_STACK_SEARCH = 16 * 1024, SW_STACK_WORDS = SW_STACK_SEARCH / 4 };

/* The newest part of a native stack. A plain value, if a large one. */
struct sw_stack_words {
    uint64_t items[SW_STACK_WORDS]; /* the newest first */
    size_t count;                   /* 0 when nothing can be read */
};

/* A thread's stack pointer, by the kernel (`tasks`, see sw_kernel_tasks_open()) or by its
   registers, which has the debugger go to that thread. SW_E_STOPPED, or SW_E_NOT_FOUND and the
   like. */
int sw_stack_pointer(const struct sw_memory *memory, int tasks, int64_t tid, sw_addr *ret_pointer);

/* Read the words from a stack pointer on, as far as there is memory. */
void sw_stack_words_read(
    struct sw_memory *memory, sw_addr pointer, struct sw_stack_words *ret_words);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What CPython 3.14's just-in-time compiler makes, on x86-64 (Python/jit.c, Tools/jit/shim.c). Each
 * executor begins with a shim that saves the registers of its caller and calls the trace, pieces of
 * code that jump from one to the next. Each piece has its own few words of stack; there are no
 * unwind tables. But the shim is always the same, so the way out is its return address on the
 * stack. Since 3.15 debuggers are told (gh-126910), and earlier JITs had no shim.
 */
#ifndef SW_TARGET_EXECUTOR_H
#define SW_TARGET_EXECUTOR_H

#include "target/memory.h"

/* The frame of an executor: trace and shim as one. */
struct sw_executor {
    sw_addr start;    /* of the shim */
    sw_addr saved;    /* where the registers that it pushed are: rbx r12 r13 r14 r15, upwards */
    unsigned missing; /* how many of them are not pushed yet, or popped already, from rbx on */
    sw_addr local;    /* the word that the trace pushed first, perhaps rbp; 0 when it has none */
};

/* The executor that a frame outside every file runs. SW_E_NOT_FOUND when it runs none. */
int sw_executor_find(
    struct sw_memory *memory, sw_addr pc, sw_addr sp, struct sw_executor *ret_executor);

/* Whether `pc` lies in an executor, by memory alone: each begins at a page of its own with its
   shim, and no file begins between there and `pc`. For those who do not know the files. */
bool sw_executor_has(struct sw_memory *memory, sw_addr pc);

#endif

/* SPDX-License-Identifier: MIT */
/* Frames of the machine code that CPython makes at run time, and how they are left. */
#ifndef SW_TARGET_MADE_H
#define SW_TARGET_MADE_H

#include "target/memory.h"

/* As sw_unwinder_step(). Only for frames outside of files: there nothing of this is looked for. */
int sw_made_step(struct sw_memory *memory, const struct sw_made_registers *registers,
    struct sw_made_caller *ret_caller);

/* Whether `pc`, outside of files, is in a trampoline. The code of the JIT is not known by its pc.
 */
bool sw_made_is_trampoline(struct sw_memory *memory, sw_addr pc);

#endif

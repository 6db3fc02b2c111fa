/* SPDX-License-Identifier: MIT */
/* Frames of the machine code that CPython makes at run time, and how they are left. */
#ifndef SW_TARGET_MADE_H
#define SW_TARGET_MADE_H

#include "target/memory.h"

/* As sw_unwinder_step(). Only for frames outside of files: there nothing of this is looked for. */
int sw_made_step(struct sw_memory *memory, const struct sw_made_registers *registers,
    struct sw_made_caller *ret_caller);

#endif

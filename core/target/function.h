/* SPDX-License-Identifier: MIT */
/*
 * From a program counter to the function around it, by the table of unwind information that every
 * program and library carries in memory (.eh_frame_hdr): exact, stripped or not.
 */
#ifndef SW_TARGET_FUNCTION_H
#define SW_TARGET_FUNCTION_H

#include "target/elf.h"

/* A function, or a part of one that the compiler moved out of line (".cold"). */
struct sw_function {
    sw_addr start;
    uint64_t size;
    sw_addr fde; /* its frame description entry, in .eh_frame */
};

/* The function that holds `pc`. SW_E_NOT_FOUND when no module describes it. */
int sw_function_find(struct sw_memory *memory, const struct sw_modules *modules, sw_addr pc,
    struct sw_function *ret_function);

#endif

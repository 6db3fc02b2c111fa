/* SPDX-License-Identifier: MIT */
/*
 * From a program counter to the function around it, by the table of unwind information that every
 * program and library carries in memory (.eh_frame_hdr): exact, stripped or not.
 */
#ifndef SW_TARGET_FUNCTION_H
#define SW_TARGET_FUNCTION_H

#include "target/elf.h"

/* The function that holds `pc`. SW_E_NOT_FOUND when no module describes it. */
int sw_function_find(struct sw_memory *memory, struct sw_modules *modules, sw_addr pc,
    struct sw_function *ret_function);

/*
 * Whether `function` is the one that begins at `start`, or the part of that which the compiler
 * moved out of line, as it does with most of the evaluation loop where it was told which branches
 * are rare: no table says so, but the one jumps into the middle of the other. Known for x86-64, and
 * for parts that are as large as the loop's.
 */
bool sw_function_is(struct sw_memory *memory, struct sw_modules *modules,
    const struct sw_function *function, sw_addr start);

/* The segment of a loaded file that holds `pc`. SW_E_NOT_FOUND when it lies in none. */
int sw_segment_find(struct sw_memory *memory, const struct sw_modules *modules, sw_addr pc,
    struct sw_segment *ret_segment);

#endif

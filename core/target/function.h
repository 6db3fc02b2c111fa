/* SPDX-License-Identifier: MIT */
/*
 * From a program counter to the function around it, by the table of unwind information that every
 * program and library carries in memory (.eh_frame_hdr): exact, stripped or not.
 */
#ifndef SW_TARGET_FUNCTION_H
#define SW_TARGET_FUNCTION_H

#include "target/elf.h"

/* The first address of the function that holds `pc`. SW_E_NOT_FOUND when no module describes it. A
   part that the compiler moved out of line (".cold") counts as a function of its own. */
int sw_function_start(
    struct sw_memory *memory, const struct sw_modules *modules, sw_addr pc, sw_addr *ret_start);

#endif

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

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A native stack, by the unwind tables in the target's memory (.eh_frame). Debuggers unwind too,
 * but gdb reads the debug information of each function on the way for its inlined callers, which
 * costs up to a second; here a frame costs a few reads. For x86-64, where these tables are complete
 * by the ABI.
 */
#ifndef SW_TARGET_UNWIND_H
#define SW_TARGET_UNWIND_H

#include "target/function.h"

/* One native frame: what its registers hold, as far as that is known. */
struct sw_unwind {
    uint64_t values[SW_UNWIND_REGISTERS];
    uint32_t known; /* a bit for each register */
    uint32_t kept;  /* the same, for those that are as in the innermost frame and not asked for */
    bool is_innermost; /* pc is an instruction, not a return address */
};

/* The innermost frame of the selected thread, by sw_target_ops.reg. SW_E_UNSUPPORTED on other
   architectures. */
int sw_unwind_start(struct sw_memory *memory, struct sw_unwind *ret_unwind);

/* The function that the frame runs. Code that CPython made at run time (made.h) is one without an
   entry: fde 0. */
int sw_unwind_function(struct sw_memory *memory, struct sw_modules *modules,
    const struct sw_unwind *unwind, struct sw_function *ret_function);

/* Go to the caller of a frame in `function`. SW_E_NOT_FOUND at the outermost frame;
   SW_E_UNSUPPORTED for rules that compilers do not write for C. */
int sw_unwind_step(struct sw_memory *memory, struct sw_modules *modules,
    const struct sw_function *function, struct sw_unwind *unwind);

#endif

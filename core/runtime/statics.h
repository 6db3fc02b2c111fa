/* SPDX-License-Identifier: MIT */
/* Variables that are in no struct: the collector and the GIL of 2.7 and 3.6. */
#ifndef SW_RUNTIME_STATICS_H
#define SW_RUNTIME_STATICS_H

#include "runtime/runtime.h"

enum sw_static {
    SW_STATIC_GC_GENERATIONS = 0, /* array of three; Modules/gcmodule.c */
    SW_STATIC_GC_ENABLED,         /* int */
    SW_STATIC_GC_COLLECTING,      /* int */
    SW_STATIC_GIL_LOCK,           /* pointer to 2.7's GIL, a sem_t; Python/ceval.c */
};

/*
 * Where a variable of this runtime is: by the dynamic symbols, by the code of an exported function
 * that begins with it (x86-64), and last by the debugger's symbols. SW_E_NOT_FOUND when none of
 * them knows, or when what they know is not in the writable data of the runtime's file.
 */
int sw_static_find(const struct sw_runtime *runtime, enum sw_static which, sw_addr *ret_addr);

/* Whether an address is in the writable data of the runtime's own file, where its variables are. */
bool sw_static_is_own(const struct sw_runtime *runtime, sw_addr addr);

#endif

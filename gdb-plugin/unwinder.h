/* SPDX-License-Identifier: MIT */
/*
 * unwinder.h - gdb's own stacks go on through the machine code that CPython makes at run time.
 */
#ifndef SW_GDB_UNWINDER_H
#define SW_GDB_UNWINDER_H

#include "python.h"

/* Tell gdb about the unwinder, "sidewinder" in `info unwinder`. Returns 0, or -1 with a Python
   exception set. */
int sw_gdb_unwinder_register(void);

#endif

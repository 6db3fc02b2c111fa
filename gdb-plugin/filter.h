/* SPDX-License-Identifier: MIT */
/*
 * filter.h - gdb's `bt` and the stacks of its front ends show Python frames.
 */
#ifndef SW_GDB_FILTER_H
#define SW_GDB_FILTER_H

#include "python.h"

/* Put the frame filter "sidewinder" among gdb's. Returns 0, or -1 with a Python exception set. */
int sw_gdb_filter_register(void);

#endif

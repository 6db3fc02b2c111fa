/* SPDX-License-Identifier: MIT */
/*
 * mi.h - commands of gdb/MI, for front ends: -sidewinder-stack.
 */
#ifndef SW_GDB_MI_H
#define SW_GDB_MI_H

#include "python.h"

/* Make the commands known to gdb, where it can have them: since gdb 12. Returns 0, or -1 with a
   Python exception set. */
int sw_gdb_mi_register(void);

#endif

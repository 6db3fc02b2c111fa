/* SPDX-License-Identifier: MIT */
/*
 * inferior.h - what kind of thing gdb's selected inferior is.
 */
#ifndef SW_GDB_INFERIOR_H
#define SW_GDB_INFERIOR_H

#include "python.h"

#include <sidewinder.h>

/* Describe the selected inferior: live or core, its process, its ABI. Costs some tens of
   microseconds and reads no debug information. Returns 0, or -1 with a Python exception set. */
int sw_gdb_inferior_describe(PyObject *inferior, struct sw_target_info *ret_info);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * merge.h - Python frames below the native frames that run them, in lldb's own `bt`.
 *
 * lldb has nothing for that in its C++ interface. What it has, in every version, is a format for
 * frames, in which a function of its Python may be called: that function asks this plugin.
 */
#ifndef SW_LLDB_MERGE_H
#define SW_LLDB_MERGE_H

#include <sidewinder.h>

#include "lldb.h"

/* Turn it on or off. Returns 0, or a negative status with one line in reterr. */
int sw_lldb_merge_set(struct sw_lldb *lldb, bool on, struct sw_error *reterr);

/* Write what the function asks for: a line for each Python frame of a thread, which begins with the
   number of the native frame. Nothing where the stacks do not fit. */
void sw_lldb_merge_write(struct sw_lldb *lldb, struct sw_lldb_result *result, int64_t tid);

#endif

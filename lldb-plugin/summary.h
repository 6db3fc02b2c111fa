/* SPDX-License-Identifier: MIT */
/*
 * summary.h - lldb's `frame variable`, `expr`, `bt` and the variable views of its front ends show
 * Python objects as py-print does.
 */
#ifndef SW_LLDB_SUMMARY_H
#define SW_LLDB_SUMMARY_H

#include "lldb.h"

/* Make the summaries known, in the category "sidewinder" (`type category disable sidewinder` turns
   them off). False: lldb refused. */
bool sw_lldb_summary_register(struct sw_lldb_registry *registry);

#endif

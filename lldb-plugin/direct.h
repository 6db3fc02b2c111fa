/* SPDX-License-Identifier: MIT */
/*
 * Memory of a process of this machine, from the kernel. lldb has it sent by the server that traces
 * the process, byte for byte: most of the time that a command takes. The kernel gives it to whoever
 * may trace the process; where this one may not, lldb is asked as ever.
 */
#ifndef SW_LLDB_DIRECT_H
#define SW_LLDB_DIRECT_H

#include "lldb.h"

enum { SW_LLDB_BREAKPOINTS = 256 };

/* Where the user's breakpoints are: lldb hides them, the kernel does not. lldb's own are in code of
   libraries that is not looked at. */
struct sw_lldb_direct {
    bool asked;     /* false at the beginning of each command */
    unsigned count; /* more than there is room for: nothing is read */
    uint64_t breakpoints[SW_LLDB_BREAKPOINTS];
};

/* Read memory of the stopped process `pid`, all of it; false when lldb is to be asked. */
bool sw_lldb_direct_read(struct sw_lldb_direct *direct, struct sw_lldb *lldb, int64_t pid,
    uint64_t addr, void *buf, size_t len);

#endif

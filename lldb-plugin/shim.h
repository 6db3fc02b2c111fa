/* SPDX-License-Identifier: MIT */
/*
 * shim.h - the C++ behind lldb.h.
 */
#ifndef SW_LLDB_SHIM_H
#define SW_LLDB_SHIM_H

#include "sb.h"

/* Everything in it comes from the debugger's selection when it is made. */
struct sw_lldb {
    lldb::SBDebugger debugger;
    lldb::SBTarget target;
    lldb::SBProcess process;
    uint64_t tid = 0; /* of the thread that stands for the selected one; 0 for that itself */

    explicit sw_lldb(const lldb::SBDebugger &given)
        : debugger(given), target(debugger.GetSelectedTarget()), process(target.GetProcess())
    {
    }
    explicit sw_lldb(const lldb::SBTarget &given)
        : debugger(given.GetDebugger()), target(given), process(target.GetProcess())
    {
    }

    lldb::SBThread selected_thread()
    {
        return tid ? process.GetThreadByID(tid) : process.GetSelectedThread();
    }
};

#endif

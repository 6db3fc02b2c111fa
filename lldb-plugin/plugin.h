/* SPDX-License-Identifier: MIT */
/*
 * plugin.h - the beginning, and the lock.
 */
#ifndef SW_LLDB_PLUGIN_H
#define SW_LLDB_PLUGIN_H

#include <stdbool.h>

#include "lldb.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Make everything known to one of lldb's debuggers. False: it was refused. */
bool sw_lldb_open(struct sw_lldb_registry *registry);

/*
 * lldb runs commands and shows values in several threads, and libsidewinder is used by one at a
 * time. Whoever waits may hold locks of lldb that the other one needs: so nobody waits long, and
 * false means that it took too long or that this thread has it already.
 */
bool sw_lldb_lock(unsigned milliseconds);
void sw_lldb_unlock(void);

#ifdef __cplusplus
}
#endif

#endif

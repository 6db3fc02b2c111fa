/* SPDX-License-Identifier: MIT */
/*
 * Whether a file that lldb has is the one that a core was made from. lldb takes what it finds at
 * the path, or is given, whichever build that is; the first page of each file, with its build id,
 * is in a core as the process had it.
 */
#ifndef SW_LLDB_BUILD_H
#define SW_LLDB_BUILD_H

#include <sidewinder.h>
#include <stdbool.h>

#include "lldb.h"

enum { SW_LLDB_BUILDS = 32 };

/* What was found out; zero-initialised is a valid beginning. */
struct sw_lldb_builds {
    unsigned count;
    struct {
        uint64_t header;
        bool is_other;
    } items[SW_LLDB_BUILDS];
    char other[1024]; /* the first file that is another one; "" for none */
};

/* Whether lldb's file for the code or data at an address is known to be another build than the one
   in memory. Each file is looked at once. */
bool sw_lldb_builds_is_other(struct sw_lldb_builds *builds, struct sw_lldb *lldb,
    const struct sw_target_info *info, uint64_t addr);

#endif

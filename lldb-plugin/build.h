/* SPDX-License-Identifier: MIT */
/*
 * Whether a file that lldb has is the one that a core was made from. lldb takes what it finds at
 * the path, or is given, whichever build that is; the first page of each file, with its build id,
 * is in a core as the process had it. Of a remote process's files, lldb takes copies of its own.
 */
#ifndef SW_LLDB_BUILD_H
#define SW_LLDB_BUILD_H

#include <sidewinder.h>

#include "lldb.h"

enum { SW_LLDB_BUILDS = 32 };

enum sw_lldb_build {
    SW_LLDB_BUILD_UNKNOWN = 0,
    SW_LLDB_BUILD_SAME, /* the build ids say so, and the first pages */
    SW_LLDB_BUILD_OTHER,
};

/* What was found out; zero-initialised is a valid beginning. */
struct sw_lldb_builds {
    unsigned count;
    struct {
        uint64_t header;
        char id[SW_LLDB_FILE_ID]; /* a library may give way to another one */
        enum sw_lldb_build build;
    } items[SW_LLDB_BUILDS];
    char other[1024]; /* the first file that is another one; "" for none */
};

/* Whether lldb's file for the code or data at an address is the build that is in memory. Each file
   is looked at once. */
enum sw_lldb_build sw_lldb_builds_get(struct sw_lldb_builds *builds, struct sw_lldb *lldb,
    const struct sw_target_info *info, uint64_t addr);

#endif

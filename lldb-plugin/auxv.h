/* SPDX-License-Identifier: MIT */
/*
 * auxv.h - the auxiliary vector, of which lldb's interface knows nothing.
 */
#ifndef SW_LLDB_AUXV_H
#define SW_LLDB_AUXV_H

#include <sidewinder.h>

#include "block.h"

enum { SW_LLDB_AUXV_SIZE = 64 }; /* Linux has about 25 entries */

struct sw_lldb_auxv {
    size_t count;
    struct {
        uint64_t type, value;
    } entries[SW_LLDB_AUXV_SIZE];
};

/* Get it: from the kernel for a process of this machine, else from where the kernel put it, at the
   beginning of the main thread's stack, else as much of it as the executable's own header tells.
   False when there is none of them. */
bool sw_lldb_auxv_load(struct sw_lldb *lldb, struct sw_lldb_blocks *blocks,
    const struct sw_target_info *info, struct sw_lldb_auxv *ret_auxv);

/* The value of an entry. */
bool sw_lldb_auxv_get(const struct sw_lldb_auxv *auxv, uint64_t type, uint64_t *ret_value);

#endif

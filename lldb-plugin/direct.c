/* SPDX-License-Identifier: MIT */
/* process_vm_readv() is Linux's own. */
#define _GNU_SOURCE

#include "direct.h"

#ifdef __linux__
#include <sys/uio.h>

static bool read_from_kernel(int64_t pid, uint64_t addr, void *buf, size_t len)
{
    struct iovec ours = {buf, len}, theirs = {(void *)(uintptr_t)addr, len};

    return process_vm_readv((pid_t)pid, &ours, 1, &theirs, 1, 0) == (ssize_t)len;
}
#else
static bool read_from_kernel(int64_t pid, uint64_t addr, void *buf, size_t len)
{
    (void)pid, (void)addr, (void)buf, (void)len;
    return false;
}
#endif

bool sw_lldb_direct_read(struct sw_lldb_direct *direct, struct sw_lldb *lldb, int64_t pid,
    uint64_t addr, void *buf, size_t len)
{
    enum { LONGEST_BREAKPOINT = 4 };

    if (!direct->asked)
        direct->count = sw_lldb_breakpoints(lldb, direct->breakpoints, SW_LLDB_BREAKPOINTS);
    direct->asked = true;
    if (direct->count > SW_LLDB_BREAKPOINTS)
        return false;
    for (unsigned i = 0; i < direct->count; i++)
        if (direct->breakpoints[i] + LONGEST_BREAKPOINT > addr &&
            direct->breakpoints[i] < addr + len)
            return false;
    return read_from_kernel(pid, addr, buf, len);
}

/* SPDX-License-Identifier: MIT */
/* A live process of this machine as a sw_target, without any debugger: process_vm_readv() and
   /proc. For tests, recordings and the fuzzer's seeds; the process must be stopped or parked. */
#ifndef SW_TESTSUITE_LIVE_H
#define SW_TESTSUITE_LIVE_H

#include "sidewinder.h"

struct live {
    int64_t pid;
    int64_t selected; /* thread id that counts as selected */
    uint64_t auxv[64][2];
    size_t auxv_count;
    int64_t tids[4096];
    size_t tid_count;
};

/* Look at a process; `selected` 0 selects its main thread. 0, or a negative enum sw_status. */
int live_open(int64_t pid, int64_t selected, struct live *ret_live);

/* Its callbacks, and its facts; `ctx` is the struct live. */
extern const struct sw_target_ops live_ops;
void live_info(const struct live *live, struct sw_target_info *ret_info);

#endif

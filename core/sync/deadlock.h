/* SPDX-License-Identifier: MIT */
/* Circles in the wait-for graph. */
#ifndef SW_SYNC_DEADLOCK_H
#define SW_SYNC_DEADLOCK_H

#include "sync/waits.h"

/* Threads of which each waits for what the next one has, and the last for what the first has. One
   thread that waits for itself is a circle too. */
struct sw_deadlock {
    const struct sw_wait **waits; /* begins with the one that comes first among the threads */
    size_t count;
    bool timed; /* one of them gives up after a time: then it ends by itself */
};

struct sw_deadlocks {
    struct sw_deadlock *items;
    size_t count;
};

/* Find all. They live in the arena of the waits. */
int sw_deadlocks_find(
    struct sw_waits *waits, struct sw_error *reterr, struct sw_deadlocks *ret_deadlocks);

#endif

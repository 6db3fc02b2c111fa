/* SPDX-License-Identifier: MIT */
#include "sync/deadlock.h"

static const struct sw_wait *next_of(const struct sw_waits *waits, const struct sw_wait *wait)
{
    return wait->owner_kind == SW_OWNER_THREAD ? sw_waits_of(waits, wait->owner) : NULL;
}

/* A circle through `first`, which is known to be on one. */
static int keep_circle(
    struct sw_waits *waits, const struct sw_wait *first, struct sw_deadlocks *deadlocks)
{
    struct sw_deadlock *deadlock = &deadlocks->items[deadlocks->count];
    const struct sw_wait *wait = first, *lowest = first;
    size_t count = 0;

    do {
        count++;
        lowest = wait < lowest ? wait : lowest;
        deadlock->timed = deadlock->timed || (wait->timed && wait->kind != SW_WAIT_GIL);
        wait = next_of(waits, wait);
    } while (wait != first);
    deadlock->waits = sw_arena_alloc(&waits->arena, count * sizeof(struct sw_wait *));
    if (!deadlock->waits)
        return SW_E_NO_MEMORY;
    for (wait = lowest; deadlock->count < count; wait = next_of(waits, wait))
        deadlock->waits[deadlock->count++] = wait;
    deadlocks->count++;
    return 0;
}

int sw_deadlocks_find(
    struct sw_waits *waits, struct sw_error *reterr, struct sw_deadlocks *ret_deadlocks)
{
    /* By wait: the number, from 1, of the walk from one thread to the next that came here. */
    size_t *walks = sw_arena_alloc(&waits->arena, (waits->count + 1) * sizeof(*walks));
    struct sw_deadlocks deadlocks = {.count = 0};
    int status = 0;

    /* Every thread waits for one thing, so each is on one circle at most. */
    deadlocks.items = sw_arena_alloc(&waits->arena, (waits->count + 1) * sizeof(*deadlocks.items));
    if (!walks || !deadlocks.items)
        status = SW_E_NO_MEMORY;
    for (size_t i = 0; status == 0 && i < waits->count; i++) {
        const struct sw_wait *wait = &waits->items[i];

        while (wait && !walks[wait - waits->items]) {
            walks[wait - waits->items] = i + 1;
            wait = next_of(waits, wait);
        }
        if (wait && walks[wait - waits->items] == i + 1)
            status = keep_circle(waits, wait, &deadlocks);
    }
    if (status < 0)
        return sw_fail(reterr, status, 0, "", "the debugger is out of memory");
    *ret_deadlocks = deadlocks;
    return 0;
}

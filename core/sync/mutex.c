/* SPDX-License-Identifier: MIT */
#include "sync/mutex.h"

#include "base/bytes.h"

/* Linux, include/uapi/linux/futex.h: what is left without FUTEX_PRIVATE_FLAG and
   FUTEX_CLOCK_REALTIME. */
enum { FUTEX_COMMAND = 0x7f, FUTEX_WAIT = 0, FUTEX_WAIT_BITSET = 9 };

/* glibc, sysdeps/nptl/lowlevellock.h: 0 is free, 1 taken, 2 taken and waited for. */
enum { LOCK_CONTENDED = 2 };

/* sysdeps/nptl/bits/struct_mutex.h: {int lock; unsigned count; int owner; unsigned nusers; int
   kind} where a pointer has 8 bytes, {lock, count, owner, kind, nusers} where it has 4. Robust
   mutexes and those with priority inheritance keep a thread's id in `lock` itself. */
enum { OWNER = 2, USERS_64 = 3, KIND_64 = 4, KIND_32 = 3, USERS_32 = 4, WORDS = 5 };
enum { MAX_KIND = 0x3ff };

static bool is_thread(const struct sw_threads *threads, uint64_t tid)
{
    for (size_t i = 0; i < threads->count; i++)
        if (threads->items[i].state.native_id == tid || (uint64_t)threads->items[i].tid == tid)
            return true;
    for (size_t i = 0; i < threads->native_count; i++)
        if ((uint64_t)threads->natives[i].tid == tid)
            return true;
    return false;
}

bool sw_mutex_read(struct sw_memory *memory, const struct sw_threads *threads, sw_addr word,
    uint32_t operation, uint32_t value, struct sw_mutex *ret_mutex)
{
    bool wide = memory->info.pointer_size == 8;
    uint32_t command = operation & FUTEX_COMMAND;
    uint64_t words[WORDS];

    if ((command != FUTEX_WAIT && command != FUTEX_WAIT_BITSET) || value != LOCK_CONTENDED)
        return false;
    for (unsigned i = 0; i < WORDS; i++)
        if (sw_memory_uint(memory, word + 4 * (sw_addr)i, 4, "pthread_mutex", NULL, &words[i]) < 0)
            return false;
    if (words[0] != LOCK_CONTENDED || !words[OWNER] || !words[wide ? USERS_64 : USERS_32] ||
        words[wide ? KIND_64 : KIND_32] > MAX_KIND || !is_thread(threads, words[OWNER]))
        return false;
    ret_mutex->owner = (int64_t)words[OWNER];
    return true;
}

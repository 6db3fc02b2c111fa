/* SPDX-License-Identifier: MIT */
/* pthread_mutex_t of glibc, as far as its memory tells who has it. */
#ifndef SW_SYNC_MUTEX_H
#define SW_SYNC_MUTEX_H

#include "session/threads.h"

struct sw_mutex {
    int64_t owner; /* the kernel's id of the thread, in the target's PID namespace */
};

/*
 * Whether the word on which a thread sleeps in futex(word, operation, value) is a mutex that
 * another thread of the process has. Semaphores, condition variables and locks without an owner,
 * which threads sleep on as well, are told apart by what the words behind it may be.
 */
bool sw_mutex_read(struct sw_memory *memory, const struct sw_threads *threads, sw_addr word,
    uint32_t operation, uint32_t value, struct sw_mutex *ret_mutex);

#endif

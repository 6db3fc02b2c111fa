/* SPDX-License-Identifier: MIT */
/* Locks as CPython's modules _thread and _queue have them: what threads sleep on. */
#ifndef SW_SYNC_LOCK_H
#define SW_SYNC_LOCK_H

#include "value/type.h"

enum sw_lock_kind {
    SW_LOCK_PLAIN, /* _thread.lock */
    SW_LOCK_RECURSIVE,
    SW_LOCK_QUEUE, /* _queue.SimpleQueue: a thread that takes from an empty one sleeps */
};

/* A lock. A plain value. */
struct sw_lock {
    enum sw_lock_kind kind;
    sw_addr object;
    bool is_mutex;     /* a PyMutex in the object itself; else `semaphore` */
    sw_addr semaphore; /* the C library's semaphore, a word of which threads sleep on */
    bool locked;
    uint64_t owner; /* of a recursive lock that is taken: pthread_self(); 0 otherwise */
};

/* Read the lock at `object`. SW_E_NOT_FOUND, without an error, when it is something else. */
int sw_lock_read(const struct sw_reader *reader, struct sw_types *types, sw_addr object,
    struct sw_lock *ret_lock);

/*
 * The lock whose PyMutex a thread sleeps on (3.13): the word that it gives the kernel is in a
 * struct wait_entry {argument, address, semaphore} on its own stack (Python/parking_lot.c).
 * `ret_address` is that of the mutex, also when SW_E_NOT_FOUND says that it is no lock's.
 */
int sw_lock_parked(const struct sw_reader *reader, struct sw_types *types, sw_addr word,
    sw_addr *ret_address, struct sw_lock *ret_lock);

#endif

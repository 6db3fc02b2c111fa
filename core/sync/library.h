/* SPDX-License-Identifier: MIT */
/*
 * The classes of threading and queue that are made in Python of locks: which of them a thread
 * waits on, told by its newest frames. A frame is known by the globals it runs in, the name of its
 * code, and the class of its self; that it belongs to the wait, by the attribute of self that leads
 * to the next newer one.
 */
#ifndef SW_SYNC_LIBRARY_H
#define SW_SYNC_LIBRARY_H

#include "session/threads.h"
#include "sync/lock.h"

/* What a thread waits for. */
enum sw_wait_kind {
    SW_WAIT_UNKNOWN, /* it sleeps in the kernel, and on what is not known */
    SW_WAIT_LOCK,
    SW_WAIT_RLOCK,
    SW_WAIT_CONDITION,
    SW_WAIT_EVENT,
    SW_WAIT_SEMAPHORE,
    SW_WAIT_BARRIER,
    SW_WAIT_QUEUE_GET,
    SW_WAIT_QUEUE_PUT,
    SW_WAIT_QUEUE_JOIN,
    SW_WAIT_SIMPLE_QUEUE,
    SW_WAIT_THREAD, /* for its end */
    SW_WAIT_GIL,
    SW_WAIT_MUTEX, /* a pthread_mutex_t of C code */
    /* Of free-threaded builds: */
    SW_WAIT_WORLD, /* that the world goes on; it is owned by the thread that stopped it */
    SW_WAIT_STOP,  /* that all other threads stand still; it is owned by one that does not */
};

/* The globals of the modules, in one interpreter. */
struct sw_library {
    const struct sw_runtime *runtime;
    struct sw_types *types;
    sw_addr interpreter;
    sw_addr threading, queue; /* dicts; 0 for a module that was not imported */
};

/* Find the modules of the thread's interpreter, unless *library is of that one already. */
void sw_library_find(
    struct sw_session *session, const struct sw_thread *thread, struct sw_library *library);

/* What is behind the lock that a thread sleeps on; `lock` is NULL when the thread sleeps on
   something else. */
struct sw_waited {
    enum sw_wait_kind kind;
    sw_addr object;
};
struct sw_waited sw_library_waited(const struct sw_library *library, struct sw_session *session,
    const struct sw_thread *thread, const struct sw_lock *lock);

/* The lock that a frame in Condition.wait() has released, or is taking again; 0 for other frames.
 */
sw_addr sw_library_released(const struct sw_library *library, const struct sw_frame *frame);

/* The lock that a Condition is made with, 0 when the object is no Condition. */
sw_addr sw_library_condition_lock(const struct sw_library *library, sw_addr object);

/* The ident in a Thread, or that of the owner in an RLock made in Python; 0 for none. */
uint64_t sw_library_ident(const struct sw_library *library, sw_addr object, enum sw_wait_kind kind);

#endif

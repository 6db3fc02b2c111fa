/* SPDX-License-Identifier: MIT */
/* Which Python threads wait, for what, and who has it: the edges of the wait-for graph. */
#ifndef SW_SYNC_WAITS_H
#define SW_SYNC_WAITS_H

#include "sync/library.h"

enum sw_owner_kind {
    SW_OWNER_NONE,    /* nobody can own such a thing: an event, a queue */
    SW_OWNER_UNKNOWN, /* somebody may, and memory does not tell who */
    SW_OWNER_SEVERAL, /* more than one thread is inside of a `with` of it */
    SW_OWNER_THREAD,
    SW_OWNER_NATIVE, /* a thread that runs no Python; its id is in owner_tid */
    SW_OWNER_ENDED,  /* a thread that is not there any more; what it was is in owner_ident */
};

/* One thread that waits. Strings are in the arena of the list. */
struct sw_wait {
    size_t thread; /* index into the list of threads: the first state of its native thread */
    enum sw_wait_kind kind;
    sw_addr object; /* the Python object, the GIL's struct, the mutex; 0 when it is not known */
    bool timed;     /* it gives up by itself after a time */
    enum sw_owner_kind owner_kind;
    size_t owner; /* index of a thread */
    int64_t owner_tid;
    uint64_t owner_ident; /* pthread_self() */
    /* The `with` that proves the owner of a plain lock; NULL when it is told otherwise. */
    const char *with_function, *with_file;
    int32_t with_line;
};

struct sw_waits {
    const struct sw_threads *threads;
    struct sw_wait *items; /* in the order of the threads */
    size_t count;
    size_t asleep_unknown; /* threads of which it is not known whether they sleep, and in what */
    struct sw_arena arena;
};

/* "lock", "queue.get": the words of JSON. Static storage. */
const char *sw_wait_kind_name(enum sw_wait_kind kind);
const char *sw_owner_kind_name(enum sw_owner_kind kind);

/* Find them. Failures are those of the debugger: out of memory, interrupted. Free with
   sw_waits_fini() in any case. */
int sw_waits_read(struct sw_session *session, struct sw_error *reterr, struct sw_waits *ret_waits);
void sw_waits_fini(struct sw_waits *waits);

/* The first thread state of the native thread that the state at `index` is of. */
size_t sw_waits_representative(const struct sw_threads *threads, size_t index);

/* The wait of the thread at `index` (a representative); NULL when it does not wait. */
const struct sw_wait *sw_waits_of(const struct sw_waits *waits, size_t index);

#endif

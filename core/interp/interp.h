/* SPDX-License-Identifier: MIT */
/* Interpreters and their thread states, as the runtime's lists have them. */
#ifndef SW_INTERP_INTERP_H
#define SW_INTERP_INTERP_H

#include "runtime/runtime.h"

/* A PyInterpreterState. A plain value. */
struct sw_interpreter {
    sw_addr addr;
    int64_t id; /* 0 is the main one; counted from the end of the list where there are no ids
                   (2.7, 3.6) */
    sw_addr next;
    sw_addr first_thread;
};

/* Whether a thread of a free-threaded build may touch objects (PyThreadState.state). */
enum sw_attachment {
    SW_ATTACHMENT_UNKNOWN, /* builds with a GIL, which decides it there */
    SW_DETACHED,
    SW_ATTACHED,
    SW_SUSPENDED, /* the world was stopped: it may not attach */
    SW_SHUTTING_DOWN,
};

/* A PyThreadState. A plain value. */
struct sw_thread_state {
    sw_addr addr;
    sw_addr interp;
    sw_addr next;
    sw_addr prev;       /* 0 in 2.7, which has none */
    int64_t id;         /* PyThreadState.id; -1 where there is none (2.7, 3.6) */
    uint64_t thread_id; /* pthread_self() of the thread that made it, or runs it */
    uint64_t
        native_id; /* kernel id in the target's innermost PID namespace; 0 where there is none */
    sw_addr frame; /* the newest frame, shims included; 0 when it runs no Python */
    sw_addr lost_frame; /* the struct that says which frame that is, when it cannot be read (3.11
                           and 3.12: on the native stack); 0 when it can */
    sw_addr base_frame; /* the oldest, which no loop runs (3.15+); 0 where there is none */
    sw_addr datastack_chunk; /* 0 before 3.11 */
    enum sw_attachment attachment;
    bool active;        /* attached to its interpreter and running or waiting in eval (3.12+) */
    bool held;          /* it is suspended, and wants to attach */
    bool gil_requested; /* waits for the GIL (3.15+) */
    bool finalizing;    /* it is being taken down (3.12+) */
    sw_addr tracer;     /* C function that sys.settrace() and the like put there; 0 for none */
    sw_addr profiler;   /* likewise sys.setprofile() */
};

/* Whether it runs Python, even if its frames cannot be found. */
static inline bool sw_thread_state_has_stack(const struct sw_thread_state *state)
{
    return state->frame || state->lost_frame;
}

/*
 * The runtime's interpreters, newest first, into an array of SW_MAX... at most `max`. Returns their
 * count; a list that is cut short fills *ret_problem (status SW_OK when it is whole).
 */
size_t sw_interpreters_list(const struct sw_runtime *runtime, struct sw_interpreter *interpreters,
    size_t max, struct sw_error *ret_problem);

/* Read the thread state at `addr`, which must belong to `interpreter`. Thread states that no thread
   uses (not bound yet, cleared) are SW_E_NOT_FOUND, with ret_thread->next valid. */
int sw_thread_state_read(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    sw_addr addr, struct sw_error *reterr, struct sw_thread_state *ret_thread);

/* The GIL that serves an interpreter. */
struct sw_gil {
    sw_addr addr; /* of its _gil_runtime_state; the same for interpreters that share it; 0 where it
                     is no struct (2.7, 3.6) */
    bool is_disabled;    /* a free-threaded build that runs without it */
    sw_addr holder;      /* thread state; 0 when it is free */
    sw_addr last_holder; /* the one before, while it is free; 0 when that is not told */
    bool drop_known;     /* 3.13 and later */
    bool drop_requested; /* the holder is asked to let another thread have it */
};

void sw_gil_read(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    struct sw_gil *ret_gil);

/* The thread state that holds the GIL of an interpreter; 0 when it is free, or cannot be told. */
sw_addr sw_gil_holder(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter);

/* The range of memory in which the interpreter's GIL keeps what threads wait on; false when
 * unknown. */
bool sw_gil_range(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    sw_addr *ret_start, sw_addr *ret_end);

/* Whether a thread that sleeps in futex() on `word` waits for the interpreter's GIL. */
bool sw_gil_has_word(
    const struct sw_runtime *runtime, const struct sw_interpreter *interpreter, sw_addr word);

/* A world that is stopped, or about to be: in free-threaded builds (3.13+) all threads but one are
   made to stand still, as for a collection. */
struct sw_world {
    bool requested;    /* threads are asked to stand still */
    bool stopped;      /* all do */
    sw_addr requester; /* the thread state that asked; 0 when nobody did, or it is not told */
};

/* Whether the interpreter's threads, or those of all interpreters, have to stand still. All false
   where there is no such thing. */
void sw_world_read(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    struct sw_world *ret_world);

/* The thread state that ends Python, in Py_Finalize(); 0 when none does, and before 3.7. */
sw_addr sw_finalizer(const struct sw_runtime *runtime);

#endif

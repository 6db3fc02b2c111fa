/* SPDX-License-Identifier: MIT */
/* All Python threads of a session, each with the native thread that runs it. */
#ifndef SW_SESSION_THREADS_H
#define SW_SESSION_THREADS_H

#include "session/kernel.h"
#include "session/session.h"

/* One thread state and what is known of the thread behind it. */
struct sw_thread {
    struct sw_thread_state state;
    const struct sw_runtime *runtime;
    unsigned runtime_index;
    int64_t interpreter_id;
    int64_t tid;    /* the debugger's LWP; 0 when no native thread was found for it */
    int64_t number; /* the debugger's thread number; 0 likewise */
    bool selected;  /* the user is looking at the native thread that this state belongs to */
    bool holds_gil;
    bool collecting; /* it collects its interpreter's garbage (collector.h) */
    bool waits_for_gil;
    bool stops_world;     /* it makes all others stand still (collector.h) */
    bool waits_for_world; /* likewise, but they do not all yet */
    sw_addr suspended_by; /* the thread state for which it stands still; 0 for none */
    bool finalizing;      /* it ends Python (Py_Finalize), or its own state is being taken down */
    /* What the kernel says of it (kernel.h), once that was asked. */
    bool call_known;
    int64_t call; /* number of the system call it is in; -1 when it is in none */
    uint64_t call_arguments[SW_KERNEL_ARGUMENTS];
    sw_addr pc; /* where its innermost native frame is; 0 when the kernel did not say */
};

/* A value made for one stop. Zero-initialised is a valid, empty list. */
struct sw_threads {
    struct sw_thread *items; /* by the debugger's numbers, then as CPython lists them */
    size_t count;
    size_t capacity;
    struct sw_native_thread *natives; /* the debugger's threads, in its order */
    size_t native_count;              /* 0 when it cannot tell */
    size_t interpreter_counts[SW_MAX_RUNTIMES];
    struct sw_error
        problems[SW_MAX_WARNINGS]; /* lists that were cut short, runtimes not understood */
    size_t problem_count;
    bool gil_unknown; /* it could not be read whether a thread holds a GIL; the problems say so */
    bool waiting_unknown; /* nor who waits for it; the problems say that once */
};

/*
 * The threads of all runtimes, listed once a stop; which one is selected is asked anew each time. 0
 * also when lists are damaged: what could be read is there, and the problems say what could not.
 * SW_E_NOT_PYTHON and the like when there is no runtime at all. The list belongs to the session and
 * lives until it is invalidated.
 *
 * When the command is about one interpreter (session->chosen) the list has that one's threads only,
 * no native ones, and lives until the next call; SW_E_NOT_FOUND when there is no such interpreter.
 */
int sw_session_threads(
    struct sw_session *session, struct sw_error *reterr, const struct sw_threads **ret_threads);

/* The threads of all interpreters, whatever the command is about. */
int sw_session_all_threads(
    struct sw_session *session, struct sw_error *reterr, const struct sw_threads **ret_threads);

/* The interpreters of a runtime that the command is about, as sw_interpreters_list(). */
size_t sw_session_interpreters(const struct sw_session *session, unsigned runtime_index,
    struct sw_interpreter *interpreters, size_t max, struct sw_error *ret_problem);

/* The same, with what the kernel says of every thread: a file of /proc each. */
int sw_session_threads_in_kernel(
    struct sw_session *session, struct sw_error *reterr, const struct sw_threads **ret_threads);

/* The same, where the kernel cannot be asked by what the threads' registers say: the debugger goes
   to each thread for that. The list has the threads of all interpreters, for they wait for each
   other; SW_E_NOT_FOUND when that which the command is about does not exist. */
int sw_session_threads_in_calls(
    struct sw_session *session, struct sw_error *reterr, const struct sw_threads **ret_threads);

/* Whether the command is about the thread's interpreter. */
bool sw_thread_is_chosen(const struct sw_session *session, const struct sw_thread *thread);

/* Begin to walk a thread's stack. */
void sw_thread_open_stack(
    struct sw_session *session, const struct sw_thread *thread, struct sw_stack *ret_stack);

/* Free what a list holds. */
void sw_threads_fini(struct sw_threads *threads);

#endif

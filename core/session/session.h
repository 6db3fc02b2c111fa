/* SPDX-License-Identifier: MIT */
/* A session from within: memory, the runtimes found in it, and their decoded code objects. */
#ifndef SW_SESSION_SESSION_H
#define SW_SESSION_SESSION_H

#include "frame/stack.h"
#include "session/source.h"
#include "value/writer.h"

struct sw_threads;
struct sw_thread_names;
struct sw_selections;

/* The interpreters that a command is about: all, or one by its id. */
struct sw_interpreter_choice {
    bool is_one;
    int64_t runtime; /* index of its runtime; -1: whichever has it */
    int64_t id;
};

struct sw_session {
    struct sw_memory memory;
    struct sw_runtimes runtimes;
    bool discovered;
    /* Nothing has Python's names, as sw_session_has_python() found out; for this stop only when
       files or memory were missing then. */
    bool python_absent, python_absent_now;
    uint64_t generation;       /* another one after each invalidation, and in each session */
    uint64_t discovery_absent; /* reads that failed while the runtimes were looked for */
    bool discovery_repeated;   /* at a later stop, for that reason; once is enough */
    struct sw_codes codes[SW_MAX_RUNTIMES]; /* one cache for each runtime: layouts differ */
    struct sw_threads *threads;             /* made once a stop (threads.h); NULL until then */
    struct sw_interpreter_choice chosen;    /* what the command at hand is about */
    struct sw_threads *chosen_threads;      /* those of `threads` in it; NULL when all are */
    struct sw_thread_names *names;          /* likewise (names.h) */
    struct sw_types types[SW_MAX_RUNTIMES]; /* one cache for each runtime */
    struct sw_sources sources;
    struct sw_selections *selections; /* which frames the user went to (selection.h) */
    struct sw_value_limits limits;    /* settings.c */
};

/* Whether the host was out of memory for code objects or types since the last stop: what was made
   of them may lack parts without a word. */
bool sw_session_lacks_memory(const struct sw_session *session);

/* Find the runtimes unless that is done. As sw_runtimes_find(). */
int sw_session_discover(struct sw_session *session, struct sw_error *reterr);

#endif

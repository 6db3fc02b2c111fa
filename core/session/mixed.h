/* SPDX-License-Identifier: MIT */
/*
 * The native stack of the selected thread and its Python frames, as one walk. Each call of the
 * evaluation loop on the native stack runs the Python frames of one loop of the chain, in the same
 * order; where both have an address to compare (3.12+) each pair is proved by it.
 */
#ifndef SW_SESSION_MIXED_H
#define SW_SESSION_MIXED_H

#include "session/threads.h"

/* A walk. A plain value that owns nothing; a copy goes its own way. */
struct sw_mixed {
    struct sw_session *session;
    struct {
        const struct sw_thread *thread;
        sw_addr code_start, code_end;  /* the file of its Python in memory; 0, 0 when unknown */
    } states[SW_MAX_STATES_OF_THREAD]; /* of the selected thread, the innermost first */
    size_t state_count;
    size_t state;           /* the one that the walk is in */
    struct sw_stack frames; /* at the next frame to hand out */
    struct sw_stack loops;  /* leaves each loop as it is met */
    bool in_loop;           /* one was met */
    uint32_t loop;          /* its number in the state */
    sw_addr entry;          /* its own frame's address; 0 when unknown */
    uint64_t met;           /* loops met, of all states */
};

/* Begin at the innermost native frame. SW_E_NOT_FOUND when the selected thread runs no Python. */
int sw_mixed_open(struct sw_session *session, struct sw_error *reterr, struct sw_mixed *ret_mixed);

/* Whether each native frame of a loop can be proved by the address of the loop's own frame. */
bool sw_mixed_has_entries(const struct sw_mixed *mixed);

/* What native frame `level` is to Python. A name that is not known yet is "", one that is known not
   to be there "?"; sp may be 0. */
enum sw_native_kind sw_mixed_kind(
    const struct sw_mixed *mixed, unsigned level, const struct sw_native_frame *native);

/* The walk came to a native frame of kind SW_NATIVE_LOOP. SW_E_CORRUPT when the chain of frames has
   no loop for it. */
int sw_mixed_meet(
    struct sw_mixed *mixed, const struct sw_native_frame *native, struct sw_error *reterr);

/* The next Python frame of the loop met last: 1, 0 behind its oldest, or a negative status. */
int sw_mixed_next(struct sw_mixed *mixed, struct sw_error *reterr, struct sw_frame *ret_frame);

/* The same place in a walk opened anew: behind as many loops as `from` has met. */
int sw_mixed_resume(struct sw_mixed *mixed, const struct sw_mixed *from, struct sw_error *reterr);

/* The thread state whose frames are handed out. */
const struct sw_thread *sw_mixed_thread(const struct sw_mixed *mixed);

/*
 * Walk the whole native stack: 0 when every loop on it has its counterpart in the chain of frames
 * and the other way round, else SW_E_CORRUPT, and the message says what is missing. With
 * `in_detail` the debugger is asked for names and stack pointers too.
 */
int sw_mixed_check(const struct sw_mixed *mixed, bool in_detail, struct sw_error *reterr);

#endif

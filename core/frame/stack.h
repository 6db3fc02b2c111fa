/* SPDX-License-Identifier: MIT */
/*
 * A thread's Python frames, newest first: exactly those that sys._current_frames() and traceback
 * show. Glue of the evaluation loop (shims, trampolines, frames that have not begun) is left out.
 */
#ifndef SW_FRAME_STACK_H
#define SW_FRAME_STACK_H

#include "code/code.h"
#include "interp/interp.h"

/* One Python frame. */
struct sw_frame {
    uint32_t index;       /* 0 is the newest */
    uint32_t loop;        /* which call of the evaluation loop runs it, 0 the innermost */
    sw_addr addr;         /* PyFrameObject (3.10 and before) or _PyInterpreterFrame */
    struct sw_code *code; /* valid until the next frame; NULL when problem says why */
    int32_t lasti;        /* byte offset of the instruction; -1 before the first */
    struct sw_position position;
    struct sw_error problem; /* why the code object could not be read; status SW_OK for none */
};

/* A walk down one stack. Owns nothing. */
struct sw_stack {
    const struct sw_runtime *runtime;
    struct sw_codes *codes;
    sw_addr next;     /* the frame to look at next; 0 at the end */
    sw_addr lost;     /* the struct that `next` is to be read from first; 0 when it is known */
    sw_addr base;     /* the thread state's own frame, at which the stack ends (3.15+) */
    uint32_t shown;   /* frames handed out */
    uint32_t loops;   /* calls of the evaluation loop that the walk has left behind */
    uint64_t visited; /* frames looked at, shims included */
    /* Brent's cycle search: the walk is compared with a frame met at the last power of two. */
    sw_addr landmark;
    uint64_t landmark_at;
    /* The chunk of the data stack that the walk is in (3.11+), and what of it was fetched. */
    sw_addr chunk;
    uint64_t chunk_size; /* 0 until a frame was found in it */
    uint32_t row;        /* chunks before this one that followed each other in memory */
    sw_addr fetched_from;
    sw_addr fetched_to;
    bool is_short; /* no more than the newest frame is wanted */
};

/* Begin at a thread state's newest frame. */
void sw_stack_open(struct sw_stack *stack, const struct sw_runtime *runtime, struct sw_codes *codes,
    const struct sw_thread_state *thread);

/*
 * The next frame: 1, 0 at the end of the stack, or a negative status when the stack cannot be
 * followed further; reterr says where and why.
 */
int sw_stack_next(struct sw_stack *stack, struct sw_error *reterr, struct sw_frame *ret_frame);

/* The newest frame of a stack that was just opened, when no other is wanted: its part of the data
   stack is not fetched. Else as above. */
int sw_stack_newest(struct sw_stack *stack, struct sw_error *reterr, struct sw_frame *ret_frame);

/*
 * Leave the evaluation loop that the walk is in, to its caller's: 1 and the address of the loop's
 * own frame, which is on the native stack of the loop (3.12+; 0 before); 0 at the end of the stack,
 * or a negative status.
 */
int sw_stack_leave_loop(struct sw_stack *stack, struct sw_error *reterr, sw_addr *ret_entry);

/* One frame by itself, whatever stack it is on: a generator's, a traceback's. `index` is 0, `code`
   as above. */
int sw_frame_read(const struct sw_runtime *runtime, struct sw_codes *codes, sw_addr addr,
    struct sw_error *reterr, struct sw_frame *ret_frame);

#endif

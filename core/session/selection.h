/* SPDX-License-Identifier: MIT */
/*
 * Which Python frame the user is at: kept for each thread until the target runs. Moving about the
 * debugger's native frames moves it too.
 */
#ifndef SW_SESSION_SELECTION_H
#define SW_SESSION_SELECTION_H

#include "base/map.h"
#include "session/threads.h"

/* The selected thread and its selected frame; `ret_frame->code` is valid until the next frame is
   read. SW_E_NOT_FOUND when the thread runs no Python code. */
int sw_session_frame(struct sw_session *session, struct sw_error *reterr,
    const struct sw_thread **ret_thread, struct sw_frame *ret_frame);

/* Go `steps` frames out (older), or in when it is negative; at the ends SW_E_NOT_FOUND, and nothing
   moves. */
int sw_session_move(struct sw_session *session, int64_t steps, struct sw_error *reterr,
    const struct sw_thread **ret_thread, struct sw_frame *ret_frame);

/* Go to the frame with this index, 0 the newest. */
int sw_session_go(struct sw_session *session, uint64_t index, struct sw_error *reterr,
    const struct sw_thread **ret_thread, struct sw_frame *ret_frame);

/*
 * The debugger's levels of the native frames that run the evaluation loop, innermost first, at most
 * `max` of them: *ret_count. Only for the selected thread. 0 levels when the debugger cannot say,
 * or this Python has no one function for its loop.
 */
void sw_session_loop_levels(struct sw_session *session, const struct sw_thread *thread,
    unsigned *levels, size_t max, size_t *ret_count);

/*
 * The debugger's level of the native frame that calls the C function at `function`, one above the
 * innermost evaluation loop; the function's own level when the loop itself calls it. SW_E_NOT_FOUND
 * when the debugger cannot say.
 */
int sw_session_call_level(struct sw_session *session, const struct sw_thread *thread,
    sw_addr function, unsigned *ret_level);

void sw_selections_clear(struct sw_session *session);

#endif

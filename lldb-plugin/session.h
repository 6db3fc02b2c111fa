/* SPDX-License-Identifier: MIT */
/*
 * session.h - one sw_session for each process of lldb, kept for as long as it is there.
 *
 * To be called under the lock of plugin.h.
 */
#ifndef SW_LLDB_SESSION_H
#define SW_LLDB_SESSION_H

#include <sidewinder.h>

#include "lldb.h"

/* A session that is in use; owned by the list of sessions. */
struct sw_lldb_session;

/* What the session is wanted for. */
enum sw_lldb_use {
    SW_LLDB_COMMAND, /* everything that was read before is read again */
    SW_LLDB_VALUE,   /* one of many values that lldb shows at a time */
};

/*
 * Take the session of a process: make it, refresh it, and ready its target. Returns NULL, with one
 * line in reterr, when there is nothing to debug. What it returns must be given back with
 * sw_lldb_session_release() before `lldb` goes away.
 */
struct sw_lldb_session *sw_lldb_session_acquire(
    struct sw_lldb *lldb, enum sw_lldb_use use, struct sw_error *reterr);
void sw_lldb_session_release(struct sw_lldb_session *session);

/* Call `visit` with every session there is. */
void sw_lldb_session_for_each(void (*visit)(struct sw_session *session));

/* The session itself, valid until it is released. */
struct sw_session *sw_lldb_session_core(struct sw_lldb_session *session);

#endif

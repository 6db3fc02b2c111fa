/* SPDX-License-Identifier: MIT */
/*
 * session.h - one sw_session for each inferior of gdb, kept for as long as it is the same process.
 */
#ifndef SW_GDB_SESSION_H
#define SW_GDB_SESSION_H

#include "python.h"

#include <sidewinder.h>

#include "target.h"

/* A session that is in use by a command; owned by the list of sessions. */
struct sw_gdb_session;

/* Listen to gdb's events that make sessions stale. Returns 0, or -1 with a Python exception set. */
int sw_gdb_session_connect(void);

/* How often what is known of processes became stale, counted by the events that said so: their
   memory, their loaded files, the processes themselves. */
struct sw_gdb_changes {
    unsigned memory, modules, processes;
};
struct sw_gdb_changes sw_gdb_session_changes(void);

/* Whether nothing became stale since. */
bool sw_gdb_session_is_unchanged(const struct sw_gdb_changes *since);

/*
 * Take the session of the selected inferior for one command: make it, refresh it, and ready its
 * target. Returns NULL with a Python exception set when there is nothing to debug. What it returns
 * must be given back with sw_gdb_session_release().
 */
struct sw_gdb_session *sw_gdb_session_acquire(void);

/*
 * Whether the selected inferior is known to have no Python, which costs next to nothing: gdb asks
 * for a printer of each value that it shows. Known is what was noted of it after the last session
 * was released, as long as no event comes.
 */
bool sw_gdb_session_lacks_python(void);
void sw_gdb_session_note_lack(void);

/* End the command. Returns 0, or -1 with the exception set that the target kept. */
int sw_gdb_session_release(struct sw_gdb_session *session);

/* The same for those who must not raise: gdb sees a kept Ctrl-C when it looks for the next one. */
void sw_gdb_session_release_quietly(struct sw_gdb_session *session);

/* Call `visit` with every session there is. */
void sw_gdb_session_for_each(void (*visit)(struct sw_session *session));

/* The parts of a session, valid until it is released. */
struct sw_session *sw_gdb_session_core(struct sw_gdb_session *session);
struct sw_gdb_target *sw_gdb_session_target(struct sw_gdb_session *session);

#endif

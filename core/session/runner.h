/* SPDX-License-Identifier: MIT */
/* Which native thread runs a thread state that another thread made. */
#ifndef SW_SESSION_RUNNER_H
#define SW_SESSION_RUNNER_H

#include "session/threads.h"

/*
 * A thread that runs another interpreter does so, up to CPython 3.12, in the first thread state of
 * that interpreter (_run_script_in_interpreter() of Modules/_xxsubinterpretersmodule.c), which has
 * the ids of whoever made the interpreter. Since 3.13 it makes a state of its own (gh-76785).
 *
 * Where ids leave that open, go by what lies on the native stacks: their tid, number and thread id
 * become those of the thread that runs them. Costs nothing unless one native thread seems to run
 * several interpreters. Only SW_E_STOPPED is a failure.
 */
int sw_threads_find_runners(struct sw_session *session, struct sw_threads *threads);

#endif

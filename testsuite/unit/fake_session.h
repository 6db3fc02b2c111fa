/* SPDX-License-Identifier: MIT */
/* A session of a fake Python, as if it had been discovered. */
#ifndef FAKE_SESSION_H
#define FAKE_SESSION_H

#include "fake_python.h"
#include "session/session.h"

/* Make a session whose only runtime is that of `python`, with the interpreters that `head` points
   to; `python` must stay where it is, and its callbacks are taken as they are now. */
struct sw_session *fake_session(struct fake_python *python, sw_addr head);

/* Add one more runtime of the same layout. */
void fake_session_add(struct sw_session *session, struct fake_python *python, sw_addr head);

#endif

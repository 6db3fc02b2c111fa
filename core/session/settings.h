/* SPDX-License-Identifier: MIT */
/* What the user can set: sw_settings() and sw_session_set() of the public header. */
#ifndef SW_SESSION_SETTINGS_H
#define SW_SESSION_SETTINGS_H

#include "session/session.h"

/* Every setting of the session to what it is by default. */
void sw_settings_reset(struct sw_session *session);

#endif

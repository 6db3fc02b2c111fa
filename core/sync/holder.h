/* SPDX-License-Identifier: MIT */
/* Who has a plain lock: its memory does not say, but a thread inside of a `with` of it does. */
#ifndef SW_SYNC_HOLDER_H
#define SW_SYNC_HOLDER_H

#include "sync/waits.h"

/* Fill in the owners of the plain locks that are waited for. Reads nothing when there are none. */
int sw_holders_find(struct sw_session *session, struct sw_waits *waits, struct sw_error *reterr);

#endif

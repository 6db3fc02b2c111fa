/* SPDX-License-Identifier: MIT */
/* The command line of the target. */
#ifndef SW_SESSION_ARGUMENTS_H
#define SW_SESSION_ARGUMENTS_H

#include "session/session.h"

/* A copy; bytes that are no UTF-8 stay as they are. Zero-initialised is a valid, empty one. */
struct sw_arguments {
    struct sw_arena arena;
    struct sw_text *items;
    size_t count;
    bool cut; /* there are more */
};

/*
 * The arguments that the kernel gave the process, as the C library keeps them: also in a core, and
 * where Python is embedded. sys.orig_argv where the C library cannot say. SW_E_NOT_FOUND when
 * neither can. Free it with sw_arguments_fini().
 */
int sw_arguments_read(struct sw_session *session, struct sw_arguments *ret_arguments);

void sw_arguments_fini(struct sw_arguments *arguments);

#endif

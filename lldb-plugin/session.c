/* SPDX-License-Identifier: MIT */
/* clock_gettime() is POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "error.h"
#include "setting.h"
#include "target.h"

/* lldb does not tell when somebody writes to a process's memory. A command reads everything anew;
   values, of which a view shows many at a time, share what was read in this time. */
enum { SHARE_MILLISECONDS = 100 };

struct sw_lldb_session {
    struct sw_lldb_session *next;
    struct sw_lldb_reference *process;
    uint32_t unique_id;
    uint32_t stop_id;
    unsigned module_count;
    struct timespec refreshed;
    bool is_core;
    struct sw_lldb_target *target;
    struct sw_session *core;
};

static struct sw_lldb_session *sessions;

static void session_free(struct sw_lldb_session *session)
{
    sw_session_destroy(session->core);
    sw_lldb_target_destroy(session->target);
    sw_lldb_reference_destroy(session->process);
    free(session);
}

static struct sw_lldb_session *session_new(
    struct sw_lldb *lldb, const struct sw_target_info *info, struct sw_error *reterr)
{
    struct sw_lldb_session *session = calloc(1, sizeof(*session));

    if (!session) {
        sw_lldb_fail(reterr, SW_E_NO_MEMORY, "the debugger is out of memory");
        return NULL;
    }
    session->is_core = info->kind == SW_TARGET_CORE;
    session->unique_id = sw_lldb_unique_id(lldb);
    session->stop_id = sw_lldb_stop_id(lldb);
    session->module_count = sw_lldb_module_count(lldb);
    session->process = sw_lldb_reference_create(lldb);
    session->target = sw_lldb_target_create(info);
    if (!session->process || !session->target) {
        sw_lldb_fail(reterr, SW_E_NO_MEMORY, "the debugger is out of memory");
    } else if (sw_session_create(
                   info, &sw_lldb_target_ops, session->target, reterr, &session->core) == 0) {
        sw_lldb_setting_apply(session->core);
        session->next = sessions;
        sessions = session;
        return session;
    }
    session_free(session);
    return NULL;
}

/* Free the sessions whose process is gone, and that of this process when it is not the same any
   more. Returns what is left for this process, or NULL. */
static struct sw_lldb_session *sweep(uint32_t unique_id, const struct sw_target_info *info)
{
    struct sw_lldb_session **link = &sessions, *found = NULL;

    while (*link) {
        struct sw_lldb_session *session = *link;
        bool mine = session->unique_id == unique_id;

        if (!sw_lldb_reference_is_alive(session->process) ||
            (mine && !sw_session_is_for(session->core, info))) {
            *link = session->next;
            session_free(session);
            continue;
        }
        if (mine)
            found = session;
        link = &session->next;
    }
    return found;
}

static bool is_old(const struct timespec *since)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000 >=
           SHARE_MILLISECONDS;
}

static void refresh(struct sw_lldb_session *session, struct sw_lldb *lldb, enum sw_lldb_use use)
{
    uint32_t stop_id = sw_lldb_stop_id(lldb);
    unsigned module_count = sw_lldb_module_count(lldb);

    if (session->module_count != module_count) {
        sw_lldb_target_forget(session->target);
        sw_session_forget(session->core);
    } else if (session->stop_id != stop_id) {
        sw_session_invalidate(session->core);
    } else if (!session->is_core && (use == SW_LLDB_COMMAND || is_old(&session->refreshed))) {
        sw_session_reread(session->core);
    } else {
        return;
    }
    session->stop_id = stop_id;
    session->module_count = module_count;
    clock_gettime(CLOCK_MONOTONIC, &session->refreshed);
}

struct sw_lldb_session *sw_lldb_session_acquire(
    struct sw_lldb *lldb, enum sw_lldb_use use, struct sw_error *reterr)
{
    struct sw_lldb_session *session;
    struct sw_target_info info;

    switch (sw_lldb_state(lldb)) {
    case SW_LLDB_GONE:
        sw_lldb_fail(reterr, SW_E_NOT_FOUND,
            "No process and no core file to look at: use \"process attach -p PID\", "
            "\"target create -c FILE\" or \"run\" first.");
        return NULL;
    case SW_LLDB_RUNNING:
        sw_lldb_fail(reterr, SW_E_READ, "The process is running: use \"process interrupt\" first.");
        return NULL;
    case SW_LLDB_STOPPED:
        break;
    }
    sw_lldb_target_describe(lldb, &info);
    session = sweep(sw_lldb_unique_id(lldb), &info);
    if (session)
        refresh(session, lldb, use);
    else
        session = session_new(lldb, &info, reterr);
    if (session)
        sw_lldb_target_use(session->target, lldb);
    return session;
}

void sw_lldb_session_release(struct sw_lldb_session *session)
{
    sw_lldb_target_use(session->target, NULL);
}

void sw_lldb_session_for_each(void (*visit)(struct sw_session *session))
{
    for (struct sw_lldb_session *session = sessions; session; session = session->next)
        visit(session->core);
}

struct sw_session *sw_lldb_session_core(struct sw_lldb_session *session)
{
    return session->core;
}

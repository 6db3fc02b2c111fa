/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <stdlib.h>

#include "gdb.h"
#include "inferior.h"
#include "setting.h"

/* How much of what is cached is out of date. Events only note it: they may come while a command is
   in the middle of using the session. */
enum staleness {
    FRESH = 0,
    MEMORY_CHANGED,  /* the process ran, or somebody wrote to it */
    MODULES_CHANGED, /* files were loaded or unloaded, or the program was replaced */
    GONE,            /* the process ended or the inferior was removed */
};

struct sw_gdb_session {
    struct sw_gdb_session *next;
    int64_t inferior; /* gdb's number */
    int64_t pid;
    struct sw_gdb_target *target;
    struct sw_session *core;
    enum staleness staleness;
    bool busy;
};

static struct sw_gdb_session *sessions;

/* ---------------------------------------------------------------- events */

static struct sw_gdb_changes changes;

struct sw_gdb_changes sw_gdb_session_changes(void)
{
    return changes;
}

bool sw_gdb_session_is_unchanged(const struct sw_gdb_changes *since)
{
    return since->memory == changes.memory && since->modules == changes.modules &&
           since->processes == changes.processes;
}

/* `inferior` < 0 stands for all. */
static void mark(int64_t inferior, enum staleness staleness)
{
    changes.memory += staleness == MEMORY_CHANGED;
    changes.modules += staleness == MODULES_CHANGED;
    changes.processes += staleness == GONE;
    for (struct sw_gdb_session *session = sessions; session; session = session->next)
        if ((inferior < 0 || session->inferior == inferior) && session->staleness < staleness)
            session->staleness = staleness;
}

static PyObject *on_memory(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(event))
{
    mark(-1, MEMORY_CHANGED);
    Py_RETURN_NONE;
}

static PyObject *on_modules(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(event))
{
    mark(-1, MODULES_CHANGED);
    Py_RETURN_NONE;
}

static PyObject *on_gone(PyObject *Py_UNUSED(self), PyObject *event)
{
    PyObject *inferior = PyObject_GetAttrString(event, "inferior");

    PyErr_Clear();
    mark(inferior ? sw_gdb_int_attr(inferior, "num", -1) : -1, GONE);
    Py_XDECREF(inferior);
    Py_RETURN_NONE;
}

static PyMethodDef memory_handler = {"sidewinder_on_memory", on_memory, METH_O, NULL};
static PyMethodDef modules_handler = {"sidewinder_on_modules", on_modules, METH_O, NULL};
static PyMethodDef gone_handler = {"sidewinder_on_gone", on_gone, METH_O, NULL};

static const struct {
    const char *event;
    PyMethodDef *handler;
} listeners[] = {
    {"cont", &memory_handler}, {"stop", &memory_handler}, {"inferior_call", &memory_handler},
    {"memory_changed", &memory_handler}, {"register_changed", &memory_handler},
    {"new_objfile", &modules_handler},
    {"free_objfile", &modules_handler}, /* since gdb 14; the library checks what it knew anyway */
    {"clear_objfiles", &modules_handler},
    {"executable_changed", &modules_handler}, /* since gdb 14 */
    {"exited", &gone_handler},                /* also on detach */
    {"inferior_deleted", &gone_handler},
    {"connection_removed", &modules_handler}, /* since gdb 12 */
};

int sw_gdb_session_connect(void)
{
    for (size_t i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++)
        if (sw_gdb_listen(listeners[i].event, listeners[i].handler) < 0)
            return -1;
    return 0;
}

/* ---------------------------------------------------------------- sessions */

static void session_free(struct sw_gdb_session *session)
{
    sw_session_destroy(session->core);
    sw_gdb_target_destroy(session->target);
    free(session);
}

static struct sw_gdb_session *session_new(int64_t inferior, const struct sw_target_info *info)
{
    struct sw_gdb_session *session = calloc(1, sizeof(*session));
    struct sw_error error;

    if (!session) {
        PyErr_NoMemory();
        return NULL;
    }
    session->inferior = inferior;
    session->pid = info->pid;
    session->target = sw_gdb_target_create(info);
    if (!session->target) {
        PyErr_NoMemory();
    } else if (sw_session_create(
                   info, &sw_gdb_target_ops, session->target, &error, &session->core) < 0) {
        PyErr_SetString(sw_gdb.user_error, error.message);
    } else {
        sw_gdb_setting_apply(session->core);
        session->next = sessions;
        sessions = session;
        return session;
    }
    session_free(session);
    return NULL;
}

/* Free the sessions whose process is gone, and that of `inferior` when it now is another one.
   Returns what is left for this inferior, or NULL. */
static struct sw_gdb_session *sweep(int64_t inferior, const struct sw_target_info *info)
{
    struct sw_gdb_session **link = &sessions, *found = NULL;

    while (*link) {
        struct sw_gdb_session *session = *link;
        bool mine = session->inferior == inferior;

        if (!session->busy &&
            (session->staleness == GONE || (mine && !sw_session_is_for(session->core, info)))) {
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

/* A process that runs while commands are typed (non-stop mode, `continue&`) sends no event when its
   memory changes. */
static bool is_running(void)
{
    PyObject *thread = sw_gdb_call("selected_thread");
    PyObject *running =
        thread && thread != Py_None ? PyObject_CallMethod(thread, "is_running", NULL) : NULL;
    bool result = running == Py_True;

    PyErr_Clear();
    Py_XDECREF(thread);
    Py_XDECREF(running);
    return result;
}

static void refresh(struct sw_gdb_session *session)
{
    if (session->staleness == MODULES_CHANGED) {
        sw_gdb_target_forget(session->target);
        sw_session_forget(session->core);
    } else if (session->staleness == MEMORY_CHANGED || is_running()) {
        sw_session_invalidate(session->core);
    }
    session->staleness = FRESH;
}

/* The session of an inferior of which no event told anything since it was used: what is to be
   described of it has not changed. Frames and values are printed one by one, and each needs it. */
static struct sw_gdb_session *find_fresh(int64_t inferior, int64_t pid)
{
    for (struct sw_gdb_session *session = sessions; session; session = session->next)
        if (session->inferior == inferior && session->staleness == FRESH && !session->busy &&
            session->pid == pid)
            return session;
    return NULL;
}

static struct sw_gdb_session *describe_and_find(PyObject *inferior, int64_t number)
{
    struct sw_gdb_session *session;
    struct sw_target_info info;

    if (sw_gdb_inferior_describe(inferior, &info) < 0)
        return NULL;
    session = sweep(number, &info);
    return session ? session : session_new(number, &info);
}

static struct sw_gdb_session *acquire(PyObject *inferior)
{
    int64_t number = sw_gdb_int_attr(inferior, "num", 0);
    int64_t pid = sw_gdb_int_attr(inferior, "pid", 0);
    struct sw_gdb_session *session;

    if (pid == 0) {
        PyErr_SetString(sw_gdb.user_error,
            "No process and no core file to look at: use \"attach PID\", \"core-file FILE\" or "
            "\"run\" first.");
        return NULL;
    }
    session = find_fresh(number, pid);
    if (!session)
        session = describe_and_find(inferior, number);
    if (!session)
        return NULL;
    if (session->busy) {
        PyErr_SetString(sw_gdb.user_error, "A command of Sidewinder is still running.");
        return NULL;
    }
    refresh(session);
    if (sw_gdb_target_begin(session->target, inferior) < 0)
        return NULL;
    session->busy = true;
    return session;
}

/* The inferior that has no Python. Each use of a session may find one. */
static struct {
    PyObject *inferior; /* NULL for none */
    struct sw_gdb_changes seen;
} without;

bool sw_gdb_session_lacks_python(void)
{
    PyObject *inferior;

    if (!without.inferior || !sw_gdb_session_is_unchanged(&without.seen))
        return false;
    inferior = sw_gdb_selected_inferior();
    PyErr_Clear();
    Py_XDECREF(inferior);
    return inferior == without.inferior;
}

void sw_gdb_session_note_lack(void)
{
    Py_CLEAR(without.inferior);
    without.inferior = sw_gdb_selected_inferior();
    without.seen = changes;
    PyErr_Clear();
}

struct sw_gdb_session *sw_gdb_session_acquire(void)
{
    PyObject *inferior = sw_gdb_selected_inferior();
    struct sw_gdb_session *session = inferior ? acquire(inferior) : NULL;

    Py_CLEAR(without.inferior);
    Py_XDECREF(inferior);
    return session;
}

int sw_gdb_session_release(struct sw_gdb_session *session)
{
    session->busy = false;
    return sw_gdb_target_end(session->target);
}

void sw_gdb_session_release_quietly(struct sw_gdb_session *session)
{
    PyErr_Clear();
    sw_gdb_session_release(session);
    sw_gdb_postpone_interrupt();
}

void sw_gdb_session_for_each(void (*visit)(struct sw_session *session))
{
    for (struct sw_gdb_session *session = sessions; session; session = session->next)
        visit(session->core);
}

struct sw_session *sw_gdb_session_core(struct sw_gdb_session *session)
{
    return session->core;
}

struct sw_gdb_target *sw_gdb_session_target(struct sw_gdb_session *session)
{
    return session->target;
}

/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <sidewinder.h>
#include <stdio.h>
#include <string.h>

#include "decorator.h"
#include "gdb.h"
#include "session.h"
#include "variable.h"

enum {
    PRIORITY = 100,
    BATCH = 64, /* Python frames of one loop that are made at once */
    MAX_LEVELS = 1000000,
};

/*
 * An iterator over decorators, made of the one that gdb gives. A frame is held back until the next
 * one is seen that is not folded into it.
 */
struct walk {
    PyObject_HEAD PyObject *source;
    struct sw_filter *filter; /* NULL when the rest is handed on as it is */
    unsigned level;           /* of the native frame that comes next */
    PyObject *ready;          /* list of decorators to hand out */
    Py_ssize_t handed;        /* of them */
    PyObject *held;           /* the decorator that is not complete */
    PyObject *folded;         /* list of what is folded into it; NULL for none */
    PyObject *inside;         /* list: parts of the loop that comes next; NULL for none */
    PyObject *loop;           /* the gdb.Frame of a loop with more Python frames; else NULL */
};

static PyObject *walk_type;

static void set(PyObject **place, PyObject *object)
{
    Py_XDECREF(*place);
    *place = object;
}

static void walk_free(PyObject *self)
{
    struct walk *walk = (struct walk *)self;

    sw_filter_close(walk->filter);
    set(&walk->source, NULL);
    set(&walk->ready, NULL);
    set(&walk->held, NULL);
    set(&walk->folded, NULL);
    set(&walk->inside, NULL);
    set(&walk->loop, NULL);
    sw_gdb_free_object(self);
}

/* ---------------------------------------------------------------- handing out */

static int push(PyObject **list, PyObject *object)
{
    if (!*list)
        *list = PyList_New(0);
    return *list ? PyList_Append(*list, object) : -1;
}

/* What was held is complete. */
static int flush(struct walk *walk)
{
    int status = 0;

    if (walk->held && walk->folded)
        sw_gdb_decorator_fold(walk->held, walk->folded);
    if (walk->held)
        status = push(&walk->ready, walk->held);
    set(&walk->held, NULL);
    set(&walk->folded, NULL);
    return PyErr_Occurred() ? -1 : status;
}

/* Parts of a loop whose frame did not come are frames like others. */
static int show_inside(struct walk *walk)
{
    int status = walk->inside ? flush(walk) : 0;

    for (Py_ssize_t i = 0; walk->inside && status == 0 && i < PyList_Size(walk->inside); i++)
        status = push(&walk->ready, PyList_GetItem(walk->inside, i));
    set(&walk->inside, NULL);
    return status;
}

/* Hold a decorator back; takes the reference. */
static int hold(struct walk *walk, PyObject *decorator)
{
    if (!decorator || flush(walk) < 0) {
        Py_XDECREF(decorator);
        return -1;
    }
    walk->held = decorator;
    return 0;
}

/* The rest of the stack stays as gdb has it; one line says why, unless it is an interrupt. */
static void give_up(struct walk *walk, const struct sw_error *error)
{
    sw_filter_close(walk->filter);
    walk->filter = NULL;
    set(&walk->loop, NULL);
    if (error->status == SW_E_CORRUPT || error->status == SW_E_READ) {
        PyObject *done = PyObject_CallMethod(sw_gdb.module, "write", "s",
            "(sidewinder: native and Python frames do not fit together, see py-bt --native)\n");

        Py_XDECREF(done);
    }
}

/* ---------------------------------------------------------------- native frames */

static bool read_number(PyObject *object, uint64_t *ret_number)
{
    PyObject *number = object ? PyNumber_Long(object) : NULL;
    unsigned long long value = number ? PyLong_AsUnsignedLongLongMask(number) : 0;

    Py_XDECREF(object);
    Py_XDECREF(number);
    if (PyErr_Occurred())
        return false;
    *ret_number = value;
    return true;
}

static bool describe(PyObject *frame, struct sw_native_frame *native)
{
    static int64_t inline_frame = -1;
    uint64_t type;

    if (inline_frame < 0)
        inline_frame = sw_gdb_int_attr(sw_gdb.module, "INLINE_FRAME", 1);
    memset(native, 0, sizeof(*native));
    native->size = sizeof(*native);
    if (!read_number(PyObject_CallMethod(frame, "pc", NULL), &native->pc) ||
        !read_number(PyObject_CallMethod(frame, "type", NULL), &type))
        return false;
    native->is_inline = (int64_t)type == inline_frame;
    return true;
}

static void describe_name(PyObject *frame, struct sw_native_frame *native)
{
    sw_gdb_take_string(
        PyObject_CallMethod(frame, "name", NULL), native->function, sizeof(native->function));
    if (!native->function[0])
        strcpy(native->function, "?");
    PyErr_Clear();
}

static void describe_stack(PyObject *frame, struct sw_native_frame *native)
{
    if (!native->is_inline)
        read_number(PyObject_CallMethod(frame, "read_register", "s", "sp"), &native->sp);
    PyErr_Clear();
}

/* The next of gdb's decorators; NULL, perhaps with an exception set, behind the last. */
static PyObject *next_native(struct walk *walk)
{
    PyObject *theirs = PyIter_Next(walk->source);
    PyObject *decorator = theirs ? sw_gdb_decorator_native(theirs) : NULL;

    Py_XDECREF(theirs);
    return decorator;
}

/* What a gdb.Frame is to Python: enum sw_native_kind, or a negative status. Enters it when it is an
   evaluation loop. */
static int kind_of(
    struct walk *walk, struct sw_session *session, PyObject *frame, struct sw_error *error)
{
    struct sw_native_frame native;
    int kind, status = 0;

    error->status = SW_E_NOT_FOUND;
    if (!describe(frame, &native))
        return SW_E_NOT_FOUND;
    kind = sw_filter_kind(session, walk->filter, walk->level, &native, error);
    if (kind == SW_NATIVE_UNNAMED) {
        describe_name(frame, &native);
        kind = sw_filter_kind(session, walk->filter, walk->level, &native, error);
    }
    if (kind == SW_NATIVE_LOOP) {
        describe_stack(frame, &native);
        status = sw_filter_enter(session, walk->filter, &native, error);
    }
    walk->level++;
    return status < 0 ? status : kind;
}

/* ---------------------------------------------------------------- Python frames */

/* Make the next Python frames of the loop that `walk->loop` is the native frame of. */
static int take_python(struct walk *walk, struct sw_session *session)
{
    struct sw_python_frame python;
    struct sw_error error;

    for (unsigned i = 0; i < BATCH; i++) {
        int status = sw_filter_frame(session, walk->filter, &error, &python);

        if (status < 0)
            give_up(walk, &error);
        if (status <= 0) {
            set(&walk->loop, NULL);
            return 0;
        }
        if (hold(walk, sw_gdb_decorator_python(session, walk->loop, &python)) < 0)
            return -1;
        if (walk->inside) {
            walk->folded = walk->inside;
            walk->inside = NULL;
        }
    }
    return 0;
}

/* One frame of gdb's. Those of an evaluation loop that has no Python frame yet stay. */
static int take_native(struct walk *walk, struct sw_session *session, PyObject *decorator)
{
    PyObject *frame = PyObject_CallMethod(decorator, "inferior_frame", NULL), *before;
    struct sw_error error;
    int kind, status;

    if (!frame)
        return -1;
    kind = kind_of(walk, session, frame, &error);
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        Py_DECREF(frame);
        return -1;
    }
    PyErr_Clear();
    if (kind < 0)
        give_up(walk, &error);
    if (kind == SW_NATIVE_LOOP) {
        before = walk->held;
        Py_XINCREF(before);
        walk->loop = frame;
        status = take_python(walk, session);
        if (status == 0 && walk->held == before) {
            Py_INCREF(decorator);
            status = hold(walk, decorator);
        }
        Py_XDECREF(before);
        return status;
    }
    Py_DECREF(frame);
    if (kind == SW_NATIVE_INSIDE)
        return push(&walk->inside, decorator);
    if (show_inside(walk) < 0)
        return -1;
    if (kind == SW_NATIVE_PLUMBING && walk->held)
        return push(&walk->folded, decorator);
    Py_INCREF(decorator);
    return hold(walk, decorator);
}

/* ---------------------------------------------------------------- the iterator */

/* Take frames until one can be handed out. */
static int fill(struct walk *walk)
{
    struct sw_gdb_session *session = sw_gdb_session_acquire();
    struct sw_session *core = session ? sw_gdb_session_core(session) : NULL;
    int status = 0;

    if (!session)
        return -1;
    while (status == 0 && walk->filter && !walk->ready) {
        PyObject *decorator;

        if (walk->loop) {
            status = take_python(walk, core);
            continue;
        }
        decorator = next_native(walk);
        if (decorator) {
            status = take_native(walk, core, decorator);
            Py_DECREF(decorator);
            continue;
        }
        if (PyErr_Occurred())
            status = -1;
        else if (!walk->held && !walk->inside)
            break;
        else
            status = flush(walk) < 0 ? -1 : show_inside(walk);
    }
    if (status < 0 || PyErr_Occurred()) {
        sw_gdb_session_release_quietly(session);
        return -1;
    }
    return sw_gdb_session_release(session);
}

/* The next of walk->ready; NULL when there is none. */
static PyObject *hand_out(struct walk *walk)
{
    PyObject *decorator;

    if (!walk->ready)
        return NULL;
    decorator = PyList_GetItem(walk->ready, walk->handed++);
    Py_XINCREF(decorator);
    if (walk->handed == PyList_Size(walk->ready)) {
        set(&walk->ready, NULL);
        walk->handed = 0;
    }
    return decorator;
}

static PyObject *walk_next(PyObject *self)
{
    struct walk *walk = (struct walk *)self;

    if (!walk->ready && walk->filter && fill(walk) < 0) {
        struct sw_error error = {.status = SW_E_NOT_FOUND};

        if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyboardInterrupt))
            return NULL;
        PyErr_Clear();
        give_up(walk, &error);
    }
    if (!walk->ready && !walk->filter && (flush(walk) < 0 || show_inside(walk) < 0))
        return NULL;
    if (walk->ready)
        return hand_out(walk);
    return next_native(walk);
}

/* ---------------------------------------------------------------- the beginning */

/* Stacks may be shown from a frame further out: what is before it has its loops too. */
static int skip_newer(struct walk *walk, struct sw_session *session, PyObject *first)
{
    PyObject *frame = sw_gdb_call("newest_frame");
    struct sw_error error;
    int status = 0;

    while (frame && status >= 0 && walk->level < MAX_LEVELS &&
           PyObject_RichCompareBool(frame, first, Py_EQ) == 0) {
        PyObject *older;

        status = kind_of(walk, session, frame, &error);
        older = PyObject_CallMethod(frame, "older", NULL);
        set(&frame, older == Py_None ? NULL : older);
        if (older == Py_None)
            Py_DECREF(older);
    }
    Py_XDECREF(frame);
    return PyErr_Occurred() ? -1 : status;
}

/* The first decorator of an iterator is looked at, and held back with its frame. */
static int start(struct walk *walk, struct sw_session *session)
{
    PyObject *decorator = next_native(walk);
    PyObject *first = decorator ? PyObject_CallMethod(decorator, "inferior_frame", NULL) : NULL;
    int status = first ? skip_newer(walk, session, first) : -1;

    if (status >= 0)
        status = take_native(walk, session, decorator);
    else if (decorator)
        push(&walk->ready, decorator);
    Py_XDECREF(decorator);
    Py_XDECREF(first);
    return status;
}

static struct walk *open_walk(PyObject *source)
{
    struct walk *walk = sw_gdb_new_object(walk_type);
    struct sw_gdb_session *session = walk ? sw_gdb_session_acquire() : NULL;
    struct sw_error error = {.status = SW_E_NOT_FOUND};

    if (!walk)
        return NULL;
    Py_INCREF(source);
    walk->source = source;
    if (session) {
        struct sw_session *core = sw_gdb_session_core(session);

        if (sw_gdb_variable_begin() < 0 || sw_filter_open(core, &error, &walk->filter) < 0 ||
            start(walk, core) < 0)
            give_up(walk, &error);
        sw_gdb_session_release_quietly(session);
    }
    PyErr_Clear();
    return walk;
}

/* filter(self, iterator) */
static PyObject *filter_filter(PyObject *Py_UNUSED(self), PyObject *iterator)
{
    PyObject *source = PyObject_GetIter(iterator);
    PyObject *walk = source ? (PyObject *)open_walk(source) : NULL;

    Py_XDECREF(source);
    return walk;
}

/* ---------------------------------------------------------------- on and off */

static bool is_enabled = true; /* until `disable frame-filter global sidewinder` */

/* Whether the selected thread runs Python. Where it does not, gdb is to find no filter at all: with
   one it prints every frame by another way, slower and in other words. */
static bool applies(void)
{
    struct sw_gdb_session *session = NULL;
    bool result = false, has_python;

    if (!sw_gdb_session_lacks_python())
        session = sw_gdb_session_acquire();
    if (session) {
        result = sw_session_runs_python(sw_gdb_session_core(session));
        /* Not before: what there is, is kept once it was looked into. */
        has_python = result || sw_session_has_python(sw_gdb_session_core(session));
        sw_gdb_session_release_quietly(session);
        if (!has_python)
            sw_gdb_session_note_lack();
    }
    PyErr_Clear();
    return result;
}

static PyObject *get_enabled(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyBool_FromLong(is_enabled && applies());
}

static PyObject *get_priority(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyLong_FromLong(PRIORITY);
}

static int make_walk_class(void)
{
    static PyType_Slot slots[] = {
        {Py_tp_dealloc, (void *)walk_free},
        {Py_tp_iter, (void *)PyObject_SelfIter},
        {Py_tp_iternext, (void *)walk_next},
        {0, NULL},
    };

    walk_type = sw_gdb_make_class("_sidewinder.Frames", sizeof(struct walk), NULL, slots);
    return walk_type ? 0 : -1;
}

static PyObject *make_filter(void)
{
    static PyMethodDef methods[] = {
        {"filter", filter_filter, METH_O, NULL},
        {NULL, NULL, 0, NULL},
    };
    static PyGetSetDef attributes[] = {
        {"name", sw_gdb_get_name, NULL, NULL, NULL},
        {"enabled", get_enabled, sw_gdb_set_enabled, NULL, &is_enabled},
        {"priority", get_priority, NULL, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL},
    };
    static PyType_Slot slots[] = {
        {Py_tp_methods, methods},
        {Py_tp_getset, attributes},
        {0, NULL},
    };

    return sw_gdb_make_object("_sidewinder.FrameFilter", slots);
}

int sw_gdb_filter_register(void)
{
    PyObject *filters, *filter;
    int status;

    if (sw_gdb_decorator_open() < 0 || make_walk_class() < 0)
        return -1;
    filters = PyObject_GetAttrString(sw_gdb.module, "frame_filters");
    filter = filters ? make_filter() : NULL;
    status = filter ? PyMapping_SetItemString(filters, "sidewinder", filter) : -1;
    Py_XDECREF(filters);
    Py_XDECREF(filter);
    return status;
}

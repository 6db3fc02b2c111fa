/* SPDX-License-Identifier: MIT */
#include "decorator.h"

#include "children.h"
#include "gdb.h"
#include "session.h"
#include "variable.h"

static PyObject *frame_type, *native_type;

static PyObject *or_none(PyObject *object)
{
    if (!object)
        object = Py_None;
    Py_INCREF(object);
    return object;
}

/* ---------------------------------------------------------------- a Python frame */

struct frame {
    PyObject_HEAD PyObject *native; /* gdb.Frame */
    PyObject *function;
    PyObject *filename;
    PyObject *folded;    /* list of decorators; NULL for none */
    PyObject *arguments; /* list of variables; NULL for none */
    sw_addr address;     /* of the frame, as struct sw_python_frame has it, */
    unsigned runtime;    /* and what else that has */
    int32_t line;
};

static void frame_free(PyObject *self)
{
    struct frame *frame = (struct frame *)self;

    Py_XDECREF(frame->native);
    Py_XDECREF(frame->function);
    Py_XDECREF(frame->filename);
    Py_XDECREF(frame->folded);
    Py_XDECREF(frame->arguments);
    sw_gdb_free_object(self);
}

static PyObject *frame_inferior_frame(PyObject *self, PyObject *Py_UNUSED(none))
{
    return or_none(((struct frame *)self)->native);
}

static PyObject *frame_function(PyObject *self, PyObject *Py_UNUSED(none))
{
    return or_none(((struct frame *)self)->function);
}

static PyObject *frame_filename(PyObject *self, PyObject *Py_UNUSED(none))
{
    return or_none(((struct frame *)self)->filename);
}

static PyObject *frame_line(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct frame *frame = (struct frame *)self;

    if (frame->line <= 0)
        Py_RETURN_NONE;
    return PyLong_FromLong(frame->line);
}

/* The address of the native frame says nothing of the Python one, but gdb's DAP server has to have
   one. */
static PyObject *frame_address(PyObject *self, PyObject *Py_UNUSED(none))
{
    if (sw_gdb_children_has_keys())
        Py_RETURN_NONE;
    return PyObject_CallMethod(((struct frame *)self)->native, "pc", NULL);
}

static PyObject *frame_elided(PyObject *self, PyObject *Py_UNUSED(none))
{
    return or_none(((struct frame *)self)->folded);
}

static PyObject *frame_args(PyObject *self, PyObject *Py_UNUSED(none))
{
    return or_none(((struct frame *)self)->arguments);
}

/* Asked for by `bt -full` only, and by front ends for the frame that they show. */
static PyObject *frame_locals(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sw_gdb_session *session = sw_gdb_session_acquire();
    struct frame *frame = (struct frame *)self;
    struct sw_python_frame python = {.address = frame->address, .runtime = frame->runtime};
    PyObject *list = NULL;

    if (session) {
        list = sw_gdb_variables_of(sw_gdb_session_core(session), &python, false);
        sw_gdb_session_release_quietly(session);
    }
    PyErr_Clear();
    if (list)
        return list;
    Py_RETURN_NONE;
}

PyObject *sw_gdb_decorator_python(
    struct sw_session *session, PyObject *native, const struct sw_python_frame *python)
{
    struct frame *frame = sw_gdb_new_object(frame_type);

    if (!frame)
        return NULL;
    Py_INCREF(native);
    frame->native = native;
    frame->address = python->address;
    frame->runtime = python->runtime;
    frame->line = python->line;
    frame->function = sw_gdb_variable_text(python->function);
    if (python->file[0])
        frame->filename = sw_gdb_variable_text(python->file);
    if (!frame->function || (python->file[0] && !frame->filename)) {
        Py_DECREF((PyObject *)frame);
        return NULL;
    }
    frame->arguments = sw_gdb_variables_of(session, python, true);
    return (PyObject *)frame;
}

/* ---------------------------------------------------------------- a native frame */

/* All but frame_args() and elided() is the decorator's that it stands for. */
struct native {
    PyObject_HEAD PyObject *base;
    PyObject *folded; /* list of decorators; NULL for none */
};

static void native_free(PyObject *self)
{
    struct native *native = (struct native *)self;

    Py_XDECREF(native->base);
    Py_XDECREF(native->folded);
    sw_gdb_free_object(self);
}

/* Call a method of the decorator that may lack it: None then. */
static PyObject *native_call(struct native *native, const char *name)
{
    PyObject *method = PyObject_GetAttrString(native->base, name);
    PyObject *result = method ? PyObject_CallObject(method, NULL) : NULL;

    if (!method) {
        PyErr_Clear();
        result = or_none(NULL);
    }
    Py_XDECREF(method);
    return result;
}

/* What the other one folds, and ours behind it. */
static PyObject *native_elided(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct native *native = (struct native *)self;
    PyObject *theirs = native_call(native, "elided"), *list, *both;

    if (!theirs || !native->folded)
        return theirs;
    list = theirs != Py_None ? PySequence_List(theirs) : PyList_New(0);
    Py_DECREF(theirs);
    both = list ? PySequence_Concat(list, native->folded) : NULL;
    Py_XDECREF(list);
    return both;
}

static PyObject *native_args(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct native *native = (struct native *)self;
    PyObject *theirs = native_call(native, "frame_args");
    PyObject *frame, *printable;

    if (!theirs || theirs == Py_None)
        return theirs;
    frame = PyObject_CallMethod(native->base, "inferior_frame", NULL);
    printable = frame ? sw_gdb_variables_printable(theirs, frame) : NULL;
    Py_DECREF(theirs);
    Py_XDECREF(frame);
    return printable;
}

static PyObject *native_getattr(PyObject *self, PyObject *name)
{
    struct native *native = (struct native *)self;

    if (PyUnicode_Check(name) && (PyUnicode_CompareWithASCIIString(name, "elided") == 0 ||
                                     PyUnicode_CompareWithASCIIString(name, "frame_args") == 0))
        return PyObject_GenericGetAttr(self, name);
    return PyObject_GetAttr(native->base, name);
}

PyObject *sw_gdb_decorator_native(PyObject *decorator)
{
    struct native *native = sw_gdb_new_object(native_type);

    if (native) {
        Py_INCREF(decorator);
        native->base = decorator;
    }
    return (PyObject *)native;
}

void sw_gdb_decorator_fold(PyObject *decorator, PyObject *folded)
{
    bool is_python = PyObject_IsInstance(decorator, frame_type) == 1;
    PyObject **place =
        is_python ? &((struct frame *)decorator)->folded : &((struct native *)decorator)->folded;

    Py_INCREF(folded);
    Py_XDECREF(*place);
    *place = folded;
}

/* ---------------------------------------------------------------- the classes */

int sw_gdb_decorator_open(void)
{
    static PyMethodDef methods[] = {
        {"inferior_frame", frame_inferior_frame, METH_NOARGS, NULL},
        {"function", frame_function, METH_NOARGS, NULL},
        {"filename", frame_filename, METH_NOARGS, NULL},
        {"line", frame_line, METH_NOARGS, NULL},
        {"address", frame_address, METH_NOARGS, NULL},
        {"elided", frame_elided, METH_NOARGS, NULL},
        {"frame_args", frame_args, METH_NOARGS, NULL},
        {"frame_locals", frame_locals, METH_NOARGS, NULL},
        {NULL, NULL, 0, NULL},
    };
    static PyMethodDef native_methods[] = {
        {"elided", native_elided, METH_NOARGS, NULL},
        {"frame_args", native_args, METH_NOARGS, NULL},
        {NULL, NULL, 0, NULL},
    };
    PyType_Slot slots[] = {
        {Py_tp_dealloc, (void *)frame_free},
        {Py_tp_methods, methods},
        {0, NULL},
    };
    PyType_Slot native_slots[] = {
        {Py_tp_dealloc, (void *)native_free},
        {Py_tp_getattro, (void *)native_getattr},
        {Py_tp_methods, native_methods},
        {0, NULL},
    };

    frame_type = sw_gdb_make_class("_sidewinder.Frame", sizeof(struct frame), NULL, slots);
    if (!frame_type)
        return -1;
    native_type =
        sw_gdb_make_class("_sidewinder.NativeFrame", sizeof(struct native), NULL, native_slots);
    return native_type ? sw_gdb_variable_open() : -1;
}

/* SPDX-License-Identifier: MIT */
#include "decorator.h"

#include <string.h>

#include "children.h"
#include "gdb.h"
#include "session.h"

static PyObject *frame_type, *native_type, *variable_type, *name_type;

/* What holds for one stack: asking gdb for each frame would take as long as all else. */
static PyObject *value_type;
static bool is_utf8;

/* A new object of a class; what lies behind its head is zero. */
static void *new_object(PyObject *type)
{
    return PyType_GenericAlloc((PyTypeObject *)type, 0);
}

/* Give the memory of an object back, and its reference to its class. */
static void free_object(PyObject *self)
{
    PyTypeObject *type = (PyTypeObject *)PyObject_Type(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);

    release(self);
    Py_DECREF(type); /* PyObject_Type()'s, and below the object's own */
    Py_DECREF(type);
}

static PyObject *or_none(PyObject *object)
{
    if (!object)
        object = Py_None;
    Py_INCREF(object);
    return object;
}

/* Text for gdb's terminal. */
static PyObject *text_of(const char *text)
{
    PyObject *string = PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
    PyObject *bytes;

    if (!string || is_utf8)
        return string;
    bytes = PyUnicode_AsEncodedString(string, "ascii", "backslashreplace");
    Py_DECREF(string);
    string = bytes ? PyUnicode_FromString(PyBytes_AsString(bytes)) : NULL;
    Py_XDECREF(bytes);
    return string;
}

/* ---------------------------------------------------------------- the type of values */

/* `volatile long long *` or so: a pointer, so that front ends take it for something simple, and one
   that hardly a program uses; what is no object is not shown as one anyway. The target's own long
   needs no look-up in debug information. */
static PyObject *make_value_type(void)
{
    static const char *const steps[] = {"volatile", "pointer"};
    PyObject *value = PyObject_CallMethod(sw_gdb.module, "Value", "i", 0);
    PyObject *type = value ? PyObject_GetAttrString(value, "type") : NULL;

    for (size_t i = 0; type && i < sizeof(steps) / sizeof(steps[0]); i++) {
        PyObject *next = PyObject_CallMethod(type, steps[i], NULL);

        Py_DECREF(type);
        type = next;
    }
    Py_XDECREF(value);
    return type;
}

int sw_gdb_decorator_begin(void)
{
    PyObject *type = make_value_type();

    is_utf8 = sw_gdb_host_is_utf8();
    Py_XDECREF(value_type);
    value_type = type;
    return type ? 0 : -1;
}

bool sw_gdb_decorator_is_value_type(PyObject *type)
{
    bool result = value_type && PyObject_RichCompareBool(type, value_type, Py_EQ) == 1;

    PyErr_Clear();
    return result;
}

/* ---------------------------------------------------------------- variables */

/* A name with a value, as frame_args() and frame_locals() give them. */
struct variable {
    PyObject_HEAD PyObject *name;
    PyObject *value; /* int: of a number that, else the address of an object */
    bool is_int;
};

static void variable_free(PyObject *self)
{
    struct variable *variable = (struct variable *)self;

    Py_XDECREF(variable->name);
    Py_XDECREF(variable->value);
    free_object(self);
}

static PyObject *variable_symbol(PyObject *self, PyObject *Py_UNUSED(none))
{
    return or_none(((struct variable *)self)->name);
}

static PyObject *variable_value(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct variable *variable = (struct variable *)self;
    PyObject *number = PyObject_CallMethod(sw_gdb.module, "Value", "O", variable->value);
    PyObject *value;

    if (variable->is_int || !number)
        return number;
    value = PyObject_CallMethod(number, "cast", "O", value_type);
    Py_DECREF(number);
    return value;
}

/* A str to gdb's CLI and MI, and to its DAP server, which wants a gdb.Symbol, a symbol. */
static PyObject *name_print_name(PyObject *self, void *Py_UNUSED(closure))
{
    return PyObject_Str(self);
}

static PyObject *name_new(const char *text)
{
    PyObject *plain = text_of(text);
    PyObject *name = plain ? PyObject_CallFunction(name_type, "O", plain) : NULL;

    Py_XDECREF(plain);
    return name;
}

static int add_variable(void *ctx, const struct sw_variable *found)
{
    PyObject *list = ctx;
    struct variable *variable = new_object(variable_type);
    int status = -1;

    if (variable) {
        variable->name = name_new(found->name);
        variable->is_int = found->is_int;
        variable->value = found->is_int
                              ? PyLong_FromLongLong(found->number)
                              : PyLong_FromUnsignedLongLong((unsigned long long)found->value);
        if (variable->name && variable->value)
            status = PyList_Append(list, (PyObject *)variable);
        Py_DECREF((PyObject *)variable);
    }
    return status < 0 ? SW_E_NO_MEMORY : 0;
}

/* ---------------------------------------------------------------- a Python frame */

struct frame {
    PyObject_HEAD PyObject *native; /* gdb.Frame */
    PyObject *function;
    PyObject *filename;
    PyObject *folded;    /* list of decorators; NULL for none */
    PyObject *arguments; /* list of variables; NULL for none */
    struct sw_python_frame python;
};

static void frame_free(PyObject *self)
{
    struct frame *frame = (struct frame *)self;

    Py_XDECREF(frame->native);
    Py_XDECREF(frame->function);
    Py_XDECREF(frame->filename);
    Py_XDECREF(frame->folded);
    Py_XDECREF(frame->arguments);
    free_object(self);
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

    if (frame->python.line <= 0)
        Py_RETURN_NONE;
    return PyLong_FromLong(frame->python.line);
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

/* A list of the frame's variables; NULL when there are none, or they cannot be had: for an
   exception gdb would show half a line. */
static PyObject *variables_of(
    struct sw_session *session, const struct sw_python_frame *python, bool arguments)
{
    PyObject *list = PyList_New(0);

    if (list)
        sw_python_variables(session, python, arguments, NULL, add_variable, list);
    PyErr_Clear();
    if (list && PyList_Size(list) > 0)
        return list;
    Py_XDECREF(list);
    return NULL;
}

static PyObject *frame_args(PyObject *self, PyObject *Py_UNUSED(none))
{
    return or_none(((struct frame *)self)->arguments);
}

/* Asked for by `bt -full` only, and by front ends for the frame that they show. */
static PyObject *frame_locals(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sw_gdb_session *session = sw_gdb_session_acquire();
    PyObject *list = NULL;

    if (session) {
        list = variables_of(sw_gdb_session_core(session), &((struct frame *)self)->python, false);
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
    struct frame *frame = new_object(frame_type);

    if (!frame)
        return NULL;
    Py_INCREF(native);
    frame->native = native;
    frame->python = *python;
    frame->function = text_of(python->function);
    if (python->file[0])
        frame->filename = text_of(python->file);
    if (!frame->function || (python->file[0] && !frame->filename)) {
        Py_DECREF((PyObject *)frame);
        return NULL;
    }
    frame->arguments = variables_of(session, python, true);
    return (PyObject *)frame;
}

/* ---------------------------------------------------------------- a native frame with others in it
 */

/* All but elided() is the decorator's that it stands for. */
struct native {
    PyObject_HEAD PyObject *base;
    PyObject *folded;
};

static void native_free(PyObject *self)
{
    struct native *native = (struct native *)self;

    Py_XDECREF(native->base);
    Py_XDECREF(native->folded);
    free_object(self);
}

/* What the other one folds, and ours behind it. */
static PyObject *native_elided(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct native *native = (struct native *)self;
    PyObject *theirs = PyObject_CallMethod(native->base, "elided", NULL), *list, *both;

    PyErr_Clear();
    list = theirs && theirs != Py_None ? PySequence_List(theirs) : PyList_New(0);
    Py_XDECREF(theirs);
    both = list ? PySequence_Concat(list, native->folded) : NULL;
    Py_XDECREF(list);
    return both;
}

static PyObject *native_getattr(PyObject *self, PyObject *name)
{
    struct native *native = (struct native *)self;

    if (PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "elided") == 0)
        return PyObject_GenericGetAttr(self, name);
    return PyObject_GetAttr(native->base, name);
}

PyObject *sw_gdb_decorator_fold(PyObject *decorator, PyObject *folded)
{
    struct native *native;

    if (PyObject_IsInstance(decorator, frame_type) == 1) {
        struct frame *frame = (struct frame *)decorator;

        Py_INCREF(folded);
        Py_XDECREF(frame->folded);
        frame->folded = folded;
        Py_INCREF(decorator);
        return decorator;
    }
    native = new_object(native_type);
    if (!native)
        return NULL;
    Py_INCREF(decorator);
    Py_INCREF(folded);
    native->base = decorator;
    native->folded = folded;
    return (PyObject *)native;
}

/* ---------------------------------------------------------------- the classes */

static PyObject *make_class(const char *name, size_t size, PyObject *base, PyType_Slot *slots)
{
    PyType_Spec spec = {
        .name = name,
        .basicsize = (int)size,
        .flags = Py_TPFLAGS_DEFAULT,
        .slots = slots,
    };
    PyObject *bases = base ? Py_BuildValue("(O)", base) : NULL;
    PyObject *type = base ? PyType_FromSpecWithBases(&spec, bases) : PyType_FromSpec(&spec);

    Py_XDECREF(bases);
    return type;
}

static int make_variable_classes(void)
{
    static PyMethodDef methods[] = {
        {"symbol", variable_symbol, METH_NOARGS, NULL},
        {"value", variable_value, METH_NOARGS, NULL},
        {NULL, NULL, 0, NULL},
    };
    static PyGetSetDef attributes[] = {
        {"print_name", name_print_name, NULL, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL},
    };
    PyType_Slot slots[] = {
        {Py_tp_dealloc, (void *)variable_free},
        {Py_tp_methods, methods},
        {0, NULL},
    };
    PyType_Slot name_slots[] = {
        {Py_tp_getset, attributes},
        {0, NULL},
    };

    variable_type = make_class("_sidewinder.Variable", sizeof(struct variable), NULL, slots);
    if (!variable_type)
        return -1;
    name_type = make_class("_sidewinder.Name", 0, (PyObject *)&PyUnicode_Type, name_slots);
    return name_type ? 0 : -1;
}

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

    frame_type = make_class("_sidewinder.Frame", sizeof(struct frame), NULL, slots);
    if (!frame_type)
        return -1;
    native_type = make_class("_sidewinder.NativeFrame", sizeof(struct native), NULL, native_slots);
    return native_type ? make_variable_classes() : -1;
}

/* SPDX-License-Identifier: MIT */
/* strdup() is POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "gdb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listing.h"

struct sw_gdb sw_gdb;

int sw_gdb_open(void)
{
    PyObject *module = PyImport_ImportModule("gdb");
    PyObject *inferior = module ? PyObject_GetAttrString(module, "selected_inferior") : NULL;
    PyObject *command = inferior ? PyObject_GetAttrString(module, "Command") : NULL;
    PyObject *error = command ? PyObject_GetAttrString(module, "error") : NULL;
    PyObject *user_error = error ? PyObject_GetAttrString(module, "GdbError") : NULL;

    Py_XDECREF(command);
    if (!user_error) {
        /* A gdb with a wrong --data-directory has `_gdb` but no package `gdb` around it. */
        Py_XDECREF(inferior);
        Py_XDECREF(module);
        Py_XDECREF(error);
        PyErr_SetString(PyExc_ImportError,
            "Sidewinder needs the Python inside gdb; if this is gdb, its data directory is wrong "
            "(see `show data-directory`)");
        return -1;
    }
    sw_gdb = (struct sw_gdb){
        .module = module,
        .error = error,
        .user_error = user_error,
        .selected_inferior = inferior,
    };
    return 0;
}

PyObject *sw_gdb_selected_inferior(void)
{
    return PyObject_CallObject(sw_gdb.selected_inferior, NULL);
}

PyObject *sw_gdb_call(const char *name)
{
    return PyObject_CallMethod(sw_gdb.module, name, NULL);
}

PyObject *sw_gdb_new_class(const char *name, PyObject *base, PyMethodDef *methods, const char *help)
{
    PyType_Slot slots[] = {
        {Py_tp_methods, methods},
        {Py_tp_doc, (void *)(uintptr_t)help},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = name,
        .flags = Py_TPFLAGS_DEFAULT,
        .slots = slots,
    };
    PyObject *bases = Py_BuildValue("(O)", base);
    PyObject *type = bases ? PyType_FromSpecWithBases(&spec, bases) : NULL;

    Py_XDECREF(bases);
    return type;
}

int sw_gdb_listen(const char *event, PyMethodDef *handler)
{
    PyObject *events = PyObject_GetAttrString(sw_gdb.module, "events");
    PyObject *registry = events ? PyObject_GetAttrString(events, event) : NULL;
    PyObject *function, *done;

    Py_XDECREF(events);
    if (!events)
        return -1;
    if (!registry) {
        PyErr_Clear();
        return 0;
    }
    function = PyCFunction_New(handler, NULL);
    done = function ? PyObject_CallMethod(registry, "connect", "O", function) : NULL;
    Py_DECREF(registry);
    Py_XDECREF(function);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

void sw_gdb_postpone_interrupt(void)
{
    bool is_interrupt = PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyboardInterrupt);

    PyErr_Clear();
    if (is_interrupt)
        PyErr_SetInterrupt();
}

PyObject *sw_gdb_execute(const char *command)
{
    /* execute(command, from_tty, to_string) */
    PyObject *text =
        PyObject_CallMethod(sw_gdb.module, "execute", "sOO", command, Py_False, Py_True);
    PyObject *bytes = text ? PyUnicode_AsEncodedString(text, "utf-8", "replace") : NULL;
    char *plain = bytes ? strdup(PyBytes_AsString(bytes)) : NULL;

    Py_XDECREF(text);
    if (plain && strncmp(plain, "~\"", 2) == 0) {
        size_t len = sw_gdb_listing_plain(plain);

        Py_DECREF(bytes);
        bytes = PyBytes_FromStringAndSize(plain, (Py_ssize_t)len);
    }
    free(plain);
    return bytes;
}

PyObject *sw_gdb_parameter(const char *name)
{
    PyObject *value = PyObject_CallMethod(sw_gdb.module, "parameter", "s", name);

    if (!value)
        PyErr_Clear();
    return value;
}

/* Whether gdb.FUNCTION() names UTF-8; where there is no such function, what COMMAND prints. */
static bool is_utf8(const char *function, const char *command)
{
    char name[128] = "";
    PyObject *text = sw_gdb_call(function);

    if (text) {
        sw_gdb_take_string(text, name, sizeof(name));
    } else {
        /* 'The host character set is "auto; currently UTF-8".' */
        PyErr_Clear();
        text = sw_gdb_execute(command);
        if (text)
            strncat(name, PyBytes_AsString(text), sizeof(name) - 1);
        PyErr_Clear();
        Py_XDECREF(text);
    }
    return strstr(name, "UTF-8") || strstr(name, "utf-8") || strstr(name, "utf8") ||
           strstr(name, "UTF8");
}

bool sw_gdb_host_is_utf8(void)
{
    return is_utf8("host_charset", "show host-charset"); /* the function came with gdb 12 */
}

bool sw_gdb_target_is_utf8(void)
{
    return is_utf8("target_charset", "show target-charset");
}

int64_t sw_gdb_int_attr(PyObject *object, const char *name, int64_t otherwise)
{
    PyObject *attr = PyObject_GetAttrString(object, name);
    long long value = attr ? PyLong_AsLongLong(attr) : otherwise;

    Py_XDECREF(attr);
    if (PyErr_Occurred()) {
        PyErr_Clear();
        return otherwise;
    }
    return value;
}

void sw_gdb_take_string(PyObject *string, char *buf, size_t size)
{
    PyObject *bytes = NULL;

    buf[0] = '\0';
    if (string && PyUnicode_Check(string))
        bytes = PyUnicode_EncodeFSDefault(string);
    if (bytes)
        snprintf(buf, size, "%s", PyBytes_AsString(bytes));
    PyErr_Clear();
    Py_XDECREF(bytes);
    Py_XDECREF(string);
}

void *sw_gdb_new_object(PyObject *type)
{
    return PyType_GenericAlloc((PyTypeObject *)type, 0);
}

void sw_gdb_free_object(PyObject *self)
{
    PyTypeObject *type = (PyTypeObject *)PyObject_Type(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);

    release(self);
    Py_DECREF(type); /* PyObject_Type()'s, and below the object's own */
    Py_DECREF(type);
}

PyObject *sw_gdb_make_class(const char *name, size_t size, PyObject *base, PyType_Slot *slots)
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

PyObject *sw_gdb_make_object(const char *name, PyType_Slot *slots)
{
    PyObject *type = sw_gdb_make_class(name, 0, NULL, slots);
    PyObject *object = type ? PyObject_CallObject(type, NULL) : NULL;

    Py_XDECREF(type);
    return object;
}

PyObject *sw_gdb_get_name(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyUnicode_FromString("sidewinder");
}

PyObject *sw_gdb_get_enabled(PyObject *Py_UNUSED(self), void *closure)
{
    return PyBool_FromLong(*(const bool *)closure);
}

int sw_gdb_set_enabled(PyObject *Py_UNUSED(self), PyObject *value, void *closure)
{
    int truth = value ? PyObject_IsTrue(value) : 0;

    if (truth >= 0)
        *(bool *)closure = truth == 1;
    return truth < 0 ? -1 : 0;
}

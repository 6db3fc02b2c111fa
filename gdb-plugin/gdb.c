/* SPDX-License-Identifier: MIT */
#include "gdb.h"

#include <stdio.h>
#include <string.h>

struct sw_gdb sw_gdb;

int sw_gdb_open(void)
{
    PyObject *module = PyImport_ImportModule("gdb");
    PyObject *inferior = module ? PyObject_GetAttrString(module, "selected_inferior") : NULL;
    PyObject *command = inferior ? PyObject_GetAttrString(module, "Command") : NULL;
    PyObject *error = command ? PyObject_GetAttrString(module, "error") : NULL;
    PyObject *user_error = error ? PyObject_GetAttrString(module, "GdbError") : NULL;

    Py_XDECREF(inferior);
    Py_XDECREF(command);
    if (!user_error) {
        /* A gdb with a wrong --data-directory has `_gdb` but no package `gdb` around it. */
        Py_XDECREF(module);
        Py_XDECREF(error);
        PyErr_SetString(PyExc_ImportError,
            "Sidewinder needs the Python inside gdb; if this is gdb, its data directory is wrong "
            "(see `show data-directory`)");
        return -1;
    }
    sw_gdb = (struct sw_gdb){.module = module, .error = error, .user_error = user_error};
    return 0;
}

PyObject *sw_gdb_call(const char *name)
{
    return PyObject_CallMethod(sw_gdb.module, name, NULL);
}

PyObject *sw_gdb_execute(const char *command)
{
    /* execute(command, from_tty, to_string) */
    PyObject *text =
        PyObject_CallMethod(sw_gdb.module, "execute", "sOO", command, Py_False, Py_True);
    PyObject *bytes = text ? PyUnicode_AsEncodedString(text, "utf-8", "replace") : NULL;

    Py_XDECREF(text);
    return bytes;
}

PyObject *sw_gdb_parameter(const char *name)
{
    PyObject *value = PyObject_CallMethod(sw_gdb.module, "parameter", "s", name);

    if (!value)
        PyErr_Clear();
    return value;
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

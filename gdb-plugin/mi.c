/* SPDX-License-Identifier: MIT */
#include "mi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gdb.h"
#include "session.h"
#include "text.h"

enum { MAX_LINE = 1024, MAX_DEPTH = 32 };

/* ---------------------------------------------------------------- JSON as results of MI */

static PyObject *result_of(PyObject *json, unsigned depth);

static PyObject *list_of(PyObject *json, unsigned depth)
{
    PyObject *list = PyList_New(0);

    for (Py_ssize_t i = 0; list && i < PyList_Size(json); i++) {
        PyObject *item = result_of(PyList_GetItem(json, i), depth + 1);

        if (!item || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *tuple_of(PyObject *json, unsigned depth)
{
    PyObject *dict = PyDict_New(), *key, *value;
    Py_ssize_t position = 0;

    while (dict && PyDict_Next(json, &position, &key, &value)) {
        PyObject *item;

        if (value == Py_None)
            continue;
        item = result_of(value, depth + 1);
        if (!item || PyDict_SetItem(dict, key, item) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(item);
    }
    return dict;
}

/* MI has strings, tuples and lists: a member that is null is left out, true is 1. */
static PyObject *result_of(PyObject *json, unsigned depth)
{
    if (depth < MAX_DEPTH && PyList_Check(json))
        return list_of(json, depth);
    if (depth < MAX_DEPTH && PyDict_Check(json))
        return tuple_of(json, depth);
    if (PyBool_Check(json))
        return PyLong_FromLong(json == Py_True);
    Py_INCREF(json);
    return json;
}

static PyObject *parse(const struct sw_gdb_text *text)
{
    PyObject *module = PyImport_ImportModule("json");
    PyObject *string =
        module ? PyUnicode_DecodeUTF8(text->chars, (Py_ssize_t)text->len, "replace") : NULL;
    PyObject *json = string ? PyObject_CallMethod(module, "loads", "O", string) : NULL;
    PyObject *result = json ? result_of(json, 0) : NULL;

    Py_XDECREF(module);
    Py_XDECREF(string);
    Py_XDECREF(json);
    return result;
}

/* ---------------------------------------------------------------- the command */

static PyObject *run(const char *line)
{
    struct sw_gdb_session *session = sw_gdb_session_acquire();
    struct sw_gdb_text text = {.chars = NULL};
    struct sw_sink sink = {.write = sw_gdb_text_write, .ctx = &text};
    PyObject *result = NULL;
    struct sw_error error;
    int status;

    if (!session)
        return NULL;
    status =
        sw_command_run(sw_gdb_session_core(session), sw_command_find("bt"), line, &sink, &error);
    if (sw_gdb_session_release(session) < 0) {
        free(text.chars);
        return NULL;
    }
    if (status < 0)
        PyErr_SetString(sw_gdb.user_error, error.message);
    else
        result = parse(&text);
    free(text.chars);
    return result;
}

/* invoke(self, argv): the options of py-bt. */
static PyObject *stack_invoke(PyObject *Py_UNUSED(self), PyObject *argv)
{
    char line[MAX_LINE] = "--json";
    Py_ssize_t count = PySequence_Size(argv);

    for (Py_ssize_t i = 0; i < count; i++) {
        char word[MAX_LINE];
        size_t used = strlen(line);

        sw_gdb_take_string(PySequence_GetItem(argv, i), word, sizeof(word));
        if (used + strlen(word) + 2 > sizeof(line)) {
            PyErr_SetString(sw_gdb.user_error, "-sidewinder-stack: too many words");
            return NULL;
        }
        snprintf(line + used, sizeof(line) - used, " %s", word);
    }
    return count < 0 ? NULL : run(line);
}

int sw_gdb_mi_register(void)
{
    static PyMethodDef methods[] = {
        {"invoke", stack_invoke, METH_O, NULL},
        {NULL, NULL, 0, NULL},
    };
    PyObject *base = PyObject_GetAttrString(sw_gdb.module, "MICommand"), *type, *command;

    if (!base) {
        PyErr_Clear();
        return 0;
    }
    type = sw_gdb_new_class("_sidewinder.MIStack", base, methods,
        "-sidewinder-stack [OPTION...]: the Python stack, with the options of py-bt.");
    command = type ? PyObject_CallFunction(type, "s", "-sidewinder-stack") : NULL;
    Py_DECREF(base);
    Py_XDECREF(type);
    Py_XDECREF(command);
    return command ? 0 : -1;
}

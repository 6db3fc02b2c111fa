/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <sidewinder.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gdb.h"
#include "session.h"
#include "sink.h"

enum {
    MAX_COMMANDS = 64,
    MAX_HELP = 4096,
    MAX_NAME = 64,
    MAX_OPTION = 64,
};

/* gdb keeps the help text and the behaviour of a command with its class: one class each. */
static struct {
    PyObject *type;
    const struct sw_command *command;
} classes[MAX_COMMANDS];
static size_t class_count;

static const struct sw_command *command_of(PyObject *self)
{
    for (size_t i = 0; i < class_count; i++)
        if (PyObject_IsInstance(self, classes[i].type) == 1)
            return classes[i].command;
    PyErr_Clear();
    return NULL;
}

/* ---------------------------------------------------------------- running */

/* 16 KiB of buffer are kept off gdb's stack. */
static int run_with_sink(
    struct sw_gdb_session *session, const struct sw_command *command, const char *args)
{
    struct sw_gdb_sink *sink = malloc(sizeof(*sink));
    struct sw_error error;
    int status;

    if (!sink) {
        PyErr_NoMemory();
        return -1;
    }
    if (sw_gdb_sink_init(sink, sw_gdb_session_target(session)) < 0) {
        free(sink);
        return -1;
    }
    status = sw_command_run(sw_gdb_session_core(session), command, args, &sink->sink, &error);
    sw_gdb_sink_fini(sink);
    free(sink);
    if (status < 0) {
        PyErr_SetString(sw_gdb.user_error, error.message);
        return -1;
    }
    return 0;
}

static int run(const struct sw_command *command, const char *args)
{
    struct sw_gdb_session *session = sw_gdb_session_acquire();
    PyObject *type, *value, *traceback;
    int status;

    if (!session)
        return -1;
    status = run_with_sink(session, command, args);
    /* A kept KeyboardInterrupt is why the command failed: it takes the place of its message. */
    PyErr_Fetch(&type, &value, &traceback);
    if (sw_gdb_session_release(session) < 0) {
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
        return -1;
    }
    PyErr_Restore(type, value, traceback);
    return status;
}

/* invoke(self, args, from_tty) */
static PyObject *command_invoke(PyObject *self, PyObject *params)
{
    const struct sw_command *command = command_of(self);
    PyObject *line, *from_tty, *bytes;
    int status;

    if (!command || !PyArg_ParseTuple(params, "OO", &line, &from_tty))
        return NULL;
    bytes = PyUnicode_Check(line) ? PyUnicode_AsEncodedString(line, "utf-8", "replace")
                                  : PyBytes_FromString("");
    if (!bytes)
        return NULL;
    status = run(command, PyBytes_AsString(bytes));
    Py_DECREF(bytes);
    if (status < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* ---------------------------------------------------------------- completion */

/* The next option in a usage line such as "py-bt [-a] [--json] [N | -N]"; *at goes on behind it. */
static bool next_option(const char *usage, const char **at, char option[MAX_OPTION])
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyz-";

    for (; **at; (*at)++) {
        size_t len = **at == '-' ? strspn(*at, name) : 0;

        /* Not the dash of "py-bt" and not that of "-N". */
        if (len < 2 || len >= MAX_OPTION || (*at > usage && !strchr(" [|", (*at)[-1])))
            continue;
        memcpy(option, *at, len);
        option[len] = '\0';
        *at += len;
        return true;
    }
    return false;
}

/* The options that begin with `token`, without their first `skip` characters. */
static PyObject *matching_options(const struct sw_command *command, const char *token, size_t skip)
{
    PyObject *list = PyList_New(0);
    const char *at = command->usage;
    char option[MAX_OPTION];

    while (list && next_option(command->usage, &at, option)) {
        PyObject *text;

        if (strncmp(option, token, strlen(token)) != 0)
            continue;
        text = PyUnicode_FromString(option + skip);
        if (!text || PyList_Append(list, text) < 0) {
            Py_XDECREF(text);
            Py_DECREF(list);
            return NULL;
        }
        Py_DECREF(text);
    }
    return list;
}

/*
 * complete(self, text, word): `text` is what was typed behind the command, `word` the part of it
 * that readline would replace. A dash ends a word for readline, so the candidates have to leave out
 * what stands before it. gdb also calls with None for the word, only to learn where words end.
 */
static PyObject *command_complete(PyObject *self, PyObject *params)
{
    const struct sw_command *command = command_of(self);
    PyObject *text, *word, *list = NULL, *text_bytes, *word_bytes;

    if (!command || !PyArg_ParseTuple(params, "OO", &text, &word))
        return NULL;
    if (!PyUnicode_Check(text) || !PyUnicode_Check(word))
        Py_RETURN_NONE;
    text_bytes = PyUnicode_AsEncodedString(text, "utf-8", "replace");
    word_bytes = PyUnicode_AsEncodedString(word, "utf-8", "replace");
    if (text_bytes && word_bytes) {
        const char *line = PyBytes_AsString(text_bytes), *space = strrchr(line, ' ');
        const char *token = space ? space + 1 : line;
        size_t word_len = (size_t)PyBytes_Size(word_bytes), len = strlen(token);

        list = *token == '-' ? matching_options(command, token, len > word_len ? len - word_len : 0)
                             : PyList_New(0);
    }
    Py_XDECREF(text_bytes);
    Py_XDECREF(word_bytes);
    return list;
}

/* ---------------------------------------------------------------- the prefix */

/* invoke() of `sidewinder` itself: with nothing behind it, or with a word that is no command. */
static PyObject *prefix_invoke(PyObject *Py_UNUSED(self), PyObject *params)
{
    PyObject *line, *from_tty;

    if (!PyArg_ParseTuple(params, "OO", &line, &from_tty))
        return NULL;
    if (PyObject_IsTrue(line) == 1) {
        PyErr_Format(sw_gdb.user_error,
            "Undefined sidewinder command: \"%U\".  Try \"help sidewinder\".", line);
        return NULL;
    }
    return PyObject_CallMethod(sw_gdb.module, "execute", "s", "help sidewinder");
}

/* ---------------------------------------------------------------- keeping the names */

static PyObject *gdb_command;   /* gdb.Command as it was */
static PyObject *guard_command; /* what stands in its place */

/* Whether a class is one of ours; their instances may use the names. */
static bool is_ours(PyObject *object)
{
    return command_of(object) != NULL;
}

/*
 * __init__(self, name, ...) of the class that stands in for gdb.Command: it leaves out the
 * registration of a name that is ours. CPython's own extension is loaded by gdb when it sees the
 * Python binary, which in `gdb -p PID -batch -ex py-bt` is after every event that we could act on
 * and right before the command runs; so it has to be stopped where it registers.
 */
static int guard_init(PyObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *first = PyTuple_Size(args) > 0 ? PyTuple_GetItem(args, 0) : NULL;
    PyObject *method, *with_self, *tail, *result = NULL;
    char name[MAX_NAME];

    if (!first && keywords)
        first = PyDict_GetItemString(keywords, "name");
    Py_XINCREF(first);
    sw_gdb_take_string(first, name, sizeof(name));
    if (strncmp(name, "py-", 3) == 0 && sw_command_find(name) && !is_ours(self))
        return 0;
    method = PyObject_GetAttrString(gdb_command, "__init__");
    with_self = Py_BuildValue("(O)", self);
    tail = method && with_self ? PySequence_Concat(with_self, args) : NULL;
    if (tail)
        result = PyObject_Call(method, tail, keywords);
    Py_XDECREF(method);
    Py_XDECREF(with_self);
    Py_XDECREF(tail);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

static int install_guard(void)
{
    static PyType_Slot slots[] = {
        {Py_tp_init, (void *)guard_init},
        {0, NULL},
    };
    static PyType_Spec spec = {
        .name = "gdb.Command",
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
        .slots = slots,
    };
    PyObject *bases = Py_BuildValue("(O)", gdb_command);

    guard_command = bases ? PyType_FromSpecWithBases(&spec, bases) : NULL;
    Py_XDECREF(bases);
    return guard_command ? PyObject_SetAttrString(sw_gdb.module, "Command", guard_command) : -1;
}

/* ---------------------------------------------------------------- registration */

/* Make a command of this class known to gdb under a name. gdb keeps the object. */
static int add_name(PyObject *type, const char *name, bool is_prefix)
{
    PyObject *class = PyObject_GetAttrString(sw_gdb.module, "COMMAND_STACK");
    PyObject *none = class ? PyObject_GetAttrString(sw_gdb.module, "COMPLETE_NONE") : NULL;
    PyObject *object = NULL;

    if (none)
        object = is_prefix ? PyObject_CallFunction(type, "sOOO", name, class, none, Py_True)
                           : PyObject_CallFunction(type, "sO", name, class);
    Py_XDECREF(class);
    Py_XDECREF(none);
    Py_XDECREF(object);
    return object ? 0 : -1;
}

static int add_prefix(void)
{
    static PyMethodDef methods[] = {
        {"invoke", prefix_invoke, METH_VARARGS, NULL},
        {NULL, NULL, 0, NULL},
    };
    PyObject *type = sw_gdb_new_class("_sidewinder.Prefix", gdb_command, methods,
        "Show the Python inside the program: stacks, threads, the interpreter itself.\n"
        "Each command has a second name that begins with \"py-\".");
    int status = type ? add_name(type, "sidewinder", true) : -1;

    Py_XDECREF(type);
    return status;
}

static int add_command(const struct sw_command *command)
{
    static PyMethodDef methods[] = {
        {"invoke", command_invoke, METH_VARARGS, NULL},
        {"complete", command_complete, METH_VARARGS, NULL},
        {NULL, NULL, 0, NULL},
    };
    char help[MAX_HELP], name[MAX_NAME];
    PyObject *type;

    if (class_count == MAX_COMMANDS) {
        PyErr_SetString(PyExc_ImportError, "more commands than MAX_COMMANDS");
        return -1;
    }
    snprintf(
        help, sizeof(help), "%s\nUsage: %s\n\n%s", command->summary, command->usage, command->help);
    type = sw_gdb_new_class("_sidewinder.Command", gdb_command, methods, help);
    if (!type)
        return -1;
    classes[class_count].type = type;
    classes[class_count++].command = command;
    snprintf(name, sizeof(name), "sidewinder %s", command->name);
    if (add_name(type, name, false) < 0)
        return -1;
    return command->alias ? add_name(type, command->alias, false) : 0;
}

int sw_gdb_command_register(void)
{
    size_t count;
    const struct sw_command *commands = sw_commands(&count);

    gdb_command = PyObject_GetAttrString(sw_gdb.module, "Command");
    if (!gdb_command || add_prefix() < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (add_command(&commands[i]) < 0)
            return -1;
    return install_guard();
}

/* SPDX-License-Identifier: MIT */
#include "setting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gdb.h"
#include "session.h"

enum {
    MAX_SETTINGS = 32,
    MAX_TEXT = 256, /* what gdb says about one value */
};

/* gdb keeps the help text of a parameter with its class: one class each. */
static struct {
    PyObject *type;
    int64_t value;
} states[MAX_SETTINGS];
static size_t state_count;

/* No process is behind this session: it is there to tell which values are possible. */
static struct sw_session *judge;

static int no_memory_read(
    void *Py_UNUSED(ctx), sw_addr Py_UNUSED(addr), void *Py_UNUSED(buf), size_t Py_UNUSED(len))
{
    return SW_E_READ;
}

static int make_judge(void)
{
    const struct sw_target_info info = {.size = sizeof(info), .pointer_size = sizeof(void *)};
    const struct sw_target_ops ops = {.size = sizeof(ops), .read = no_memory_read};
    struct sw_error error;

    if (sw_session_create(&info, &ops, NULL, &error, &judge) == 0)
        return 0;
    PyErr_SetString(PyExc_ImportError, error.message);
    return -1;
}

/* ---------------------------------------------------------------- values */

void sw_gdb_setting_apply(struct sw_session *session)
{
    for (size_t i = 0; i < state_count; i++)
        sw_session_set(session, i, states[i].value, NULL);
}

int64_t sw_gdb_setting_value(const char *name, int64_t otherwise)
{
    size_t count;
    const struct sw_setting *settings = sw_settings(&count);

    for (size_t i = 0; i < state_count; i++)
        if (strcmp(settings[i].name, name) == 0)
            return states[i].value;
    return otherwise;
}

/* The index of the setting that a gdb.Parameter stands for; state_count for another object. */
static size_t index_of(PyObject *self)
{
    size_t i = 0;

    while (i < state_count && PyObject_IsInstance(self, states[i].type) != 1)
        i++;
    PyErr_Clear();
    return i;
}

/* Make gdb's copy of the value what ours is. */
static int write_back(PyObject *self, size_t index, bool is_switch)
{
    PyObject *value = is_switch ? PyBool_FromLong(states[index].value != 0)
                                : PyLong_FromLong(states[index].value);
    int status = value ? PyObject_SetAttrString(self, "value", value) : -1;

    Py_XDECREF(value);
    return status;
}

/* get_set_string(self): gdb has stored what the user typed, and prints what this returns. */
static PyObject *parameter_set(PyObject *self, PyObject *Py_UNUSED(none))
{
    size_t count, index = index_of(self);
    const struct sw_setting *settings = sw_settings(&count);
    struct sw_error error;
    int64_t value;

    if (index == state_count)
        return PyUnicode_FromString("");
    value = sw_gdb_int_attr(self, "value", states[index].value);
    if (sw_session_set(judge, index, value, &error) < 0) {
        if (write_back(self, index, settings[index].is_switch) == 0)
            PyErr_SetString(sw_gdb.user_error, error.message);
        return NULL;
    }
    states[index].value = value;
    sw_gdb_session_for_each(sw_gdb_setting_apply);
    return PyUnicode_FromString("");
}

/* get_show_string(self, value) */
static PyObject *parameter_show(PyObject *self, PyObject *Py_UNUSED(value))
{
    size_t count, index = index_of(self);
    const struct sw_setting *setting = sw_settings(&count);
    char text[MAX_TEXT] = "";

    if (index < state_count) {
        setting += index;
        if (setting->is_switch)
            snprintf(text, sizeof(text), "sidewinder %s is %s.", setting->name,
                states[index].value ? "on" : "off");
        else
            snprintf(text, sizeof(text), "sidewinder %s is %" PRId64 ".", setting->name,
                states[index].value);
    }
    return PyUnicode_FromString(text);
}

/* ---------------------------------------------------------------- the prefixes */

/* invoke() of `set sidewinder` and `show sidewinder`: a word that is no setting, or nothing. */
static PyObject *undefined(const char *prefix, PyObject *line)
{
    char text[MAX_TEXT];

    snprintf(
        text, sizeof(text), "Undefined %s command: \"%%U\".  Try \"help %s\".", prefix, prefix);
    PyErr_Format(sw_gdb.user_error, text, line);
    return NULL;
}

static PyObject *set_invoke(PyObject *Py_UNUSED(self), PyObject *params)
{
    PyObject *line, *from_tty;

    if (!PyArg_ParseTuple(params, "OO", &line, &from_tty))
        return NULL;
    if (PyObject_IsTrue(line) == 1)
        return undefined("set sidewinder", line);
    return PyObject_CallMethod(sw_gdb.module, "execute", "s", "help set sidewinder");
}

static PyObject *show_invoke(PyObject *Py_UNUSED(self), PyObject *params)
{
    PyObject *line, *from_tty;
    size_t count;
    const struct sw_setting *settings = sw_settings(&count);

    if (!PyArg_ParseTuple(params, "OO", &line, &from_tty))
        return NULL;
    if (PyObject_IsTrue(line) == 1)
        return undefined("show sidewinder", line);
    for (size_t i = 0; i < state_count; i++) {
        char command[MAX_TEXT];
        PyObject *done;

        snprintf(command, sizeof(command), "show sidewinder %s", settings[i].name);
        done = PyObject_CallMethod(sw_gdb.module, "execute", "s", command);
        if (!done)
            return NULL;
        Py_DECREF(done);
    }
    Py_RETURN_NONE;
}

/* ---------------------------------------------------------------- registration */

static int add_prefix(const char *name, PyMethodDef *methods, const char *help)
{
    PyObject *base = PyObject_GetAttrString(sw_gdb.module, "Command");
    PyObject *type = base ? sw_gdb_new_class("_sidewinder.Prefix", base, methods, help) : NULL;
    PyObject *class = type ? PyObject_GetAttrString(sw_gdb.module, "COMMAND_DATA") : NULL;
    PyObject *none = class ? PyObject_GetAttrString(sw_gdb.module, "COMPLETE_NONE") : NULL;
    PyObject *object =
        none ? PyObject_CallFunction(type, "sOOO", name, class, none, Py_True) : NULL;

    Py_XDECREF(base);
    Py_XDECREF(type);
    Py_XDECREF(class);
    Py_XDECREF(none);
    Py_XDECREF(object);
    return object ? 0 : -1;
}

static int add_prefixes(void)
{
    static PyMethodDef set_methods[] = {
        {"invoke", set_invoke, METH_VARARGS, NULL},
        {NULL, NULL, 0, NULL},
    };
    static PyMethodDef show_methods[] = {
        {"invoke", show_invoke, METH_VARARGS, NULL},
        {NULL, NULL, 0, NULL},
    };

    if (add_prefix("set sidewinder", set_methods,
            "Set how much Sidewinder shows of the Python inside the program.") < 0)
        return -1;
    return add_prefix("show sidewinder", show_methods,
        "Show how much Sidewinder shows of the Python inside the program.");
}

static PyObject *new_parameter_class(const struct sw_setting *setting)
{
    static PyMethodDef methods[] = {
        {"get_set_string", parameter_set, METH_NOARGS, NULL},
        {"get_show_string", parameter_show, METH_O, NULL},
        {NULL, NULL, 0, NULL},
    };
    PyObject *base = PyObject_GetAttrString(sw_gdb.module, "Parameter");
    PyObject *summary = PyUnicode_FromString(setting->summary);
    PyObject *type = NULL;

    if (base && summary)
        type = sw_gdb_new_class("_sidewinder.Parameter", base, methods, setting->help);
    if (type && (PyObject_SetAttrString(type, "set_doc", summary) < 0 ||
                    PyObject_SetAttrString(type, "show_doc", summary) < 0)) {
        Py_DECREF(type);
        type = NULL;
    }
    Py_XDECREF(base);
    Py_XDECREF(summary);
    return type;
}

/* Make the next setting known to gdb, which keeps the object. */
static int add_parameter(const struct sw_setting *setting)
{
    PyObject *type, *class, *kind, *object = NULL;
    char name[MAX_TEXT];
    int status = -1;

    if (state_count == MAX_SETTINGS) {
        PyErr_SetString(PyExc_ImportError, "more settings than MAX_SETTINGS");
        return -1;
    }
    type = new_parameter_class(setting);
    class = PyObject_GetAttrString(sw_gdb.module, "COMMAND_DATA");
    kind = PyObject_GetAttrString(
        sw_gdb.module, setting->is_switch ? "PARAM_BOOLEAN" : "PARAM_ZINTEGER");
    snprintf(name, sizeof(name), "sidewinder %s", setting->name);
    if (type && class && kind)
        object = PyObject_CallFunction(type, "sOO", name, class, kind);
    if (object) {
        states[state_count].type = type;
        states[state_count].value = setting->fallback;
        status = write_back(object, state_count++, setting->is_switch);
    } else {
        Py_XDECREF(type);
    }
    Py_XDECREF(class);
    Py_XDECREF(kind);
    Py_XDECREF(object);
    return status;
}

int sw_gdb_setting_register(void)
{
    size_t count;
    const struct sw_setting *settings = sw_settings(&count);

    if (make_judge() < 0 || add_prefixes() < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (add_parameter(&settings[i]) < 0)
            return -1;
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include "variable.h"

#include <string.h>

#include "gdb.h"

static PyObject *variable_type, *name_type;

/* What holds for one stack: asking gdb for each frame would take as long as all else. */
static PyObject *value_type;
static bool is_utf8;

PyObject *sw_gdb_variable_text(const char *text)
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

int sw_gdb_variable_begin(void)
{
    PyObject *type = make_value_type();

    is_utf8 = sw_gdb_host_is_utf8();
    Py_XDECREF(value_type);
    value_type = type;
    return type ? 0 : -1;
}

bool sw_gdb_variable_is_value_type(PyObject *type)
{
    bool result = value_type && PyObject_RichCompareBool(type, value_type, Py_EQ) == 1;

    PyErr_Clear();
    return result;
}

/* ---------------------------------------------------------------- variables */

/* A name with a value, as frame_args() and frame_locals() give them. */
struct variable {
    PyObject_HEAD PyObject *name;
    PyObject *value; /* what gdb.Value() takes, or the address of an object, an int */
    bool is_object;
};

static void variable_free(PyObject *self)
{
    struct variable *variable = (struct variable *)self;

    Py_XDECREF(variable->name);
    Py_XDECREF(variable->value);
    sw_gdb_free_object(self);
}

static PyObject *variable_symbol(PyObject *self, PyObject *Py_UNUSED(none))
{
    PyObject *name = ((struct variable *)self)->name;

    Py_INCREF(name);
    return name;
}

static PyObject *variable_value(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct variable *variable = (struct variable *)self;
    PyObject *number = PyObject_CallMethod(sw_gdb.module, "Value", "O", variable->value);
    PyObject *value;

    if (!variable->is_object || !number)
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
    PyObject *plain = sw_gdb_variable_text(text);
    PyObject *name = plain ? PyObject_CallFunction(name_type, "O", plain) : NULL;

    Py_XDECREF(plain);
    return name;
}

static int add_variable(void *ctx, const struct sw_variable *found)
{
    PyObject *list = ctx;
    struct variable *variable = sw_gdb_new_object(variable_type);
    int status = -1;

    if (variable) {
        variable->name = name_new(found->name);
        variable->is_object = !found->is_int;
        variable->value = found->is_int
                              ? PyLong_FromLongLong(found->number)
                              : PyLong_FromUnsignedLongLong((unsigned long long)found->value);
        if (variable->name && variable->value)
            status = PyList_Append(list, (PyObject *)variable);
        Py_DECREF((PyObject *)variable);
    }
    return status < 0 ? SW_E_NO_MEMORY : 0;
}

PyObject *sw_gdb_variables_of(
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

/* ---------------------------------------------------------------- arguments in gdb/MI */

/* The classes of symbols that gdb/MI prints, as bits. */
static uint64_t make_printed(void)
{
    static const char *const names[] = {
        "SYMBOL_LOC_ARG",
        "SYMBOL_LOC_REF_ARG",
        "SYMBOL_LOC_REGPARM_ADDR",
        "SYMBOL_LOC_LOCAL",
        "SYMBOL_LOC_STATIC",
        "SYMBOL_LOC_REGISTER",
        "SYMBOL_LOC_COMPUTED",
    };
    uint64_t bits = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int64_t number = sw_gdb_int_attr(sw_gdb.module, names[i], -1);

        if (number >= 0 && number < 64)
            bits |= UINT64_C(1) << number;
    }
    return bits;
}

/* Whether gdb/MI gets past an argument with this gdb.Symbol, or str. */
static bool is_printed(PyObject *symbol)
{
    static uint64_t printed;
    int64_t number;

    if (PyUnicode_Check(symbol))
        return true;
    if (!printed)
        printed = make_printed();
    number = sw_gdb_int_attr(symbol, "addr_class", -1);
    return number >= 0 && number < 64 && printed >> number & 1 &&
           sw_gdb_int_attr(symbol, "is_argument", 0) == 1;
}

/* What stands for a symbol: its name, and its value in the frame. */
static PyObject *variable_of_symbol(PyObject *symbol, PyObject *frame)
{
    struct variable *variable = sw_gdb_new_object(variable_type);

    if (!variable)
        return NULL;
    variable->name = PyObject_GetAttrString(symbol, "print_name");
    variable->value = PyObject_CallMethod(frame, "read_var", "O", symbol);
    if (variable->name && variable->value)
        return (PyObject *)variable;
    Py_DECREF((PyObject *)variable);
    return NULL;
}

/* The argument itself, or what stands for it; what cannot be read is left out. Never raises but
   for an interrupt. */
static int add_printable(PyObject *list, PyObject *argument, PyObject *frame)
{
    PyObject *symbol = PyObject_CallMethod(argument, "symbol", NULL);
    PyObject *item = argument;

    if (symbol && !is_printed(symbol))
        item = variable_of_symbol(symbol, frame);
    else
        Py_INCREF(item);
    Py_XDECREF(symbol);
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_KeyboardInterrupt))
        PyErr_Clear();
    if (item && !PyErr_Occurred())
        PyList_Append(list, item);
    Py_XDECREF(item);
    return PyErr_Occurred() ? -1 : 0;
}

PyObject *sw_gdb_variables_printable(PyObject *arguments, PyObject *frame)
{
    PyObject *all = arguments != Py_None ? PySequence_List(arguments) : NULL;
    PyObject *list = PyList_New(0);
    int status = list ? 0 : -1;

    for (Py_ssize_t i = 0; all && status == 0 && i < PyList_Size(all); i++)
        status = add_printable(list, PyList_GetItem(all, i), frame);
    Py_XDECREF(all);
    if (status == 0 && !PyErr_Occurred())
        return list;
    Py_XDECREF(list);
    return NULL;
}

/* ---------------------------------------------------------------- the classes */

int sw_gdb_variable_open(void)
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

    variable_type = sw_gdb_make_class("_sidewinder.Variable", sizeof(struct variable), NULL, slots);
    if (!variable_type)
        return -1;
    name_type = sw_gdb_make_class("_sidewinder.Name", 0, (PyObject *)&PyUnicode_Type, name_slots);
    return name_type ? 0 : -1;
}

/* SPDX-License-Identifier: MIT */
/*
 * gdb.h - what Sidewinder uses of gdb's Python module.
 *
 * Functions that return an object return a new reference, or NULL with a Python exception set.
 */
#ifndef SW_GDB_GDB_H
#define SW_GDB_GDB_H

#include "python.h"

#include <stdbool.h>
#include <stdint.h>

/* References that live as long as the debugger. */
struct sw_gdb {
    PyObject *module;            /* gdb */
    PyObject *error;             /* gdb.error: what gdb itself raises */
    PyObject *user_error;        /* gdb.GdbError: shown as one line, without Python's decoration */
    PyObject *selected_inferior; /* gdb.selected_inferior */
};

extern struct sw_gdb sw_gdb;

/* Import gdb and check that it is the debugger's own. Returns 0, or -1 with ImportError set. */
int sw_gdb_open(void);

/* gdb.selected_inferior(), for what is asked for each frame or value. */
PyObject *sw_gdb_selected_inferior(void);

/* Call gdb.NAME() without arguments. */
PyObject *sw_gdb_call(const char *name);

/*
 * A class below `base`, one of gdb's, with the docstring `help`. The methods have to be static: the
 * class keeps pointing to them.
 */
PyObject *sw_gdb_new_class(
    const char *name, PyObject *base, PyMethodDef *methods, const char *help);

/* A class of our own, below `base` unless that is NULL; its objects are `size` bytes long, 0 for
   those of the base. The slots' tables have to be static. */
PyObject *sw_gdb_make_class(const char *name, size_t size, PyObject *base, PyType_Slot *slots);

/* A new object of a class; what lies behind its head is zero. NULL with an exception set. */
void *sw_gdb_new_object(PyObject *type);

/* Give the memory of an object back, and its reference to its class. */
void sw_gdb_free_object(PyObject *self);

/* The only object of a class of its own. */
PyObject *sw_gdb_make_object(const char *name, PyType_Slot *slots);

/* What gdb lists, and switches on and off: a printer, an unwinder, a frame filter. The attributes
   `name` and `enabled` for a PyGetSetDef; the closure of the second is a bool. */
PyObject *sw_gdb_get_name(PyObject *self, void *closure);
PyObject *sw_gdb_get_enabled(PyObject *self, void *closure);
int sw_gdb_set_enabled(PyObject *self, PyObject *value, void *closure);

/* Have a function called on an event of gdb.events. The method has to be static. Returns 0, also
   when this gdb is too old for the event, or -1 with a Python exception set. */
int sw_gdb_listen(const char *event, PyMethodDef *handler);

/* Clear the Python exception that is set, if any. A KeyboardInterrupt is not lost: gdb finds it as
   a Ctrl-C that has not been acted on yet. */
void sw_gdb_postpone_interrupt(void);

/* Run a command of gdb and return what it printed as UTF-8 in a bytes object. */
PyObject *sw_gdb_execute(const char *command);

/* gdb.parameter(NAME), NULL with the exception cleared when this gdb has no such parameter. */
PyObject *sw_gdb_parameter(const char *name);

/* Whether gdb's terminal takes UTF-8, and whether it believes so of the program. Never raises. */
bool sw_gdb_host_is_utf8(void);
bool sw_gdb_target_is_utf8(void);

/* The integer attribute NAME of an object, `otherwise` when it cannot be had. Never raises. */
int64_t sw_gdb_int_attr(PyObject *object, const char *name, int64_t otherwise);

/* Copy a str into buf, cut to its size, and drop the reference. NULL and other types give "". Never
   raises. */
void sw_gdb_take_string(PyObject *string, char *buf, size_t size);

#endif

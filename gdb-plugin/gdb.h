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
    PyObject *module;     /* gdb */
    PyObject *error;      /* gdb.error: what gdb itself raises */
    PyObject *user_error; /* gdb.GdbError: shown as one line, without Python's decoration */
};

extern struct sw_gdb sw_gdb;

/* Import gdb and check that it is the debugger's own. Returns 0, or -1 with ImportError set. */
int sw_gdb_open(void);

/* Call gdb.NAME() without arguments. */
PyObject *sw_gdb_call(const char *name);

/* Run a command of gdb and return what it printed as UTF-8 in a bytes object. */
PyObject *sw_gdb_execute(const char *command);

/* gdb.parameter(NAME), NULL with the exception cleared when this gdb has no such parameter. */
PyObject *sw_gdb_parameter(const char *name);

/* The integer attribute NAME of an object, `otherwise` when it cannot be had. Never raises. */
int64_t sw_gdb_int_attr(PyObject *object, const char *name, int64_t otherwise);

/* Copy a str into buf, cut to its size, and drop the reference. NULL and other types give "". Never
   raises. */
void sw_gdb_take_string(PyObject *string, char *buf, size_t size);

#endif

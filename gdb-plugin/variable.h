/* SPDX-License-Identifier: MIT */
/*
 * variable.h - names with values, as frame_args() and frame_locals() of a frame's decorator give
 * them to gdb.
 *
 * Functions that return an object return a new reference.
 */
#ifndef SW_GDB_VARIABLE_H
#define SW_GDB_VARIABLE_H

#include "python.h"

#include <sidewinder.h>
#include <stdbool.h>

/* Make the classes. Returns 0, or -1 with a Python exception set. */
int sw_gdb_variable_open(void);

/* Call it before the variables of a stack are made. Returns 0, or -1 with a Python exception set.
 */
int sw_gdb_variable_begin(void);

/* Text for gdb's terminal, a str; NULL with an exception set. */
PyObject *sw_gdb_variable_text(const char *text);

/* Whether a gdb.Type, which has this sw_gdb_pytype_target(), is the one that the values of
   variables have. */
bool sw_gdb_variable_is_value_type(PyObject *type, PyObject *target);

/* The object at an address as text, a str; NULL, perhaps with an exception set, when it is none. */
PyObject *sw_gdb_variable_object_text(struct sw_session *session, sw_addr address, bool as_ascii);

/* The text of the object at `address` if it is what gdb was given the value of last, and is asked
   for the first time; else NULL without an exception. */
PyObject *sw_gdb_variable_take_text(sw_addr address);

/* A list of a Python frame's arguments, or of its other variables; NULL without an exception when
   there are none, or they cannot be had: for an exception gdb would show half a line. */
PyObject *sw_gdb_variables_of(
    struct sw_session *session, const struct sw_python_frame *python, bool arguments);

/*
 * The arguments that gdb found for the gdb.Frame `frame`, a sequence or None, such that gdb/MI can
 * print them: gdb 13 to 18 at least never come to an end with one that the compiler removed
 * (enumerate_args() in gdb/python/py-framefilter.c goes on with the same argument). Such a one is
 * replaced by its name and value, which gdb prints as it would have done, but for an entry value,
 * which it does not have. NULL with an exception set.
 */
PyObject *sw_gdb_variables_printable(PyObject *arguments, PyObject *frame);

#endif

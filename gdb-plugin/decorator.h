/* SPDX-License-Identifier: MIT */
/*
 * decorator.h - frames as gdb's frame filters hand them on: a Python frame in place of the native
 * one that runs it, and a native frame with others folded into it.
 */
#ifndef SW_GDB_DECORATOR_H
#define SW_GDB_DECORATOR_H

#include "python.h"

#include <sidewinder.h>
#include <stdbool.h>

/* Make the classes. Returns 0, or -1 with a Python exception set. */
int sw_gdb_decorator_open(void);

/* Call it before the decorators of a stack are made. Returns 0, or -1 with a Python exception set.
 */
int sw_gdb_decorator_begin(void);

/* A decorator of a Python frame that the gdb.Frame `native` runs. New reference. */
PyObject *sw_gdb_decorator_python(
    struct sw_session *session, PyObject *native, const struct sw_python_frame *frame);

/* Fold a list of decorators into a frame: of one that sw_gdb_decorator_python() made, or of any
   other one; gives a new reference to what stands for it from then on. The list is kept. */
PyObject *sw_gdb_decorator_fold(PyObject *decorator, PyObject *folded);

/* Whether a gdb.Type is the one that the values of variables have. */
bool sw_gdb_decorator_is_value_type(PyObject *type);

#endif

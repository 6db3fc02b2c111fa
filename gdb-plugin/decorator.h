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

/* A decorator of a Python frame that the gdb.Frame `native` runs. New reference. */
PyObject *sw_gdb_decorator_python(PyObject *native, const struct sw_python_frame *frame);

/* Fold a list of decorators into a frame: of one that sw_gdb_decorator_python() made, or of any
   other one; gives a new reference to what stands for it from then on. The list is kept. */
PyObject *sw_gdb_decorator_fold(PyObject *decorator, PyObject *folded);

/* The type that values of objects have: a pointer, so that front ends take it for something simple,
   and one that no program uses. NULL with an exception set. New reference. */
PyObject *sw_gdb_decorator_value_type(void);

/* Whether a gdb.Type is that type. */
bool sw_gdb_decorator_is_value_type(PyObject *type);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * decorator.h - frames as gdb's frame filters hand them on: a Python frame in place of the native
 * one that runs it, and a native frame with others folded into it.
 */
#ifndef SW_GDB_DECORATOR_H
#define SW_GDB_DECORATOR_H

#include "python.h"

#include <sidewinder.h>

/* Make the classes. Returns 0, or -1 with a Python exception set. */
int sw_gdb_decorator_open(void);

/* A decorator of a Python frame that the gdb.Frame `native` runs. New reference. */
PyObject *sw_gdb_decorator_python(
    struct sw_session *session, PyObject *native, const struct sw_python_frame *frame);

/* What stands for a decorator of a native frame: the same, with arguments that gdb can print (see
   sw_gdb_variables_printable()). New reference. */
PyObject *sw_gdb_decorator_native(PyObject *decorator);

/* Fold a list of decorators into one that the two above made. The list is kept. */
void sw_gdb_decorator_fold(PyObject *decorator, PyObject *folded);

#endif

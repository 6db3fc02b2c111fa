/* SPDX-License-Identifier: MIT */
/*
 * pytype.h - which C types of the debugged program are Python objects.
 *
 * The types tell: no memory of the program is read. Nothing here leaves an exception set.
 */
#ifndef SW_GDB_PYTYPE_H
#define SW_GDB_PYTYPE_H

#include "python.h"

#include <stdbool.h>

/* Get the names of gdb's type codes. Returns 0, or -1 with a Python exception set. */
int sw_gdb_pytype_open(void);

/* What a gdb.Type points to, behind its own name but not behind that of the target: new reference.
   NULL, perhaps with an exception set, for a type that is no pointer. */
PyObject *sw_gdb_pytype_target(PyObject *type);

/*
 * Whether a gdb.Type, which has this sw_gdb_pytype_target(), is a pointer to a struct that begins
 * as PyObject does: PyObject itself, PyListObject, what an extension or Cython put PyObject_HEAD
 * into. Answers are kept by name, so that the types of a program without Python cost next to
 * nothing.
 */
bool sw_gdb_pytype_is_object_pointer(PyObject *type, PyObject *target);

/* For such a type the program's own `PyObject *`, as a new reference to a gdb.Type. The type itself
   when the program's debug information does not have it; NULL without an exception on failure. */
PyObject *sw_gdb_pytype_object_pointer(PyObject *type);

/* Forget the answers: files with other types were loaded. */
void sw_gdb_pytype_forget(void);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * children.h - the children of a Python object, for gdb's views of variables.
 */
#ifndef SW_GDB_CHILDREN_H
#define SW_GDB_CHILDREN_H

#include "python.h"

#include <sidewinder.h>
#include <stdbool.h>

/* Make the iterator's class. Returns 0, or -1 with a Python exception set. */
int sw_gdb_children_open(void);

/*
 * Whether the children of a map come as key, value, key, value with numbers for names, which is
 * what display_hint "map" announces to the clients of gdb/MI. gdb's own DAP server knows no such
 * hint: there each value has its key for a name.
 */
bool sw_gdb_children_has_keys(void);

/*
 * An iterator over (name, gdb.Value) of the children of the object at `object`, each value of the
 * gdb.Type `type`. All of them are found now, for the process may run before the last one is asked
 * for. Empty when they cannot be had. NULL with a Python exception set when there is no memory.
 */
PyObject *sw_gdb_children_new(sw_addr object, PyObject *type);

#endif

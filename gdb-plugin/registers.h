/* SPDX-License-Identifier: MIT */
/* Registers of threads that are not the selected one. */
#ifndef SW_GDB_REGISTERS_H
#define SW_GDB_REGISTERS_H

#include "python.h"

#include <stdint.h>

/* The threads of an inferior, and what the user has selected. Zero-initialised it is empty. */
struct sw_gdb_registers {
    PyObject *threads; /* a tuple of gdb.InferiorThread */
    Py_ssize_t last;   /* index of the one that was asked last */
};

/*
 * Read registers of the innermost frame of the thread whose kernel id is `tid`. gdb has to go to
 * the thread for that; it comes back to where the user was before this returns. Returns 0, or -1
 * with a Python exception set.
 */
int sw_gdb_registers_read(struct sw_gdb_registers *registers, PyObject *inferior, int64_t tid,
    const char *const *names, unsigned count, uint64_t *ret_values);
void sw_gdb_registers_fini(struct sw_gdb_registers *registers);

/* The kernel's id of a gdb.InferiorThread, 0 when it has none. Never raises. */
int64_t sw_gdb_thread_tid(PyObject *thread);

#endif

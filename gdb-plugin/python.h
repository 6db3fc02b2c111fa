/* SPDX-License-Identifier: MIT */
/*
 * python.h - Python's C API as every gdb has it.
 *
 * The module is built once and loaded by the Python of any gdb, so only the stable ABI of
 * CPython 3.6 is used: the oldest Python that a supported gdb was built with. Nothing links to
 * libpython, the debugger has it already.
 */
#ifndef SW_GDB_PYTHON_H
#define SW_GDB_PYTHON_H

#define Py_LIMITED_API 0x03060000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/*
 * Buffers are part of the stable ABI since CPython 3.11 only, but the struct and the two functions
 * have been the same from 3.3 to 3.15. Headers hide them below that version, hence our own
 * declarations.
 */
struct sw_py_buffer {
    void *buf;
    PyObject *obj;
    Py_ssize_t len;
    Py_ssize_t itemsize;
    int readonly;
    int ndim;
    char *format;
    Py_ssize_t *shape;
    Py_ssize_t *strides;
    Py_ssize_t *suboffsets;
    void *internal;
};

enum { SW_PY_BUFFER_SIMPLE = 0 }; /* PyBUF_SIMPLE */

PyAPI_FUNC(int) PyObject_GetBuffer(PyObject *object, struct sw_py_buffer *view, int flags);
PyAPI_FUNC(void) PyBuffer_Release(struct sw_py_buffer *view);

#endif

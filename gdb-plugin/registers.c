/* SPDX-License-Identifier: MIT */
#include "registers.h"

#include "gdb.h"

void sw_gdb_registers_fini(struct sw_gdb_registers *registers)
{
    Py_XDECREF(registers->threads);
    registers->threads = NULL;
    registers->last = 0;
}

/* ptid is (process, lwp, thread). Linux has the kernel's id in the second, some stubs in the third,
   and a program without threads may have neither. */
int64_t sw_gdb_thread_tid(PyObject *thread)
{
    PyObject *ptid = PyObject_GetAttrString(thread, "ptid");
    int64_t tid = 0;

    for (Py_ssize_t i = 1; ptid && tid == 0 && i < 3; i++) {
        PyObject *part = PyTuple_GetItem(ptid, i); /* borrowed */

        tid = part ? PyLong_AsLongLong(part) : 0;
    }
    Py_XDECREF(ptid);
    if (PyErr_Occurred()) {
        PyErr_Clear();
        return 0;
    }
    return tid;
}

/* Borrowed. The library asks in the order of gdb's numbers, and gdb lists them in that order or the
   other way round: the search goes both ways from the last one. */
static PyObject *find_thread(struct sw_gdb_registers *registers, PyObject *inferior, int64_t tid)
{
    Py_ssize_t count;

    if (!registers->threads)
        registers->threads = PyObject_CallMethod(inferior, "threads", NULL);
    count = registers->threads ? PyTuple_Size(registers->threads) : -1;
    for (Py_ssize_t i = 0; i < 2 * count; i++) {
        Py_ssize_t step = (i + 1) / 2, at = registers->last + (i % 2 ? -step : step);
        PyObject *thread;

        if (at < 0 || at >= count)
            continue;
        thread = PyTuple_GetItem(registers->threads, at);
        if (thread && sw_gdb_thread_tid(thread) == tid) {
            registers->last = at;
            return thread;
        }
    }
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_LookupError, "no such thread");
    return NULL;
}

static int read_register(PyObject *frame, const char *name, uint64_t *ret_value)
{
    PyObject *value = PyObject_CallMethod(frame, "read_register", "s", name);
    PyObject *number = value ? PyNumber_Long(value) : NULL;

    *ret_value = number ? PyLong_AsUnsignedLongLongMask(number) : 0;
    Py_XDECREF(value);
    Py_XDECREF(number);
    return PyErr_Occurred() ? -1 : 0;
}

static int read_all(const char *const *names, unsigned count, uint64_t *ret_values)
{
    PyObject *frame = sw_gdb_call("newest_frame");
    int status = frame ? 0 : -1;

    for (unsigned i = 0; status == 0 && i < count; i++)
        status = read_register(frame, names[i], &ret_values[i]);
    Py_XDECREF(frame);
    return status;
}

/* Back to the user's thread and frame, whatever went wrong before: that error is kept. */
static int go_back(PyObject *thread, PyObject *frame, int status)
{
    PyObject *type, *value, *traceback, *switched, *selected = NULL;

    PyErr_Fetch(&type, &value, &traceback);
    switched = PyObject_CallMethod(thread, "switch", NULL);
    if (switched && frame)
        selected = PyObject_CallMethod(frame, "select", NULL);
    Py_XDECREF(switched);
    Py_XDECREF(selected);
    if (status < 0) {
        PyErr_Clear();
        PyErr_Restore(type, value, traceback);
    }
    return PyErr_Occurred() ? -1 : status;
}

int sw_gdb_registers_read(struct sw_gdb_registers *registers, PyObject *inferior, int64_t tid,
    const char *const *names, unsigned count, uint64_t *ret_values)
{
    PyObject *thread = find_thread(registers, inferior, tid), *switched, *selected, *frame;
    int status = -1;

    if (!thread)
        return -1;
    selected = sw_gdb_call("selected_thread");
    if (!selected)
        return -1;
    frame = selected == Py_None ? NULL : sw_gdb_call("selected_frame");
    PyErr_Clear();
    switched = PyObject_CallMethod(thread, "switch", NULL);
    if (switched)
        status = read_all(names, count, ret_values);
    Py_XDECREF(switched);
    if (selected != Py_None)
        status = go_back(selected, frame, status);
    Py_XDECREF(frame);
    Py_DECREF(selected);
    return status;
}

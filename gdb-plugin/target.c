/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <stdlib.h>
#include <string.h>

#include "gdb.h"
#include "target_ops.h"

/* ---------------------------------------------------------------- exceptions */

void sw_gdb_target_stop(struct sw_gdb_target *target)
{
    if (target->stopped) {
        PyErr_Clear();
        return;
    }
    PyErr_Fetch(&target->exception, &target->exception_value, &target->traceback);
    target->stopped = true;
}

int sw_gdb_target_failure(struct sw_gdb_target *target, int status)
{
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        sw_gdb_target_stop(target);
        return SW_E_STOPPED;
    }
    PyErr_Clear();
    return status;
}

int sw_gdb_target_number(struct sw_gdb_target *target, PyObject *object, uint64_t *ret_number)
{
    PyObject *number = object ? PyNumber_Long(object) : NULL;
    unsigned long long value = number ? PyLong_AsUnsignedLongLongMask(number) : 0;

    Py_XDECREF(object);
    Py_XDECREF(number);
    if (PyErr_Occurred())
        return sw_gdb_target_failure(target, SW_E_NOT_FOUND);
    *ret_number = value;
    return 0;
}

/* ---------------------------------------------------------------- memory */

/* Without a format string, which takes as long as gdb does for the rest. */
static PyObject *call_read(struct sw_gdb_target *target, sw_addr addr, size_t len)
{
    PyObject *where = PyLong_FromUnsignedLongLong(addr);
    PyObject *count = where ? PyLong_FromSize_t(len) : NULL;
    PyObject *memory =
        count ? PyObject_CallFunctionObjArgs(target->read_memory, where, count, NULL) : NULL;

    Py_XDECREF(where);
    Py_XDECREF(count);
    return memory;
}

static int target_read(void *ctx, sw_addr addr, void *buf, size_t len)
{
    struct sw_gdb_target *target = ctx;
    struct sw_py_buffer view;
    PyObject *memory;
    int status = 0;

    if (target->stopped)
        return SW_E_STOPPED;
    /* gdb 13 dies of a length that it cannot allocate. */
    if (len == 0 || len > SW_READ_MAX)
        return SW_E_READ;
    memory = call_read(target, addr, len);
    if (!memory || PyObject_GetBuffer(memory, &view, SW_PY_BUFFER_SIMPLE) < 0) {
        Py_XDECREF(memory);
        return sw_gdb_target_failure(target, SW_E_READ);
    }
    if (view.len >= 0 && (size_t)view.len == len)
        memcpy(buf, view.buf, len);
    else
        status = SW_E_READ;
    PyBuffer_Release(&view);
    Py_DECREF(memory);
    return status;
}

static bool target_interrupted(void *ctx)
{
    struct sw_gdb_target *target = ctx;

    if (!target->stopped && PyErr_CheckSignals() < 0)
        sw_gdb_target_stop(target);
    return target->stopped;
}

/* ---------------------------------------------------------------- lifetime */

struct sw_gdb_target *sw_gdb_target_create(const struct sw_target_info *info)
{
    struct sw_gdb_target *target = calloc(1, sizeof(*target));

    if (target)
        target->info = *info;
    return target;
}

void sw_gdb_target_destroy(struct sw_gdb_target *target)
{
    if (!target)
        return;
    sw_gdb_target_end(target);
    PyErr_Clear();
    free(target);
}

void sw_gdb_target_forget(struct sw_gdb_target *target)
{
    target->has_auxv = false;
    target->section_name[0] = '\0';
}

int sw_gdb_target_begin(struct sw_gdb_target *target, PyObject *inferior)
{
    target->read_memory = PyObject_GetAttrString(inferior, "read_memory");
    if (!target->read_memory)
        return -1;
    Py_INCREF(inferior);
    target->inferior = inferior;
    return 0;
}

static void drop(PyObject **object)
{
    Py_XDECREF(*object);
    *object = NULL;
}

int sw_gdb_target_end(struct sw_gdb_target *target)
{
    drop(&target->inferior);
    drop(&target->read_memory);
    drop(&target->frame);
    sw_gdb_registers_fini(&target->registers);
    free(target->threads);
    target->threads = NULL;
    target->thread_count = 0;
    target->has_threads = false;
    if (!target->stopped)
        return 0;
    target->stopped = false;
    PyErr_Restore(target->exception, target->exception_value, target->traceback);
    target->exception = target->exception_value = target->traceback = NULL;
    return -1;
}

const struct sw_target_ops sw_gdb_target_ops = {
    .size = sizeof(struct sw_target_ops),
    .read = target_read,
    .auxv = sw_gdb_target_auxv,
    .symbol = sw_gdb_target_symbol,
    .section = sw_gdb_target_section,
    .thread = sw_gdb_target_thread,
    .selected_thread = sw_gdb_target_selected_thread,
    .reg = sw_gdb_target_reg,
    .selected_frame = sw_gdb_target_selected_frame,
    .native_frame = sw_gdb_target_native_frame,
    .native_detail = sw_gdb_target_native_detail,
    .file_root = sw_gdb_target_file_root,
    .interrupted = target_interrupted,
    .thread_registers = sw_gdb_target_thread_registers,
    .function = sw_gdb_target_function,
    .core_file = sw_gdb_target_core_file,
};

/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gdb.h"
#include "target_ops.h"

/* ---------------------------------------------------------------- threads */

static int compare_threads(const void *a, const void *b)
{
    const struct sw_native_thread *left = a, *right = b;

    return (left->number > right->number) - (left->number < right->number);
}

static int load_threads(struct sw_gdb_target *target)
{
    PyObject *list = PyObject_CallMethod(target->inferior, "threads", NULL);
    PyObject *selected = list ? sw_gdb_call("selected_thread") : NULL;
    Py_ssize_t count = selected ? PyTuple_Size(list) : -1;
    int64_t number = -1;

    if (selected && selected != Py_None)
        number = sw_gdb_int_attr(selected, "num", -1);
    Py_XDECREF(selected);
    if (count >= 0)
        target->threads = calloc((size_t)count + 1, sizeof(*target->threads));
    if (count < 0 || !target->threads) {
        Py_XDECREF(list);
        return sw_gdb_target_failure(target, SW_E_NOT_FOUND);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        struct sw_native_thread *thread = &target->threads[i];
        PyObject *object = PyTuple_GetItem(list, i); /* borrowed */

        thread->tid = sw_gdb_thread_tid(object);
        thread->number = sw_gdb_int_attr(object, "num", 0);
        thread->selected = thread->number == number;
    }
    Py_DECREF(list);
    target->thread_count = (size_t)count;
    target->has_threads = true;
    /* gdb's list is in no order that a user knows. */
    qsort(target->threads, target->thread_count, sizeof(*target->threads), compare_threads);
    return 0;
}

int sw_gdb_target_thread(void *ctx, unsigned index, struct sw_native_thread *ret_thread)
{
    struct sw_gdb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    if (!target->has_threads) {
        int status = load_threads(target);

        if (status < 0)
            return status;
    }
    if (index >= target->thread_count)
        return SW_E_NOT_FOUND;
    *ret_thread = target->threads[index];
    return 0;
}

/* ---------------------------------------------------------------- native frames and registers */

/* Make target->frame the frame `index`, 0 the innermost. Frames are walked outwards, so this goes
   on from the last one. */
static int select_frame(struct sw_gdb_target *target, unsigned index)
{
    if (target->stopped)
        return SW_E_STOPPED;
    if (!target->frame || index < target->frame_index) {
        Py_XDECREF(target->frame);
        target->frame = sw_gdb_call("newest_frame");
        target->frame_index = 0;
        if (!target->frame)
            return sw_gdb_target_failure(target, SW_E_NOT_FOUND);
    }
    while (target->frame_index < index) {
        PyObject *older = PyObject_CallMethod(target->frame, "older", NULL);

        if (!older)
            return sw_gdb_target_failure(target, SW_E_NOT_FOUND);
        if (older == Py_None) {
            Py_DECREF(older);
            return SW_E_NOT_FOUND;
        }
        Py_DECREF(target->frame);
        target->frame = older;
        target->frame_index++;
    }
    return 0;
}

int sw_gdb_target_reg(void *ctx, const char *name, uint64_t *ret_value)
{
    struct sw_gdb_target *target = ctx;
    int status = select_frame(target, 0);

    if (status < 0)
        return status;
    return sw_gdb_target_number(
        target, PyObject_CallMethod(target->frame, "read_register", "s", name), ret_value);
}

/* Whether target->frame is of the type that is gdb.NAME: 1 or 0. */
static int has_frame_type(struct sw_gdb_target *target, const char *name)
{
    uint64_t type;
    int status =
        sw_gdb_target_number(target, PyObject_CallMethod(target->frame, "type", NULL), &type);

    return status < 0 ? status : (int64_t)type == sw_gdb_int_attr(sw_gdb.module, name, -1);
}

int sw_gdb_target_thread_registers(
    void *ctx, int64_t tid, const char *const *names, unsigned count, uint64_t *ret_values)
{
    struct sw_gdb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    /* Frames of gdb do not outlive its going to another thread. */
    Py_XDECREF(target->frame);
    target->frame = NULL;
    if (sw_gdb_registers_read(&target->registers, target->inferior, tid, names, count, ret_values) <
        0)
        return sw_gdb_target_failure(target, SW_E_NOT_FOUND);
    return 0;
}

int sw_gdb_target_native_frame(void *ctx, unsigned index, sw_addr *ret_pc)
{
    struct sw_gdb_target *target = ctx;
    int status = select_frame(target, index);

    if (status == 0)
        status =
            sw_gdb_target_number(target, PyObject_CallMethod(target->frame, "pc", NULL), ret_pc);
    return status < 0 ? status : has_frame_type(target, "INLINE_FRAME");
}

/* Copy the str attribute NAME of an object; "" when there is none. */
static void take_attribute(PyObject *object, const char *name, char *buf, size_t size)
{
    sw_gdb_take_string(PyObject_GetAttrString(object, name), buf, size);
}

/* File and line of target->frame; without them the file that the code is from. */
static void take_place(struct sw_gdb_target *target, struct sw_native_frame *native)
{
    PyObject *place = PyObject_CallMethod(target->frame, "find_sal", NULL);
    PyObject *file = place ? PyObject_GetAttrString(place, "symtab") : NULL;

    if (file && file != Py_None) {
        take_attribute(file, "filename", native->file, sizeof(native->file));
        native->line = (int32_t)sw_gdb_int_attr(place, "line", 0);
    } else if (!PyErr_Occurred()) {
        sw_gdb_take_string(
            PyObject_CallMethod(sw_gdb.module, "solib_name", "K", (unsigned long long)native->pc),
            native->module, sizeof(native->module));
    }
    Py_XDECREF(place);
    Py_XDECREF(file);
}

int sw_gdb_target_native_detail(void *ctx, unsigned index, struct sw_native_frame *ret_frame)
{
    struct sw_gdb_target *target = ctx;
    struct sw_native_frame native = {.size = sizeof(native)};
    size_t size = ret_frame->size < sizeof(native) ? ret_frame->size : sizeof(native);
    int status = sw_gdb_target_native_frame(ctx, index, &native.pc);

    if (status < 0)
        return status;
    native.is_inline = status == 1;
    if (sw_gdb_target_number(target, PyObject_CallMethod(target->frame, "read_register", "s", "sp"),
            &native.sp) == SW_E_STOPPED)
        return SW_E_STOPPED;
    sw_gdb_take_string(
        PyObject_CallMethod(target->frame, "name", NULL), native.function, sizeof(native.function));
    take_place(target, &native);
    if (PyErr_Occurred() && sw_gdb_target_failure(target, 0) < 0)
        return SW_E_STOPPED;
    memcpy(ret_frame, &native, size);
    return 0;
}

/* The level of a frame without Frame.level(), which came with gdb 11. Drops the reference. */
static int count_newer(struct sw_gdb_target *target, PyObject *frame, unsigned *ret_level)
{
    unsigned level = 0;

    while (frame) {
        PyObject *newer = PyObject_CallMethod(frame, "newer", NULL);

        Py_DECREF(frame);
        if (newer == Py_None) {
            Py_DECREF(newer);
            *ret_level = level;
            return 0;
        }
        frame = newer;
        level++;
    }
    return sw_gdb_target_failure(target, SW_E_NOT_FOUND);
}

int sw_gdb_target_selected_frame(void *ctx, unsigned *ret_level)
{
    struct sw_gdb_target *target = ctx;
    PyObject *frame, *level;
    uint64_t number;
    int status;

    if (target->stopped)
        return SW_E_STOPPED;
    frame = sw_gdb_call("selected_frame");
    if (!frame)
        return sw_gdb_target_failure(target, SW_E_NOT_FOUND);
    level = PyObject_CallMethod(frame, "level", NULL);
    if (!level && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        return count_newer(target, frame, ret_level);
    }
    Py_DECREF(frame);
    status = sw_gdb_target_number(target, level, &number);
    if (status == 0)
        *ret_level = (unsigned)number;
    return status;
}

/* The register in which the ABI keeps the thread pointer, as gdb calls it. */
static const char *thread_pointer_register(const char *machine)
{
    static const struct {
        const char *machine, *name;
    } registers[] = {
        {"x86_64", "fs_base"},
        {"i386", "gs_base"},
        {"aarch64", "tpidr"}, /* since gdb 12 */
        {"arm", "tpidruro"},  /* since gdb 13 */
        {"riscv64", "tp"},
        {"riscv32", "tp"},
        {"powerpc64", "r13"},
    };

    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
        if (strcmp(registers[i].machine, machine) == 0)
            return registers[i].name;
    return NULL;
}

static int thread_pointer(struct sw_gdb_target *target, sw_addr *ret_pointer)
{
    const char *name = thread_pointer_register(target->info.machine);
    uint64_t high, low;
    int status;

    if (name)
        return sw_gdb_target_reg(target, name, ret_pointer);
    if (strcmp(target->info.machine, "s390x") != 0)
        return SW_E_NOT_FOUND;
    /* Two access registers of 32 bits, the upper half in the first. */
    status = sw_gdb_target_reg(target, "acr0", &high);
    if (status == 0)
        status = sw_gdb_target_reg(target, "acr1", &low);
    if (status == 0)
        *ret_pointer = (high & 0xffffffff) << 32 | (low & 0xffffffff);
    return status;
}

int sw_gdb_target_selected_thread(void *ctx, struct sw_native_thread *ret_thread)
{
    struct sw_gdb_target *target = ctx;
    struct sw_native_thread thread = {.selected = true};
    PyObject *object;

    if (target->stopped)
        return SW_E_STOPPED;
    object = sw_gdb_call("selected_thread");
    if (!object || object == Py_None) {
        Py_XDECREF(object);
        return sw_gdb_target_failure(target, SW_E_NOT_FOUND);
    }
    thread.tid = sw_gdb_thread_tid(object);
    thread.number = sw_gdb_int_attr(object, "num", 0);
    Py_DECREF(object);
    if (thread_pointer(target, &thread.thread_pointer) == SW_E_STOPPED)
        return SW_E_STOPPED;
    *ret_thread = thread;
    return 0;
}

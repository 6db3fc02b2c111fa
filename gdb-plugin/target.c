/* SPDX-License-Identifier: MIT */
/* readlink() is POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gdb.h"
#include "listing.h"
#include "registers.h"

enum {
    MAX_AUXV = 128,    /* Linux has about 25 entries */
    MAX_SECTIONS = 64, /* one for each Python in the process */
    MAX_COMMAND = 256, /* a command that we make up ourselves */
};

struct sw_gdb_target {
    struct sw_target_info info;

    /* Good until the process is another one. */
    struct sw_gdb_auxv auxv[MAX_AUXV];
    size_t auxv_count;
    bool has_auxv;
    char section_name[64]; /* of which `sections` is the list; "" when there is none */
    struct sw_gdb_section sections[MAX_SECTIONS];
    size_t section_count;

    /* Good for one command. */
    PyObject *inferior;
    PyObject *read_memory; /* bound to the inferior */
    PyObject *frame;       /* native frame `frame_index` of the selected thread */
    unsigned frame_index;
    struct sw_native_thread *threads;
    size_t thread_count;
    bool has_threads;
    struct sw_gdb_registers registers;

    /* What KeyboardInterrupt left behind; `stopped` says whether there is one. */
    bool stopped;
    PyObject *exception, *exception_value, *traceback;
};

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

/* A call of Python failed: keep an interrupt for later, drop what gdb says about the rest, and
   return the status that this is for the library. */
static int failure(struct sw_gdb_target *target, int status)
{
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        sw_gdb_target_stop(target);
        return SW_E_STOPPED;
    }
    PyErr_Clear();
    return status;
}

/* The value of an int or a gdb.Value as an unsigned number; drops the reference. */
static int take_number(struct sw_gdb_target *target, PyObject *object, uint64_t *ret_number)
{
    PyObject *number = object ? PyNumber_Long(object) : NULL;
    unsigned long long value = number ? PyLong_AsUnsignedLongLongMask(number) : 0;

    Py_XDECREF(object);
    Py_XDECREF(number);
    if (PyErr_Occurred())
        return failure(target, SW_E_NOT_FOUND);
    *ret_number = value;
    return 0;
}

/* ---------------------------------------------------------------- memory */

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
    memory =
        PyObject_CallFunction(target->read_memory, "Kn", (unsigned long long)addr, (Py_ssize_t)len);
    if (!memory || PyObject_GetBuffer(memory, &view, SW_PY_BUFFER_SIMPLE) < 0) {
        Py_XDECREF(memory);
        return failure(target, SW_E_READ);
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

/* ---------------------------------------------------------------- auxiliary vector */

static int load_auxv(struct sw_gdb_target *target)
{
    PyObject *text = sw_gdb_execute("info auxv");
    const char *listing = text ? PyBytes_AsString(text) : NULL;

    if (listing) {
        target->auxv_count = sw_gdb_listing_auxv(listing, target->auxv, MAX_AUXV);
        target->has_auxv = target->auxv_count > 0;
    }
    Py_XDECREF(text);
    return listing ? 0 : failure(target, SW_E_NOT_FOUND);
}

static int target_auxv(void *ctx, uint64_t type, uint64_t *ret_value)
{
    struct sw_gdb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    if (!target->has_auxv) {
        int status = load_auxv(target);

        if (status < 0)
            return status;
    }
    for (size_t i = 0; i < target->auxv_count; i++)
        if (target->auxv[i].type == type) {
            *ret_value = target->auxv[i].value;
            return 0;
        }
    return SW_E_NOT_FOUND;
}

/* ---------------------------------------------------------------- symbols and sections */

/* gdb has no look-up of minimal symbols for Python, so an expression it is. That can read debug
   information for a second, which is why the library asks only when all else failed. */
static int target_symbol(void *ctx, const char *name, unsigned index, sw_addr *ret_addr)
{
    struct sw_gdb_target *target = ctx;
    char expression[MAX_COMMAND];

    if (target->stopped)
        return SW_E_STOPPED;
    if (index > 0)
        return SW_E_NOT_FOUND;
    snprintf(expression, sizeof(expression), "&%s", name);
    return take_number(
        target, PyObject_CallMethod(sw_gdb.module, "parse_and_eval", "s", expression), ret_addr);
}

static int target_function(void *ctx, sw_addr pc, char *buf, size_t size)
{
    struct sw_gdb_target *target = ctx;
    char address[32], command[MAX_COMMAND];
    PyObject *text;
    bool found;

    if (target->stopped)
        return SW_E_STOPPED;
    snprintf(address, sizeof(address), "0x%llx", (unsigned long long)pc);
    snprintf(command, sizeof(command), "info symbol %s", address);
    text = sw_gdb_execute(command);
    if (!text)
        return failure(target, SW_E_NOT_FOUND);
    found = sw_gdb_listing_function(PyBytes_AsString(text), address, buf, size);
    Py_DECREF(text);
    return found ? 0 : SW_E_NOT_FOUND;
}

/* Fill in target->sections with those that a listing of gdb has. */
static int list_sections(struct sw_gdb_target *target, const char *command, const char *name)
{
    PyObject *text = sw_gdb_execute(command);
    const char *listing = text ? PyBytes_AsString(text) : NULL;

    if (listing)
        target->section_count =
            sw_gdb_listing_sections(listing, name, target->sections, MAX_SECTIONS);
    Py_XDECREF(text);
    return listing ? 0 : failure(target, SW_E_NOT_FOUND);
}

/* gdb 10 takes "-all-objects" for the name of one more section and shows the executable only; there
   the word is ALLOBJ, and alone, for it does not go with names. Later ones find no such section. */
static int load_sections(struct sw_gdb_target *target, const char *name)
{
    char command[MAX_COMMAND];
    int status;

    snprintf(command, sizeof(command), "maint info sections -all-objects %s", name);
    status = list_sections(target, command, name);
    if (status == 0 && target->section_count == 0)
        status = list_sections(target, "maint info sections ALLOBJ", name);
    if (status == 0)
        snprintf(target->section_name, sizeof(target->section_name), "%s", name);
    return status;
}

static int target_section(
    void *ctx, const char *name, unsigned index, sw_addr *ret_addr, uint64_t *ret_size)
{
    struct sw_gdb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    if (strcmp(target->section_name, name) != 0) {
        int status = load_sections(target, name);

        if (status < 0)
            return status;
    }
    if (index >= target->section_count)
        return SW_E_NOT_FOUND;
    *ret_addr = target->sections[index].addr;
    *ret_size = target->sections[index].size;
    return 0;
}

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
        return failure(target, SW_E_NOT_FOUND);
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

static int target_thread(void *ctx, unsigned index, struct sw_native_thread *ret_thread)
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
            return failure(target, SW_E_NOT_FOUND);
    }
    while (target->frame_index < index) {
        PyObject *older = PyObject_CallMethod(target->frame, "older", NULL);

        if (!older)
            return failure(target, SW_E_NOT_FOUND);
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

static int target_reg(void *ctx, const char *name, uint64_t *ret_value)
{
    struct sw_gdb_target *target = ctx;
    int status = select_frame(target, 0);

    if (status < 0)
        return status;
    return take_number(
        target, PyObject_CallMethod(target->frame, "read_register", "s", name), ret_value);
}

/* Whether target->frame is of the type that is gdb.NAME: 1 or 0. */
static int has_frame_type(struct sw_gdb_target *target, const char *name)
{
    uint64_t type;
    int status = take_number(target, PyObject_CallMethod(target->frame, "type", NULL), &type);

    return status < 0 ? status : (int64_t)type == sw_gdb_int_attr(sw_gdb.module, name, -1);
}

static int target_thread_registers(
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
        return failure(target, SW_E_NOT_FOUND);
    return 0;
}

static int target_native_frame(void *ctx, unsigned index, sw_addr *ret_pc)
{
    struct sw_gdb_target *target = ctx;
    int status = select_frame(target, index);

    if (status == 0)
        status = take_number(target, PyObject_CallMethod(target->frame, "pc", NULL), ret_pc);
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

static int target_native_detail(void *ctx, unsigned index, struct sw_native_frame *ret_frame)
{
    struct sw_gdb_target *target = ctx;
    struct sw_native_frame native = {.size = sizeof(native)};
    size_t size = ret_frame->size < sizeof(native) ? ret_frame->size : sizeof(native);
    int status = target_native_frame(ctx, index, &native.pc);

    if (status < 0)
        return status;
    native.is_inline = status == 1;
    if (take_number(target, PyObject_CallMethod(target->frame, "read_register", "s", "sp"),
            &native.sp) == SW_E_STOPPED)
        return SW_E_STOPPED;
    sw_gdb_take_string(
        PyObject_CallMethod(target->frame, "name", NULL), native.function, sizeof(native.function));
    take_place(target, &native);
    if (PyErr_Occurred() && failure(target, 0) < 0)
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
    return failure(target, SW_E_NOT_FOUND);
}

static int target_selected_frame(void *ctx, unsigned *ret_level)
{
    struct sw_gdb_target *target = ctx;
    PyObject *frame, *level;
    uint64_t number;
    int status;

    if (target->stopped)
        return SW_E_STOPPED;
    frame = sw_gdb_call("selected_frame");
    if (!frame)
        return failure(target, SW_E_NOT_FOUND);
    level = PyObject_CallMethod(frame, "level", NULL);
    if (!level && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        return count_newer(target, frame, ret_level);
    }
    Py_DECREF(frame);
    status = take_number(target, level, &number);
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
        return target_reg(target, name, ret_pointer);
    if (strcmp(target->info.machine, "s390x") != 0)
        return SW_E_NOT_FOUND;
    /* Two access registers of 32 bits, the upper half in the first. */
    status = target_reg(target, "acr0", &high);
    if (status == 0)
        status = target_reg(target, "acr1", &low);
    if (status == 0)
        *ret_pointer = (high & 0xffffffff) << 32 | (low & 0xffffffff);
    return status;
}

static int target_selected_thread(void *ctx, struct sw_native_thread *ret_thread)
{
    struct sw_gdb_target *target = ctx;
    struct sw_native_thread thread = {.selected = true};
    PyObject *object;

    if (target->stopped)
        return SW_E_STOPPED;
    object = sw_gdb_call("selected_thread");
    if (!object || object == Py_None) {
        Py_XDECREF(object);
        return failure(target, SW_E_NOT_FOUND);
    }
    thread.tid = sw_gdb_thread_tid(object);
    thread.number = sw_gdb_int_attr(object, "num", 0);
    Py_DECREF(object);
    if (thread_pointer(target, &thread.thread_pointer) == SW_E_STOPPED)
        return SW_E_STOPPED;
    *ret_thread = thread;
    return 0;
}

/* ---------------------------------------------------------------- files */

static int target_file_root(void *ctx, char *buf, size_t size)
{
    static const char *const prefixes[] = {"target:", "remote:"};
    struct sw_gdb_target *target = ctx;
    char sysroot[1024];
    const char *path = sysroot;

    sw_gdb_take_string(sw_gdb_parameter("sysroot"), sysroot, sizeof(sysroot));
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (strncmp(path, prefixes[i], strlen(prefixes[i])) == 0)
            path += strlen(prefixes[i]);
    /* "target:" alone: the files are on the other machine, and what has their names here is not
       them. */
    if (!*path && path != sysroot && target->info.kind == SW_TARGET_REMOTE)
        return SW_E_NOT_FOUND;
    snprintf(buf, size, "%s", strcmp(path, "/") == 0 ? "" : path);
    return 0;
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
    .auxv = target_auxv,
    .symbol = target_symbol,
    .section = target_section,
    .thread = target_thread,
    .selected_thread = target_selected_thread,
    .reg = target_reg,
    .selected_frame = target_selected_frame,
    .native_frame = target_native_frame,
    .native_detail = target_native_detail,
    .file_root = target_file_root,
    .interrupted = target_interrupted,
    .thread_registers = target_thread_registers,
    .function = target_function,
};

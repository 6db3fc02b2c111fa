/* SPDX-License-Identifier: MIT */
#include "unwinder.h"

#include <sidewinder.h>
#include <stddef.h>
#include <string.h>

#include "gdb.h"
#include "inferior.h"
#include "session.h"
#include "target.h"

/*
 * gdb asks for every frame of every stack, so a frame in a loaded file must cost next to nothing:
 * its pc is read and compared. Nothing here may ask gdb for a frame, which it is about to make:
 * the session, whose callbacks do, is not used, only memory and the auxiliary vector.
 */
static struct {
    PyObject *inferior; /* the one that the rest is about */
    struct sw_gdb_target *target;
    struct sw_unwinder *unwinder;
    const struct machine *machine; /* NULL when CPython makes no such code for it */
    struct sw_gdb_changes seen;
} state;

static bool is_enabled = true; /* until `disable unwinder global sidewinder` */

/* Registers that calls preserve. gdb takes those that an unwinder does not name for lost. */
static const struct machine {
    const char *name, *pc, *sp, *fp, *link;
    const char *preserved[12];
} machines[] = {
    {"x86_64", "rip", "rsp", "rbp", NULL, {"rbx", "rbp", "r12", "r13", "r14", "r15"}},
    {"aarch64", "pc", "sp", "x29", "x30",
        {"x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29"}},
};

/* ---------------------------------------------------------------- the inferior */

static void forget_inferior(void)
{
    sw_unwinder_destroy(state.unwinder);
    sw_gdb_target_destroy(state.target);
    Py_XDECREF(state.inferior);
    memset(&state, 0, sizeof(state));
}

/* Make everything anew for an inferior, whose reference is kept. Returns 0, or -1 without an
   exception. */
static int take_inferior(PyObject *inferior)
{
    struct sw_target_ops ops = {.size = sizeof(ops)};
    struct sw_target_info info;

    ops.read = sw_gdb_target_ops.read;
    ops.auxv = sw_gdb_target_ops.auxv;
    forget_inferior();
    state.seen = sw_gdb_session_changes();
    if (sw_gdb_inferior_describe(inferior, &info) == 0)
        state.target = sw_gdb_target_create(&info);
    if (!state.target || sw_unwinder_create(&info, &ops, state.target, NULL, &state.unwinder) < 0 ||
        sw_gdb_target_begin(state.target, inferior) < 0) {
        PyErr_Clear();
        forget_inferior();
        return -1;
    }
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
        if (strcmp(machines[i].name, info.machine) == 0)
            state.machine = &machines[i];
    Py_INCREF(inferior);
    state.inferior = inferior;
    return 0;
}

/* Make the state that of the selected inferior, as it is now. */
static int refresh(void)
{
    struct sw_gdb_changes changes = sw_gdb_session_changes();
    PyObject *inferior = sw_gdb_selected_inferior();
    int status = inferior ? 0 : -1;

    if (inferior && (inferior != state.inferior || changes.processes != state.seen.processes))
        status = take_inferior(inferior);
    Py_XDECREF(inferior);
    PyErr_Clear();
    if (status < 0)
        return status;
    if (changes.modules != state.seen.modules) {
        sw_gdb_target_forget(state.target);
        sw_unwinder_forget(state.unwinder);
    } else if (changes.memory != state.seen.memory) {
        sw_unwinder_invalidate(state.unwinder);
    }
    state.seen = changes;
    return 0;
}

/* ---------------------------------------------------------------- registers */

static int read_register(PyObject *frame, const char *name, uint64_t *ret_value)
{
    PyObject *value = PyObject_CallMethod(frame, "read_register", "s", name);
    PyObject *number = value ? PyNumber_Long(value) : NULL;

    if (number)
        *ret_value = PyLong_AsUnsignedLongLongMask(number);
    Py_XDECREF(value);
    Py_XDECREF(number);
    return number ? 0 : -1;
}

static int read_registers(
    PyObject *frame, const struct machine *machine, struct sw_made_registers *registers)
{
    if (read_register(frame, machine->sp, &registers->sp) < 0 ||
        read_register(frame, machine->fp, &registers->fp) < 0)
        return -1;
    return machine->link ? read_register(frame, machine->link, &registers->link) : 0;
}

/* ---------------------------------------------------------------- what gdb is told */

/* What identifies a frame to gdb: two values. */
struct frame_id {
    PyObject_HEAD PyObject *sp;
    PyObject *pc;
};

static PyObject *frame_id_type;

static void frame_id_free(PyObject *self)
{
    struct frame_id *id = (struct frame_id *)self;

    Py_XDECREF(id->sp);
    Py_XDECREF(id->pc);
    sw_gdb_free_object(self);
}

static PyObject *get_sp(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *sp = ((struct frame_id *)self)->sp;

    Py_INCREF(sp);
    return sp;
}

static PyObject *get_pc(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *pc = ((struct frame_id *)self)->pc;

    Py_INCREF(pc);
    return pc;
}

static int make_frame_id_type(void)
{
    static PyGetSetDef attributes[] = {
        {"sp", get_sp, NULL, NULL, NULL},
        {"pc", get_pc, NULL, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL},
    };
    static PyType_Slot slots[] = {
        {Py_tp_dealloc, (void *)frame_id_free},
        {Py_tp_getset, attributes},
        {0, NULL},
    };

    frame_id_type = sw_gdb_make_class("_sidewinder.FrameId", sizeof(struct frame_id), NULL, slots);
    return frame_id_type ? 0 : -1;
}

/* A gdb.Value of 8 bytes: plain numbers will do in an id since gdb 14 only. */
static PyObject *value_of(uint64_t number)
{
    return PyObject_CallMethod(sw_gdb.module, "Value", "K", (unsigned long long)number);
}

static PyObject *make_info(PyObject *frame, const struct sw_made_caller *caller)
{
    struct frame_id *id = sw_gdb_new_object(frame_id_type);
    PyObject *info = NULL;

    if (id) {
        id->sp = value_of(caller->sp);
        id->pc = value_of(caller->start);
    }
    if (id && id->sp && id->pc)
        info = PyObject_CallMethod(frame, "create_unwind_info", "O", (PyObject *)id);
    Py_XDECREF((PyObject *)id);
    return info;
}

/* Say what a register of the caller is; takes the reference to the value, which may be NULL. What
   gdb does not know itself of the frame is left out. */
static void save(PyObject *info, const char *name, PyObject *value)
{
    PyObject *result =
        value ? PyObject_CallMethod(info, "add_saved_register", "sO", name, value) : NULL;

    Py_XDECREF(value);
    Py_XDECREF(result);
    if (!result)
        PyErr_Clear();
}

static bool is_saved(const struct sw_made_caller *caller, const char *name)
{
    for (size_t i = 0; i < caller->saved_count; i++)
        if (strcmp(caller->saved[i].name, name) == 0)
            return true;
    return false;
}

static PyObject *describe(
    PyObject *frame, const struct machine *machine, const struct sw_made_caller *caller)
{
    PyObject *info = make_info(frame, caller);

    if (!info)
        return NULL;
    save(info, machine->pc, value_of(caller->pc));
    save(info, machine->sp, value_of(caller->sp));
    for (size_t i = 0; i < caller->saved_count; i++)
        save(info, caller->saved[i].name, value_of(caller->saved[i].value));
    for (size_t i = 0; i < sizeof(machine->preserved) / sizeof(machine->preserved[0]); i++) {
        const char *name = machine->preserved[i];

        if (name && !is_saved(caller, name))
            save(info, name, PyObject_CallMethod(frame, "read_register", "s", name));
    }
    return info;
}

/* ---------------------------------------------------------------- gdb's question */

/* What leads out of the frame, NULL when it is none of ours, perhaps with an exception set. */
static PyObject *unwind(PyObject *frame)
{
    struct sw_made_registers registers = {.pc = 0};
    struct sw_made_caller caller;
    int status;

    if (refresh() < 0 || !state.machine || !sw_unwinder_is_needed(state.unwinder) ||
        read_register(frame, state.machine->pc, &registers.pc) < 0 ||
        sw_unwinder_knows_file(state.unwinder, registers.pc))
        return NULL;
    if (read_registers(frame, state.machine, &registers) < 0)
        return NULL;
    status = sw_unwinder_step(state.unwinder, &registers, &caller);
    if (status == SW_E_STOPPED) {
        /* The Ctrl-C that the target kept is set again by its end. */
        sw_gdb_target_end(state.target);
        Py_CLEAR(state.inferior);
        return NULL;
    }
    return status == 0 ? describe(frame, state.machine, &caller) : NULL;
}

/* __call__(self, pending_frame): a gdb.UnwindInfo, or None. */
static PyObject *unwinder_call(
    PyObject *Py_UNUSED(self), PyObject *args, PyObject *Py_UNUSED(names))
{
    static bool is_running; /* what we ask of gdb must not come back */
    PyObject *frame = PyTuple_Size(args) == 1 ? PyTuple_GetItem(args, 0) : NULL; /* borrowed */
    PyObject *info = NULL;

    if (frame && !is_running) {
        is_running = true;
        info = unwind(frame);
        is_running = false;
    }
    if (info)
        return info;
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyboardInterrupt))
        return NULL;
    PyErr_Clear();
    Py_RETURN_NONE;
}

static PyObject *make_unwinder(void)
{
    static PyGetSetDef attributes[] = {
        {"name", sw_gdb_get_name, NULL, NULL, NULL},
        {"enabled", sw_gdb_get_enabled, sw_gdb_set_enabled, NULL, &is_enabled},
        {NULL, NULL, NULL, NULL, NULL},
    };
    static PyType_Slot slots[] = {
        {Py_tp_call, (void *)unwinder_call},
        {Py_tp_getset, attributes},
        {0, NULL},
    };

    return sw_gdb_make_object("_sidewinder.Unwinder", slots);
}

int sw_gdb_unwinder_register(void)
{
    PyObject *module = PyImport_ImportModule("gdb.unwinder");
    PyObject *unwinder = module && make_frame_id_type() == 0 ? make_unwinder() : NULL;
    PyObject *result = NULL;

    if (unwinder)
        result =
            PyObject_CallMethod(module, "register_unwinder", "OOO", Py_None, unwinder, Py_True);
    Py_XDECREF(module);
    Py_XDECREF(unwinder);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

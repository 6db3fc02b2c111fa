/* SPDX-License-Identifier: MIT */
/*
 * jit_reader.c - for a gdb without Python: `jit-reader-load .../sidewinder-jit-reader.so`.
 *
 * gdb asks for every frame, and knows no files here, so what a frame's code is follows from its
 * bytes alone. A gdb has one reader at most, and reads code that programs register through it too:
 * that is left to gdb's own reader.
 */
#include <gdb/jit-reader.h>
#include <sidewinder.h>
#include <stdlib.h>
#include <string.h>

GDB_DECLARE_GPL_COMPATIBLE_READER

/* DWARF's numbers on the machine that gdb runs on: a reader is of one architecture, gdb's own. */
#if defined(__x86_64__)
#define MACHINE "x86_64"
enum { PC = 16, SP = 7, FP = 6, LINK = -1 };
static const int preserved[] = {3, 6, 12, 13, 14, 15};
#elif defined(__aarch64__)
#define MACHINE "aarch64"
enum { PC = 32, SP = 31, FP = 29, LINK = 30 };
static const int preserved[] = {19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29};
#else
#error "CPython makes no such code for this machine"
#endif

enum { PRESERVED = sizeof(preserved) / sizeof(preserved[0]) };

struct reader {
    struct gdb_reader_funcs funcs;
    struct sw_unwinder *unwinder;
    struct gdb_unwind_callbacks *callbacks; /* of the question that is being answered */
};

static int read_target(void *ctx, sw_addr addr, void *buf, size_t len)
{
    struct reader *reader = ctx;

    return reader->callbacks->target_read(addr, buf, (int)len) == GDB_SUCCESS ? 0 : SW_E_READ;
}

/* ---------------------------------------------------------------- registers */

static void free_value(struct gdb_reg_value *value)
{
    free(value);
}

static int get_register(struct gdb_unwind_callbacks *callbacks, int number, uint64_t *ret_value)
{
    struct gdb_reg_value *value = callbacks->reg_get(callbacks, number);
    bool is_known = value && value->defined && value->size >= 8;

    if (is_known)
        memcpy(ret_value, value->value, 8);
    if (value)
        value->free(value);
    return is_known ? 0 : -1;
}

static void set_register(struct gdb_unwind_callbacks *callbacks, int number, uint64_t value)
{
    struct gdb_reg_value *copy = malloc(sizeof(*copy) + 8);

    if (!copy)
        return;
    copy->size = 8;
    copy->defined = 1;
    copy->free = free_value;
    memcpy(copy->value, &value, 8);
    callbacks->reg_set(callbacks, number, copy);
}

/* ---------------------------------------------------------------- gdb's questions */

static int leave(struct reader *reader, struct gdb_unwind_callbacks *callbacks,
    struct sw_made_caller *ret_caller)
{
    struct sw_made_registers registers = {.pc = 0};
    int status;

    if (get_register(callbacks, PC, &registers.pc) < 0 ||
        get_register(callbacks, SP, &registers.sp) < 0 ||
        get_register(callbacks, FP, &registers.fp) < 0 ||
        (LINK >= 0 && get_register(callbacks, LINK, &registers.link) < 0))
        return -1;
    reader->callbacks = callbacks;
    /* gdb tells no reader when the program has run; its own memory cache is behind this one. */
    sw_unwinder_invalidate(reader->unwinder);
    status = sw_unwinder_step(reader->unwinder, &registers, ret_caller);
    reader->callbacks = NULL;
    return status;
}

static enum gdb_status unwind_frame(
    struct gdb_reader_funcs *self, struct gdb_unwind_callbacks *callbacks)
{
    struct sw_made_caller caller;

    if (leave((struct reader *)self, callbacks, &caller) < 0)
        return GDB_FAIL;
    for (unsigned i = 0; i < PRESERVED; i++) {
        uint64_t value;
        bool is_known = get_register(callbacks, preserved[i], &value) == 0;

        for (size_t k = 0; k < caller.saved_count; k++)
            if (caller.saved[k].number == preserved[i]) {
                value = caller.saved[k].value;
                is_known = true;
            }
        if (is_known)
            set_register(callbacks, preserved[i], value);
    }
    set_register(callbacks, PC, caller.pc);
    set_register(callbacks, SP, caller.sp);
    return GDB_SUCCESS;
}

static struct gdb_frame_id frame_id(
    struct gdb_reader_funcs *self, struct gdb_unwind_callbacks *callbacks)
{
    struct sw_made_caller caller;
    struct gdb_frame_id id = {0, 0};

    if (leave((struct reader *)self, callbacks, &caller) == 0)
        id = (struct gdb_frame_id){caller.start, caller.sp};
    return id;
}

/* A program registered code: not ours to read. */
static enum gdb_status read_nothing(
    struct gdb_reader_funcs *self, struct gdb_symbol_callbacks *callbacks, void *memory, long size)
{
    (void)self;
    (void)callbacks;
    (void)memory;
    (void)size;
    return GDB_FAIL;
}

static void destroy(struct gdb_reader_funcs *self)
{
    struct reader *reader = (struct reader *)self;

    sw_unwinder_destroy(reader->unwinder);
    free(reader);
}

struct gdb_reader_funcs *gdb_init_reader(void)
{
    const struct sw_target_info info = {
        .size = sizeof(info), .pointer_size = 8, .machine = MACHINE};
    const struct sw_target_ops ops = {.size = sizeof(ops), .read = read_target};
    struct reader *reader = calloc(1, sizeof(*reader));

    if (!reader || sw_unwinder_create(&info, &ops, reader, NULL, &reader->unwinder) < 0) {
        free(reader);
        return NULL;
    }
    reader->funcs = (struct gdb_reader_funcs){
        .reader_version = GDB_READER_INTERFACE_VERSION,
        .read = read_nothing,
        .unwind = unwind_frame,
        .get_frame_id = frame_id,
        .destroy = destroy,
    };
    return &reader->funcs;
}

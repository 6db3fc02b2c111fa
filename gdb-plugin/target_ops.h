/* SPDX-License-Identifier: MIT */
/*
 * target_ops.h - a target from within: what its callbacks share. For target.c, target_files.c and
 * target_threads.c alone.
 */
#ifndef SW_GDB_TARGET_OPS_H
#define SW_GDB_TARGET_OPS_H

#include "listing.h"
#include "registers.h"
#include "target.h"

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

/* A call of Python failed: keep an interrupt for later, drop what gdb says about the rest, and
   return the status that this is for the library. */
int sw_gdb_target_failure(struct sw_gdb_target *target, int status);

/* The value of an int or a gdb.Value as an unsigned number; drops the reference. */
int sw_gdb_target_number(struct sw_gdb_target *target, PyObject *object, uint64_t *ret_number);

/* target_files.c: the auxiliary vector, and what loaded files have. */
int sw_gdb_target_auxv(void *ctx, uint64_t type, uint64_t *ret_value);
int sw_gdb_target_symbol(void *ctx, const char *name, unsigned index, sw_addr *ret_addr);
int sw_gdb_target_section(
    void *ctx, const char *name, unsigned index, sw_addr *ret_addr, uint64_t *ret_size);
int sw_gdb_target_function(void *ctx, sw_addr pc, char *buf, size_t size);
int sw_gdb_target_file_root(void *ctx, char *buf, size_t size);
int sw_gdb_target_core_file(void *ctx, char *buf, size_t size);

/* target_threads.c: threads, their frames and registers. */
int sw_gdb_target_thread(void *ctx, unsigned index, struct sw_native_thread *ret_thread);
int sw_gdb_target_selected_thread(void *ctx, struct sw_native_thread *ret_thread);
int sw_gdb_target_reg(void *ctx, const char *name, uint64_t *ret_value);
int sw_gdb_target_selected_frame(void *ctx, unsigned *ret_level);
int sw_gdb_target_native_frame(void *ctx, unsigned index, sw_addr *ret_pc);
int sw_gdb_target_native_detail(void *ctx, unsigned index, struct sw_native_frame *ret_frame);
int sw_gdb_target_thread_registers(
    void *ctx, int64_t tid, const char *const *names, unsigned count, uint64_t *ret_values);

#endif

/* SPDX-License-Identifier: MIT */
#include "recorder.h"

#include <stdio.h>
#include <string.h>

void recorder_init(struct recorder *recorder, const struct sw_target_info *info,
    const struct sw_target_ops *ops, void *ctx, struct image *image)
{
    memset(recorder, 0, sizeof(*recorder));
    recorder->image = image;
    recorder->ops = *ops;
    recorder->ctx = ctx;
    image->info = *info;
    image->can[IMAGE_AUXV] = ops->auxv != NULL;
    image->can[IMAGE_SYMBOL] = ops->symbol != NULL;
    image->can[IMAGE_SECTION] = ops->section != NULL;
    image->can[IMAGE_MODULE] = ops->module != NULL;
    image->can[IMAGE_THREAD] = ops->thread != NULL;
    image->can[IMAGE_SELECTED_THREAD] = ops->selected_thread != NULL;
    image->can[IMAGE_REG] = ops->reg != NULL;
    image->can[IMAGE_THREAD_REGISTER] = ops->thread_registers != NULL;
    image->can[IMAGE_NATIVE_FRAME] = ops->native_frame != NULL;
}

static int recorder_read(void *ctx, sw_addr addr, void *buf, size_t len)
{
    struct recorder *recorder = ctx;
    int status = recorder->ops.read(recorder->ctx, addr, buf, len);

    if (status == 0 && !image_add_memory(recorder->image, addr, buf, len))
        recorder->overflowed = true;
    return status;
}

/* An answer with its question; the caller fills in the values. */
static struct image_answer answer(
    enum image_question question, uint64_t index, const char *name, const char *detail, int status)
{
    struct image_answer made;

    memset(&made, 0, sizeof(made));
    made.question = question;
    made.index = index;
    made.status = status;
    snprintf(made.name, sizeof(made.name), "%s", name);
    snprintf(made.detail, sizeof(made.detail), "%s", detail);
    return made;
}

static void keep(struct recorder *recorder, const struct image_answer *made)
{
    /* The file format has no way to write these. */
    if (strpbrk(made->name, "\t\n") || strpbrk(made->detail, "\t\n") ||
        !image_add_answer(recorder->image, made))
        recorder->overflowed = true;
}

static int recorder_auxv(void *ctx, uint64_t type, uint64_t *ret_value)
{
    struct recorder *recorder = ctx;
    int status = recorder->ops.auxv(recorder->ctx, type, ret_value);
    struct image_answer made = answer(IMAGE_AUXV, type, "", "", status);

    if (status == 0)
        made.values[0] = *ret_value;
    keep(recorder, &made);
    return status;
}

static int recorder_symbol(void *ctx, const char *name, unsigned index, sw_addr *ret_addr)
{
    struct recorder *recorder = ctx;
    int status = recorder->ops.symbol(recorder->ctx, name, index, ret_addr);
    struct image_answer made = answer(IMAGE_SYMBOL, index, name, "", status);

    if (status == 0)
        made.values[0] = *ret_addr;
    keep(recorder, &made);
    return status;
}

static int recorder_section(
    void *ctx, const char *name, unsigned index, sw_addr *ret_addr, uint64_t *ret_size)
{
    struct recorder *recorder = ctx;
    int status = recorder->ops.section(recorder->ctx, name, index, ret_addr, ret_size);
    struct image_answer made = answer(IMAGE_SECTION, index, name, "", status);

    if (status == 0) {
        made.values[0] = *ret_addr;
        made.values[1] = *ret_size;
    }
    keep(recorder, &made);
    return status;
}

static int recorder_module(void *ctx, unsigned index, struct sw_module *ret_module)
{
    struct recorder *recorder = ctx;
    int status = recorder->ops.module(recorder->ctx, index, ret_module);
    struct image_answer made =
        answer(IMAGE_MODULE, index, "", status == 0 ? ret_module->path : "", status);

    if (status == 0) {
        made.values[0] = ret_module->base;
        made.values[1] = ret_module->dynamic;
    }
    keep(recorder, &made);
    return status;
}

static void keep_thread(
    struct recorder *recorder, struct image_answer *made, const struct sw_native_thread *thread)
{
    if (made->status == 0) {
        made->values[0] = (uint64_t)thread->tid;
        made->values[1] = (uint64_t)thread->number;
        made->values[2] = thread->thread_pointer;
        made->values[3] = thread->selected;
    }
    keep(recorder, made);
}

static int recorder_thread(void *ctx, unsigned index, struct sw_native_thread *ret_thread)
{
    struct recorder *recorder = ctx;
    int status = recorder->ops.thread(recorder->ctx, index, ret_thread);
    struct image_answer made = answer(IMAGE_THREAD, index, "", "", status);

    keep_thread(recorder, &made, ret_thread);
    return status;
}

static int recorder_selected_thread(void *ctx, struct sw_native_thread *ret_thread)
{
    struct recorder *recorder = ctx;
    int status = recorder->ops.selected_thread(recorder->ctx, ret_thread);
    struct image_answer made = answer(IMAGE_SELECTED_THREAD, 0, "", "", status);

    keep_thread(recorder, &made, ret_thread);
    return status;
}

static int recorder_reg(void *ctx, const char *name, uint64_t *ret_value)
{
    struct recorder *recorder = ctx;
    int status = recorder->ops.reg(recorder->ctx, name, ret_value);
    struct image_answer made = answer(IMAGE_REG, 0, name, "", status);

    if (status == 0)
        made.values[0] = *ret_value;
    keep(recorder, &made);
    return status;
}

static int recorder_native_frame(void *ctx, unsigned index, sw_addr *ret_pc)
{
    struct recorder *recorder = ctx;
    int status = recorder->ops.native_frame(recorder->ctx, index, ret_pc);
    struct image_answer made = answer(IMAGE_NATIVE_FRAME, index, "", "", status);

    if (status == 0)
        made.values[0] = *ret_pc;
    keep(recorder, &made);
    return status;
}

/* An answer for each register. */
static int recorder_thread_registers(
    void *ctx, int64_t tid, const char *const *names, unsigned count, uint64_t *ret_values)
{
    struct recorder *recorder = ctx;
    int status = recorder->ops.thread_registers(recorder->ctx, tid, names, count, ret_values);

    for (unsigned i = 0; i < count; i++) {
        struct image_answer made =
            answer(IMAGE_THREAD_REGISTER, (uint64_t)tid, names[i], "", status);

        if (status == 0)
            made.values[0] = ret_values[i];
        keep(recorder, &made);
    }
    return status;
}

/* Passed on, not recorded: a replay has a root of its own. */
static int recorder_file_root(void *ctx, char *buf, size_t size)
{
    struct recorder *recorder = ctx;

    return recorder->ops.file_root(recorder->ctx, buf, size);
}

void recorder_ops(const struct recorder *recorder, struct sw_target_ops *ret_ops)
{
    const struct sw_target_ops *ops = &recorder->ops;

    *ret_ops = (struct sw_target_ops){
        .size = sizeof(*ret_ops),
        .read = recorder_read,
        .auxv = ops->auxv ? recorder_auxv : NULL,
        .symbol = ops->symbol ? recorder_symbol : NULL,
        .section = ops->section ? recorder_section : NULL,
        .module = ops->module ? recorder_module : NULL,
        .thread = ops->thread ? recorder_thread : NULL,
        .selected_thread = ops->selected_thread ? recorder_selected_thread : NULL,
        .reg = ops->reg ? recorder_reg : NULL,
        .native_frame = ops->native_frame ? recorder_native_frame : NULL,
        .thread_registers = ops->thread_registers ? recorder_thread_registers : NULL,
        .file_root = ops->file_root ? recorder_file_root : NULL,
    };
}

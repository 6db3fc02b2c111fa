/* SPDX-License-Identifier: MIT */
#include "replay.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 4096 };

void replay_init(struct replay *replay, const struct image *image, const char *file_root)
{
    memset(replay, 0, sizeof(*replay));
    replay->image = image;
    replay->file_root = file_root;
}

void replay_fail(struct replay *replay, enum replay_failure failure, uint64_t fail_at)
{
    replay->failure = failure;
    replay->fail_at = fail_at;
    replay->reads = 0;
    replay->polls = 0;
    replay->failed = false;
    replay->hole = 0;
}

/* 0, or what the chosen failure makes of this read. */
static int failure_of(struct replay *replay, sw_addr addr, size_t len)
{
    bool now = replay->reads == replay->fail_at;

    switch (replay->failure) {
    case REPLAY_FAILS_ONCE:
        replay->failed = replay->failed || now;
        return now ? SW_E_READ : 0;
    case REPLAY_FAILS_PAGE:
        if (now) {
            replay->failed = true;
            replay->hole = addr / PAGE * PAGE;
        }
        return replay->failed && addr < replay->hole + PAGE && addr + len > replay->hole ? SW_E_READ
                                                                                         : 0;
    case REPLAY_FAILS_AFTER:
        replay->failed = replay->failed || now;
        return replay->failed ? SW_E_READ : 0;
    case REPLAY_STOPS:
        replay->failed = replay->failed || now;
        return now ? SW_E_STOPPED : 0;
    case REPLAY_FAILS_NEVER:
    case REPLAY_INTERRUPTS:
    case REPLAY_FAILURES:
        break;
    }
    return 0;
}

static int replay_read(void *ctx, sw_addr addr, void *buf, size_t len)
{
    struct replay *replay = ctx;
    const uint8_t *bytes;
    int status;

    replay->reads++;
    status = failure_of(replay, addr, len);
    if (status < 0)
        return status;
    bytes = image_at(replay->image, addr, len);
    if (!bytes)
        return SW_E_READ;
    memcpy(buf, bytes, len);
    return 0;
}

static bool replay_interrupted(void *ctx)
{
    struct replay *replay = ctx;

    if (replay->failure != REPLAY_INTERRUPTS || ++replay->polls != replay->fail_at)
        return false;
    replay->failed = true;
    return true;
}

/* What was recorded; a question that was not asked then is answered with "no". */
static const struct image_answer *answer(void *ctx, enum image_question question, uint64_t index,
    const char *name, const char *detail, int *ret_status)
{
    const struct replay *replay = ctx;
    const struct image_answer *found = image_find(replay->image, question, index, name, detail);

    *ret_status = found ? found->status : SW_E_NOT_FOUND;
    return *ret_status == 0 ? found : NULL;
}

static int replay_auxv(void *ctx, uint64_t type, uint64_t *ret_value)
{
    int status;
    const struct image_answer *found = answer(ctx, IMAGE_AUXV, type, "", "", &status);

    if (found)
        *ret_value = found->values[0];
    return status;
}

static int replay_symbol(void *ctx, const char *name, unsigned index, sw_addr *ret_addr)
{
    int status;
    const struct image_answer *found = answer(ctx, IMAGE_SYMBOL, index, name, "", &status);

    if (found)
        *ret_addr = found->values[0];
    return status;
}

static int replay_section(
    void *ctx, const char *name, unsigned index, sw_addr *ret_addr, uint64_t *ret_size)
{
    int status;
    const struct image_answer *found = answer(ctx, IMAGE_SECTION, index, name, "", &status);

    if (found) {
        *ret_addr = found->values[0];
        *ret_size = found->values[1];
    }
    return status;
}

static int replay_module(void *ctx, unsigned index, struct sw_module *ret_module)
{
    int status;
    const struct image_answer *found = answer(ctx, IMAGE_MODULE, index, "", "", &status);

    if (found) {
        memset(ret_module, 0, sizeof(*ret_module));
        memcpy(ret_module->path, found->detail, strlen(found->detail) + 1);
        ret_module->base = found->values[0];
        ret_module->dynamic = found->values[1];
    }
    return status;
}

static void thread_of(const struct image_answer *found, struct sw_native_thread *ret_thread)
{
    memset(ret_thread, 0, sizeof(*ret_thread));
    ret_thread->tid = (int64_t)found->values[0];
    ret_thread->number = (int64_t)found->values[1];
    ret_thread->thread_pointer = found->values[2];
    ret_thread->selected = found->values[3] != 0;
}

static int replay_thread(void *ctx, unsigned index, struct sw_native_thread *ret_thread)
{
    int status;
    const struct image_answer *found = answer(ctx, IMAGE_THREAD, index, "", "", &status);

    if (found)
        thread_of(found, ret_thread);
    return status;
}

static int replay_selected_thread(void *ctx, struct sw_native_thread *ret_thread)
{
    int status;
    const struct image_answer *found = answer(ctx, IMAGE_SELECTED_THREAD, 0, "", "", &status);

    if (found)
        thread_of(found, ret_thread);
    return status;
}

static int replay_reg(void *ctx, const char *name, uint64_t *ret_value)
{
    int status;
    const struct image_answer *found = answer(ctx, IMAGE_REG, 0, name, "", &status);

    if (found)
        *ret_value = found->values[0];
    return status;
}

static int replay_native_frame(void *ctx, unsigned index, sw_addr *ret_pc)
{
    int status;
    const struct image_answer *found = answer(ctx, IMAGE_NATIVE_FRAME, index, "", "", &status);

    if (found)
        *ret_pc = found->values[0];
    return status;
}

static int replay_thread_registers(
    void *ctx, int64_t tid, const char *const *names, unsigned count, uint64_t *ret_values)
{
    int status = 0;

    for (unsigned i = 0; i < count && status == 0; i++) {
        const struct image_answer *found =
            answer(ctx, IMAGE_THREAD_REGISTER, (uint64_t)tid, names[i], "", &status);

        if (found)
            ret_values[i] = found->values[0];
    }
    return status;
}

/* Never the host's own files: the same image must give the same text everywhere. */
static int replay_file_root(void *ctx, char *buf, size_t size)
{
    const struct replay *replay = ctx;

    snprintf(buf, size, "%s", replay->file_root ? replay->file_root : "/nonexistent/sidewinder");
    return 0;
}

void replay_ops(const struct replay *replay, struct sw_target_ops *ret_ops)
{
    const bool *can = replay->image->can;

    *ret_ops = (struct sw_target_ops){
        .size = sizeof(*ret_ops),
        .read = replay_read,
        .auxv = can[IMAGE_AUXV] ? replay_auxv : NULL,
        .symbol = can[IMAGE_SYMBOL] ? replay_symbol : NULL,
        .section = can[IMAGE_SECTION] ? replay_section : NULL,
        .module = can[IMAGE_MODULE] ? replay_module : NULL,
        .thread = can[IMAGE_THREAD] ? replay_thread : NULL,
        .selected_thread = can[IMAGE_SELECTED_THREAD] ? replay_selected_thread : NULL,
        .reg = can[IMAGE_REG] ? replay_reg : NULL,
        .native_frame = can[IMAGE_NATIVE_FRAME] ? replay_native_frame : NULL,
        .thread_registers = can[IMAGE_THREAD_REGISTER] ? replay_thread_registers : NULL,
        .file_root = replay_file_root,
        .interrupted = replay_interrupted,
    };
}

/* The number of a recorded process may be that of another one now, of which the kernel of this
   machine must not be asked: no process has a number above this one (include/linux/threads.h). */
enum { PID_MAX_LIMIT = 4 * 1024 * 1024 };

struct sw_session *replay_session(struct replay *replay)
{
    struct sw_target_info info = replay->image->info;
    struct sw_session *session = NULL;
    struct sw_target_ops ops;

    if (info.kind == SW_TARGET_LIVE && info.pid > 0)
        info.pid += PID_MAX_LIMIT;
    replay_ops(replay, &ops);
    if (sw_session_create(&info, &ops, replay, NULL, &session) < 0)
        return NULL;
    return session;
}

/* SPDX-License-Identifier: MIT */
#include "session/mixed.h"

#include <string.h>

#include "frame/plumbing.h"
#include "target/function.h"
#include "target/made.h"

/* ---------------------------------------------------------------- opening */

enum { SEGMENT_LOAD = 1 };

/* Where the file that Python is in lies in memory. */
static void find_code(struct sw_memory *memory, const struct sw_runtime *runtime,
    sw_addr *ret_start, sw_addr *ret_end)
{
    struct sw_segment segments[SW_MAX_PROGRAM_HEADERS];
    size_t count = 0;

    *ret_start = *ret_end = 0;
    if (!runtime->module.path[0] ||
        sw_elf_segments(memory, &runtime->module, segments, SW_MAX_PROGRAM_HEADERS, &count) < 0)
        return;
    for (size_t i = 0; i < count; i++) {
        if (segments[i].type != SEGMENT_LOAD)
            continue;
        if (!*ret_end || segments[i].addr < *ret_start)
            *ret_start = segments[i].addr;
        if (segments[i].addr + segments[i].size > *ret_end)
            *ret_end = segments[i].addr + segments[i].size;
    }
}

static void open_state(struct sw_mixed *mixed)
{
    sw_thread_open_stack(mixed->session, mixed->states[mixed->state].thread, &mixed->frames);
    mixed->loops = mixed->frames;
    mixed->in_loop = false;
}

int sw_mixed_open(struct sw_session *session, struct sw_error *reterr, struct sw_mixed *ret_mixed)
{
    struct sw_mixed mixed = {.session = session};
    const struct sw_threads *threads;
    int status = sw_session_threads(session, reterr, &threads);

    if (status < 0)
        return status;
    for (size_t i = 0; i < threads->count && mixed.state_count < SW_MAX_STATES_OF_THREAD; i++) {
        const struct sw_thread *thread = &threads->items[i];

        if (!thread->selected || !thread->state.frame ||
            thread->state.frame == thread->state.base_frame)
            continue;
        mixed.states[mixed.state_count].thread = thread;
        find_code(&session->memory, thread->runtime, &mixed.states[mixed.state_count].code_start,
            &mixed.states[mixed.state_count].code_end);
        mixed.state_count++;
    }
    if (!mixed.state_count)
        return sw_fail(reterr, SW_E_NOT_FOUND, 0, "",
            "Unable to locate python frame: this thread runs no Python code");
    open_state(&mixed);
    *ret_mixed = mixed;
    return 0;
}

bool sw_mixed_has_entries(const struct sw_mixed *mixed)
{
    for (size_t i = 0; i < mixed->state_count; i++) {
        const struct sw_reader *reader = &mixed->states[i].thread->runtime->reader;

        if (!sw_reader_has(reader, SW_F_FRAME_OWNER) || sw_reader_has(reader, SW_F_FRAME_IS_ENTRY))
            return false;
    }
    return true;
}

const struct sw_thread *sw_mixed_thread(const struct sw_mixed *mixed)
{
    return mixed->states[mixed->state].thread;
}

/* ---------------------------------------------------------------- native frames */

/* Whether the pc is in the function that is the loop of one of the thread's Pythons. */
static bool is_in_loop(const struct sw_mixed *mixed, sw_addr pc)
{
    struct sw_function function;

    if (sw_function_find(
            &mixed->session->memory, &mixed->session->runtimes.modules, pc, &function) < 0)
        return false;
    for (size_t i = 0; i < mixed->state_count; i++)
        if (sw_function_is(&mixed->session->memory, &mixed->session->runtimes.modules, &function,
                mixed->states[i].thread->runtime->evaluation_loop))
            return true;
    return false;
}

/* The same by its name: what is linked into a program is exported by none. */
static bool is_loop_name(const struct sw_mixed *mixed, const char *name)
{
    for (size_t i = 0; i < mixed->state_count; i++)
        if (sw_function_is_part_of(name, sw_runtime_loop_name(mixed->states[i].thread->runtime)))
            return true;
    return false;
}

/* Whether the pc is in the file of one of the thread's Pythons, or there is one of which that file
   is not known; *ret_known when it is in a file that is. */
static bool is_in_python(const struct sw_mixed *mixed, sw_addr pc, bool *ret_known)
{
    bool unknown = false;

    *ret_known = false;
    for (size_t i = 0; i < mixed->state_count; i++) {
        if (!mixed->states[i].code_end)
            unknown = true;
        else if (pc >= mixed->states[i].code_start && pc < mixed->states[i].code_end)
            *ret_known = true;
    }
    return unknown || *ret_known;
}

static bool is_in_a_file(const struct sw_mixed *mixed, sw_addr pc)
{
    struct sw_function function;

    return sw_function_find(
               &mixed->session->memory, &mixed->session->runtimes.modules, pc, &function) == 0;
}

enum sw_native_kind sw_mixed_kind(
    const struct sw_mixed *mixed, unsigned level, const struct sw_native_frame *native)
{
    /* A return address may be the first byte behind its function. */
    sw_addr pc = level ? native->pc - 1 : native->pc;
    const char *name = native->function;
    bool is_known = false, in_python;

    if (is_in_loop(mixed, pc))
        return native->is_inline ? SW_NATIVE_INSIDE : SW_NATIVE_LOOP;
    in_python = is_in_python(mixed, pc, &is_known);
    /* Machine code that CPython made is in no file. */
    if (!name[0] && (in_python || !is_in_a_file(mixed, pc)))
        return SW_NATIVE_UNNAMED;
    if (strncmp(name, "py::", 4) == 0)
        return SW_NATIVE_PLUMBING;
    if (!in_python)
        return strcmp(name, "?") == 0 && sw_made_is_trampoline(&mixed->session->memory, native->pc)
                   ? SW_NATIVE_PLUMBING
                   : SW_NATIVE_OTHER;
    if (!native->is_inline && is_loop_name(mixed, name))
        return SW_NATIVE_LOOP;
    if (sw_function_is_handler(name))
        return SW_NATIVE_INSIDE;
    /* A stripped Python says nothing of its functions. */
    if (strcmp(name, "?") == 0 ? is_known : sw_function_is_plumbing(name))
        return SW_NATIVE_PLUMBING;
    return SW_NATIVE_OTHER;
}

int sw_mixed_meet(
    struct sw_mixed *mixed, const struct sw_native_frame *native, struct sw_error *reterr)
{
    sw_addr entry = 0;
    int status;

    while ((status = sw_stack_leave_loop(&mixed->loops, reterr, &entry)) == 0 &&
           mixed->state + 1 < mixed->state_count) {
        mixed->state++;
        open_state(mixed);
    }
    if (status < 0)
        return status;
    if (status == 0)
        return sw_fail(reterr, SW_E_CORRUPT, native->pc, "",
            "the native stack has more calls of the evaluation loop than the %llu that the Python "
            "frames tell of",
            (unsigned long long)mixed->met);
    /* The loop's own frame is a variable of the function: stacks grow downwards. */
    if (entry && native->sp && (entry < native->sp || mixed->entry >= native->sp))
        return sw_fail(reterr, SW_E_CORRUPT, entry, "",
            "the evaluation loop whose native frame is at 0x%llx is not the one that the Python "
            "frames tell of at 0x%llx",
            (unsigned long long)native->sp, (unsigned long long)entry);
    mixed->in_loop = true;
    mixed->loop = mixed->loops.loops - 1;
    mixed->entry = entry;
    mixed->met++;
    return 0;
}

int sw_mixed_resume(struct sw_mixed *mixed, const struct sw_mixed *from, struct sw_error *reterr)
{
    const struct sw_native_frame any = {.sp = 0};
    int status = 0;

    while (status == 0 && mixed->met < from->met)
        status = sw_mixed_meet(mixed, &any, reterr);
    return status;
}

/* ---------------------------------------------------------------- Python frames */

int sw_mixed_next(struct sw_mixed *mixed, struct sw_error *reterr, struct sw_frame *ret_frame)
{
    while (mixed->in_loop) {
        struct sw_stack before = mixed->frames;
        struct sw_frame frame;
        int status = sw_stack_next(&mixed->frames, reterr, &frame);

        if (status > 0 && frame.loop < mixed->loop)
            continue;
        if (status > 0 && frame.loop == mixed->loop) {
            *ret_frame = frame;
            return 1;
        }
        if (status > 0)
            mixed->frames = before;
        return status < 0 ? status : 0;
    }
    return 0;
}

/* ---------------------------------------------------------------- agreement */

static int ask(
    struct sw_memory *memory, unsigned level, bool in_detail, struct sw_native_frame *ret_native)
{
    int status;

    memset(ret_native, 0, sizeof(*ret_native));
    ret_native->size = sizeof(*ret_native);
    if (in_detail)
        return memory->ops.native_detail ? memory->ops.native_detail(memory->ctx, level, ret_native)
                                         : SW_E_NOT_FOUND;
    if (!memory->ops.native_frame)
        return SW_E_NOT_FOUND;
    status = memory->ops.native_frame(memory->ctx, level, &ret_native->pc);
    ret_native->is_inline = status > 0;
    return status < 0 ? status : 0;
}

/* The loops that are left in the chain. */
static uint64_t count_left(struct sw_mixed *mixed)
{
    uint64_t count = 0;
    sw_addr entry;

    for (;;) {
        if (sw_stack_leave_loop(&mixed->loops, NULL, &entry) > 0) {
            count++;
        } else if (mixed->state + 1 < mixed->state_count) {
            mixed->state++;
            open_state(mixed);
        } else {
            return count;
        }
    }
}

int sw_mixed_check(const struct sw_mixed *mixed, bool in_detail, struct sw_error *reterr)
{
    struct sw_memory *memory = &mixed->session->memory;
    struct sw_mixed walk = *mixed;
    struct sw_native_frame native;
    uint64_t left;
    int status = 0;

    for (unsigned level = 0; status == 0 && level < SW_MAX_NATIVE_FRAMES; level++) {
        status = ask(memory, level, in_detail, &native);
        if (sw_memory_interrupted(memory))
            return sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted");
        if (status < 0)
            break;
        if (in_detail && !native.function[0])
            strcpy(native.function, "?");
        if (sw_mixed_kind(&walk, level, &native) == SW_NATIVE_LOOP &&
            (status = sw_mixed_meet(&walk, &native, reterr)) < 0)
            return status;
    }
    left = count_left(&walk);
    if (left)
        return sw_fail(reterr, SW_E_CORRUPT, 0, "",
            "the native stack has %llu calls of the evaluation loop, the Python frames tell of "
            "%llu",
            (unsigned long long)walk.met, (unsigned long long)(walk.met + left));
    return 0;
}

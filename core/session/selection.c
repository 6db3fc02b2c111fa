/* SPDX-License-Identifier: MIT */
#include "session/selection.h"

#include <stdlib.h>

#include "target/function.h"

/* Where the user is in one thread's stack. */
struct selection {
    uint64_t index;
    unsigned level; /* the native frame that was selected then */
};

struct sw_selections {
    struct sw_map by_thread; /* thread state to struct selection */
    struct sw_arena arena;
};

void sw_selections_clear(struct sw_session *session)
{
    if (!session->selections)
        return;
    sw_map_clear(&session->selections->by_thread);
    sw_arena_reset(&session->selections->arena);
    free(session->selections);
    session->selections = NULL;
}

/* The thread's selection, a new one when there is none; NULL when out of memory. */
static struct selection *selection_of(
    struct sw_session *session, const struct sw_thread *thread, bool *ret_is_new)
{
    struct sw_selections *selections = session->selections;
    struct selection *selection;

    *ret_is_new = false;
    if (!selections)
        selections = session->selections = calloc(1, sizeof(*selections));
    if (!selections)
        return NULL;
    selection = sw_map_get(&selections->by_thread, thread->state.addr);
    if (selection)
        return selection;
    *ret_is_new = true;
    selection = sw_arena_alloc(&selections->arena, sizeof(*selection));
    if (!selection || sw_map_put(&selections->by_thread, thread->state.addr, selection) < 0)
        return NULL;
    return selection;
}

/* ---------------------------------------------------------------- native frames */

/* Go on from native frame *level to one that runs the evaluation loop. What was inlined into the
   loop has its own level, and addresses within the loop as well: the frame itself comes last. */
static bool find_loop(struct sw_session *session, const struct sw_thread *thread, unsigned *level)
{
    struct sw_memory *memory = &session->memory;

    for (; *level < SW_MAX_NATIVE_FRAMES; ++*level) {
        struct sw_function function;
        sw_addr pc;
        int status = memory->ops.native_frame(memory->ctx, *level, &pc);

        if (status < 0 || sw_memory_interrupted(memory))
            return false;
        if (status > 0)
            continue;
        /* A return address may be the first byte behind its function. */
        if (sw_function_find(memory, &session->runtimes.modules, *level ? pc - 1 : pc, &function) ==
                0 &&
            sw_function_is(
                memory, &session->runtimes.modules, &function, thread->runtime->evaluation_loop))
            return true;
    }
    return false;
}

void sw_session_loop_levels(struct sw_session *session, const struct sw_thread *thread,
    unsigned *levels, size_t max, size_t *ret_count)
{
    unsigned level = 0;

    *ret_count = 0;
    if (!session->memory.ops.native_frame || !thread->runtime->evaluation_loop)
        return;
    while (*ret_count < max && find_loop(session, thread, &level))
        levels[(*ret_count)++] = level++;
}

int sw_session_call_level(struct sw_session *session, const struct sw_thread *thread,
    sw_addr function, unsigned *ret_level)
{
    struct sw_memory *memory = &session->memory;
    struct sw_function found;
    unsigned loop = 0, level;
    sw_addr pc;

    if (!memory->ops.native_frame || !thread->runtime->evaluation_loop ||
        !find_loop(session, thread, &loop))
        return SW_E_NOT_FOUND;
    /* The outermost call of the function is the frame's own. */
    for (level = loop; level-- > 0;)
        if (memory->ops.native_frame(memory->ctx, level, &pc) == 0 &&
            sw_function_find(memory, &session->runtimes.modules, level ? pc - 1 : pc, &found) ==
                0 &&
            found.start == function)
            break;
    if (level >= loop)
        return SW_E_NOT_FOUND;
    for (unsigned caller = level + 1; caller < loop; caller++)
        if (memory->ops.native_frame(memory->ctx, caller, &pc) == 0) {
            *ret_level = level + 1;
            return 0;
        }
    *ret_level = level;
    return 0;
}

/* The newest Python frame of the first evaluation loop at native frame `selected` or outwards. */
static int index_of_native(struct sw_session *session, const struct sw_thread *thread,
    unsigned selected, uint64_t *ret_index)
{
    unsigned level = 0, loops = 0;
    struct sw_stack stack;
    struct sw_frame frame;

    for (; find_loop(session, thread, &level) && level < selected; level++)
        loops++;
    sw_thread_open_stack(session, thread, &stack);
    while (sw_stack_next(&stack, NULL, &frame) > 0)
        if (frame.loop >= loops) {
            *ret_index = frame.index;
            return 0;
        }
    return SW_E_NOT_FOUND;
}

static int update(struct sw_session *session, const struct sw_thread *thread,
    struct selection *selection, bool is_new)
{
    const struct sw_target_ops *ops = &session->memory.ops;
    unsigned level = 0;

    if (!ops->selected_frame || !ops->native_frame || !thread->runtime->evaluation_loop ||
        ops->selected_frame(session->memory.ctx, &level) < 0)
        return 0;
    if (is_new ? level == 0 : level == selection->level)
        return 0;
    selection->level = level;
    return index_of_native(session, thread, level, &selection->index);
}

/* ---------------------------------------------------------------- Python frames */

static int selected_thread(
    struct sw_session *session, struct sw_error *reterr, const struct sw_thread **ret_thread)
{
    const struct sw_threads *threads;
    int status = sw_session_threads(session, reterr, &threads);

    if (status < 0)
        return status;
    for (size_t i = 0; i < threads->count; i++)
        if (threads->items[i].selected && sw_thread_state_has_stack(&threads->items[i].state)) {
            *ret_thread = &threads->items[i];
            return 0;
        }
    if (session->chosen.is_one)
        return sw_fail(reterr, SW_E_NOT_FOUND, 0, "",
            "Unable to locate python frame: this thread runs no Python code of interpreter %lld",
            (long long)session->chosen.id);
    return sw_fail(reterr, SW_E_NOT_FOUND, 0, "",
        "Unable to locate python frame: this thread runs no Python code");
}

static int read_frame(struct sw_session *session, const struct sw_thread *thread, uint64_t index,
    struct sw_error *reterr, struct sw_frame *ret_frame)
{
    struct sw_stack stack;
    int status;

    sw_thread_open_stack(session, thread, &stack);
    do {
        status = sw_stack_next(&stack, reterr, ret_frame);
    } while (status > 0 && ret_frame->index < index);
    if (status == 0)
        return sw_fail(reterr, SW_E_NOT_FOUND, 0, "", "Unable to find an older python frame");
    return status < 0 ? status : 0;
}

static int current(struct sw_session *session, struct sw_error *reterr,
    const struct sw_thread **ret_thread, struct selection **ret_selection)
{
    bool is_new;
    int status = selected_thread(session, reterr, ret_thread);

    if (status < 0)
        return status;
    *ret_selection = selection_of(session, *ret_thread, &is_new);
    if (!*ret_selection)
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    if (update(session, *ret_thread, *ret_selection, is_new) < 0)
        return sw_fail(reterr, SW_E_NOT_FOUND, 0, "",
            "Unable to locate python frame: none is at or above the selected native frame");
    return 0;
}

int sw_session_frame(struct sw_session *session, struct sw_error *reterr,
    const struct sw_thread **ret_thread, struct sw_frame *ret_frame)
{
    struct selection *selection;
    int status = current(session, reterr, ret_thread, &selection);

    return status < 0 ? status
                      : read_frame(session, *ret_thread, selection->index, reterr, ret_frame);
}

int sw_session_go(struct sw_session *session, uint64_t index, struct sw_error *reterr,
    const struct sw_thread **ret_thread, struct sw_frame *ret_frame)
{
    struct selection *selection;
    int status = current(session, reterr, ret_thread, &selection);

    if (status == 0)
        status = read_frame(session, *ret_thread, index, reterr, ret_frame);
    if (status == 0)
        selection->index = index;
    return status;
}

int sw_session_move(struct sw_session *session, int64_t steps, struct sw_error *reterr,
    const struct sw_thread **ret_thread, struct sw_frame *ret_frame)
{
    struct selection *selection;
    int status = current(session, reterr, ret_thread, &selection);

    if (status < 0)
        return status;
    if (steps < 0 && (uint64_t)-steps > selection->index)
        return sw_fail(reterr, SW_E_NOT_FOUND, 0, "", "Unable to find a newer python frame");
    return sw_session_go(
        session, selection->index + (uint64_t)steps, reterr, ret_thread, ret_frame);
}

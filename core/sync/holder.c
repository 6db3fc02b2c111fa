/* SPDX-License-Identifier: MIT */
#include "sync/holder.h"

#include <string.h>

#include "base/map.h"
#include "frame/withblocks.h"

/* Conditions that one thread is waiting in: each has called what waits in the next. */
enum { MAX_RELEASED = 8 };

/* A lock that is waited for, and the one thread found inside of a `with` of it. */
struct held {
    size_t thread;
    unsigned count; /* of threads */
    const char *function, *file;
    int32_t line;
};

struct search {
    struct sw_session *session;
    struct sw_waits *waits;
    struct sw_map locks; /* object to struct held */
    struct sw_library library;
    sw_addr released[MAX_RELEASED]; /* by the thread at hand, in Condition.wait() */
    unsigned released_count;
};

static const char *keep(struct sw_arena *arena, const struct sw_text *text)
{
    const char *copy = text->data ? sw_arena_text(arena, text->data, text->len) : NULL;

    return copy ? copy : "?";
}

static bool is_released(const struct search *search, sw_addr lock)
{
    for (unsigned i = 0; i < search->released_count; i++)
        if (search->released[i] == lock)
            return true;
    return false;
}

static void note_holder(
    struct search *search, size_t thread, const struct sw_frame *frame, sw_addr lock)
{
    struct held *held = lock ? sw_map_get(&search->locks, lock) : NULL;

    if (!held || is_released(search, lock) || (held->count && held->thread == thread))
        return;
    held->thread = thread;
    if (held->count++)
        return;
    held->function = keep(&search->waits->arena,
        frame->code->qualname.data ? &frame->code->qualname : &frame->code->name);
    held->file = keep(&search->waits->arena, &frame->code->filename);
    held->line = frame->position.line;
}

/* The locks that a frame's blocks hold: `with lock`, `with condition`. */
static void look_at_frame(struct search *search, size_t thread, const struct sw_frame *frame)
{
    struct sw_with_blocks blocks;
    sw_addr released;

    if (!frame->code)
        return;
    released = sw_library_released(&search->library, frame);
    if (released && search->released_count < MAX_RELEASED)
        search->released[search->released_count++] = released;
    sw_with_blocks_read(search->library.runtime, frame, &blocks);
    for (unsigned i = 0; i < blocks.count; i++) {
        if (!sw_map_get(&search->locks, blocks.managers[i]))
            blocks.managers[i] = sw_library_condition_lock(&search->library, blocks.managers[i]);
        note_holder(search, thread, frame, blocks.managers[i]);
    }
}

static void look_at_thread(struct search *search, size_t index)
{
    const struct sw_threads *threads = search->waits->threads;
    const struct sw_thread *thread = &threads->items[index];
    struct sw_stack stack;
    struct sw_frame frame;

    search->released_count = 0;
    sw_library_find(search->session, thread, &search->library);
    sw_thread_open_stack(search->session, thread, &stack);
    while (sw_stack_next(&stack, NULL, &frame) > 0)
        look_at_frame(search, sw_waits_representative(threads, index), &frame);
}

static int collect_locks(struct search *search)
{
    for (size_t i = 0; i < search->waits->count; i++) {
        const struct sw_wait *wait = &search->waits->items[i];
        struct held *held;

        if (wait->kind != SW_WAIT_LOCK || !wait->object || sw_map_get(&search->locks, wait->object))
            continue;
        held = sw_arena_alloc(&search->waits->arena, sizeof(*held));
        if (!held || sw_map_put(&search->locks, wait->object, held) < 0)
            return SW_E_NO_MEMORY;
    }
    return 0;
}

static void fill(const struct search *search, struct sw_wait *wait)
{
    const struct held *held =
        wait->kind == SW_WAIT_LOCK ? sw_map_get(&search->locks, wait->object) : NULL;

    if (!held || !held->count)
        return;
    wait->owner_kind = held->count == 1 ? SW_OWNER_THREAD : SW_OWNER_SEVERAL;
    wait->owner = held->thread;
    if (held->count != 1)
        return;
    wait->with_function = held->function;
    wait->with_file = held->file;
    wait->with_line = held->line;
}

int sw_holders_find(struct sw_session *session, struct sw_waits *waits, struct sw_error *reterr)
{
    struct search search = {.session = session, .waits = waits};
    int status = collect_locks(&search);

    for (size_t i = 0; status == 0 && search.locks.count && i < waits->threads->count; i++)
        if (!session->memory.stopped)
            look_at_thread(&search, i);
    for (size_t i = 0; status == 0 && i < waits->count; i++)
        fill(&search, &waits->items[i]);
    sw_map_clear(&search.locks);
    if (status < 0)
        return sw_fail(reterr, status, 0, "", "the debugger is out of memory");
    return 0;
}

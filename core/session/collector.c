/* SPDX-License-Identifier: MIT */
#include "session/collector.h"

#include "interp/gc.h"

static bool has_frame(struct sw_session *session, const struct sw_thread *thread, sw_addr addr)
{
    struct sw_stack stack;
    struct sw_frame frame;

    sw_thread_open_stack(session, thread, &stack);
    while (sw_stack_next(&stack, NULL, &frame) > 0)
        if (frame.addr == addr)
            return true;
    return false;
}

static bool collects(struct sw_session *session, const struct sw_thread *thread,
    const struct sw_gc *gc, const struct sw_world *world)
{
    if (gc->frame)
        return has_frame(session, thread, gc->frame);
    if (world->requester)
        return thread->state.addr == world->requester;
    return thread->holds_gil;
}

void sw_threads_mark_collector(struct sw_session *session, struct sw_threads *threads,
    const struct sw_interpreter *interpreter, size_t first)
{
    const struct sw_runtime *runtime;
    struct sw_world world;
    struct sw_gc gc;

    if (first == threads->count)
        return;
    runtime = threads->items[first].runtime;
    if (!sw_gc_is_collecting(runtime, interpreter))
        return;
    sw_gc_read(runtime, interpreter, &gc);
    sw_world_read(runtime, interpreter, &world);
    for (size_t i = first; i < threads->count; i++)
        threads->items[i].collecting = collects(session, &threads->items[i], &gc, &world);
}

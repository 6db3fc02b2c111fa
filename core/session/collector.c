/* SPDX-License-Identifier: MIT */
#include "session/collector.h"

#include "interp/gc.h"
#include "session/words.h"

/* The threads of an interpreter stand together in the list. */
struct group {
    struct sw_thread *threads;
    size_t count;
    struct sw_interpreter interpreter;
};

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

/* ---------------------------------------------------------------- by the native stack */

/* gc_collect_main() of Python/gc_free_threading.c keeps a struct collection_state in which the
   interpreter is followed by its collector's state. It is handed down by its address, so it is on
   the stack, and above the stack pointer for as long as the collection lasts. */
static bool has_collection(const struct sw_runtime *runtime,
    const struct sw_interpreter *interpreter, const struct sw_stack_words *words)
{
    for (size_t i = 0; i + 1 < words->count; i++)
        if (words->items[i] == interpreter->addr &&
            sw_gc_is_state(runtime, interpreter, words->items[i + 1]))
            return true;
    return false;
}

/* The one thread that has it. None when several have: then one is left over. Where no stack can be
   read the one that makes the others stand still is it, for that is what it does that for. */
static int find_by_stack(
    struct sw_session *session, const struct group *group, struct sw_thread **ret_thread)
{
    int tasks = sw_kernel_tasks_open(&session->memory);
    struct sw_thread *unread = NULL;
    struct sw_stack_words words;
    unsigned found = 0;
    int status = 0;

    for (size_t i = 0; i < group->count && status != SW_E_STOPPED; i++) {
        struct sw_thread *thread = &group->threads[i];
        sw_addr pointer;

        words.count = 0;
        status = thread->tid ? sw_stack_pointer(&session->memory, tasks, thread->tid, &pointer)
                             : SW_E_NOT_FOUND;
        if (status == 0)
            sw_stack_words_read(&session->memory, pointer, &words);
        if (has_collection(thread->runtime, &group->interpreter, &words)) {
            *ret_thread = thread;
            found++;
        } else if ((thread->stops_world || thread->waits_for_world) && !words.count) {
            unread = thread;
        }
        if (session->memory.stopped)
            status = SW_E_STOPPED;
    }
    sw_kernel_tasks_close(tasks);
    if (found != 1)
        *ret_thread = found ? NULL : unread;
    return status == SW_E_STOPPED ? status : 0;
}

/* ---------------------------------------------------------------- all of them */

static int mark_collector(struct sw_session *session, const struct group *group)
{
    const struct sw_runtime *runtime = group->threads->runtime;
    struct sw_thread *found = NULL;
    struct sw_gc gc;
    int status = 0;

    if (!sw_gc_is_collecting(runtime, &group->interpreter))
        return 0;
    sw_gc_read(runtime, &group->interpreter, &gc);
    if (!gc.frame && runtime->layout.flavour.free_threaded)
        status = find_by_stack(session, group, &found);
    for (size_t i = 0; i < group->count; i++) {
        struct sw_thread *thread = &group->threads[i];

        thread->collecting =
            gc.frame ? has_frame(session, thread, gc.frame) : thread == found || thread->holds_gil;
    }
    return status;
}

int sw_threads_mark_collectors(struct sw_session *session, struct sw_threads *threads)
{
    int status = 0;

    for (size_t i = 0, next; i < threads->count && status == 0; i = next) {
        struct group group = {&threads->items[i], 1, {.addr = threads->items[i].state.interp}};

        for (next = i + 1;
             next < threads->count && threads->items[next].state.interp == group.interpreter.addr;
             next++)
            group.count++;
        status = mark_collector(session, &group);
    }
    return status;
}

static void add_problem(struct sw_threads *threads, const char *message, sw_addr addr)
{
    if (threads->problem_count < SW_MAX_WARNINGS)
        sw_fail(&threads->problems[threads->problem_count++], SW_E_READ, addr, "stoptheworld", "%s",
            message);
}

void sw_threads_mark_world(
    struct sw_threads *threads, const struct sw_interpreter *interpreter, size_t first)
{
    struct sw_world world;
    uint64_t absent;

    if (first == threads->count)
        return;
    absent = threads->items[first].runtime->reader.memory->absent;
    sw_world_read(threads->items[first].runtime, interpreter, &world);
    if (threads->items[first].runtime->reader.memory->absent != absent)
        add_problem(threads, "cannot read who stopped the world", interpreter->addr);
    for (size_t i = first; i < threads->count; i++) {
        struct sw_thread *thread = &threads->items[i];

        if (thread->state.addr == world.requester) {
            thread->stops_world = world.stopped;
            thread->waits_for_world = !world.stopped;
        }
        if (thread->state.attachment == SW_SUSPENDED)
            thread->suspended_by = world.requester;
    }
}

/* SPDX-License-Identifier: MIT */
#include "session/threads.h"

#include <stdlib.h>
#include <string.h>

#include "session/native.h"

void sw_threads_fini(struct sw_threads *threads)
{
    free(threads->items);
    free(threads->natives);
    memset(threads, 0, sizeof(*threads));
}

static void add_problem(struct sw_threads *threads, const struct sw_error *problem)
{
    if (problem->status != SW_OK && threads->problem_count < SW_MAX_WARNINGS)
        threads->problems[threads->problem_count++] = *problem;
}

static struct sw_thread *add_thread(struct sw_threads *threads)
{
    if (threads->count == threads->capacity) {
        size_t capacity = threads->capacity ? threads->capacity * 2 : 32;
        struct sw_thread *items = realloc(threads->items, capacity * sizeof(*items));

        if (!items)
            return NULL;
        threads->items = items;
        threads->capacity = capacity;
    }
    memset(&threads->items[threads->count], 0, sizeof(*threads->items));
    return &threads->items[threads->count++];
}

/* One interpreter's list. A damaged link ends it with a problem, not with a failure. */
static int list_interpreter(const struct sw_runtime *runtime, unsigned index,
    const struct sw_interpreter *interpreter, struct sw_threads *threads, struct sw_error *reterr)
{
    sw_addr addr = interpreter->first_thread, before = 0;
    uint64_t absent = runtime->reader.memory->absent;
    sw_addr holder = sw_gil_holder(runtime, interpreter);
    bool collecting = sw_gc_is_collecting(runtime, interpreter);
    bool has_prev = sw_reader_has(&runtime->reader, SW_F_THREAD_STATE_PREV);
    size_t first = threads->count;

    if (runtime->reader.memory->absent != absent) {
        struct sw_error problem;

        sw_fail(&problem, SW_E_READ, interpreter->addr, "gil",
            "it cannot be read which thread of interpreter %lld holds the GIL",
            (long long)interpreter->id);
        add_problem(threads, &problem);
        threads->gil_unknown = true;
    }
    while (addr) {
        struct sw_thread_state state;
        struct sw_thread *thread;
        struct sw_error problem;
        int status = sw_thread_state_read(runtime, interpreter, addr, &problem, &state);

        if (status == SW_E_STOPPED)
            return sw_fail(reterr, status, addr, "", "interrupted");
        if (status == 0 && has_prev && state.prev != before)
            status = sw_fail(&problem, SW_E_CORRUPT, addr, "thread_state.prev",
                "the thread state at 0x%llx does not lead back to the one before it",
                (unsigned long long)addr);
        if (status == 0 && threads->count - first >= SW_MAX_THREADS)
            status = sw_fail(&problem, SW_E_LIMIT, addr, "thread_state.next",
                "more than %d threads: the list is damaged", SW_MAX_THREADS);
        if (status < 0 && status != SW_E_NOT_FOUND) {
            add_problem(threads, &problem);
            return 0;
        }
        before = addr;
        addr = state.next;
        if (status == SW_E_NOT_FOUND)
            continue;
        thread = add_thread(threads);
        if (!thread)
            return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
        thread->state = state;
        thread->runtime = runtime;
        thread->runtime_index = index;
        thread->interpreter_id = interpreter->id;
        thread->holds_gil = state.addr == holder;
        thread->collecting = collecting && thread->holds_gil;
    }
    return 0;
}

static int list_runtime(struct sw_session *session, unsigned index,
    struct sw_interpreter *interpreters, struct sw_threads *threads, struct sw_error *reterr)
{
    const struct sw_runtime *runtime = session->runtimes.items[index];
    struct sw_error problem;
    size_t count = sw_interpreters_list(runtime, interpreters, SW_MAX_INTERPRETERS, &problem);
    int status = 0;

    if (problem.status == SW_E_STOPPED)
        return sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted");
    add_problem(threads, &problem);
    threads->interpreter_counts[index] = count;
    for (size_t i = 0; i < count && status == 0; i++)
        status = list_interpreter(runtime, index, &interpreters[i], threads, reterr);
    return status;
}

/* By the debugger's numbers, threads without one behind; equal ones stay in CPython's order, except
   that of two states on one thread the one that is attached comes first. */
static int compare(const void *left, const void *right)
{
    const struct sw_thread *a = left, *b = right;
    int64_t x = a->number ? a->number : INT64_MAX, y = b->number ? b->number : INT64_MAX;

    if (x != y)
        return x < y ? -1 : 1;
    if (a->number && a->state.active != b->state.active)
        return a->state.active ? -1 : 1;
    if (a->interpreter_id != b->interpreter_id)
        return a->interpreter_id > b->interpreter_id ? -1 : 1;
    return a->state.id < b->state.id ? -1 : a->state.id > b->state.id;
}

static int threads_list(
    struct sw_session *session, struct sw_threads *threads, struct sw_error *reterr)
{
    struct sw_interpreter *interpreters = calloc(SW_MAX_INTERPRETERS, sizeof(*interpreters));
    int status = 0;

    if (!interpreters)
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    add_problem(threads, &session->runtimes.problem);
    for (unsigned i = 0; i < session->runtimes.count && status == 0; i++)
        status = list_runtime(session, i, interpreters, threads, reterr);
    free(interpreters);
    if (status == 0)
        status = sw_threads_match_native(session, threads, reterr);
    if (status == 0 && threads->count)
        qsort(threads->items, threads->count, sizeof(*threads->items), compare);
    return status;
}

int sw_session_threads(
    struct sw_session *session, struct sw_error *reterr, const struct sw_threads **ret_threads)
{
    int status = sw_session_discover(session, reterr);

    if (status < 0)
        return status;
    if (!session->threads) {
        struct sw_threads *threads = calloc(1, sizeof(*threads));

        if (!threads)
            return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
        status = threads_list(session, threads, reterr);
        /* Nor is a list kept that was interrupted where that is no failure. */
        if (status == 0 && session->memory.stopped)
            status = sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted");
        if (status < 0) {
            sw_threads_fini(threads);
            free(threads);
            return status;
        }
        session->threads = threads;
    }
    sw_threads_mark_selected(session, session->threads);
    if (session->memory.stopped)
        return sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted");
    *ret_threads = session->threads;
    return 0;
}

int sw_session_threads_in_kernel(
    struct sw_session *session, struct sw_error *reterr, const struct sw_threads **ret_threads)
{
    int status = sw_session_threads(session, reterr, ret_threads);

    if (status == 0)
        sw_threads_ask_kernel(&session->memory, session->threads);
    return status;
}

void sw_thread_open_stack(
    struct sw_session *session, const struct sw_thread *thread, struct sw_stack *ret_stack)
{
    sw_stack_open(
        ret_stack, thread->runtime, &session->codes[thread->runtime_index], &thread->state);
}

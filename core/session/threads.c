/* SPDX-License-Identifier: MIT */
#include "session/threads.h"

#include <stdlib.h>
#include <string.h>

#include "session/calls.h"
#include "session/collector.h"
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
    sw_addr finalizer = sw_finalizer(runtime);
    bool has_prev = sw_reader_has(&runtime->reader, SW_F_THREAD_STATE_PREV);
    size_t visited = 0;

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
        if ((status == 0 || status == SW_E_NOT_FOUND) && visited++ == SW_MAX_THREADS)
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
        thread->finalizing = state.finalizing || state.addr == finalizer;
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
    for (size_t i = 0; i < count && status == 0; i++) {
        size_t first = threads->count;

        status = list_interpreter(runtime, index, &interpreters[i], threads, reterr);
        if (status == 0)
            sw_threads_mark_world(threads, &interpreters[i], first);
    }
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

/* Whether a runtime's file is not at hand, only one of the same name. */
static bool is_of_other_build(
    struct sw_session *session, const struct sw_runtime *runtime, struct sw_error *ret_problem)
{
    sw_addr addr = runtime->evaluation_loop ? runtime->evaluation_loop : runtime->root;

    return sw_memory_other_build(&session->memory, addr, ret_problem) < 0;
}

static int threads_list(
    struct sw_session *session, struct sw_threads *threads, struct sw_error *reterr)
{
    struct sw_interpreter *interpreters = calloc(SW_MAX_INTERPRETERS, sizeof(*interpreters));
    struct sw_error problem;
    int status = 0;

    if (!interpreters)
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    add_problem(threads, &session->runtimes.problem);
    for (unsigned i = 0; i < session->runtimes.count && status == 0; i++)
        status = list_runtime(session, i, interpreters, threads, reterr);
    free(interpreters);
    if (status == 0)
        status = sw_threads_match_native(session, threads, reterr);
    if (status == 0 && sw_threads_mark_collectors(session, threads) < 0)
        status = sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted");
    for (unsigned i = 0; i < session->runtimes.count && status == 0; i++)
        if (is_of_other_build(session, session->runtimes.items[i], &problem))
            add_problem(threads, &problem);
    if (status == 0 && threads->count)
        qsort(threads->items, threads->count, sizeof(*threads->items), compare);
    return status;
}

/* ---------------------------------------------------------------- one interpreter's */

static bool is_chosen(const struct sw_interpreter_choice *chosen, unsigned runtime, int64_t id)
{
    return !chosen->is_one ||
           (id == chosen->id && (chosen->runtime < 0 || chosen->runtime == (int64_t)runtime));
}

size_t sw_session_interpreters(const struct sw_session *session, unsigned runtime_index,
    struct sw_interpreter *interpreters, size_t max, struct sw_error *ret_problem)
{
    size_t count = sw_interpreters_list(
        session->runtimes.items[runtime_index], interpreters, max, ret_problem);
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (is_chosen(&session->chosen, runtime_index, interpreters[i].id))
            interpreters[kept++] = interpreters[i];
    return kept;
}

/* An interpreter may be there without a thread. */
static int check_choice(const struct sw_session *session, struct sw_error *reterr)
{
    struct sw_interpreter *interpreters = calloc(SW_MAX_INTERPRETERS, sizeof(*interpreters));
    size_t count = 0;

    if (!interpreters)
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    for (unsigned i = 0; i < session->runtimes.count; i++) {
        struct sw_error problem;

        count += sw_session_interpreters(session, i, interpreters, SW_MAX_INTERPRETERS, &problem);
    }
    free(interpreters);
    if (count == 1)
        return 0;
    if (count)
        return sw_fail(reterr, SW_E_NOT_FOUND, 0, "",
            "%zu Pythons have an interpreter %lld: say which as PYTHON:ID; py-interp lists them",
            count, (long long)session->chosen.id);
    return sw_fail(reterr, SW_E_NOT_FOUND, 0, "",
        "there is no interpreter %lld: py-interp lists those there are",
        (long long)session->chosen.id);
}

static int choose(struct sw_session *session, struct sw_error *reterr)
{
    const struct sw_threads *all = session->threads;
    struct sw_threads *some = session->chosen_threads;
    struct sw_thread *items;

    if (!some)
        some = session->chosen_threads = calloc(1, sizeof(*some));
    items = some ? calloc(all->count + 1, sizeof(*items)) : NULL;
    if (!items)
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    free(some->items);
    *some = *all;
    some->items = items;
    some->natives = NULL;
    some->native_count = 0;
    some->count = 0;
    some->capacity = all->count;
    for (size_t i = 0; i < all->count; i++)
        if (is_chosen(&session->chosen, all->items[i].runtime_index, all->items[i].interpreter_id))
            items[some->count++] = all->items[i];
    return 0;
}

/* What the command is about, of the list that was made. */
static int give(
    struct sw_session *session, struct sw_error *reterr, const struct sw_threads **ret_threads)
{
    int status;

    *ret_threads = session->threads;
    if (!session->chosen.is_one)
        return 0;
    status = check_choice(session, reterr);
    if (status == 0)
        status = choose(session, reterr);
    if (status == 0)
        *ret_threads = session->chosen_threads;
    return status;
}

/* ---------------------------------------------------------------- a session's */

int sw_session_all_threads(
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

int sw_session_threads(
    struct sw_session *session, struct sw_error *reterr, const struct sw_threads **ret_threads)
{
    int status = sw_session_all_threads(session, reterr, ret_threads);

    return status < 0 ? status : give(session, reterr, ret_threads);
}

int sw_session_threads_in_kernel(
    struct sw_session *session, struct sw_error *reterr, const struct sw_threads **ret_threads)
{
    int status = sw_session_all_threads(session, reterr, ret_threads);

    if (status < 0)
        return status;
    sw_threads_ask_kernel(&session->memory, session->threads);
    return give(session, reterr, ret_threads);
}

int sw_session_threads_in_calls(
    struct sw_session *session, struct sw_error *reterr, const struct sw_threads **ret_threads)
{
    int status = sw_session_threads_in_kernel(session, reterr, ret_threads);

    if (status == 0)
        status = sw_threads_ask_registers(&session->memory, session->threads, reterr);
    if (status == 0)
        *ret_threads = session->threads;
    return status;
}

bool sw_thread_is_chosen(const struct sw_session *session, const struct sw_thread *thread)
{
    return !session->chosen.is_one ||
           is_chosen(&session->chosen, thread->runtime_index, thread->interpreter_id);
}

void sw_thread_open_stack(
    struct sw_session *session, const struct sw_thread *thread, struct sw_stack *ret_stack)
{
    sw_stack_open(
        ret_stack, thread->runtime, &session->codes[thread->runtime_index], &thread->state);
}

/* SPDX-License-Identifier: MIT */
#include "session/runner.h"

#include "session/words.h"

/* What only the thread that runs a thread state has on its stack: the state, its newest frames. */
enum { MAX_WORDS = 8 };

struct evidence {
    sw_addr words[MAX_WORDS];
    unsigned count;
};

/* States of the main interpreter are those of the threads that made them. */
static bool is_doubtful(const struct sw_threads *threads, const struct sw_thread *thread)
{
    if (thread->interpreter_id == 0 || !thread->state.frame)
        return false;
    for (size_t i = 0; i < threads->count; i++) {
        const struct sw_thread *other = &threads->items[i];

        if (other != thread && other->runtime == thread->runtime &&
            other->state.thread_id == thread->state.thread_id)
            return true;
    }
    return !thread->tid;
}

/* ---------------------------------------------------------------- by an address */

/*
 * From 3.10 to 3.12 the state points to a struct on the stack of the evaluation loop. It belongs to
 * the thread whose stack pointer is the nearest one below it: between a stack pointer and the end
 * of its stack there is no other stack.
 */
static int find_by_address(struct sw_memory *memory, int tasks, const struct sw_threads *threads,
    sw_addr addr, const struct sw_native_thread **ret_native)
{
    sw_addr nearest = 0;

    for (size_t i = 0; i < threads->native_count; i++) {
        sw_addr pointer;
        int status = sw_stack_pointer(memory, tasks, threads->natives[i].tid, &pointer);

        if (status == SW_E_STOPPED)
            return status;
        if (status == 0 && pointer <= addr && pointer > nearest) {
            nearest = pointer;
            *ret_native = &threads->natives[i];
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- by what is on the stack */

static void collect(
    struct sw_session *session, const struct sw_thread *thread, struct evidence *evidence)
{
    struct sw_stack stack;
    struct sw_frame frame;

    evidence->words[0] = thread->state.addr;
    evidence->count = 1;
    sw_thread_open_stack(session, thread, &stack);
    while (evidence->count < MAX_WORDS && sw_stack_next(&stack, NULL, &frame) > 0)
        evidence->words[evidence->count++] = frame.addr;
}

/* How many of the words are on the stack. */
static unsigned count_found(const struct sw_stack_words *words, const struct evidence *evidence)
{
    unsigned found = 0;
    bool seen[MAX_WORDS] = {false};

    for (size_t k = 0; k < words->count; k++)
        for (unsigned i = 0; words->items[k] && i < evidence->count; i++)
            if (words->items[k] == evidence->words[i] && !seen[i]) {
                seen[i] = true;
                found++;
            }
    return found;
}

/* The thread that has the most of it; with equals the one that the ids name. */
static int find_by_stack(struct sw_session *session, int tasks, const struct sw_threads *threads,
    const struct sw_thread *thread, const struct sw_native_thread **ret_native)
{
    struct sw_stack_words words;
    struct evidence evidence;
    unsigned most = 0;

    collect(session, thread, &evidence);
    for (size_t i = 0; i < threads->native_count; i++) {
        const struct sw_native_thread *native = &threads->natives[i];
        sw_addr pointer;
        unsigned found;
        int status = sw_stack_pointer(&session->memory, tasks, native->tid, &pointer);

        if (status == SW_E_STOPPED || session->memory.stopped)
            return SW_E_STOPPED;
        if (status < 0)
            continue;
        sw_stack_words_read(&session->memory, pointer, &words);
        found = count_found(&words, &evidence);
        if (found && (found > most || (found == most && native->tid == thread->tid))) {
            most = found;
            *ret_native = native;
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- all of them */

/* Python's own id of that thread is in its state of the main interpreter; a thread without one has
   none that is known. */
static void give_to(const struct sw_threads *threads, struct sw_thread *thread,
    const struct sw_native_thread *native)
{
    if (native->tid == thread->tid)
        return;
    thread->tid = native->tid;
    thread->number = native->number;
    thread->state.native_id = 0;
    thread->state.thread_id = 0;
    for (size_t i = 0; i < threads->count; i++) {
        const struct sw_thread *other = &threads->items[i];

        if (other->tid == native->tid && other->interpreter_id == 0 &&
            other->runtime == thread->runtime)
            thread->state.thread_id = other->state.thread_id;
    }
}

/* *ret_native is unchanged when there is nothing to go by. */
static int find(struct sw_session *session, int tasks, const struct sw_threads *threads,
    const struct sw_thread *thread, const struct sw_native_thread **ret_native)
{
    const struct sw_reader *reader = &thread->runtime->reader;
    uint64_t cframe;

    if (sw_reader_has(reader, SW_F_THREAD_STATE_CFRAME))
        return sw_reader_uint(reader, thread->state.addr, SW_F_THREAD_STATE_CFRAME, NULL, &cframe) <
                       0
                   ? 0
                   : find_by_address(&session->memory, tasks, threads, cframe, ret_native);
    /* 3.13 and later: ids are right. */
    if (sw_reader_has(reader, SW_F_THREAD_STATE_NATIVE_THREAD_ID))
        return 0;
    return find_by_stack(session, tasks, threads, thread, ret_native);
}

int sw_threads_find_runners(struct sw_session *session, struct sw_threads *threads)
{
    int tasks = -1, status = 0;

    for (size_t i = 0; i < threads->count && status == 0; i++) {
        struct sw_thread *thread = &threads->items[i];
        const struct sw_native_thread *native = NULL;

        if (!is_doubtful(threads, thread))
            continue;
        if (tasks < 0)
            tasks = sw_kernel_tasks_open(&session->memory);
        status = find(session, tasks, threads, thread, &native);
        if (status == 0 && native)
            give_to(threads, thread, native);
    }
    sw_kernel_tasks_close(tasks);
    return status;
}

/* SPDX-License-Identifier: MIT */
#include "sync/waits.h"

#include <string.h>

#include "frame/valuestack.h"
#include "sync/holder.h"
#include "sync/mutex.h"

/* Linux's futex(word, operation, value, timeout). */
enum { FUTEX_WORD, FUTEX_OPERATION, FUTEX_VALUE, FUTEX_TIMEOUT };

const char *sw_wait_kind_name(enum sw_wait_kind kind)
{
    static const char *const names[] = {
        [SW_WAIT_UNKNOWN] = "unknown",
        [SW_WAIT_LOCK] = "lock",
        [SW_WAIT_RLOCK] = "rlock",
        [SW_WAIT_CONDITION] = "condition",
        [SW_WAIT_EVENT] = "event",
        [SW_WAIT_SEMAPHORE] = "semaphore",
        [SW_WAIT_BARRIER] = "barrier",
        [SW_WAIT_QUEUE_GET] = "queue.get",
        [SW_WAIT_QUEUE_PUT] = "queue.put",
        [SW_WAIT_QUEUE_JOIN] = "queue.join",
        [SW_WAIT_SIMPLE_QUEUE] = "simplequeue.get",
        [SW_WAIT_THREAD] = "thread",
        [SW_WAIT_GIL] = "gil",
        [SW_WAIT_MUTEX] = "mutex",
        [SW_WAIT_WORLD] = "world",
        [SW_WAIT_STOP] = "stop",
    };

    return names[kind];
}

const char *sw_owner_kind_name(enum sw_owner_kind kind)
{
    static const char *const names[] = {
        [SW_OWNER_NONE] = "none",
        [SW_OWNER_UNKNOWN] = "unknown",
        [SW_OWNER_SEVERAL] = "several",
        [SW_OWNER_THREAD] = "thread",
        [SW_OWNER_NATIVE] = "native",
        [SW_OWNER_ENDED] = "ended",
    };

    return names[kind];
}

void sw_waits_fini(struct sw_waits *waits)
{
    sw_arena_reset(&waits->arena);
}

size_t sw_waits_representative(const struct sw_threads *threads, size_t index)
{
    int64_t tid = threads->items[index].tid;

    /* States of one native thread stand side by side. */
    while (tid && index && threads->items[index - 1].tid == tid)
        index--;
    return index;
}

const struct sw_wait *sw_waits_of(const struct sw_waits *waits, size_t index)
{
    size_t low = 0, high = waits->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (waits->items[middle].thread == index)
            return &waits->items[middle];
        if (waits->items[middle].thread < index)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---------------------------------------------------------------- owners */

static void own(const struct sw_threads *threads, size_t owner, struct sw_wait *wait)
{
    wait->owner_kind = SW_OWNER_THREAD;
    wait->owner = sw_waits_representative(threads, owner);
}

static void own_by_ident(const struct sw_threads *threads, const struct sw_runtime *runtime,
    uint64_t ident, struct sw_wait *wait)
{
    wait->owner_ident = ident;
    wait->owner_kind = ident ? SW_OWNER_ENDED : SW_OWNER_UNKNOWN;
    for (size_t i = 0; ident && i < threads->count; i++)
        if (threads->items[i].runtime == runtime && threads->items[i].state.thread_id == ident) {
            own(threads, i, wait);
            return;
        }
}

static void wait_for_gil(const struct sw_threads *threads, size_t index, struct sw_wait *wait)
{
    const struct sw_thread *thread = &threads->items[index];
    struct sw_interpreter interpreter = {.addr = thread->state.interp};
    struct sw_gil gil;

    sw_gil_read(thread->runtime, &interpreter, &gil);
    wait->kind = SW_WAIT_GIL;
    wait->object = gil.addr;
    wait->owner_kind = SW_OWNER_UNKNOWN;
    for (size_t i = 0; gil.holder && i < threads->count; i++)
        if (threads->items[i].state.addr == gil.holder)
            own(threads, i, wait);
    /* Free: it is being handed over. */
    if (!gil.holder)
        wait->owner_kind = SW_OWNER_NONE;
}

/* A suspended thread waits for the one that stopped the world. */
static void wait_for_world(const struct sw_threads *threads, size_t index, struct sw_wait *wait)
{
    const struct sw_thread *thread = &threads->items[index];

    wait->kind = SW_WAIT_WORLD;
    wait->object = thread->suspended_by;
    wait->owner_kind = SW_OWNER_UNKNOWN;
    for (size_t i = 0; wait->object && i < threads->count; i++)
        if (threads->items[i].state.addr == wait->object)
            own(threads, i, wait);
}

/* And that one for those that are attached. Who computes will see the request in a moment: who
   blocks in a system call is what it waits for. */
static void wait_for_stop(const struct sw_threads *threads, size_t index, struct sw_wait *wait)
{
    const struct sw_thread *thread = &threads->items[index];
    size_t found = 0;

    wait->kind = SW_WAIT_STOP;
    wait->object = thread->state.addr;
    for (size_t i = 0; i < threads->count; i++) {
        const struct sw_thread *other = &threads->items[i];

        if (other == thread || other->runtime != thread->runtime ||
            other->state.attachment != SW_ATTACHED || (other->call_known && other->call < 0))
            continue;
        own(threads, i, wait);
        found++;
    }
    if (found != 1)
        wait->owner_kind = found ? SW_OWNER_SEVERAL : SW_OWNER_UNKNOWN;
}

/* A thread's kernel id as the C library of the target has it, in its own PID namespace. */
static void own_by_tid(const struct sw_threads *threads, int64_t tid, struct sw_wait *wait)
{
    wait->owner_tid = tid;
    for (size_t i = 0; i < threads->count; i++) {
        const struct sw_thread *thread = &threads->items[i];

        if (thread->state.native_id ? (int64_t)thread->state.native_id == tid
                                    : thread->tid == tid) {
            own(threads, i, wait);
            return;
        }
    }
    wait->owner_kind = SW_OWNER_NATIVE;
}

/* ---------------------------------------------------------------- the lock slept on */

/* The newest frame calls what sleeps, so the lock, or its method, is on its value stack. Whatever
   else is left there, the semaphore proves it. */
static bool lock_on_stack(const struct sw_library *library, struct sw_session *session,
    const struct sw_thread *thread, sw_addr word, struct sw_lock *ret_lock)
{
    const struct sw_reader *reader = &thread->runtime->reader;
    struct sw_value_stack values;
    struct sw_stack stack;
    struct sw_frame frame;

    sw_thread_open_stack(session, thread, &stack);
    if (sw_stack_next(&stack, NULL, &frame) <= 0 || !frame.code ||
        sw_value_stack_find(thread->runtime, &frame, &values) < 0)
        return false;
    for (uint64_t i = 0; i < values.slots; i++) {
        const struct sw_type *type;
        sw_addr object;

        if (sw_value_stack_object(reader, &values, i, &object) < 0)
            return false;
        if (!sw_reader_is_pointer(reader, object) ||
            sw_types_of(library->types, reader, object, NULL, &type) < 0)
            continue;
        if (type->kind == SW_KIND_BUILTIN &&
            sw_reader_uint(reader, object, SW_F_CFUNCTION_SELF, NULL, &object) < 0)
            continue;
        if (sw_lock_read(reader, library->types, object, ret_lock) == 0 && !ret_lock->is_mutex &&
            ret_lock->semaphore == word)
            return true;
    }
    return false;
}

static void wait_for_object(const struct sw_library *library, struct sw_session *session,
    const struct sw_threads *threads, size_t index, const struct sw_lock *lock,
    struct sw_wait *wait)
{
    const struct sw_thread *thread = &threads->items[index];
    struct sw_waited waited = sw_library_waited(library, session, thread, lock);

    wait->kind = waited.kind;
    wait->object = waited.object;
    switch (waited.kind) {
    case SW_WAIT_LOCK:
    case SW_WAIT_UNKNOWN:
        wait->owner_kind = SW_OWNER_UNKNOWN;
        break;
    case SW_WAIT_RLOCK:
    case SW_WAIT_THREAD:
        own_by_ident(threads, thread->runtime,
            lock && lock->object == waited.object
                ? lock->owner
                : sw_library_ident(library, waited.object, waited.kind),
            wait);
        break;
    default:
        break;
    }
}

/* The lock that has the word, if it is one of Python's. */
static bool find_lock(const struct sw_library *library, struct sw_session *session,
    const struct sw_thread *thread, sw_addr word, struct sw_lock *ret_lock)
{
    sw_addr parked;

    return sw_lock_parked(&thread->runtime->reader, library->types, word, &parked, ret_lock) == 0 ||
           lock_on_stack(library, session, thread, word, ret_lock);
}

/* The thread sleeps in futex(): in Python's words if they can be found, in C's otherwise. */
static void read_futex(const struct sw_library *library, struct sw_session *session,
    const struct sw_threads *threads, size_t index, struct sw_wait *wait)
{
    const struct sw_thread *thread = &threads->items[index];
    struct sw_memory *memory = thread->runtime->reader.memory;
    sw_addr word = thread->call_arguments[FUTEX_WORD];
    uint64_t absent = memory->absent, in_vain;
    struct sw_mutex mutex;
    struct sw_lock lock;
    bool is_lock = find_lock(library, session, thread, word, &lock);
    bool is_mutex = !is_lock && sw_mutex_read(memory, threads, word,
                                    (uint32_t)thread->call_arguments[FUTEX_OPERATION],
                                    (uint32_t)thread->call_arguments[FUTEX_VALUE], &mutex);

    /* Leftovers were looked at as if they were objects. Nothing is missing because of that, unless
       nothing is found. */
    in_vain = memory->absent - absent;
    memory->absent = absent;
    wait->timed = thread->call_arguments[FUTEX_TIMEOUT] != 0;
    if (is_mutex) {
        wait->kind = SW_WAIT_MUTEX;
        wait->object = word;
        own_by_tid(threads, mutex.owner, wait);
    } else {
        wait_for_object(library, session, threads, index, is_lock ? &lock : NULL, wait);
    }
    if (wait->kind == SW_WAIT_UNKNOWN)
        memory->absent += in_vain;
}

static bool is_held_up(const struct sw_thread *thread)
{
    return thread->waits_for_gil || thread->state.held || thread->waits_for_world;
}

/* Whether the interpreter makes a native thread wait, in any of its states. */
static bool find_held_up(const struct sw_threads *threads, size_t first, size_t *ret_index)
{
    int64_t tid = threads->items[first].tid;

    for (size_t i = first; i < threads->count && (i == first || threads->items[i].tid == tid);
         i++) {
        if (is_held_up(&threads->items[i])) {
            *ret_index = i;
            return true;
        }
        if (!tid)
            break;
    }
    return false;
}

static void wait_for_interpreter(
    const struct sw_threads *threads, size_t index, struct sw_wait *wait)
{
    const struct sw_thread *thread = &threads->items[index];

    if (thread->waits_for_gil)
        wait_for_gil(threads, index, wait);
    else if (thread->waits_for_world)
        wait_for_stop(threads, index, wait);
    else
        wait_for_world(threads, index, wait);
}

static void read_thread(struct sw_session *session, const struct sw_threads *threads,
    struct sw_library *library, size_t index, struct sw_waits *waits)
{
    const struct sw_thread *thread = &threads->items[index];
    struct sw_wait wait = {.thread = index};
    size_t state;

    if (find_held_up(threads, index, &state)) {
        wait_for_interpreter(threads, state, &wait);
    } else if (!thread->call_known) {
        waits->asleep_unknown += !thread->holds_gil;
        return;
    } else if (sw_kernel_may_be_futex(&session->memory, thread->call)) {
        sw_library_find(session, thread, library);
        read_futex(library, session, threads, index, &wait);
        /* Some other call with a timeout, begun anew. */
        if (wait.kind == SW_WAIT_UNKNOWN && !sw_kernel_is_futex(&session->memory, thread->call))
            return;
    } else {
        return;
    }
    waits->items[waits->count++] = wait;
}

int sw_waits_read(struct sw_session *session, struct sw_error *reterr, struct sw_waits *ret_waits)
{
    struct sw_library library = {.runtime = NULL};
    const struct sw_threads *threads;
    int status;

    memset(ret_waits, 0, sizeof(*ret_waits));
    status = sw_session_threads_in_calls(session, reterr, &threads);
    if (status < 0)
        return status;
    ret_waits->threads = threads;
    ret_waits->items =
        sw_arena_alloc(&ret_waits->arena, (threads->count + 1) * sizeof(*ret_waits->items));
    if (!ret_waits->items)
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    for (size_t i = 0; i < threads->count && !session->memory.stopped; i++)
        if (sw_waits_representative(threads, i) == i)
            read_thread(session, threads, &library, i, ret_waits);
    status = sw_holders_find(session, ret_waits, reterr);
    if (status == 0 && session->memory.stopped)
        return sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted");
    return status;
}

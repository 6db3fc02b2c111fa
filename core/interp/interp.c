/* SPDX-License-Identifier: MIT */
#include "interp/interp.h"

#include <string.h>

#include "runtime/statics.h"

static int interpreter_read(const struct sw_runtime *runtime, sw_addr addr, struct sw_error *reterr,
    struct sw_interpreter *ret_interpreter)
{
    const struct sw_reader *reader = &runtime->reader;
    struct sw_interpreter interpreter = {.addr = addr};
    uint64_t id = 0;
    int status;

    if (!sw_reader_is_pointer(reader, addr))
        return sw_fail(reterr, SW_E_CORRUPT, addr, "interpreter_state",
            "0x%llx cannot be an interpreter", (unsigned long long)addr);
    status = sw_reader_uint(reader, addr, SW_F_INTERPRETER_STATE_NEXT, reterr, &interpreter.next);
    if (status == 0)
        status = sw_reader_uint(
            reader, addr, SW_F_INTERPRETER_STATE_THREADS_HEAD, reterr, &interpreter.first_thread);
    if (status == 0 && sw_reader_has(reader, SW_F_INTERPRETER_STATE_ID))
        status = sw_reader_uint(reader, addr, SW_F_INTERPRETER_STATE_ID, reterr, &id);
    if (status < 0)
        return status;
    interpreter.id = (int64_t)id;
    *ret_interpreter = interpreter;
    return 0;
}

size_t sw_interpreters_list(const struct sw_runtime *runtime, struct sw_interpreter *interpreters,
    size_t max, struct sw_error *ret_problem)
{
    sw_addr addr = runtime->first_interpreter;
    size_t count = 0;
    int status = 0;

    memset(ret_problem, 0, sizeof(*ret_problem));
    if (runtime->head)
        status = sw_memory_ptr(
            runtime->reader.memory, runtime->head, "interpreters", ret_problem, &addr);
    while (status == 0 && addr) {
        if (count == max) {
            sw_fail(ret_problem, SW_E_LIMIT, addr, "interpreter_state.next",
                "more than %zu interpreters: the list is damaged", max);
            break;
        }
        status = interpreter_read(runtime, addr, ret_problem, &interpreters[count]);
        if (status < 0)
            break;
        for (size_t i = 0; i < count; i++)
            if (interpreters[i].addr == addr) {
                sw_fail(ret_problem, SW_E_CORRUPT, addr, "interpreter_state.next",
                    "the list of interpreters comes back to 0x%llx", (unsigned long long)addr);
                return count;
            }
        addr = interpreters[count++].next;
    }
    if (!sw_reader_has(&runtime->reader, SW_F_INTERPRETER_STATE_ID))
        for (size_t i = 0; i < count; i++)
            interpreters[i].id = (int64_t)(count - 1 - i);
    return count;
}

/* ---------------------------------------------------------------- thread states */

/* Where the chain of frames begins (see traits.txt, frame_chain). */
static int newest_frame(const struct sw_reader *reader, const struct sw_span *span,
    struct sw_error *reterr, struct sw_thread_state *thread)
{
    const struct sw_field *field;
    sw_addr cframe, *ret_frame = &thread->frame;
    int status;

    switch (reader->layout->traits.frame_chain) {
    case SW_FRAME_CHAIN_THREAD_FRAME:
        *ret_frame = sw_span_uint(reader, span, SW_F_THREAD_STATE_FRAME);
        return 0;
    case SW_FRAME_CHAIN_CURRENT_FRAME:
        *ret_frame = sw_span_uint(reader, span, SW_F_THREAD_STATE_CURRENT_FRAME);
        /* Since 3.15 every thread state has a frame below all others, which runs no Python. */
        if (sw_reader_has(reader, SW_F_THREAD_STATE_BASE_FRAME) &&
            *ret_frame == sw_span_uint(reader, span, SW_F_THREAD_STATE_BASE_FRAME))
            *ret_frame = 0;
        return 0;
    case SW_FRAME_CHAIN_CFRAME:
        cframe = sw_span_uint(reader, span, SW_F_THREAD_STATE_CFRAME);
        if (!sw_reader_is_pointer(reader, cframe))
            return sw_fail(reterr, SW_E_CORRUPT, cframe, "thread_state.cframe",
                "0x%llx cannot be a cframe", (unsigned long long)cframe);
        /* On the native stack of its thread, where nothing else is looked at in most threads. */
        field = &reader->layout->fields[SW_F_CFRAME_CURRENT_FRAME];
        status = sw_memory_uint_alone(reader->memory, cframe + field->offset, field->width,
            "cframe.current_frame", reterr, ret_frame);
        if (status != SW_E_READ)
            return status;
        thread->lost_frame = cframe;
        return 0;
    }
    return SW_E_UNSUPPORTED;
}

/* Since 3.12 a state may be in the list before its thread is bound to it, or after it was cleared.
 */
static bool is_in_use(const struct sw_reader *reader, const struct sw_span *span)
{
    if (!sw_reader_has(reader, SW_F_THREAD_STATE_BOUND))
        return true;
    return sw_span_uint(reader, span, SW_F_THREAD_STATE_BOUND) &&
           !sw_span_uint(reader, span, SW_F_THREAD_STATE_CLEARED);
}

/* Include/internal/pycore_pystate.h, _Py_THREAD_DETACHED and so on; the last two came with 3.15.2,
   of threads that wait to attach, as suspended ones did before without a number of their own. */
static void read_attachment(
    const struct sw_runtime *runtime, const struct sw_span *span, struct sw_thread_state *thread)
{
    enum { SUSPENDED = 2, SUSPENDED_WAITING = 4 };
    static const enum sw_attachment attachments[] = {
        SW_DETACHED, SW_ATTACHED, SW_SUSPENDED, SW_SHUTTING_DOWN, SW_SUSPENDED, SW_DETACHED};
    uint64_t state;

    if (!runtime->layout.flavour.free_threaded ||
        !sw_reader_has(&runtime->reader, SW_F_THREAD_STATE_STATE))
        return;
    state = sw_span_uint(&runtime->reader, span, SW_F_THREAD_STATE_STATE);
    if (state < sizeof(attachments) / sizeof(attachments[0]))
        thread->attachment = attachments[state];
    thread->held = state == SUSPENDED_WAITING || (state == SUSPENDED && thread->active);
}

int sw_thread_state_read(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    sw_addr addr, struct sw_error *reterr, struct sw_thread_state *ret_thread)
{
    const struct sw_reader *reader = &runtime->reader;
    struct sw_thread_state thread = {.addr = addr, .id = -1};
    struct sw_span span;
    int status = sw_span_load(reader, SW_S_THREAD_STATE, addr, reterr, &span);

    if (status < 0)
        return status;
    thread.interp = sw_span_uint(reader, &span, SW_F_THREAD_STATE_INTERP);
    if (thread.interp != interpreter->addr)
        return sw_fail(reterr, SW_E_CORRUPT, addr, "thread_state.interp",
            "the thread state at 0x%llx belongs to 0x%llx, not to the interpreter 0x%llx",
            (unsigned long long)addr, (unsigned long long)thread.interp,
            (unsigned long long)interpreter->addr);
    thread.next = sw_span_uint(reader, &span, SW_F_THREAD_STATE_NEXT);
    thread.prev = sw_span_uint(reader, &span, SW_F_THREAD_STATE_PREV);
    thread.thread_id = sw_span_uint(reader, &span, SW_F_THREAD_STATE_THREAD_ID);
    thread.native_id = sw_span_uint(reader, &span, SW_F_THREAD_STATE_NATIVE_THREAD_ID);
    thread.datastack_chunk = sw_span_uint(reader, &span, SW_F_THREAD_STATE_DATASTACK_CHUNK);
    thread.base_frame = sw_span_uint(reader, &span, SW_F_THREAD_STATE_BASE_FRAME);
    thread.active = sw_span_uint(reader, &span, SW_F_THREAD_STATE_ACTIVE) != 0;
    read_attachment(runtime, &span, &thread);
    thread.gil_requested = sw_span_uint(reader, &span, SW_F_THREAD_STATE_GIL_REQUESTED) != 0;
    thread.finalizing = sw_span_uint(reader, &span, SW_F_THREAD_STATE_FINALIZING) != 0;
    thread.tracer = sw_span_uint(reader, &span, SW_F_THREAD_STATE_TRACER);
    thread.profiler = sw_span_uint(reader, &span, SW_F_THREAD_STATE_PROFILER);
    if (sw_reader_has(reader, SW_F_THREAD_STATE_ID))
        thread.id = sw_span_int(reader, &span, SW_F_THREAD_STATE_ID);
    if (!is_in_use(reader, &span)) {
        *ret_thread = thread;
        return SW_E_NOT_FOUND;
    }
    status = newest_frame(reader, &span, reterr, &thread);
    if (status < 0)
        return status;
    *ret_thread = thread;
    return 0;
}

/* ---------------------------------------------------------------- GIL */

/* Address of the _gil_runtime_state that serves an interpreter; 0 where the GIL has no such struct.
 */
static sw_addr gil_state(const struct sw_runtime *runtime, sw_addr interpreter)
{
    uint64_t gil;

    switch (runtime->layout.traits.gil_home) {
    case SW_GIL_HOME_RUNTIME:
        return sw_runtime_at(runtime, SW_F_RUNTIME_STATE_GIL);
    case SW_GIL_HOME_INTERPRETER:
        if (sw_reader_uint(&runtime->reader, interpreter, SW_F_INTERPRETER_STATE_GIL, NULL, &gil) ==
            0)
            return gil;
        return 0;
    case SW_GIL_HOME_CURRENT_THREAD:
    case SW_GIL_HOME_STATICS:
        return 0;
    }
    return 0;
}

sw_addr sw_gil_holder(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter)
{
    const struct sw_reader *reader = &runtime->reader;
    uint64_t enabled = 1, locked = 0, holder = 0;
    sw_addr gil = gil_state(runtime, interpreter->addr);

    /* 2.7 and 3.6: _PyThreadState_Current is NULL whenever nobody holds the GIL. */
    if (runtime->current_thread)
        return sw_memory_ptr(reader->memory, runtime->current_thread, "GIL", NULL, &holder) == 0
                   ? holder
                   : 0;
    if (!sw_reader_is_pointer(reader, gil))
        return 0;
    if (sw_reader_has(reader, SW_F_GIL_STATE_ENABLED) &&
        sw_reader_uint(reader, gil, SW_F_GIL_STATE_ENABLED, NULL, &enabled) < 0)
        return 0;
    /* last_holder outlives the release: locked decides. It is -1 before the GIL exists. */
    if (!enabled || sw_reader_uint(reader, gil, SW_F_GIL_STATE_LOCKED, NULL, &locked) < 0 ||
        (uint32_t)locked != 1)
        return 0;
    if (sw_reader_uint(reader, gil, SW_F_GIL_STATE_LAST_HOLDER, NULL, &holder) < 0)
        return 0;
    return holder;
}

/* Bit 0 of PyThreadState.eval_breaker, _PY_GIL_DROP_REQUEST_BIT (3.13, gh-112175). */
enum { DROP_REQUEST = 1 };

void sw_gil_read(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    struct sw_gil *ret_gil)
{
    const struct sw_reader *reader = &runtime->reader;
    struct sw_gil gil = {.addr = gil_state(runtime, interpreter->addr)};
    uint64_t enabled = 1, breaker;

    if (gil.addr && runtime->layout.flavour.free_threaded &&
        sw_reader_has(reader, SW_F_GIL_STATE_ENABLED) &&
        sw_reader_uint(reader, gil.addr, SW_F_GIL_STATE_ENABLED, NULL, &enabled) == 0)
        gil.is_disabled = enabled == 0;
    gil.holder = sw_gil_holder(runtime, interpreter);
    if (gil.addr && !gil.holder && !gil.is_disabled)
        (void)sw_reader_uint(reader, gil.addr, SW_F_GIL_STATE_LAST_HOLDER, NULL, &gil.last_holder);
    if (gil.holder && sw_reader_has(reader, SW_F_THREAD_STATE_EVAL_BREAKER) &&
        sw_reader_uint(reader, gil.holder, SW_F_THREAD_STATE_EVAL_BREAKER, NULL, &breaker) == 0) {
        gil.drop_known = true;
        gil.drop_requested = breaker & DROP_REQUEST;
    }
    *ret_gil = gil;
}

bool sw_gil_range(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    sw_addr *ret_start, sw_addr *ret_end)
{
    sw_addr gil = gil_state(runtime, interpreter->addr);
    uint32_t size = runtime->layout.sizes[SW_S_GIL_STATE];

    if (!sw_reader_is_pointer(&runtime->reader, gil) || size == SW_ABSENT)
        return false;
    *ret_start = gil;
    *ret_end = gil + size;
    return true;
}

/* glibc's sem_t has 32 bytes. */
enum { SEMAPHORE_SIZE = 32 };

bool sw_gil_has_word(
    const struct sw_runtime *runtime, const struct sw_interpreter *interpreter, sw_addr word)
{
    sw_addr start, end, variable;

    if (sw_gil_range(runtime, interpreter, &start, &end))
        return word >= start && word < end;
    switch (runtime->layout.traits.gil_home) {
    case SW_GIL_HOME_CURRENT_THREAD:
        /* 2.7: a lock like any other, on the heap (Python/ceval.c, interpreter_lock). */
        return sw_static_find(runtime, SW_STATIC_GIL_LOCK, &variable) == 0 &&
               sw_memory_ptr(runtime->reader.memory, variable, "GIL", NULL, &start) == 0 && start &&
               word >= start && word < start + SEMAPHORE_SIZE;
    case SW_GIL_HOME_STATICS:
        /* 3.6: its mutexes and conditions are variables of Python/ceval_gil.h, and the only ones:
           all other locks are on the heap. */
        return sw_static_is_own(runtime, word);
    case SW_GIL_HOME_RUNTIME:
    case SW_GIL_HOME_INTERPRETER:
        break;
    }
    return false;
}

/* ---------------------------------------------------------------- stop-the-world */

/* One struct _stoptheworld_state, Include/internal/pycore_interp.h. */
struct world_fields {
    enum sw_field_id requested, stopped, requester;
};

static void read_world(const struct sw_reader *reader, sw_addr addr,
    const struct world_fields *fields, struct sw_world *world)
{
    uint64_t requested = 0, stopped = 0, requester = 0;

    if (!addr || !sw_reader_has(reader, fields->requested) ||
        sw_reader_uint(reader, addr, fields->requested, NULL, &requested) < 0 ||
        sw_reader_uint(reader, addr, fields->stopped, NULL, &stopped) < 0 ||
        sw_reader_uint(reader, addr, fields->requester, NULL, &requester) < 0)
        return;
    /* They are bools: anything else is no such struct. */
    if (requested > 1 || stopped > 1)
        return;
    world->requested = world->requested || requested;
    world->stopped = world->stopped || stopped;
    if ((requested || stopped) && requester)
        world->requester = requester;
}

void sw_world_read(const struct sw_runtime *runtime, const struct sw_interpreter *interpreter,
    struct sw_world *ret_world)
{
    static const struct world_fields of_interpreter = {SW_F_INTERPRETER_STATE_WORLD_REQUESTED,
        SW_F_INTERPRETER_STATE_WORLD_STOPPED, SW_F_INTERPRETER_STATE_WORLD_REQUESTER};
    static const struct world_fields of_all = {SW_F_RUNTIME_STATE_WORLD_REQUESTED,
        SW_F_RUNTIME_STATE_WORLD_STOPPED, SW_F_RUNTIME_STATE_WORLD_REQUESTER};
    struct sw_world world = {false, false, 0};

    /* Builds with a GIL have the struct too, and never use it. */
    if (runtime->layout.flavour.free_threaded) {
        read_world(&runtime->reader, runtime->root, &of_all, &world);
        read_world(&runtime->reader, interpreter->addr, &of_interpreter, &world);
    }
    *ret_world = world;
}

sw_addr sw_finalizer(const struct sw_runtime *runtime)
{
    uint64_t state = 0;

    if (!runtime->root || !sw_reader_has(&runtime->reader, SW_F_RUNTIME_STATE_FINALIZING) ||
        sw_reader_uint(
            &runtime->reader, runtime->root, SW_F_RUNTIME_STATE_FINALIZING, NULL, &state) < 0)
        return 0;
    return state;
}

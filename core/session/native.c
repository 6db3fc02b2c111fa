/* SPDX-License-Identifier: MIT */
#include "session/native.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "session/calls.h"
#include "session/kernel.h"
#include "session/runner.h"

/* How far into glibc's struct pthread its thread id is searched: 720 bytes on x86-64, less
 * elsewhere. */
enum { PTHREAD_SEARCH = 2048 };

/* How many threads prove the offset: an accident does not repeat. And how many are asked for that:
   structs of threads that have ended prove nothing. */
enum { PTHREAD_PROOFS = 8, PTHREAD_QUESTIONS = 64 };

/* The debugger's threads by their LWP. */
struct natives {
    struct sw_native_thread *items;
    size_t count;
    size_t capacity;
    struct sw_map by_tid;
};

static void natives_fini(struct natives *natives)
{
    free(natives->items);
    sw_map_clear(&natives->by_tid);
}

/* Python knows its threads by what the kernel called them to itself, which in a container is not
   what it calls them to the debugger outside. */
static int index_natives(const struct sw_memory *memory, struct natives *natives)
{
    int64_t pid = memory->info.pid;
    bool contained = sw_kernel_id_inside(memory, pid) != pid;

    for (size_t i = 0; i < natives->count; i++) {
        int64_t tid = natives->items[i].tid;

        if (contained && tid > 0)
            tid = sw_kernel_id_inside(memory, tid);
        if (tid > 0 && sw_map_put(&natives->by_tid, (sw_addr)tid, &natives->items[i]) < 0)
            return SW_E_NO_MEMORY;
    }
    return 0;
}

static int natives_list(struct sw_memory *memory, struct natives *natives)
{
    for (unsigned i = 0; memory->ops.thread && i < SW_MAX_NATIVE_THREADS; i++) {
        struct sw_native_thread found;
        int status;

        memset(&found, 0, sizeof(found));
        status = memory->ops.thread(memory->ctx, i, &found);
        if (status == SW_E_STOPPED)
            return status;
        if (status < 0)
            break;
        if (natives->count == natives->capacity) {
            size_t capacity = natives->capacity ? natives->capacity * 2 : 32;
            struct sw_native_thread *items = realloc(natives->items, capacity * sizeof(*items));

            if (!items)
                return SW_E_NO_MEMORY;
            natives->items = items;
            natives->capacity = capacity;
        }
        natives->items[natives->count++] = found;
    }
    return index_natives(memory, natives);
}

static const struct sw_native_thread *by_tid(const struct natives *natives, uint64_t tid)
{
    return tid ? sw_map_get(&natives->by_tid, tid) : NULL;
}

/* Whether thread `index` is another native thread than all before it, if words at `offset` are ids.
 */
static bool is_distinct(struct sw_memory *memory, const struct sw_threads *threads, size_t index,
    unsigned offset, uint64_t tid)
{
    for (size_t i = 0; i < index; i++) {
        uint64_t word;

        if (sw_memory_uint(memory, threads->items[i].state.thread_id + offset, 4, "pthread", NULL,
                &word) == 0 &&
            word == tid)
            return false;
    }
    return true;
}

/* Whether a state before it has the same struct. */
static bool is_known(const struct sw_threads *threads, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (threads->items[i].state.thread_id == threads->items[index].state.thread_id)
            return true;
    return false;
}

/*
 * Before 3.11 a thread state knows only pthread_self(), the address of the C library's struct
 * pthread. That struct holds the kernel's id at an offset which is the C library's secret but the
 * same for all threads: take the offset where the most threads have the id of a native thread of
 * their own (half an address can look like an id, but not like several). Not all do: 2.7 keeps the
 * states of a parent's threads in the child, and an interpreter's may be of a thread that ended.
 * Returns the lowest one, or -1.
 */
static int find_tid_offset(
    struct sw_memory *memory, const struct sw_threads *threads, const struct natives *natives)
{
    unsigned proofs[PTHREAD_SEARCH / 4] = {0}, most = 0;
    int offset = -1;

    for (size_t i = 0; i < threads->count && i < PTHREAD_QUESTIONS && most < PTHREAD_PROOFS; i++) {
        uint8_t bytes[PTHREAD_SEARCH];

        if (is_known(threads, i) || sw_memory_read(memory, threads->items[i].state.thread_id, bytes,
                                        sizeof(bytes), "pthread", NULL) < 0)
            continue;
        for (unsigned k = 0; k < PTHREAD_SEARCH / 4; k++) {
            uint64_t word = sw_bytes_uint(bytes + 4 * (size_t)k, 4, memory->info.big_endian);

            if (by_tid(natives, word) && is_distinct(memory, threads, i, 4 * k, word))
                proofs[k]++;
            if (proofs[k] > most)
                most = proofs[k];
        }
    }
    for (unsigned k = PTHREAD_SEARCH / 4; most && k-- > 0;)
        if (proofs[k] == most)
            offset = (int)(4 * k);
    return offset;
}

static void match(struct sw_thread *thread, const struct sw_native_thread *native)
{
    if (!native)
        return;
    thread->tid = native->tid;
    thread->number = native->number;
}

/*
 * 2.7 keeps the states of the parent's threads after fork(), and new threads may get the memory of
 * the old ones' structs, and so their pthread_self(). Lists have the newest state first: it is the
 * one that lives. Later versions delete the states (bpo-17094), and know the one before in the
 * list.
 */
static bool is_left_over(const struct sw_thread *thread, struct sw_map *by_thread_id)
{
    const struct sw_thread *newer;

    if (sw_reader_has(&thread->runtime->reader, SW_F_THREAD_STATE_PREV))
        return false;
    newer = sw_map_get(by_thread_id, thread->state.thread_id);
    if (newer)
        return newer->state.interp == thread->state.interp;
    (void)sw_map_put(by_thread_id, thread->state.thread_id, (void *)thread);
    return false;
}

static void match_all(
    struct sw_memory *memory, struct sw_threads *threads, const struct natives *natives)
{
    struct sw_map by_thread_id = {0};
    int offset = -1;
    bool searched = false;

    for (size_t i = 0; i < threads->count; i++) {
        struct sw_thread *thread = &threads->items[i];
        uint64_t tid = thread->state.native_id;

        if (!tid && !searched) {
            offset = find_tid_offset(memory, threads, natives);
            searched = true;
        }
        if (!tid && offset >= 0 &&
            sw_memory_uint_alone(memory, thread->state.thread_id + (sw_addr)offset, 4,
                "pthread.tid", NULL, &tid) < 0)
            tid = 0;
        if (!is_left_over(thread, &by_thread_id))
            match(thread, by_tid(natives, tid));
    }
    sw_map_clear(&by_thread_id);
}

/* The register that holds pthread_self(), where it holds just that. */
static const char *thread_pointer_register(const struct sw_memory *memory)
{
    return strcmp(memory->info.machine, "x86_64") == 0 ? "fs_base"
           : strcmp(memory->info.machine, "i386") == 0 ? "gs_base"
                                                       : NULL;
}

/* Whether the debugger's main thread runs Python, as in most processes. */
static bool has_main(const struct sw_memory *memory, const struct sw_threads *threads)
{
    for (size_t i = 0; i < threads->count; i++)
        if (threads->items[i].tid && threads->items[i].tid == memory->info.pid)
            return true;
    return false;
}

/*
 * A core of a process in a container, written from outside, has the ids of the outside, which its
 * memory does not know: then the register that points to the thread's own struct tells. gdb with
 * libthread_db lists each thread twice there, by the core's ids and then by those in memory, which
 * have no registers: the first of them counts. Asked only when the main thread was not found, for
 * it takes the debugger a while.
 */
static int match_by_pointer(
    struct sw_memory *memory, struct sw_threads *threads, const struct natives *natives)
{
    const char *name = thread_pointer_register(memory);

    if (!name || !memory->ops.thread_registers || has_main(memory, threads))
        return 0;
    for (size_t i = natives->count; i-- > 0;) {
        uint64_t pointer = 0;
        int status =
            memory->ops.thread_registers(memory->ctx, natives->items[i].tid, &name, 1, &pointer);

        if (status == SW_E_STOPPED)
            return status;
        for (size_t k = 0; status == 0 && pointer && k < threads->count; k++)
            if (threads->items[k].state.thread_id == pointer)
                match(&threads->items[k], &natives->items[i]);
    }
    return 0;
}

/* By the thread pointer, which is pthread_self() on x86 and s390x, else by the LWP. The register is
   right even where ids are not, as in another PID namespace. */
static void mark_native(struct sw_threads *threads, const struct sw_native_thread *selected)
{
    bool found = false;

    for (size_t i = 0; i < threads->count; i++) {
        struct sw_thread *thread = &threads->items[i];

        thread->selected =
            selected->thread_pointer && thread->state.thread_id == selected->thread_pointer;
        if (thread->selected && !thread->tid)
            match(thread, selected);
        found = found || thread->selected;
    }
    for (size_t i = 0; i < threads->count && !found; i++)
        threads->items[i].selected = selected->tid && threads->items[i].tid == selected->tid;
}

/* The oldest thread of the main interpreter. */
static void mark_main(struct sw_threads *threads)
{
    for (size_t i = 0; i < threads->count; i++)
        threads->items[i].selected = false;
    for (size_t i = threads->count; i-- > 0;)
        if (threads->items[i].interpreter_id == 0) {
            threads->items[i].selected = true;
            return;
        }
}

void sw_threads_mark_selected(struct sw_session *session, struct sw_threads *threads)
{
    const struct sw_memory *memory = &session->memory;
    struct sw_native_thread selected;

    memset(&selected, 0, sizeof(selected));
    if (memory->ops.selected_thread && memory->ops.selected_thread(memory->ctx, &selected) == 0)
        mark_native(threads, &selected);
    else
        mark_main(threads);
    sw_threads_mark_waiting(memory, threads);
}

int sw_threads_match_native(
    struct sw_session *session, struct sw_threads *threads, struct sw_error *reterr)
{
    struct sw_memory *memory = &session->memory;
    struct natives natives = {0};
    int status = natives_list(memory, &natives);

    if (status == 0) {
        threads->native_count = natives.count;
        if (natives.count)
            match_all(memory, threads, &natives);
        if (natives.count && memory->info.kind == SW_TARGET_CORE)
            status = match_by_pointer(memory, threads, &natives);
    }
    if (status == 0) {
        threads->natives = natives.items;
        natives.items = NULL;
        status = sw_threads_find_runners(session, threads);
    }
    natives_fini(&natives);
    if (status < 0)
        sw_fail(reterr, status, 0, "threads", "%s",
            status == SW_E_STOPPED ? "interrupted" : "the debugger is out of memory");
    return status;
}

/* SPDX-License-Identifier: MIT */
#include "session/calls.h"

#include <string.h>

#include "session/kernel.h"

/* A thread waits for the GIL when it sleeps in futex() on a word of the GIL's own struct. 3.15 says
   it itself (PyThreadState.gil_requested). */
static bool is_in_gil(const struct sw_thread *thread, uint64_t word)
{
    struct sw_interpreter interpreter = {.addr = thread->state.interp};

    return !thread->holds_gil && sw_gil_has_word(thread->runtime, &interpreter, word);
}

/* Where the GIL is kept may be in memory that is missing: nothing waits for it, then, that we know.
   It is asked at each command. */
static void tell_unread(const struct sw_memory *memory, uint64_t absent, struct sw_threads *threads)
{
    if (memory->absent == absent || threads->waiting_unknown ||
        threads->problem_count >= SW_MAX_WARNINGS)
        return;
    threads->waiting_unknown = true;
    sw_fail(&threads->problems[threads->problem_count++], SW_E_READ, 0, "GIL",
        "cannot read who waits for the GIL");
}

static bool selected_call(const struct sw_memory *memory, const struct sw_threads *threads,
    struct sw_kernel_call *ret_call)
{
    int tasks = sw_kernel_tasks_open(memory);
    bool found = false;

    for (size_t i = 0; tasks >= 0 && i < threads->count && !found; i++)
        found = threads->items[i].selected && threads->items[i].tid &&
                sw_kernel_call(tasks, threads->items[i].tid, ret_call);
    sw_kernel_tasks_close(tasks);
    return found;
}

/* Whether the selected thread sleeps in futex(), and on which word. The kernel is asked first: to
   lldb a register is a value of a type, and for the first one but the pc it makes a compiler. The
   pc proves that the kernel's thread is the debugger's. */
static bool sleeps_on(
    const struct sw_memory *memory, const struct sw_threads *threads, uint64_t *ret_word)
{
    struct sw_kernel_call call;
    uint64_t number, pc;

    if (strcmp(memory->info.machine, "x86_64") != 0 || !memory->ops.reg)
        return false;
    if (selected_call(memory, threads, &call) && memory->ops.reg(memory->ctx, "rip", &pc) == 0 &&
        pc == call.pc) {
        *ret_word = call.arguments[0];
        return sw_kernel_may_be_futex(memory, call.number);
    }
    return memory->ops.reg(memory->ctx, "orig_rax", &number) == 0 && number == SW_FUTEX_X86_64 &&
           memory->ops.reg(memory->ctx, "rdi", ret_word) == 0;
}

void sw_threads_mark_waiting(const struct sw_memory *memory, struct sw_threads *threads)
{
    uint64_t word = 0, absent = memory->absent;
    bool sleeps = sleeps_on(memory, threads, &word);

    for (size_t i = 0; i < threads->count; i++) {
        struct sw_thread *thread = &threads->items[i];

        if (!thread->call_known)
            thread->waits_for_gil = thread->state.gil_requested;
        if (sleeps && thread->selected && is_in_gil(thread, word))
            thread->waits_for_gil = true;
    }
    tell_unread(memory, absent, threads);
}

static void take_call(
    const struct sw_memory *memory, const struct sw_kernel_call *call, struct sw_thread *thread)
{
    thread->call_known = true;
    thread->call = call->number;
    memcpy(thread->call_arguments, call->arguments, sizeof(call->arguments));
    thread->pc = call->pc;
    if (sw_kernel_may_be_futex(memory, call->number) && is_in_gil(thread, call->arguments[0]))
        thread->waits_for_gil = true;
}

void sw_threads_ask_kernel(const struct sw_memory *memory, struct sw_threads *threads)
{
    int tasks = sw_kernel_tasks_open(memory);
    uint64_t absent = memory->absent;

    for (size_t i = 0; tasks >= 0 && i < threads->count; i++) {
        struct sw_thread *thread = &threads->items[i];
        struct sw_kernel_call call;

        if (!thread->call_known && thread->tid && sw_kernel_call(tasks, thread->tid, &call))
            take_call(memory, &call, thread);
    }
    sw_kernel_tasks_close(tasks);
    tell_unread(memory, absent, threads);
}

int sw_threads_ask_registers(
    const struct sw_memory *memory, struct sw_threads *threads, struct sw_error *reterr)
{
    /* The call, then its arguments (System V ABI, A.2.1). */
    static const char *const names[1 + SW_KERNEL_ARGUMENTS] = {
        "orig_rax", "rdi", "rsi", "rdx", "r10"};
    uint64_t absent = memory->absent;

    if (!memory->ops.thread_registers || strcmp(memory->info.machine, "x86_64") != 0)
        return 0;
    for (size_t i = 0; i < threads->count; i++) {
        struct sw_thread *thread = &threads->items[i];
        uint64_t values[1 + SW_KERNEL_ARGUMENTS];
        struct sw_kernel_call call = {0};
        int status;

        if (thread->call_known || !thread->tid)
            continue;
        status = memory->ops.thread_registers(
            memory->ctx, thread->tid, names, 1 + SW_KERNEL_ARGUMENTS, values);
        if (status == SW_E_STOPPED)
            return sw_fail(reterr, status, 0, "", "interrupted");
        if (status < 0)
            continue;
        /* It is negative, of 32 bits in some cores, in a thread that was in no call. */
        call.number = (int64_t)values[0] < 0 || values[0] > INT32_MAX ? -1 : (int64_t)values[0];
        memcpy(call.arguments, values + 1, sizeof(call.arguments));
        take_call(memory, &call, thread);
    }
    tell_unread(memory, absent, threads);
    return 0;
}

bool sw_thread_function(
    const struct sw_memory *memory, const struct sw_thread *thread, char *buf, size_t size)
{
    static const char *const names[] = {"rip"};
    sw_addr pc = thread->pc;
    char root[64];

    if (!memory->ops.function || sw_kernel_root(memory, root, sizeof(root)))
        return false;
    if (!pc && (!memory->ops.thread_registers || strcmp(memory->info.machine, "x86_64") != 0 ||
                   memory->ops.thread_registers(memory->ctx, thread->tid, names, 1, &pc) < 0))
        return false;
    return memory->ops.function(memory->ctx, pc, buf, size) == 0;
}

/* SPDX-License-Identifier: MIT */
/* What the kernel of this machine says of a process: the system calls its threads are in, its
 * files. Linux. */
#ifndef SW_SESSION_KERNEL_H
#define SW_SESSION_KERNEL_H

#include "target/memory.h"

enum { SW_FUTEX_X86_64 = 202 };

enum { SW_KERNEL_ARGUMENTS = 4 };

/* Where a thread is, and the system call that it is in. */
struct sw_kernel_call {
    int64_t number; /* -1 when it is in none */
    uint64_t arguments[SW_KERNEL_ARGUMENTS];
    sw_addr sp, pc; /* 0 when they are not known: the thread runs */
};

/* A descriptor by which the threads of a process of this machine are asked, to be closed by
   sw_kernel_tasks_close(); -1 for other targets. */
int sw_kernel_tasks_open(const struct sw_memory *memory);
void sw_kernel_tasks_close(int tasks);

/* The call that a thread is in. False when that cannot be told: not a process of this machine, or
   nothing to read for us. */
bool sw_kernel_call(int tasks, int64_t tid, struct sw_kernel_call *ret_call);

/* Whether a call is futex(). */
bool sw_kernel_is_futex(const struct sw_memory *memory, int64_t call);

/* Whether it is, or may be: a call with a timeout that a debugger's stop interrupted goes on as
   restart_syscall(), with the arguments that it had. */
bool sw_kernel_may_be_futex(const struct sw_memory *memory, int64_t call);

/* "poll" for a call that threads are found in; NULL for others. Static storage. */
const char *sw_kernel_call_name(const struct sw_memory *memory, int64_t call);

/* What a thread of this machine is called in its own PID namespace, as a container has one: `tid`
   itself where it has none, or where the kernel does not tell. */
int64_t sw_kernel_id_inside(const struct sw_memory *memory, int64_t tid);

/* Where the files of a process are that sees others than we do, by another root directory or
   another mount namespace, as in a container: "/proc/PID/root". False, and nothing in buf, for all
   other targets. */
bool sw_kernel_root(const struct sw_memory *memory, char *buf, size_t size);

#endif

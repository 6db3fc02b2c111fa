/* SPDX-License-Identifier: MIT */
/* openat() and readlink() are POSIX. */
#define _GNU_SOURCE

#include "session/kernel.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

/* Calls that threads sleep in, by architecture (arch/x86/entry/syscalls/syscall_64.tbl,
   include/uapi/asm-generic/unistd.h); numbers never change. */
static const struct {
    const char *name;
    int x86_64, generic; /* generic: aarch64, riscv64; -1 where there is no such call */
} calls[] = {
    {"read", 0, 63},
    {"write", 1, 64},
    {"poll", 7, -1},
    {"ioctl", 16, 29},
    {"pread64", 17, 67},
    {"pwrite64", 18, 68},
    {"readv", 19, 65},
    {"writev", 20, 66},
    {"select", 23, -1},
    {"sched_yield", 24, 124},
    {"msync", 26, 227},
    {"pause", 34, -1},
    {"nanosleep", 35, 101},
    {"connect", 42, 203},
    {"accept", 43, 202},
    {"sendto", 44, 206},
    {"recvfrom", 45, 207},
    {"sendmsg", 46, 211},
    {"recvmsg", 47, 212},
    {"wait4", 61, 260},
    {"fcntl", 72, 25},
    {"flock", 73, 32},
    {"fsync", 74, 82},
    {"fdatasync", 75, 83},
    {"rt_sigtimedwait", 128, 137},
    {"rt_sigsuspend", 130, 133},
    {"futex", 202, 98},
    {"epoll_wait", 232, -1},
    {"clock_nanosleep", 230, 115},
    {"waitid", 247, 95},
    {"restart_syscall", 219, 128},
    {"openat", 257, 56},
    {"pselect6", 270, 72},
    {"ppoll", 271, 73},
    {"splice", 275, 76},
    {"epoll_pwait", 281, 22},
    {"accept4", 288, 242},
    {"preadv", 295, 69},
    {"recvmmsg", 299, 243},
    {"sendmmsg", 307, 269},
    {"io_uring_enter", 426, 426},
    {"epoll_pwait2", 441, 441},
    {"futex_waitv", 449, 449},
};

const char *sw_kernel_call_name(const struct sw_memory *memory, int64_t call)
{
    const char *machine = memory->info.machine;
    bool is_x86 = strcmp(machine, "x86_64") == 0;

    if (!is_x86 && strcmp(machine, "aarch64") != 0 && strcmp(machine, "riscv64") != 0)
        return NULL;
    for (size_t i = 0; call >= 0 && i < sizeof(calls) / sizeof(calls[0]); i++)
        if ((is_x86 ? calls[i].x86_64 : calls[i].generic) == call)
            return calls[i].name;
    return NULL;
}

bool sw_kernel_is_futex(const struct sw_memory *memory, int64_t call)
{
    const char *name = sw_kernel_call_name(memory, call);

    return name && strcmp(name, "futex") == 0;
}

bool sw_kernel_may_be_futex(const struct sw_memory *memory, int64_t call)
{
    const char *name = sw_kernel_call_name(memory, call);

    return name && (strcmp(name, "futex") == 0 || strcmp(name, "restart_syscall") == 0);
}

int sw_kernel_tasks_open(const struct sw_memory *memory)
{
    char path[64];

    if (memory->info.kind != SW_TARGET_LIVE || memory->info.pid <= 0)
        return -1;
    snprintf(path, sizeof(path), "/proc/%lld/task", (long long)memory->info.pid);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void sw_kernel_tasks_close(int tasks)
{
    if (tasks >= 0)
        close(tasks);
}

/* proc_pid_syscall(5): "running", or "-1 SP PC", or "NUMBER ARGUMENT... SP PC". Of a thousand
   threads this is what costs most: no stdio, and no walk through /proc for each. */
static bool read_call(int tasks, int64_t tid, char *text, size_t size)
{
    char path[48];
    ssize_t len;
    int fd;

    snprintf(path, sizeof(path), "%lld/syscall", (long long)tid);
    fd = tasks < 0 ? -1 : openat(tasks, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    len = read(fd, text, size - 1);
    close(fd);
    text[len > 0 ? len : 0] = '\0';
    return true;
}

/* A debugger that stopped the threads itself, as gdb does, is told more quickly: of a thousand
   threads by a millisecond in place of six. False for all others, and for threads of another
   architecture than ours. */
static bool ask_as_tracer(int64_t tid, struct sw_kernel_call *ret_call)
{
#ifdef __x86_64__
    struct user_regs_struct registers;
    struct iovec buffer = {&registers, sizeof(registers)};

    if (ptrace(PTRACE_GETREGSET, (pid_t)tid, NT_PRSTATUS, &buffer) < 0 ||
        buffer.iov_len != sizeof(registers))
        return false;
    *ret_call = (struct sw_kernel_call){
        .number = (int64_t)registers.orig_rax < 0 ? -1 : (int64_t)registers.orig_rax,
        .arguments = {registers.rdi, registers.rsi, registers.rdx, registers.r10},
        .sp = registers.rsp,
        .pc = registers.rip,
    };
    return true;
#else
    (void)tid, (void)ret_call;
    return false;
#endif
}

/* The last word of a text, an address, which is cut off; 0 when there is none. */
static sw_addr take_last(char *text)
{
    char *last = strrchr(text, ' ');
    sw_addr addr = last ? strtoull(last, NULL, 16) : 0;

    if (last)
        *last = '\0';
    return addr;
}

bool sw_kernel_call(int tasks, int64_t tid, struct sw_kernel_call *ret_call)
{
    char text[256], *at, *end;

    if (tasks >= 0 && ask_as_tracer(tid, ret_call))
        return true;
    if (!read_call(tasks, tid, text, sizeof(text)))
        return false;
    *ret_call = (struct sw_kernel_call){.number = -1};
    if (strncmp(text, "running", 7) == 0)
        return true;
    ret_call->number = strtoll(text, &at, 10);
    if (at == text)
        return false;
    for (unsigned i = 0; ret_call->number >= 0 && i < SW_KERNEL_ARGUMENTS; i++) {
        ret_call->arguments[i] = strtoull(at, &end, 16);
        at = end;
    }
    ret_call->pc = take_last(text);
    ret_call->sp = take_last(text);
    return true;
}

/* proc_pid_status(5): "NSpid:\t4711\t1", the namespace of the reader first. Since Linux 4.1. */
int64_t sw_kernel_id_inside(const struct sw_memory *memory, int64_t tid)
{
    char path[96], line[256];
    int64_t id = tid;
    FILE *file;

    if (memory->info.kind != SW_TARGET_LIVE || memory->info.pid <= 0)
        return tid;
    snprintf(path, sizeof(path), "/proc/%lld/task/%lld/status", (long long)memory->info.pid,
        (long long)tid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, "NSpid:", 6) == 0) {
            const char *last = strrchr(line, '\t');

            id = last ? strtoll(last, NULL, 10) : tid;
            break;
        }
    if (file)
        fclose(file);
    return id > 0 ? id : tid;
}

/* ---------------------------------------------------------------- files */

enum { MAX_LINK = 256 }; /* "mnt:[4026531841]", or the root directory of a process */

static bool read_link(const char *path, char *buf, size_t size)
{
    ssize_t len = readlink(path, buf, size - 1);

    buf[len > 0 ? len : 0] = '\0';
    return len > 0;
}

/* By the names of links and not by stat(): its symbol version came with glibc 2.33, and one build
   serves older systems. */
bool sw_kernel_root(const struct sw_memory *memory, char *buf, size_t size)
{
    char path[64], root[MAX_LINK], theirs[MAX_LINK], ours[MAX_LINK];
    long long pid = memory->info.pid;
    bool is_other;

    if (memory->info.kind != SW_TARGET_LIVE || pid <= 0)
        return false;
    snprintf(path, sizeof(path), "/proc/%lld/root", pid);
    if (!read_link(path, root, sizeof(root)))
        return false;
    snprintf(path, sizeof(path), "/proc/%lld/ns/mnt", pid);
    is_other = strcmp(root, "/") != 0 ||
               (read_link(path, theirs, sizeof(theirs)) &&
                   read_link("/proc/self/ns/mnt", ours, sizeof(ours)) && strcmp(theirs, ours) != 0);
    if (is_other)
        snprintf(buf, size, "/proc/%lld/root", pid);
    return is_other;
}

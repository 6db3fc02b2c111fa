/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* process_vm_readv */

#include "live.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/utsname.h>

static int compare_tids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int read_tids(struct live *live)
{
    char path[64];
    struct dirent *entry;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%lld/task", (long long)live->pid);
    dir = opendir(path);
    if (!dir)
        return SW_E_NOT_FOUND;
    while ((entry = readdir(dir)) && live->tid_count < 4096)
        if (entry->d_name[0] != '.')
            live->tids[live->tid_count++] = atoll(entry->d_name);
    closedir(dir);
    qsort(live->tids, live->tid_count, sizeof(*live->tids), compare_tids);
    return 0;
}

int live_open(int64_t pid, int64_t selected, struct live *ret_live)
{
    char path[64];
    FILE *file;

    memset(ret_live, 0, sizeof(*ret_live));
    ret_live->pid = pid;
    ret_live->selected = selected ? selected : pid;
    snprintf(path, sizeof(path), "/proc/%lld/auxv", (long long)pid);
    file = fopen(path, "rb");
    if (!file)
        return SW_E_NOT_FOUND;
    ret_live->auxv_count = fread(ret_live->auxv, sizeof(*ret_live->auxv), 64, file);
    fclose(file);
    return read_tids(ret_live);
}

void live_info(const struct live *live, struct sw_target_info *ret_info)
{
    struct utsname name;

    memset(ret_info, 0, sizeof(*ret_info));
    ret_info->size = sizeof(*ret_info);
    ret_info->kind = SW_TARGET_LIVE;
    ret_info->pointer_size = sizeof(void *);
    ret_info->pid = live->pid;
    if (uname(&name) == 0)
        snprintf(ret_info->machine, sizeof(ret_info->machine), "%.15s", name.machine);
}

static int live_read(void *ctx, sw_addr addr, void *buf, size_t len)
{
    const struct live *live = ctx;
    struct iovec local = {buf, len}, remote = {(void *)(uintptr_t)addr, len};

    return process_vm_readv((int)live->pid, &local, 1, &remote, 1, 0) == (ssize_t)len ? 0
                                                                                      : SW_E_READ;
}

static int live_auxv(void *ctx, uint64_t type, uint64_t *ret_value)
{
    const struct live *live = ctx;

    for (size_t i = 0; i < live->auxv_count; i++)
        if (live->auxv[i][0] == type) {
            *ret_value = live->auxv[i][1];
            return 0;
        }
    return SW_E_NOT_FOUND;
}

static int live_thread(void *ctx, unsigned index, struct sw_native_thread *ret_thread)
{
    const struct live *live = ctx;

    if (index >= live->tid_count)
        return SW_E_NOT_FOUND;
    memset(ret_thread, 0, sizeof(*ret_thread));
    ret_thread->tid = live->tids[index];
    ret_thread->number = index + 1;
    ret_thread->selected = ret_thread->tid == live->selected;
    return 0;
}

static int live_selected_thread(void *ctx, struct sw_native_thread *ret_thread)
{
    const struct live *live = ctx;

    for (unsigned i = 0; i < live->tid_count; i++)
        if (live->tids[i] == live->selected)
            return live_thread(ctx, i, ret_thread);
    return SW_E_NOT_FOUND;
}

/* What the kernel tells of a thread that sleeps and is not traced: the system call with its
   arguments, and where the stack and the program are. */
static int read_register(
    const struct live *live, int64_t tid, const char *name, uint64_t *ret_value)
{
    static const char *const names[] = {
        "orig_rax", "rdi", "rsi", "rdx", "r10", "r8", "r9", "rsp", "rip"};
    enum { COUNT = sizeof(names) / sizeof(names[0]) };
    unsigned long long values[COUNT];
    char path[64], line[256] = "";
    FILE *file;
    int found;

    snprintf(
        path, sizeof(path), "/proc/%lld/task/%lld/syscall", (long long)live->pid, (long long)tid);
    file = fopen(path, "r");
    if (!file)
        return SW_E_NOT_FOUND;
    if (!fgets(line, sizeof(line), file))
        line[0] = '\0';
    fclose(file);
    found = sscanf(line, "%llu %llx %llx %llx %llx %llx %llx %llx %llx", &values[0], &values[1],
        &values[2], &values[3], &values[4], &values[5], &values[6], &values[7], &values[8]);
    for (int i = 0; found == COUNT && i < COUNT; i++)
        if (strcmp(name, names[i]) == 0) {
            *ret_value = values[i];
            return 0;
        }
    return SW_E_NOT_FOUND;
}

static int live_reg(void *ctx, const char *name, uint64_t *ret_value)
{
    const struct live *live = ctx;

    return read_register(live, live->selected, name, ret_value);
}

static int live_thread_registers(
    void *ctx, int64_t tid, const char *const *names, unsigned count, uint64_t *ret_values)
{
    int status = 0;

    for (unsigned i = 0; i < count && status == 0; i++)
        status = read_register(ctx, tid, names[i], &ret_values[i]);
    return status;
}

const struct sw_target_ops live_ops = {
    .size = sizeof(struct sw_target_ops),
    .read = live_read,
    .auxv = live_auxv,
    .thread = live_thread,
    .selected_thread = live_selected_thread,
    .reg = live_reg,
    .thread_registers = live_thread_registers,
};

/* SPDX-License-Identifier: MIT */
/* sw_unwinder of the public header: memory and loaded files around made.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/executor.h"
#include "target/function.h"
#include "target/made.h"

/* Code of the files that were met; a stack is in a handful of them. */
enum { RANGES = 64 };

struct sw_unwinder {
    struct sw_memory memory;
    struct sw_modules modules;
    bool has_modules;
    struct {
        sw_addr start, end;
    } ranges[RANGES];
    unsigned range_count, next_range;
    bool is_asked, is_needed; /* sw_unwinder_is_needed() */
};

int sw_unwinder_create(const struct sw_target_info *info, const struct sw_target_ops *ops,
    void *ctx, struct sw_error *reterr, struct sw_unwinder **ret_unwinder)
{
    struct sw_unwinder *unwinder = ops->read ? calloc(1, sizeof(*unwinder)) : NULL;

    if (!ops->read)
        return sw_fail(reterr, SW_E_USAGE, 0, "", "a target needs a read function");
    if (!unwinder)
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    sw_memory_init(&unwinder->memory, info, ops, ctx);
    *ret_unwinder = unwinder;
    return 0;
}

void sw_unwinder_destroy(struct sw_unwinder *unwinder)
{
    if (!unwinder)
        return;
    sw_modules_fini(&unwinder->modules);
    sw_memory_fini(&unwinder->memory);
    free(unwinder);
}

void sw_unwinder_invalidate(struct sw_unwinder *unwinder)
{
    sw_memory_invalidate(&unwinder->memory);
    unwinder->memory.stopped = false;
    unwinder->is_asked = false;
}

void sw_unwinder_forget(struct sw_unwinder *unwinder)
{
    sw_unwinder_invalidate(unwinder);
    sw_modules_fini(&unwinder->modules);
    unwinder->has_modules = false;
    unwinder->range_count = unwinder->next_range = 0;
}

/* Whether a line of /proc/PID/maps is executable memory of no file: "START-END PERMISSIONS OFFSET
   DEVICE INODE [NAME]". The kernel's own [vdso] and [vsyscall] count as files. */
static bool is_made_code(const char *line)
{
    const char *permissions = strchr(line, ' ');
    char name[16] = "";
    unsigned long long inode = 0;

    /* Nearly all lines are stacks, two for each of perhaps a thousand threads. */
    if (permissions && strlen(permissions) > 4 && permissions[3] == '-')
        return false;
    if (sscanf(line, "%*s %*s %*s %*s %llu %15s", &inode, name) < 1)
        return true;
    return inode == 0 && strcmp(name, "[vdso]") != 0 && strcmp(name, "[vsyscall]") != 0;
}

static bool has_made_code(int64_t pid)
{
    /* The kernel gives a page at a time. */
    char path[48], line[1024], buffer[SW_PAGE_SIZE];
    unsigned count = 0;
    bool found = false;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%lld/maps", (long long)pid);
    file = fopen(path, "r");
    if (!file)
        return true;
    setvbuf(file, buffer, _IOFBF, sizeof(buffer));
    while (!found && fgets(line, sizeof(line), file))
        found = ++count == SW_MAX_MAPPINGS || is_made_code(line);
    fclose(file);
    return found || !count;
}

bool sw_unwinder_is_needed(struct sw_unwinder *unwinder)
{
    const struct sw_target_info *info = &unwinder->memory.info;

    if (!unwinder->is_asked)
        unwinder->is_needed =
            info->kind != SW_TARGET_LIVE || info->pid <= 0 || has_made_code(info->pid);
    unwinder->is_asked = true;
    return unwinder->is_needed;
}

static bool is_in_range(const struct sw_unwinder *unwinder, sw_addr pc)
{
    for (unsigned i = 0; i < unwinder->range_count; i++)
        if (pc >= unwinder->ranges[i].start && pc < unwinder->ranges[i].end)
            return true;
    return false;
}

bool sw_unwinder_knows_file(struct sw_unwinder *unwinder, sw_addr pc)
{
    struct sw_segment segment;

    if (is_in_range(unwinder, pc))
        return true;
    if (!unwinder->has_modules) {
        /* Without a list everything is looked at. */
        if (sw_modules_list(&unwinder->memory, NULL, &unwinder->modules) < 0)
            return false;
        unwinder->has_modules = true;
    }
    if (sw_segment_find(&unwinder->memory, &unwinder->modules, pc, &segment) < 0)
        return false;
    unwinder->ranges[unwinder->next_range].start = segment.addr;
    unwinder->ranges[unwinder->next_range].end = segment.addr + segment.size;
    unwinder->next_range = (unwinder->next_range + 1) % RANGES;
    if (unwinder->range_count < RANGES)
        unwinder->range_count++;
    return true;
}

int sw_unwinder_step(struct sw_unwinder *unwinder, const struct sw_made_registers *registers,
    struct sw_made_caller *ret_caller)
{
    struct sw_made_caller caller;
    int status;

    if (sw_unwinder_knows_file(unwinder, registers->pc))
        return SW_E_NOT_FOUND;
    status = sw_made_step(&unwinder->memory, registers, &caller);
    /* A function that a trace calls has the trace's words on its stack too: who does not know what
       lies in files asks where the executor begins. */
    if (status == 0 && caller.kind == SW_MADE_JIT && !unwinder->modules.count &&
        !sw_executor_has(&unwinder->memory, registers->pc))
        return SW_E_NOT_FOUND;
    if (status == 0)
        *ret_caller = caller;
    return status;
}

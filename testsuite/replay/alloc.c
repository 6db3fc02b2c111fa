/* SPDX-License-Identifier: MIT */
#include "alloc.h"

#include <malloc.h>

/* Made by the linker, see alloc.h. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *memory);

static struct {
    bool active;
    uint64_t fail_at;
    bool all_after;
    struct alloc_counters counters;
} alloc;

void alloc_begin(uint64_t fail_at, bool all_after)
{
    alloc.counters = (struct alloc_counters){0};
    alloc.fail_at = fail_at;
    alloc.all_after = all_after;
    alloc.active = true;
}

void alloc_recover(void)
{
    alloc.fail_at = 0;
}

struct alloc_counters alloc_end(void)
{
    alloc.active = false;
    return alloc.counters;
}

struct alloc_counters alloc_now(void)
{
    return alloc.counters;
}

static bool fails(void)
{
    bool fail;

    if (!alloc.active)
        return false;
    alloc.counters.calls++;
    fail = alloc.fail_at && (alloc.counters.calls == alloc.fail_at ||
                                (alloc.all_after && alloc.counters.calls > alloc.fail_at));
    alloc.counters.failed += fail;
    return fail;
}

static void *count(void *memory)
{
    if (memory && alloc.active) {
        alloc.counters.live += malloc_usable_size(memory);
        if ((ptrdiff_t)alloc.counters.live > (ptrdiff_t)alloc.counters.peak)
            alloc.counters.peak = alloc.counters.live;
    }
    return memory;
}

static void discount(void *memory)
{
    if (memory && alloc.active)
        alloc.counters.live -= malloc_usable_size(memory);
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : count(__real_malloc(size));
}

void *__wrap_calloc(size_t items, size_t size)
{
    return fails() ? NULL : count(__real_calloc(items, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    size_t before = old && alloc.active ? malloc_usable_size(old) : 0;
    void *memory;

    if (fails())
        return NULL;
    memory = __real_realloc(old, size);
    if (memory)
        alloc.counters.live -= alloc.active ? before : 0;
    return count(memory);
}

void __wrap_free(void *memory)
{
    discount(memory);
    __real_free(memory);
}

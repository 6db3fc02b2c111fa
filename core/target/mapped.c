/* SPDX-License-Identifier: MIT */
#include "target/mapped.h"

#include <stdio.h>
#include <string.h>

enum { PHDR_LOAD = 1, PHDR_DYNAMIC = 2 };

/* Where a file lies that begins at `start`: its first segment says at which address it would be. */
static int place(struct sw_memory *memory, sw_addr start, struct sw_module *ret_module)
{
    struct sw_segment segments[SW_MAX_PROGRAM_HEADERS];
    struct sw_module module = {.base = start};
    size_t count = 0, load = 0;
    int status = sw_elf_segments(memory, &module, segments, SW_MAX_PROGRAM_HEADERS, &count);

    if (status < 0)
        return status;
    while (load < count && segments[load].type != PHDR_LOAD)
        load++;
    if (load == count)
        return SW_E_NOT_FOUND;
    /* The segments come with `start` added; a program that is not position-independent has that in
       its addresses already. */
    ret_module->base = start - (segments[load].addr - start) / SW_PAGE_SIZE * SW_PAGE_SIZE;
    for (size_t i = 0; i < count; i++)
        if (segments[i].type == PHDR_DYNAMIC)
            ret_module->dynamic = segments[i].addr - start + ret_module->base;
    return 0;
}

int sw_mapped_module(struct sw_memory *memory, size_t *index, struct sw_module *ret_module)
{
    const struct sw_corefile *core = sw_memory_core(memory);

    while (core && *index < core->mapping_count) {
        const struct sw_core_mapping *mapping = &core->mappings[(*index)++];
        int status;

        if (mapping->offset)
            continue;
        memset(ret_module, 0, sizeof(*ret_module));
        snprintf(ret_module->path, sizeof(ret_module->path), "%s", mapping->path);
        status = place(memory, mapping->start, ret_module);
        if (status == 0 || status == SW_E_STOPPED)
            return status;
    }
    return SW_E_NOT_FOUND;
}

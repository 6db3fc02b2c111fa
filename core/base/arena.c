/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024 - 64 };

struct sw_arena_block {
    struct sw_arena_block *next;
    size_t size;
    size_t used;
    _Alignas(max_align_t) unsigned char data[];
};

static struct sw_arena_block *block_new(size_t size)
{
    struct sw_arena_block *block = malloc(sizeof(*block) + size);

    if (!block)
        return NULL;
    block->next = NULL;
    block->size = size;
    block->used = 0;
    return block;
}

void *sw_arena_alloc(struct sw_arena *arena, size_t size)
{
    struct sw_arena_block *block = arena->blocks;

    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
    if (!block || block->size - block->used < size) {
        block = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE);
        if (!block) {
            arena->failed = true;
            return NULL;
        }
        block->next = arena->blocks;
        arena->blocks = block;
    }

    void *memory = block->data + block->used;

    block->used += size;
    arena->used += size;
    memset(memory, 0, size);
    return memory;
}

char *sw_arena_text(struct sw_arena *arena, const char *text, size_t len)
{
    char *copy = sw_arena_alloc(arena, len + 1);

    if (copy && len)
        memcpy(copy, text, len);
    return copy;
}

void sw_arena_reset(struct sw_arena *arena)
{
    struct sw_arena_block *block = arena->blocks;

    while (block) {
        struct sw_arena_block *next = block->next;

        free(block);
        block = next;
    }
    arena->blocks = NULL;
    arena->used = 0;
}

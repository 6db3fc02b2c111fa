/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <stdlib.h>

enum { FIRST_SIZE = 64 };

/* Fibonacci hashing: objects lie 16 bytes apart, the low bits say nothing. */
static uint32_t slot_of(sw_addr key, uint32_t mask)
{
    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & mask;
}

void *sw_map_get(const struct sw_map *map, sw_addr key)
{
    if (!map->slots)
        return NULL;
    for (uint32_t i = slot_of(key, map->mask);; i = (i + 1) & map->mask) {
        if (map->slots[i].key == key)
            return map->slots[i].value;
        if (!map->slots[i].key)
            return NULL;
    }
}

static void insert(struct sw_map_slot *slots, uint32_t mask, sw_addr key, void *value)
{
    uint32_t i = slot_of(key, mask);

    while (slots[i].key && slots[i].key != key)
        i = (i + 1) & mask;
    slots[i].key = key;
    slots[i].value = value;
}

static int grow(struct sw_map *map)
{
    uint32_t size = map->slots ? (map->mask + 1) * 2 : FIRST_SIZE;
    struct sw_map_slot *slots = calloc(size, sizeof(*slots));

    if (!slots)
        return SW_E_NO_MEMORY;
    for (uint32_t i = 0; map->slots && i <= map->mask; i++)
        if (map->slots[i].key)
            insert(slots, size - 1, map->slots[i].key, map->slots[i].value);
    free(map->slots);
    map->slots = slots;
    map->mask = size - 1;
    return 0;
}

int sw_map_put(struct sw_map *map, sw_addr key, void *value)
{
    if (!map->slots || (map->count + 1) * 2 > map->mask) {
        int status = grow(map);

        if (status < 0)
            return status;
    }
    if (!sw_map_get(map, key))
        map->count++;
    insert(map->slots, map->mask, key, value);
    return 0;
}

void sw_map_clear(struct sw_map *map)
{
    free(map->slots);
    map->slots = NULL;
    map->mask = 0;
    map->count = 0;
}

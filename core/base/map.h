/* SPDX-License-Identifier: MIT */
/* From a target address to something on the host: an open-addressing hash table. */
#ifndef SW_BASE_MAP_H
#define SW_BASE_MAP_H

#include <stdint.h>

#include "sidewinder.h"

struct sw_map_slot {
    sw_addr key; /* 0 marks an empty slot: NULL is never looked up */
    void *value;
};

/* Zero-initialised is a valid, empty map. */
struct sw_map {
    struct sw_map_slot *slots;
    uint32_t mask; /* slots - 1; 0 while there are none */
    uint32_t count;
};

/* The value of `key`, NULL when it is not there. */
void *sw_map_get(const struct sw_map *map, sw_addr key);

/* Set a value (not NULL) for a key (not 0). The map does not own values. SW_E_NO_MEMORY leaves it
   as it was. */
int sw_map_put(struct sw_map *map, sw_addr key, void *value);

/* Forget all keys and give the table back. */
void sw_map_clear(struct sw_map *map);

#endif

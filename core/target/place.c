/* SPDX-License-Identifier: MIT */
#include "target/place.h"

#include <string.h>

enum { WAYS = 4 };

struct sw_place *sw_places_get(struct sw_places *places, sw_addr pc)
{
    size_t slot = (size_t)(pc * UINT64_C(0x9e3779b97f4a7c15) >> 32) % SW_PLACES_KEPT;
    struct sw_place *place = &places->items[slot];

    for (size_t i = 0; i < WAYS; i++) {
        struct sw_place *other = &places->items[(slot + i) % SW_PLACES_KEPT];

        if (other->pc == pc)
            return other;
        if (!other->has_function) {
            place = other;
            break;
        }
    }
    memset(place, 0, sizeof(*place));
    place->pc = pc;
    return place;
}

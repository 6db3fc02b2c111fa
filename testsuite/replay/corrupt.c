/* SPDX-License-Identifier: MIT */
#include "corrupt.h"

#include <stdlib.h>
#include <string.h>

uint64_t corrupt_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

uint64_t corrupt_get(const uint8_t *word)
{
    uint64_t value;

    memcpy(&value, word, sizeof(value));
    return value;
}

void corrupt_put(uint8_t *word, uint64_t value)
{
    memcpy(word, &value, sizeof(value));
}

static enum corrupt_class class_of(const struct image *image, uint64_t value)
{
    if (image_at(image, value, 1))
        return CORRUPT_POINTER;
    if (value < 0x10000)
        return CORRUPT_SMALL;
    return value < UINT64_C(1) << 47 && value % 4 == 0 ? CORRUPT_ADDRESS : CORRUPT_OTHER;
}

bool corrupter_init(struct corrupter *corrupter, const struct image *image, uint64_t seed)
{
    memset(corrupter, 0, sizeof(*corrupter));
    corrupter->random = seed * 2 + 1;
    for (unsigned i = 0; i < CORRUPT_CLASSES; i++) {
        corrupter->words[i].items = calloc(image_size(image) / 8 + 1, sizeof(uint8_t *));
        if (!corrupter->words[i].items) {
            corrupter_fini(corrupter);
            return false;
        }
    }
    for (size_t i = 0; i < image->range_count; i++)
        for (size_t at = 0; at + 8 <= image->ranges[i].len; at += 8) {
            uint8_t *word = image->ranges[i].bytes + at;
            uint64_t value = corrupt_get(word);

            if (value) {
                struct corrupt_words *words = &corrupter->words[class_of(image, value)];

                words->items[words->count++] = word;
            }
        }
    return true;
}

void corrupter_fini(struct corrupter *corrupter)
{
    for (unsigned i = 0; i < CORRUPT_CLASSES; i++)
        free(corrupter->words[i].items);
    memset(corrupter, 0, sizeof(*corrupter));
}

uint8_t *corrupter_pick(struct corrupter *corrupter, enum corrupt_class class)
{
    const struct corrupt_words *words = &corrupter->words[class];

    return words->count ? words->items[corrupt_random(&corrupter->random) % words->count] : NULL;
}

uint64_t corrupter_change(struct corrupter *corrupter, uint64_t value)
{
    uint64_t random = corrupt_random(&corrupter->random), more = random >> 8;
    uint8_t *other;

    switch (random % 10) {
    case 0:
        return value ^ UINT64_C(1) << more % 64;
    case 1:
        return more % 2 ? value + 8 : value - 8;
    case 2:
        return UINT64_MAX;
    case 3:
        return UINT64_C(1) << 60;
    case 4:
        return more % 512;
    case 5:
        return 0;
    case 6:
        return random;
    case 7:
        return value ^ (more % 256) << 8 * (more / 256 % 8);
    default:
        /* The most dangerous value is a right one in the wrong place. */
        other = corrupter_pick(corrupter, CORRUPT_POINTER);
        return other ? corrupt_get(other) : value + 16;
    }
}

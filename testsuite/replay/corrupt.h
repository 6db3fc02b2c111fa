/* SPDX-License-Identifier: MIT */
/* Words of a recorded image that are worth changing, and what to change them to. */
#ifndef SW_TESTSUITE_CORRUPT_H
#define SW_TESTSUITE_CORRUPT_H

#include "image.h"

/* What a word looks like decides what a change of it can do. */
enum corrupt_class {
    CORRUPT_POINTER, /* points into recorded memory */
    CORRUPT_ADDRESS, /* could be a pointer */
    CORRUPT_SMALL,   /* a length, an offset, flags */
    CORRUPT_OTHER,   /* text, code, two small numbers */
    CORRUPT_CLASSES
};

struct corrupt_words {
    uint8_t **items; /* where they are in the image */
    size_t count;
};

struct corrupter {
    struct corrupt_words words[CORRUPT_CLASSES];
    uint64_t random; /* state of corrupt_random(), not 0 */
};

/* Look at all words of an image that are not zero: trimmed images are zero where nobody looks. The
   image is borrowed. False when out of memory. */
bool corrupter_init(struct corrupter *corrupter, const struct image *image, uint64_t seed);

/* Free it. */
void corrupter_fini(struct corrupter *corrupter);

/* A word of a class; NULL when there is none. */
uint8_t *corrupter_pick(struct corrupter *corrupter, enum corrupt_class class);

/* Something else for a word to be: a bit off, at an end of the scale, or right in another place. */
uint64_t corrupter_change(struct corrupter *corrupter, uint64_t value);

/* Pseudo-random numbers, the same on every machine: from `*state`, which is not 0. */
uint64_t corrupt_random(uint64_t *state);

/* Words lie anywhere in an image's memory. */
uint64_t corrupt_get(const uint8_t *word);
void corrupt_put(uint8_t *word, uint64_t value);

#endif

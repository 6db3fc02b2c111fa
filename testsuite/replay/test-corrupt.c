/* SPDX-License-Identifier: MIT */
/*
 * Memory that holds what nobody wrote: words changed one at a time and a few at once, pages of
 * zeros in the place of absent ones (gdb 13 gives those for what a core does not hold). Whatever it
 * says, a command ends soon, takes little memory, and says why when it fails.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "fixtures.h"

enum { PAGE = 4096, SAMPLES_PER_CLASS = 60, ROUNDS_OF_MANY = 60, MANY = 40 };

/* Bounds for fixtures of a few dozen frames. A wild length may be believed up to its own limit
   (core/base/limits.h): a line table of 8 MiB is read in 32 pieces. */
#define MOST_READS 20000u
#define MOST_MEMORY ((size_t)64 * 1024 * 1024)

/* What a word looks like decides what a change of it can do. */
enum word_class { CLASS_POINTER, CLASS_ADDRESS, CLASS_SMALL, CLASS_OTHER, CLASS_COUNT };

struct words {
    uint8_t **items; /* where the words are in the image */
    size_t count;
};

struct corruption {
    struct fixture *fixture;
    struct replay replay;
    struct outcome run;
    struct words words[CLASS_COUNT];
    uint64_t random;
    unsigned turn; /* which command is next */
};

static uint64_t get(const uint8_t *word)
{
    uint64_t value;

    memcpy(&value, word, sizeof(value));
    return value;
}

static void put(uint8_t *word, uint64_t value)
{
    memcpy(word, &value, sizeof(value));
}

static enum word_class class_of(const struct image *image, uint64_t value)
{
    if (image_at(image, value, 1))
        return CLASS_POINTER;
    if (value < 0x10000)
        return CLASS_SMALL;
    return value < UINT64_C(1) << 47 && value % 4 == 0 ? CLASS_ADDRESS : CLASS_OTHER;
}

/* All words that are not zero, by class: trimmed images are zero where nobody looks. */
static void collect(struct corruption *corruption)
{
    const struct image *image = &corruption->fixture->image;

    for (unsigned i = 0; i < CLASS_COUNT; i++) {
        corruption->words[i].items = calloc(image_size(image) / 8 + 1, sizeof(uint8_t *));
        if (!corruption->words[i].items)
            abort();
    }
    for (size_t i = 0; i < image->range_count; i++)
        for (size_t at = 0; at + 8 <= image->ranges[i].len; at += 8) {
            uint8_t *word = image->ranges[i].bytes + at;

            if (get(word)) {
                struct words *words = &corruption->words[class_of(image, get(word))];

                words->items[words->count++] = word;
            }
        }
}

static uint8_t *pick(struct corruption *corruption, enum word_class class)
{
    const struct words *words = &corruption->words[class];

    return words->count ? words->items[fixture_random(&corruption->random) % words->count] : NULL;
}

/* What the word becomes. */
static uint64_t change(struct corruption *corruption, uint64_t value)
{
    uint64_t random = fixture_random(&corruption->random);
    uint8_t *other;

    switch (random % 10) {
    case 0:
        return value ^ UINT64_C(1) << (random >> 8) % 64;
    case 1:
        return value + ((random >> 8) % 2 ? 8 : (uint64_t)-8);
    case 2:
        return UINT64_MAX;
    case 3:
        return UINT64_C(1) << 60;
    case 4:
        return (random >> 8) % 512;
    case 5:
        return 0;
    case 6:
        return random;
    case 7:
        return value ^ (random >> 8) % 256 << 8 * ((random >> 16) % 8);
    default:
        /* The most dangerous value is a right one in the wrong place. */
        other = pick(corruption, CLASS_POINTER);
        return other ? get(other) : value + 16;
    }
}

/* Run one command over what the memory has become. */
static void try(struct corruption *corruption, const char *what)
{
    struct fixture *fixture = corruption->fixture;
    const char *line = fixture->image.commands[corruption->turn++ % fixture->image.command_count];
    struct alloc_counters counters;
    struct sw_session *session;

    alloc_begin(0, false);
    session = replay_session(&corruption->replay);
    if (!session)
        abort();
    outcome_run(session, line, &corruption->run);
    counters = alloc_now();
    sw_session_destroy(session);
    if (corruption->run.status < 0 && !corruption->run.error.message[0])
        fixture_fail(fixture, "%s, %s: a failure without a message", line, what);
    if (corruption->run.reads > MOST_READS)
        fixture_fail(fixture, "%s, %s: %" PRIu64 " reads", line, what, corruption->run.reads);
    if ((ptrdiff_t)counters.peak > (ptrdiff_t)MOST_MEMORY)
        fixture_fail(fixture, "%s, %s: %zu bytes of memory", line, what, counters.peak);
    alloc_end();
}

/* One word of each class at a time. */
static void corrupt_words(struct corruption *corruption, enum word_class class)
{
    for (unsigned i = 0; i < SAMPLES_PER_CLASS; i++) {
        uint8_t *word = pick(corruption, class);
        uint64_t old = word ? get(word) : 0;
        char what[64];

        if (!word)
            return;
        put(word, change(corruption, old));
        snprintf(what, sizeof(what), "0x%" PRIx64 " is 0x%" PRIx64, old, get(word));
        try(corruption, what);
        put(word, old);
    }
}

/* Many words at once: checks that protect each other may fail together. */
static void corrupt_many(struct corruption *corruption)
{
    for (unsigned round = 0; round < ROUNDS_OF_MANY; round++) {
        uint8_t *words[MANY];
        uint64_t old[MANY];
        char what[32];

        for (unsigned i = 0; i < MANY; i++) {
            words[i] = pick(corruption, (enum word_class)(i % CLASS_COUNT));
            if (!words[i])
                continue;
            old[i] = get(words[i]);
            put(words[i], change(corruption, old[i]));
        }
        snprintf(what, sizeof(what), "round %u", round);
        try(corruption, what);
        /* Backwards: a word may have been picked twice. */
        for (unsigned i = MANY; i-- > 0;)
            if (words[i])
                put(words[i], old[i]);
    }
}

/* Each page in turn is full of zeros, or of ones. */
static void corrupt_pages(struct corruption *corruption)
{
    const struct image *image = &corruption->fixture->image;
    uint8_t saved[PAGE];

    for (size_t i = 0; i < image->range_count; i++)
        for (size_t at = 0; at < image->ranges[i].len; at += PAGE) {
            uint8_t *page = image->ranges[i].bytes + at;
            size_t left = image->ranges[i].len - at, len = left < PAGE ? left : PAGE;
            char what[64];

            memcpy(saved, page, len);
            for (unsigned k = 0; k < 2; k++) {
                memset(page, k ? 0xff : 0, len);
                snprintf(what, sizeof(what), "the page 0x%" PRIx64 " is full of %s",
                    image->ranges[i].start + at, k ? "ones" : "zeros");
                try(corruption, what);
            }
            memcpy(page, saved, len);
        }
}

static void test(struct fixture *fixture)
{
    struct corruption corruption = {.fixture = fixture, .random = 88172645463325252u};

    if (!fixture->image.command_count)
        return;
    replay_init(&corruption.replay, &fixture->image, NULL);
    collect(&corruption);
    for (unsigned i = 0; i < CLASS_COUNT; i++)
        corrupt_words(&corruption, (enum word_class)i);
    corrupt_many(&corruption);
    corrupt_pages(&corruption);
    for (unsigned i = 0; i < CLASS_COUNT; i++)
        free(corruption.words[i].items);
    outcome_fini(&corruption.run);
}

int main(int argc, char **argv)
{
    return fixtures_run(argc, argv, test);
}

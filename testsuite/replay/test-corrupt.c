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
#include "corrupt.h"
#include "fixtures.h"

enum { PAGE = 4096, SAMPLES_PER_CLASS = 60, ROUNDS_OF_MANY = 60, MANY = 40 };

/* Bounds for fixtures of a few dozen frames. A wild length may be believed up to its own limit
   (core/base/limits.h): a line table of 8 MiB is read in 32 pieces. */
#define MOST_READS 20000u
#define MOST_MEMORY ((size_t)64 * 1024 * 1024)

struct corruption {
    struct fixture *fixture;
    struct replay replay;
    struct outcome run;
    struct corrupter corrupter;
    unsigned turn; /* which command is next */
};

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
static void corrupt_words(struct corruption *corruption, enum corrupt_class class)
{
    for (unsigned i = 0; i < SAMPLES_PER_CLASS / corruption->fixture->stride; i++) {
        uint8_t *word = corrupter_pick(&corruption->corrupter, class);
        uint64_t old = word ? corrupt_get(word) : 0;
        char what[64];

        if (!word)
            return;
        corrupt_put(word, corrupter_change(&corruption->corrupter, old));
        snprintf(what, sizeof(what), "0x%" PRIx64 " is 0x%" PRIx64, old, corrupt_get(word));
        try(corruption, what);
        corrupt_put(word, old);
    }
}

/* Many words at once: checks that protect each other may fail together. */
static void corrupt_many(struct corruption *corruption)
{
    for (unsigned round = 0; round < ROUNDS_OF_MANY / corruption->fixture->stride; round++) {
        uint8_t *words[MANY];
        uint64_t old[MANY];
        char what[32];

        for (unsigned i = 0; i < MANY; i++) {
            words[i] =
                corrupter_pick(&corruption->corrupter, (enum corrupt_class)(i % CORRUPT_CLASSES));
            if (!words[i])
                continue;
            old[i] = corrupt_get(words[i]);
            corrupt_put(words[i], corrupter_change(&corruption->corrupter, old[i]));
        }
        snprintf(what, sizeof(what), "round %u", round);
        try(corruption, what);
        /* Backwards: a word may have been picked twice. */
        for (unsigned i = MANY; i-- > 0;)
            if (words[i])
                corrupt_put(words[i], old[i]);
    }
}

/* Each page in turn is full of zeros, or of ones. */
static void corrupt_pages(struct corruption *corruption)
{
    const struct image *image = &corruption->fixture->image;
    uint8_t saved[PAGE];
    size_t page_number = 0;

    for (size_t i = 0; i < image->range_count; i++)
        for (size_t at = 0; at < image->ranges[i].len; at += PAGE) {
            if (page_number++ % corruption->fixture->stride != corruption->fixture->first)
                continue;

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
    struct corruption corruption = {.fixture = fixture};

    if (!fixture->image.command_count)
        return;
    replay_init(&corruption.replay, &fixture->image, NULL);
    if (!corrupter_init(&corruption.corrupter, &fixture->image, 88172645463325252u))
        abort();
    for (unsigned i = 0; i < CORRUPT_CLASSES; i++)
        corrupt_words(&corruption, (enum corrupt_class)i);
    corrupt_many(&corruption);
    corrupt_pages(&corruption);
    corrupter_fini(&corruption.corrupter);
    outcome_fini(&corruption.run);
}

int main(int argc, char **argv)
{
    return fixtures_run(argc, argv, test);
}

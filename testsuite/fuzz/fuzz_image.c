/* SPDX-License-Identifier: MIT */
/*
 * Whole recorded images: the file as such, and what commands make of the memory in it. The mutator
 * changes words of memory where random bytes would seldom do more than break the file.
 */
#include <stdlib.h>
#include <string.h>

#include "corrupt.h"
#include "outcome.h"
#include "replay.h"

/* A walk over a fixture takes a hundred reads; a line table may honestly claim 8 MiB. */
enum { MOST_READS = 100000, MOST_CHANGES = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size); /* libFuzzer's own */

static void demand(bool condition)
{
    if (!condition)
        abort();
}

static void run(struct sw_session *session, const char *line, struct outcome *outcome)
{
    outcome_run(session, line, outcome);
    demand(outcome->reads <= MOST_READS);
    demand(outcome->status == 0 || outcome->error.message[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome outcome = {0};
    struct sw_session *session;
    struct replay replay;
    struct image image;
    char why[128];

    if (!image_parse(data, size, &image, why, sizeof(why)))
        return 0;
    replay_init(&replay, &image, NULL);
    session = replay_session(&replay);
    if (session) {
        run(session, "bt -a --columns --qualname", &outcome);
        run(session, "info", &outcome);
        sw_session_invalidate(session);
        run(session, "bt -3", &outcome);
        run(session, "bt -a --json", &outcome);
        run(session, "info --json", &outcome);
        sw_session_destroy(session);
    }
    outcome_fini(&outcome);
    image_fini(&image);
    return 0;
}

static void change_words(struct image *image, unsigned seed)
{
    struct corrupter corrupter;
    unsigned changes;

    if (!corrupter_init(&corrupter, image, seed))
        return;
    changes = 1 + (unsigned)(corrupt_random(&corrupter.random) % MOST_CHANGES);
    for (unsigned i = 0; i < changes; i++) {
        uint64_t class = corrupt_random(&corrupter.random) % CORRUPT_CLASSES;
        uint8_t *word = corrupter_pick(&corrupter, (enum corrupt_class) class);

        if (word)
            corrupt_put(word, corrupter_change(&corrupter, corrupt_get(word)));
    }
    corrupter_fini(&corrupter);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    struct image image;
    char why[128], *bytes;
    size_t len = 0;

    if (seed % 16 == 0 || !image_parse(data, size, &image, why, sizeof(why)))
        return LLVMFuzzerMutate(data, size, max_size);
    change_words(&image, seed);
    bytes = image_print(&image, &len);
    image_fini(&image);
    if (bytes && len <= max_size)
        memcpy(data, bytes, len);
    free(bytes);
    return len && len <= max_size ? len : size;
}

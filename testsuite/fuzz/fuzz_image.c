/* SPDX-License-Identifier: MIT */
/*
 * Whole recorded images: the file as such, and what commands make of the memory in it. The mutator
 * changes words of memory where random bytes would seldom do more than break the file.
 */
#include <stdlib.h>
#include <string.h>

#include "corrupt.h"
#include "lines.h"
#include "outcome.h"
#include "replay.h"

/* A walk over a fixture takes a hundred reads; a line table may honestly claim 8 MiB. */
enum { MOST_READS = 100000, MOST_CHANGES = 6, MOST_ANY = 12, MOST_CHILDREN = 1000 };

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

/* Each line begins where an earlier one left the selection. */
static void run_all(struct sw_session *session, struct outcome *outcome)
{
    static struct lines lines;

    if (!lines.count)
        lines_init(&lines);
    for (size_t i = 0; i < lines.count; i++) {
        run(session, lines.items[i], outcome);
        if (i % 4 == 1)
            sw_session_invalidate(session);
    }
}

static int count_text(void *ctx, enum sw_style style, const char *text, size_t len)
{
    (void)style;
    (void)text;
    *(size_t *)ctx += len;
    return 0;
}

/* What a debugger's own views ask of an address. */
static void look_at(struct sw_session *session, sw_addr object)
{
    struct sw_session_counters before, after;
    struct sw_error error = {.status = SW_OK};
    struct sw_children *children;
    struct sw_child child;
    size_t len = 0;
    struct sw_sink sink = {.write = count_text, .ctx = &len};
    int status;

    sw_session_counters(session, &before);
    status = sw_value_write(session, object, &sink, &error);
    demand(status == 0 ? len > 0 : len == 0 && error.message[0]);
    demand(len < 1024 * 1024);
    if (sw_children_open(session, object, &error, &children) == 0) {
        for (unsigned i = 0; i < MOST_CHILDREN; i++) {
            status = sw_children_next(children, &error, &child);
            demand(status >= 0 || error.message[0]);
            if (status <= 0)
                break;
            demand(memchr(child.name, '\0', sizeof(child.name)) != NULL);
        }
        sw_children_close(children);
    }
    sw_session_counters(session, &after);
    demand(after.reads - before.reads <= MOST_READS);
}

/* Objects at addresses that stand somewhere in the memory, and at any other. */
static void look_around(struct sw_session *session, const struct image *image, uint64_t random)
{
    for (unsigned i = 0; i < MOST_ANY && image->range_count; i++) {
        const struct image_range *range =
            &image->ranges[corrupt_random(&random) % image->range_count];
        size_t at = (size_t)(corrupt_random(&random) % range->len) & ~(size_t)7;

        look_at(session, range->start + at);
        if (at + 8 <= range->len)
            look_at(session, corrupt_get(range->bytes + at));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t most[] = {20000, 5000, 100, 20000};
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
        run_all(session, &outcome);
        look_around(session, &image, size | 1);
        /* Larger values than anybody asks for. */
        for (size_t i = 0; i < sizeof(most) / sizeof(most[0]); i++)
            demand(sw_session_set(session, i, most[i], NULL) == 0);
        look_around(session, &image, size * 31 | 1);
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

/* SPDX-License-Identifier: MIT */
/*
 * test-mutate [--images=N] [--seed=N] [--stride=N] DIRECTORY
 *
 * Mutated images through every command: one recorded image after the other, each time with some
 * words, pages or ranges changed, and every command with all its options over what that leaves. No
 * command may take longer than a second or more than 64 MB, fail without a word, or read without
 * end; the sanitizers see the rest. --images=1000000 is the long run of docs/support.md.
 */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "corrupt.h"
#include "lines.h"
#include "outcome.h"
#include "replay.h"

enum { PAGE = 4096, MANY = 40, MAX_IMAGES = 512, MAX_PRINTED = 20, IMAGES = 2000 };

/* The bounds of a command on an image. Sanitizers slow it down by an order of magnitude; a machine
   that does other things at the same time makes wall clocks lie, so this is processor time. */
#define MOST_SECONDS 1.0
#define MOST_MEMORY ((ptrdiff_t)64 * 1024 * 1024)
#define MOST_READS 100000u

/* Changes of one image, to be undone. */
struct changes {
    uint8_t *words[MANY];
    uint64_t old[MANY];
    unsigned count;
    uint8_t *page, saved[PAGE]; /* NULL: none */
    size_t page_len;
    size_t range, range_len; /* the range that was cut, and how long it was; len 0: none */
};

struct run {
    struct lines lines;
    struct outcome outcome;
    uint64_t random;
    double slowest;
    char slowest_line[LINES_LENGTH];
    ptrdiff_t most_memory;
    uint64_t most_reads;
    unsigned failures;
};

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void change_words(struct corrupter *corrupter, unsigned count, struct changes *changes)
{
    for (unsigned i = 0; i < count; i++) {
        enum corrupt_class class =
            (enum corrupt_class)(corrupt_random(&corrupter->random) % CORRUPT_CLASSES);
        uint8_t *word = corrupter_pick(corrupter, class);

        if (!word)
            continue;
        changes->words[changes->count] = word;
        changes->old[changes->count++] = corrupt_get(word);
        corrupt_put(word, corrupter_change(corrupter, corrupt_get(word)));
    }
}

static void change_page(
    struct corrupter *corrupter, const struct image *image, int fill, struct changes *changes)
{
    struct image_range *range =
        &image->ranges[corrupt_random(&corrupter->random) % image->range_count];
    size_t at = (size_t)(corrupt_random(&corrupter->random) % range->len) / PAGE * PAGE;

    changes->page = range->bytes + at;
    changes->page_len = range->len - at < PAGE ? range->len - at : PAGE;
    memcpy(changes->saved, changes->page, changes->page_len);
    memset(changes->page, fill, changes->page_len);
}

static void cut_range(
    struct corrupter *corrupter, const struct image *image, struct changes *changes)
{
    changes->range = (size_t)(corrupt_random(&corrupter->random) % image->range_count);
    changes->range_len = image->ranges[changes->range].len;
    image->ranges[changes->range].len =
        (size_t)(corrupt_random(&corrupter->random) % changes->range_len);
}

static void change(struct corrupter *corrupter, const struct image *image, struct changes *changes)
{
    uint64_t random = corrupt_random(&corrupter->random);

    changes->count = 0;
    changes->page = NULL;
    changes->range_len = 0;
    switch (random % 16) {
    case 0:
        change_words(corrupter, MANY, changes);
        break;
    case 1:
        change_page(corrupter, image, random & 256 ? 0 : 0xff, changes);
        break;
    case 2:
        cut_range(corrupter, image, changes);
        break;
    default:
        change_words(corrupter, 1 + (unsigned)(random >> 8) % 6, changes);
    }
}

static void undo(const struct image *image, struct changes *changes)
{
    /* Backwards: a word may have been picked twice. */
    while (changes->count--)
        corrupt_put(changes->words[changes->count], changes->old[changes->count]);
    if (changes->page)
        memcpy(changes->page, changes->saved, changes->page_len);
    if (changes->range_len)
        image->ranges[changes->range].len = changes->range_len;
}

static void complain(struct run *run, const char *path, uint64_t seed, const char *line,
    const char *what, double number)
{
    if (run->failures++ < MAX_PRINTED)
        printf("# %s, seed %" PRIu64 ", %s: %s (%g)\n", path, seed, line, what, number);
}

static void run_line(
    struct run *run, struct sw_session *session, const char *path, uint64_t seed, const char *line)
{
    double start = now(), took;
    struct alloc_counters counters;

    alloc_begin(0, false);
    outcome_run(session, line, &run->outcome);
    counters = alloc_end();
    took = now() - start;
    if (took > run->slowest) {
        run->slowest = took;
        snprintf(run->slowest_line, sizeof(run->slowest_line), "%s", line);
    }
    if ((ptrdiff_t)counters.peak > run->most_memory)
        run->most_memory = (ptrdiff_t)counters.peak;
    if (run->outcome.reads > run->most_reads)
        run->most_reads = run->outcome.reads;
    if (took > MOST_SECONDS)
        complain(run, path, seed, line, "seconds", took);
    if ((ptrdiff_t)counters.peak > MOST_MEMORY)
        complain(run, path, seed, line, "bytes of memory", (double)counters.peak);
    if (run->outcome.reads > MOST_READS)
        complain(run, path, seed, line, "reads", (double)run->outcome.reads);
    if (run->outcome.status < 0 && !run->outcome.error.message[0])
        complain(run, path, seed, line, "a failure without a message", run->outcome.status);
}

/* One image, `count` times changed. */
static void mutate(struct run *run, const char *path, uint64_t seed, uint64_t count)
{
    struct corrupter corrupter;
    struct changes changes;
    struct replay replay;
    struct image image;
    char why[128];

    if (!image_load(path, &image, why, sizeof(why))) {
        complain(run, path, seed, "", why, 0);
        return;
    }
    if (!corrupter_init(&corrupter, &image, 1))
        abort();
    for (uint64_t i = 0; i < count; i++) {
        struct sw_session *session;

        /* Each seed stands for one change, whatever came before it. */
        corrupter.random = (seed + i) * UINT64_C(0x9e3779b97f4a7c15) | 1;
        change(&corrupter, &image, &changes);
        replay_init(&replay, &image, NULL);
        session = replay_session(&replay);
        if (!session)
            abort();
        for (size_t k = 0; k < run->lines.count; k++)
            run_line(run, session, path, seed + i, run->lines.items[k]);
        sw_session_destroy(session);
        undo(&image, &changes);
    }
    corrupter_fini(&corrupter);
    image_fini(&image);
}

static int is_image(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 4 && strcmp(entry->d_name + len - 4, ".swi") == 0;
}

/* The images of a directory in turn, a few hundred changes of each at a time. */
static uint64_t mutate_all(struct run *run, const char *directory, uint64_t seed, uint64_t images)
{
    enum { LONG_TURN = 200 };
    struct dirent **entries;
    int count = scandir(directory, &entries, is_image, alphasort);
    uint64_t done = 0;

    while (count > 0 && done < images) {
        uint64_t turn = images / (uint64_t)count ? images / (uint64_t)count : 1;

        if (turn > LONG_TURN)
            turn = LONG_TURN;
        for (int i = 0; i < count && done < images; i++) {
            char path[4096];

            snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
            if (turn > images - done)
                turn = images - done;
            mutate(run, path, seed + done, turn);
            done += turn;
        }
        if (isatty(1))
            printf("# %" PRIu64 " images\n", done);
        fflush(stdout);
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    if (count >= 0)
        free(entries);
    return done;
}

int main(int argc, char **argv)
{
    static struct run run;
    uint64_t images = IMAGES, seed = 1, stride = 1, done = 0;
    const char *directory = NULL;

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--images=", 9) == 0)
            images = strtoull(argv[i] + 9, NULL, 10);
        else if (strncmp(argv[i], "--seed=", 7) == 0)
            seed = strtoull(argv[i] + 7, NULL, 10);
        else if (strncmp(argv[i], "--stride=", 9) == 0 && atoi(argv[i] + 9) > 0)
            stride = (uint64_t)atoi(argv[i] + 9);
        else if (argv[i][0] != '-')
            directory = argv[i];
    }
    lines_init(&run.lines);
    printf("1..1\n# %zu command lines for each image\n", run.lines.count);
    if (directory)
        done = mutate_all(&run, directory, seed, images / stride);
    printf("# %" PRIu64
           " images; slowest command: %.3f s (%s); most memory %td; most reads %" PRIu64 "\n",
        done, run.slowest, run.slowest_line, run.most_memory, run.most_reads);
    printf("%sok 1 - mutated images\n", run.failures || !done ? "not " : "");
    outcome_fini(&run.outcome);
    return run.failures || !done;
}

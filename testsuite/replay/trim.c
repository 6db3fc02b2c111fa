/* SPDX-License-Identifier: MIT */
#include "trim.h"

#include <stdlib.h>
#include <string.h>

#include "outcome.h"
#include "replay.h"

/* Structures are smaller than a block, and one more block on each side is kept: a fixture is not
   made for one way of reading alone. */
enum { BLOCK = 256, RUNS = 2 };

/* What one run gave. */
struct result {
    uint64_t hash;
    uint64_t reads;
    uint64_t bytes;
};

struct trim {
    struct image *image;
    struct replay replay;
    struct outcome outcome;
    struct result expected[IMAGE_MAX_COMMANDS][RUNS];
};

static struct result run(struct trim *trim, struct sw_session *session, const char *line)
{
    struct result result = {.hash = UINT64_C(0xcbf29ce484222325)};

    outcome_run(session, line, &trim->outcome);
    for (size_t i = 0; i < trim->outcome.len; i++)
        result.hash = (result.hash ^ (uint8_t)trim->outcome.text[i]) * UINT64_C(0x100000001b3);
    result.hash ^= (uint64_t)trim->outcome.status << 32;
    result.reads = trim->outcome.reads;
    result.bytes = trim->outcome.bytes;
    return result;
}

/* Every command, cold and at the next stop. With `learn` the results become the expected ones. */
static bool check(struct trim *trim, bool learn)
{
    bool same = true;

    for (unsigned i = 0; i < trim->image->command_count && same; i++) {
        struct sw_session *session = replay_session(&trim->replay);

        if (!session)
            return false;
        for (unsigned k = 0; k < RUNS && same; k++) {
            struct result result = run(trim, session, trim->image->commands[i]);

            if (learn)
                trim->expected[i][k] = result;
            same = memcmp(&result, &trim->expected[i][k], sizeof(result)) == 0;
            sw_session_invalidate(session);
        }
        sw_session_destroy(session);
    }
    return same;
}

/* Zero [from, to) of a range as far as nothing changes: first all at once, then by halves. */
static void zero(
    struct trim *trim, struct image_range *range, uint8_t *keep, size_t from, size_t to)
{
    size_t len = to - from, middle;
    uint8_t *saved = malloc(len);

    if (!saved)
        return;
    memcpy(saved, range->bytes + from, len);
    memset(range->bytes + from, 0, len);
    if (check(trim, false)) {
        free(saved);
        return;
    }
    memcpy(range->bytes + from, saved, len);
    free(saved);
    if (len <= BLOCK) {
        keep[from / BLOCK] = 1;
        return;
    }
    middle = from + (len / 2 + BLOCK - 1) / BLOCK * BLOCK;
    zero(trim, range, keep, from, middle);
    zero(trim, range, keep, middle, to);
}

static bool near(const uint8_t *keep, size_t count, size_t i)
{
    return keep[i] || (i && keep[i - 1]) || (i + 1 < count && keep[i + 1]);
}

static bool trim_range(struct trim *trim, struct image_range *range)
{
    size_t count = (range->len + BLOCK - 1) / BLOCK;
    uint8_t *keep = calloc(count, 1), *original = malloc(range->len);
    bool ok = keep && original;

    if (ok) {
        memcpy(original, range->bytes, range->len);
        zero(trim, range, keep, 0, range->len);
        for (size_t i = 0; i < count; i++)
            if (near(keep, count, i)) {
                size_t at = i * BLOCK, left = range->len - at;

                memcpy(range->bytes + at, original + at, left < BLOCK ? left : BLOCK);
            }
    }
    free(keep);
    free(original);
    return ok;
}

bool image_trim(struct image *image)
{
    struct trim *trim = calloc(1, sizeof(*trim));
    bool ok = trim != NULL;

    if (ok) {
        trim->image = image;
        replay_init(&trim->replay, image, NULL);
        ok = check(trim, true) && check(trim, false);
        for (size_t i = 0; i < image->range_count && ok; i++)
            ok = trim_range(trim, &image->ranges[i]);
        ok = ok && check(trim, false);
        outcome_fini(&trim->outcome);
    }
    free(trim);
    return ok;
}

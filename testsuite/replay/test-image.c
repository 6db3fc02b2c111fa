/* SPDX-License-Identifier: MIT */
/*
 * Image files are not trusted: each fixture survives a round trip, and cut short, lengthened or
 * changed it is refused with a reason or is another image, never more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corrupt.h"
#include "fixtures.h"

enum { CUTS = 64, CHANGES = 400 };

static bool parses(const char *bytes, size_t len, char *why, size_t why_size)
{
    struct image image;

    why[0] = '\0';
    if (!image_parse(bytes, len, &image, why, why_size))
        return false;
    image_fini(&image);
    return true;
}

static void round_trip(struct fixture *fixture, const char *bytes, size_t len)
{
    struct image image;
    char why[128] = "", *again;
    size_t again_len;

    if (!image_parse(bytes, len, &image, why, sizeof(why))) {
        fixture_fail(fixture, "cannot be read again: %s", why);
        return;
    }
    again = image_print(&image, &again_len);
    if (!again || again_len != len || memcmp(again, bytes, len) != 0)
        fixture_fail(fixture, "is another one after a round trip");
    free(again);
    image_fini(&image);
}

/* In memory of exactly that size, so that ASan sees a read behind it. */
static void refuse(struct fixture *fixture, const char *bytes, size_t len, const char *what)
{
    char why[128], *copy = malloc(len ? len : 1);

    if (!copy)
        abort();
    memcpy(copy, bytes, len);
    if (parses(copy, len, why, sizeof(why)))
        fixture_fail(fixture, "%s, and is taken", what);
    else if (!why[0])
        fixture_fail(fixture, "%s, and is refused without a reason", what);
    free(copy);
}

static void test(struct fixture *fixture)
{
    uint64_t random = 88172645463325252u;
    char *bytes, why[128];
    size_t len, header;

    bytes = image_print(&fixture->image, &len);
    if (!bytes)
        abort();
    round_trip(fixture, bytes, len);
    header = len - image_size(&fixture->image);
    for (unsigned i = 0; i < CUTS; i++) {
        refuse(fixture, bytes, corrupt_random(&random) % header, "the header is cut");
        refuse(fixture, bytes, header + corrupt_random(&random) % (len - header), "memory is cut");
    }
    for (unsigned i = 0; i < CHANGES; i++) {
        char *at = bytes + corrupt_random(&random) % header, old = *at;

        *at = (char)corrupt_random(&random);
        if (!parses(bytes, len, why, sizeof(why)) && !why[0])
            fixture_fail(fixture, "refused without a reason");
        *at = old;
    }
    free(bytes);
}

int main(int argc, char **argv)
{
    return fixtures_run(argc, argv, test);
}

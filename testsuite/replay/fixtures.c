/* SPDX-License-Identifier: MIT */
/* scandir() and strdup() are POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "fixtures.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Failures of one fixture that are printed: the rest says the same. */
enum { MAX_PRINTED = 12, MAX_FIXTURES = 512 };

/* A test that hangs fails here rather than in whatever runs it. */
enum { SECONDS_PER_FIXTURE = 120 };

/* Of an image of values one of so many reads and allocations fails. */
enum { VALUES_STRIDE = 12 };

struct fixtures {
    const char *root;
    unsigned stride;
    char *paths[MAX_FIXTURES];
    unsigned count;
};

bool fixture_fail(struct fixture *fixture, const char *format, ...)
{
    va_list args;

    if (fixture->failures++ >= MAX_PRINTED)
        return false;
    printf("# %s: ", fixture->name);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    return true;
}

static int is_image(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 4 && strcmp(entry->d_name + len - 4, ".swi") == 0;
}

static void add(struct fixtures *fixtures, const char *directory, const char *file)
{
    size_t size = strlen(directory) + strlen(file) + 2;
    char *path = fixtures->count < MAX_FIXTURES ? malloc(size) : NULL;

    if (!path)
        return;
    snprintf(path, size, "%s%s%s", directory, *directory ? "/" : "", file);
    fixtures->paths[fixtures->count++] = path;
}

static void add_directory(struct fixtures *fixtures, const char *directory)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, is_image, alphasort);

    for (int i = 0; i < count; i++) {
        add(fixtures, directory, entries[i]->d_name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static bool run_one(
    const struct fixtures *fixtures, unsigned index, void (*test)(struct fixture *fixture))
{
    const char *path = fixtures->paths[index], *slash = strrchr(path, '/');
    /* Images of values take many reads; those of neighbouring versions take turns. */
    unsigned stride = fixtures->stride * (strstr(path, "-values.swi") ? VALUES_STRIDE : 1);
    struct fixture fixture = {.path = path,
        .root = fixtures->root,
        .index = index,
        .stride = stride,
        .first = index % stride};
    char name[128], why[128];

    snprintf(name, sizeof(name), "%s", slash ? slash + 1 : path);
    name[strcspn(name, "\n")] = '\0';
    if (strlen(name) > 4)
        name[strlen(name) - 4] = '\0';
    fixture.name = name;
    alarm(SECONDS_PER_FIXTURE);
    if (image_load(path, &fixture.image, why, sizeof(why))) {
        test(&fixture);
        image_fini(&fixture.image);
    } else {
        fixture_fail(&fixture, "%s", why);
    }
    alarm(0);
    printf("%sok %u - %s\n", fixture.failures ? "not " : "", index + 1, name);
    fflush(stdout);
    return !fixture.failures;
}

int fixtures_run(int argc, char **argv, void (*test)(struct fixture *fixture))
{
    struct fixtures fixtures = {.stride = 1};
    bool ok = true;
    struct stat stat_buf;

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--root=", 7) == 0)
            fixtures.root = argv[i] + 7;
        else if (strncmp(argv[i], "--stride=", 9) == 0 && atoi(argv[i] + 9) > 0)
            fixtures.stride = (unsigned)atoi(argv[i] + 9);
        else if (stat(argv[i], &stat_buf) == 0 && S_ISDIR(stat_buf.st_mode))
            add_directory(&fixtures, argv[i]);
        else
            add(&fixtures, "", argv[i]);
    }
    if (!fixtures.count) {
        printf("1..0 # SKIP UNSUPPORTED: no recorded images\n");
        return 0;
    }
    printf("1..%u\n", fixtures.count);
    for (unsigned i = 0; i < fixtures.count; i++) {
        ok = run_one(&fixtures, i, test) && ok;
        free(fixtures.paths[i]);
    }
    return ok ? 0 : 1;
}

/* SPDX-License-Identifier: MIT */
/* access() is POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "place.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char setting[] = "target.source-map";

/* A directory without the slashes that end it; the root is "". */
static void put_directory(const char *text, size_t len, char *buf)
{
    while (len > 0 && text[len - 1] == '/')
        len--;
    snprintf(buf, SW_LLDB_MAX_PATH, "%.*s", (int)len, text);
}

/* [0] "/srv/app" -> "/usr/src/app" */
static bool parse(const char *line, struct sw_lldb_places *places)
{
    static const char arrow[] = "\" -> \"";
    const char *there = strchr(line, '"'), *end = there ? strstr(there + 1, arrow) : NULL;
    const char *here = end ? end + sizeof(arrow) - 1 : NULL,
               *last = here ? strrchr(here, '"') : NULL;

    if (!last || end - there > SW_LLDB_MAX_PATH || last - here >= SW_LLDB_MAX_PATH)
        return false;
    put_directory(there + 1, (size_t)(end - there - 1), places->items[places->count].there);
    put_directory(here, (size_t)(last - here), places->items[places->count].here);
    return true;
}

static void ask(struct sw_lldb_places *places, struct sw_lldb *lldb)
{
    char line[2 * SW_LLDB_MAX_PATH + 32];

    places->count = 0;
    for (unsigned i = 0; i < SW_LLDB_MAX_PLACES; i++) {
        if (!sw_lldb_get_item(lldb, setting, i, line, sizeof(line)))
            break;
        if (parse(line, places))
            places->count++;
    }
    places->asked = true;
}

bool sw_lldb_places_find(
    struct sw_lldb_places *places, struct sw_lldb *lldb, const char *path, char *buf, size_t size)
{
    if (!places->asked)
        ask(places, lldb);
    for (unsigned i = 0; i < places->count; i++) {
        const char *there = places->items[i].there;
        size_t len = strlen(there);

        if (strncmp(path, there, len) == 0 && path[len] == '/' &&
            (size_t)snprintf(buf, size, "%s%s", places->items[i].here, path + len) < size &&
            access(buf, R_OK) == 0)
            return true;
    }
    return false;
}

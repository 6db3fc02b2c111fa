/* SPDX-License-Identifier: MIT */
/*
 * layout-gen HEADER TABLE fields.txt traits.txt debug-offsets.layout cpython-X.Y.layout...
 *
 * Makes layout_fields.h and layout_table.c from the text files of this folder. Gaps, unknown rows
 * and duplicates are refused with file:line, so that no field can be forgotten in silence: a zero
 * would be a valid offset.
 */
#include <stdlib.h>
#include <string.h>

#include "layout-gen.h"

static struct schema schema;
static struct version versions[MAX_VERSIONS];
static struct debug_offsets debug_tables[MAX_VERSIONS];

static int compare_versions(const void *a, const void *b)
{
    const struct version *x = a;
    const struct version *y = b;

    if (x->major != y->major)
        return x->major < y->major ? -1 : 1;
    return x->minor < y->minor ? -1 : x->minor > y->minor;
}

static FILE *create(const char *path)
{
    FILE *out = fopen(path, "w");

    if (!out) {
        perror(path);
        exit(1);
    }
    return out;
}

static int finish(FILE *out, const char *path)
{
    bool failed = ferror(out) != 0;

    if (fclose(out) != 0 || failed) {
        fprintf(stderr, "%s: cannot write\n", path);
        remove(path);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    unsigned tables;
    FILE *out;

    if (argc < 7 || argc > 6 + MAX_VERSIONS) {
        fprintf(stderr, "usage: layout-gen HEADER TABLE fields.txt traits.txt debug-offsets.layout "
                        "cpython-X.Y.layout...\n");
        return 2;
    }
    read_fields(&schema, argv[3]);
    read_traits(&schema, argv[4]);
    tables = read_debug_offsets(&schema, argv[5], debug_tables, MAX_VERSIONS);
    for (int i = 6; i < argc; i++)
        read_version(&schema, argv[i], &versions[count++]);
    qsort(versions, count, sizeof(versions[0]), compare_versions);
    for (unsigned i = 1; i < count; i++) {
        if (compare_versions(&versions[i - 1], &versions[i]) == 0) {
            fprintf(stderr, "version %u.%u is given twice\n", versions[i].major, versions[i].minor);
            complaints++;
        }
    }
    if (complaints) {
        fprintf(stderr, "layout-gen: %u errors\n", complaints);
        return 1;
    }
    out = create(argv[1]);
    write_header(&schema, out);
    if (finish(out, argv[1]))
        return 1;
    out = create(argv[2]);
    write_table(&schema, versions, count, debug_tables, tables, out);
    return finish(out, argv[2]);
}

/* SPDX-License-Identifier: MIT */
/* access() is POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "build.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Numbers of the ELF specification. */
enum {
    SEGMENT_NOTE = 4,
    NOTE_BUILD_ID = 3,
    NOTE_HEADER = 12,
    MAX_ID = 64,
    PAGE = 4096, /* what a core has of each file, and how its segments are aligned */
    MAX_SEGMENTS = 64,
};

/* Where the fields are in ELF structures of 32 and of 64 bits. */
struct form {
    unsigned phoff, phentsize, phnum;
    unsigned offset, filesz, word;
};

static const struct form form32 = {28, 42, 44, 4, 16, 4};
static const struct form form64 = {32, 54, 56, 8, 32, 8};

/* The first page of a file, as memory has it. */
struct page {
    uint8_t bytes[PAGE];
    size_t len;
    const struct sw_target_info *info;
};

/* 0 beyond the end, which no field that matters is. */
static uint64_t number(const struct page *page, uint64_t at, unsigned width)
{
    uint64_t value = 0;

    if (at > page->len || width > page->len - at)
        return 0;
    for (unsigned i = 0; i < width; i++)
        value =
            value << 8 | page->bytes[at + (page->info->big_endian ? i : (uint64_t)width - 1 - i)];
    return value;
}

/* The build id among the notes from `at` on, as hexadecimal digits. */
static bool find_id(const struct page *page, uint64_t at, uint64_t size, char *buf)
{
    uint64_t end = at <= page->len && size <= page->len - at ? at + size : page->len;

    while (at < end && end - at > NOTE_HEADER) {
        uint64_t name = number(page, at, 4), len = number(page, at + 4, 4);
        uint64_t text = at + NOTE_HEADER, id = text + (name + 3) / 4 * 4;

        if (id > end || len > end - id)
            return false;
        if (number(page, at + 8, 4) == NOTE_BUILD_ID && name == 4 &&
            memcmp(page->bytes + text, "GNU", 4) == 0 && len > 0 && len <= MAX_ID) {
            for (uint64_t i = 0; i < len; i++)
                snprintf(buf + 2 * i, 3, "%02x", page->bytes[id + i]);
            return true;
        }
        at = id + (len + 3) / 4 * 4;
    }
    return false;
}

/* The build id in the first page of a file. */
static bool find_page_id(const struct page *page, char *buf)
{
    const struct form *form = page->info->pointer_size == 4 ? &form32 : &form64;
    uint64_t at = number(page, form->phoff, form->word);
    uint64_t size = number(page, form->phentsize, 2), count = number(page, form->phnum, 2);

    for (uint64_t i = 0; i < count && i < MAX_SEGMENTS; i++)
        if (number(page, at + i * size, 4) == SEGMENT_NOTE &&
            find_id(page, number(page, at + i * size + form->offset, form->word),
                number(page, at + i * size + form->filesz, form->word), buf))
            return true;
    return false;
}

/* lldb writes a build id in groups of digits; it may have less of it than there is. */
static bool is_same_id(const char *ours, const char *theirs)
{
    for (; *ours && *theirs; theirs++) {
        if (*theirs == '-')
            continue;
        if (*ours++ != (*theirs >= 'A' && *theirs <= 'F' ? *theirs - 'A' + 'a' : *theirs))
            return false;
    }
    return true;
}

/* Debug files have the build id of what they are about, and no contents; tools that change where a
   file looks for libraries leave the id. The ELF header itself tells of sections too, which may
   have been taken out. */
static bool is_same_page(
    struct sw_lldb *lldb, const struct sw_lldb_file *file, const struct page *page)
{
    enum { HEADER = 64 };
    uint8_t bytes[PAGE];
    size_t len;

    /* lldb has some files only as it found them in memory. */
    if (page->len <= HEADER || access(file->path, F_OK) < 0)
        return false;
    len = sw_lldb_read_constant(lldb, file->header, bytes, page->len);
    return len > HEADER && memcmp(bytes + HEADER, page->bytes + HEADER, len - HEADER) == 0;
}

/* lldb places the file of another build by what it thinks is its entry, so that its header need not
   be where one can be. A core without the first pages of files does not tell. */
static enum sw_lldb_build compare(
    struct sw_lldb *lldb, const struct sw_target_info *info, const struct sw_lldb_file *file)
{
    struct page page = {.info = info};
    char id[2 * MAX_ID + 1];

    if (file->header % PAGE)
        return SW_LLDB_BUILD_OTHER;
    page.len = sw_lldb_read(lldb, file->header, page.bytes, sizeof(page.bytes));
    if (page.len < 4)
        return SW_LLDB_BUILD_UNKNOWN;
    if (memcmp(page.bytes, "\177ELF", 4) != 0)
        return SW_LLDB_BUILD_OTHER;
    if (!find_page_id(&page, id))
        return SW_LLDB_BUILD_UNKNOWN;
    if (!is_same_id(id, file->id))
        return SW_LLDB_BUILD_OTHER;
    return is_same_page(lldb, file, &page) ? SW_LLDB_BUILD_SAME : SW_LLDB_BUILD_UNKNOWN;
}

enum sw_lldb_build sw_lldb_builds_get(struct sw_lldb_builds *builds, struct sw_lldb *lldb,
    const struct sw_target_info *info, uint64_t addr)
{
    struct sw_lldb_file file;
    enum sw_lldb_build build;

    if (!sw_lldb_file(lldb, addr, &file))
        return SW_LLDB_BUILD_UNKNOWN;
    for (unsigned i = 0; i < builds->count; i++)
        if (builds->items[i].header == file.header && strcmp(builds->items[i].id, file.id) == 0)
            return builds->items[i].build;
    build = compare(lldb, info, &file);
    if (build == SW_LLDB_BUILD_OTHER && !builds->other[0])
        snprintf(builds->other, sizeof(builds->other), "%s", file.path);
    if (builds->count < SW_LLDB_BUILDS) {
        builds->items[builds->count].header = file.header;
        memcpy(builds->items[builds->count].id, file.id, sizeof(file.id));
        builds->items[builds->count++].build = build;
    }
    return build;
}

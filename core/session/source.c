/* SPDX-License-Identifier: MIT */
/* open() with O_CLOEXEC is POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "session/source.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "object/text.h"

struct sw_source_file {
    char *path;
    size_t path_len;
    char *text; /* NULL when the file cannot be had */
    size_t len;
    uint32_t *lines; /* offset of each line found so far */
    int32_t line_count, line_room;
    bool is_complete; /* no line is left to find */
};

static void file_free(struct sw_source_file *file)
{
    if (!file)
        return;
    free(file->path);
    free(file->text);
    free(file->lines);
    free(file);
}

void sw_sources_clear(struct sw_sources *sources)
{
    for (unsigned i = 0; i < sources->count; i++)
        file_free(sources->files[i]);
    memset(sources, 0, sizeof(*sources));
}

/* Where the host finds the target's file. Names may hold bytes as surrogates (PEP 383): give them
 * back. */
static bool host_path(
    struct sw_memory *memory, const char *path, size_t len, char *host, size_t size)
{
    size_t used = 0;

    host[0] = '\0';
    if (!len || path[0] == '<' || memchr(path, '\0', len))
        return false;
    if (memory->ops.file_root && memory->ops.file_root(memory->ctx, host, size) < 0)
        return false;
    if (!memory->ops.file_root && memory->info.kind == SW_TARGET_REMOTE)
        return false;
    if (path[0] != '/') {
        if (memory->info.kind == SW_TARGET_LIVE && memory->info.pid > 0)
            snprintf(host, size, "/proc/%lld/cwd/", (long long)memory->info.pid);
        else
            host[0] = '\0';
    }
    used = strlen(host);
    for (size_t i = 0; i < len;) {
        unsigned bytes;
        uint32_t c = sw_utf8_get(path + i, len - i, &bytes);

        if (used + 5 > size)
            return false;
        if (c >= 0xdc80 && c <= 0xdcff)
            host[used++] = (char)(c - 0xdc00);
        else
            used += sw_utf8_put(c, host + used);
        i += bytes;
    }
    host[used] = '\0';
    return true;
}

/* Read a whole file; never mapped, for it may be cut while we look. Not fstat(): glibc 2.33 made
   that a symbol that older systems lack. Pipes cannot seek, terminals and devices have no end. */
static bool read_file(const char *path, struct sw_source_file *file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

    if (size > 0 && size <= SW_MAX_SOURCE_BYTES && lseek(fd, 0, SEEK_SET) == 0)
        file->text = malloc((size_t)size);
    while (file->text && file->len < (size_t)size) {
        ssize_t got = read(fd, file->text + file->len, (size_t)size - file->len);

        if (got <= 0)
            break;
        file->len += (size_t)got;
    }
    if (fd >= 0)
        close(fd);
    return file->len > 0;
}

/* Find the lines up to `number` and the one behind it, which ends it. */
static bool index_lines(struct sw_source_file *file, int32_t number)
{
    while (!file->is_complete && file->line_count <= number) {
        size_t start = 0;

        if (file->line_count) {
            size_t last = file->lines[file->line_count - 1];
            const char *end = memchr(file->text + last, '\n', file->len - last);

            file->is_complete = !end;
            if (!end)
                break;
            start = (size_t)(end + 1 - file->text);
        }
        if (file->line_count == file->line_room) {
            int32_t room = file->line_room ? 2 * file->line_room : 256;
            uint32_t *lines = realloc(file->lines, (size_t)room * sizeof(*lines));

            if (!lines)
                return false;
            file->lines = lines;
            file->line_room = room;
        }
        file->lines[file->line_count++] = (uint32_t)start;
    }
    return number <= file->line_count;
}

static struct sw_source_file *file_open(struct sw_memory *memory, const char *path, size_t len)
{
    struct sw_source_file *file = calloc(1, sizeof(*file));
    char host[2 * SW_MAX_NAME_BYTES];

    if (!file)
        return NULL;
    file->path = malloc(len + 1);
    if (!file->path) {
        free(file);
        return NULL;
    }
    memcpy(file->path, path, len);
    file->path_len = len;
    if (!host_path(memory, path, len, host, sizeof(host)) || !read_file(host, file)) {
        free(file->text);
        file->text = NULL;
        file->len = 0;
        file->is_complete = true;
    }
    return file;
}

static struct sw_source_file *file_get(
    struct sw_sources *sources, struct sw_memory *memory, const char *path, size_t len)
{
    struct sw_source_file *file;

    for (unsigned i = 0; i < sources->count; i++) {
        file = sources->files[i];
        if (file->path_len == len && memcmp(file->path, path, len) == 0) {
            /* The next frame is likely from the same file. */
            sources->files[i] = sources->files[0];
            sources->files[0] = file;
            return file;
        }
    }
    if (sources->count == SW_MAX_SOURCE_FILES || sources->bytes > SW_MAX_SOURCE_BYTES)
        sw_sources_clear(sources);
    file = file_open(memory, path, len);
    if (!file)
        return NULL;
    sources->bytes += file->len;
    sources->files[sources->count++] = file;
    return file;
}

int sw_sources_line(struct sw_sources *sources, struct sw_memory *memory, const char *path,
    size_t path_len, int32_t number, const char **ret_line, size_t *ret_len)
{
    struct sw_source_file *file = file_get(sources, memory, path, path_len);
    size_t start, end;

    if (!file || number < 1 || !index_lines(file, number))
        return SW_E_NOT_FOUND;
    start = file->lines[number - 1];
    end = number < file->line_count ? file->lines[number] : file->len;
    while (end > start && (file->text[end - 1] == '\n' || file->text[end - 1] == '\r'))
        end--;
    *ret_line = file->text + start;
    *ret_len = end - start;
    return 0;
}

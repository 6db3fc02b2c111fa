/* SPDX-License-Identifier: MIT */
/* open() with O_CLOEXEC is POSIX; struct statx and syscall() are GNU's. */
#define _GNU_SOURCE

#include "session/source.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "object/dict.h"
#include "object/object.h"
#include "object/sequence.h"
#include "object/text.h"
#include "session/kernel.h"

struct sw_source_file {
    char *path;
    size_t path_len;
    char *text; /* NULL when the file cannot be had */
    size_t len;
    uint32_t *lines; /* offset of each line found so far */
    int32_t line_count, line_room;
    bool is_complete; /* no line is left to find */
    bool is_stale;
    sw_addr cached; /* the list of lines that linecache has, when there is no text; 0 for none */
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
    sw_arena_reset(&sources->lines);
    memset(sources->files, 0, sizeof(sources->files));
    sources->count = 0;
    sources->bytes = 0;
    sources->cache_asked = false;
    sources->host.asked = false;
}

void sw_sources_forget(struct sw_sources *sources)
{
    sw_sources_clear(sources);
    sources->cache_of = NULL;
    sources->cache = 0;
}

/* When the file was last written; 0 when it cannot be told. By number, as fstat() in glibc 2.33. */
static int64_t written_at(int fd)
{
    struct statx buf;

    return syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_MTIME, &buf) == 0 ? buf.stx_mtime.tv_sec
                                                                             : 0;
}

/* The beginning of a small file of /proc; "" when it cannot be read. */
static void read_proc(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");

    text[file ? fread(text, 1, size - 1, file) : 0] = '\0';
    if (file)
        fclose(file);
}

/* When a process of this machine began, in seconds since 1970; 0 when it cannot be told. */
static int64_t process_start(const struct sw_memory *memory)
{
    char path[64], text[1024];
    const char *at;
    double uptime;

    if (memory->info.kind != SW_TARGET_LIVE || memory->info.pid <= 0)
        return 0;
    read_proc("/proc/uptime", text, sizeof(text));
    uptime = strtod(text, NULL);
    snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)memory->info.pid);
    read_proc(path, text, sizeof(text));
    /* proc(5): the second field, the name, ends with the last ')'; starttime is the 22nd. */
    at = strrchr(text, ')');
    for (unsigned field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (!at || uptime <= 0)
        return 0;
    return (int64_t)(difftime(time(NULL), 0) - uptime) +
           strtoll(at, NULL, 10) / sysconf(_SC_CLK_TCK);
}

static const struct sw_source_host *find_host(
    struct sw_sources *sources, const struct sw_memory *memory)
{
    struct sw_source_host *host = &sources->host;

    if (host->asked)
        return host;
    host->asked = true;
    host->root[0] = '\0';
    host->none = memory->ops.file_root
                     ? memory->ops.file_root(memory->ctx, host->root, sizeof(host->root)) < 0
                     : memory->info.kind == SW_TARGET_REMOTE;
    if (!host->root[0])
        sw_kernel_root(memory, host->root, sizeof(host->root));
    host->start = process_start(memory);
    return host;
}

/* The name of a file as bytes. Names may hold bytes as surrogates (PEP 383): give them back. */
static bool name_bytes(const char *path, size_t len, char *name, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < len;) {
        unsigned bytes;
        uint32_t c = sw_utf8_get(path + i, len - i, &bytes);

        if (used + 5 > size)
            return false;
        if (c >= 0xdc80 && c <= 0xdcff)
            name[used++] = (char)(c - 0xdc00);
        else
            used += sw_utf8_put(c, name + used);
        i += bytes;
    }
    name[used] = '\0';
    return true;
}

/* Where the host finds the target's file. */
static bool host_path(struct sw_sources *sources, const struct sw_memory *memory, const char *path,
    size_t len, char *host, size_t size)
{
    char name[2 * SW_MAX_NAME_BYTES], cwd[64] = "";
    const struct sw_source_host *found;

    if (!len || path[0] == '<' || memchr(path, '\0', len) ||
        !name_bytes(path, len, name, sizeof(name)))
        return false;
    found = find_host(sources, memory);
    if (memory->ops.file_place && memory->ops.file_place(memory->ctx, name, host, size) == 0)
        return true;
    if (found->none)
        return false;
    if (path[0] != '/' && memory->info.kind == SW_TARGET_LIVE && memory->info.pid > 0)
        snprintf(cwd, sizeof(cwd), "/proc/%lld/cwd/", (long long)memory->info.pid);
    return (size_t)snprintf(host, size, "%s%s", path[0] == '/' ? found->root : cwd, name) < size;
}

/* Open a regular file, and nothing else: to open a device may rewind a tape, to open a pipe wakes
   whoever writes to it. A path is looked up without opening it (O_PATH) until that is known. Not by
   fstat(): glibc 2.33 made that a symbol that older systems lack. */
static int open_regular(const char *path)
{
    struct statx buf;
    char link[40];
    int fd = open(path, O_PATH | O_CLOEXEC), opened = -1;

    if (fd < 0)
        return -1;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &buf) == 0 && S_ISREG(buf.stx_mode))
        opened = open(link, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    close(fd);
    return opened;
}

/* Read a whole file; never mapped, for it may be cut while we look. */
static bool read_file(
    const struct sw_source_host *host, const char *path, struct sw_source_file *file)
{
    int fd = open_regular(path);
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

    if (size > 0 && size <= SW_MAX_SOURCE_BYTES && lseek(fd, 0, SEEK_SET) == 0)
        file->text = malloc((size_t)size);
    while (file->text && file->len < (size_t)size) {
        ssize_t got = read(fd, file->text + file->len, (size_t)size - file->len);

        if (got <= 0)
            break;
        file->len += (size_t)got;
    }
    if (file->len)
        file->is_stale = host->start && written_at(fd) > host->start;
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

            /* What ends the last line begins no other. */
            file->is_complete = !end || end + 1 == file->text + file->len;
            if (file->is_complete)
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

/* ---------------------------------------------------------------- linecache */

/* The dict linecache.cache; 0 when the module was not imported. */
static sw_addr find_cache(struct sw_sources *sources, const struct sw_runtime *runtime)
{
    const struct sw_reader *reader = &runtime->reader;
    sw_addr modules, module, dict, cache;

    if (sources->cache_of == runtime && sources->cache_asked)
        return sources->cache;
    sources->cache_asked = true;
    if (sources->cache_of == runtime && sources->cache &&
        sw_object_check(reader, sources->cache, SW_TYPE_DICT, "linecache", NULL) == 0)
        return sources->cache;
    sources->cache_of = runtime;
    sources->cache = 0;
    if (sw_runtime_sys_find(runtime, "modules", &modules) == 0 &&
        sw_dict_find(reader, modules, "linecache", NULL, &module) == 0 &&
        sw_reader_uint(reader, module, SW_F_MODULE_DICT, NULL, &dict) == 0 &&
        sw_dict_find(reader, dict, "cache", NULL, &cache) == 0)
        sources->cache = cache;
    return sources->cache;
}

/* linecache.cache[path] is (size, mtime, lines, fullname): the list of lines, 0 when there is none.
 */
static sw_addr find_cached(
    struct sw_sources *sources, const struct sw_runtime *runtime, const char *path, size_t len)
{
    const struct sw_reader *reader = &runtime->reader;
    sw_addr cache = find_cache(sources, runtime), key, value, lines;
    struct sw_sequence entry;
    struct sw_dict entries;

    if (!cache || sw_dict_open(reader, cache, NULL, &entries) < 0)
        return 0;
    for (unsigned i = 0; i < SW_MAX_DICT_SEARCH; i++) {
        if (sw_dict_next(&entries, NULL, &key, &value) <= 0)
            return 0;
        if (!sw_text_equals(reader, key, path, len))
            continue;
        return sw_sequence_open(reader, value, "linecache", NULL, &entry) == 0 &&
                       sw_sequence_item(reader, &entry, 2, NULL, &lines) == 0 &&
                       sw_object_check(reader, lines, SW_TYPE_LIST, "linecache", NULL) == 0
                   ? lines
                   : 0;
    }
    return 0;
}

static int cached_line(struct sw_sources *sources, const struct sw_reader *reader, sw_addr list,
    int32_t number, const char **ret_line, size_t *ret_len)
{
    struct sw_sequence lines;
    struct sw_text text;
    sw_addr line;

    if (sw_sequence_open(reader, list, "linecache", NULL, &lines) < 0 ||
        sw_sequence_item(reader, &lines, (uint64_t)number - 1, NULL, &line) < 0 ||
        sw_text_read(reader, &sources->lines, line, SW_MAX_SOURCE_LINE, "linecache", NULL, &text) <
            0)
        return SW_E_NOT_FOUND;
    *ret_line = text.data;
    *ret_len = text.len;
    while (*ret_len && (text.data[*ret_len - 1] == '\n' || text.data[*ret_len - 1] == '\r'))
        --*ret_len;
    return 0;
}

/* ---------------------------------------------------------------- the cache */

static struct sw_source_file *file_open(
    struct sw_sources *sources, const struct sw_runtime *runtime, const char *path, size_t len)
{
    struct sw_memory *memory = runtime->reader.memory;
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
    if (!host_path(sources, memory, path, len, host, sizeof(host)) ||
        !read_file(&sources->host, host, file)) {
        free(file->text);
        file->text = NULL;
        file->len = 0;
        file->is_complete = true;
        file->cached = find_cached(sources, runtime, path, len);
    }
    return file;
}

static struct sw_source_file *file_get(
    struct sw_sources *sources, const struct sw_runtime *runtime, const char *path, size_t len)
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
    file = file_open(sources, runtime, path, len);
    if (!file)
        return NULL;
    sources->bytes += file->len;
    sources->files[sources->count++] = file;
    return file;
}

int sw_sources_line(struct sw_sources *sources, const struct sw_runtime *runtime, const char *path,
    size_t path_len, int32_t number, const char **ret_line, size_t *ret_len)
{
    struct sw_source_file *file = file_get(sources, runtime, path, path_len);
    size_t start, end;

    if (file && number >= 1 && file->cached)
        return cached_line(sources, &runtime->reader, file->cached, number, ret_line, ret_len);
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

bool sw_sources_is_stale(
    struct sw_sources *sources, const struct sw_runtime *runtime, const char *path, size_t path_len)
{
    struct sw_source_file *file = file_get(sources, runtime, path, path_len);

    return file && file->is_stale;
}

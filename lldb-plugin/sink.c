/* SPDX-License-Identifier: MIT */
/* clock_gettime() is POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "sink.h"

#include <stdlib.h>
#include <string.h>

#include "setting.h"

/*
 * lldb shows a command's output when the command ends, and throws it away after Ctrl-C. A command
 * that takes this long shows it as it comes, on a terminal; elsewhere (in lldb-dap) it would come
 * twice. Until then everything is kept: lldb does not show what came before.
 */
enum { PATIENCE_MILLISECONDS = 200, FIRST_CAPACITY = 16 * 1024, PIECE = 64 * 1024 };

/* lldb's own: in its frame-format a function is yellow and a file is cyan. */
static const char *const style_codes[SW_STYLE_COUNT] = {
    [SW_STYLE_FILENAME] = "\033[36m",
    [SW_STYLE_FUNCTION] = "\033[33m",
    [SW_STYLE_LINE] = "\033[33m",
    [SW_STYLE_ADDRESS] = "\033[33m",
    [SW_STYLE_NOTE] = "\033[2m",
};
static const char plain_code[] = "\033[0m";

static void flush(struct sw_lldb_sink *sink)
{
    for (size_t at = 0; at < sink->len; at += PIECE)
        sw_lldb_result_write(
            sink->result, sink->text + at, sink->len - at < PIECE ? sink->len - at : PIECE);
    sink->len = 0;
    clock_gettime(CLOCK_MONOTONIC, &sink->since);
}

static bool is_time_to_flush(const struct sw_lldb_sink *sink)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - sink->since.tv_sec) * 1000 +
               (now.tv_nsec - sink->since.tv_nsec) / 1000000 >=
           PATIENCE_MILLISECONDS;
}

static int append(struct sw_lldb_sink *sink, const char *text, size_t len)
{
    if (len > sink->capacity - sink->len) {
        size_t capacity = sink->capacity ? sink->capacity : FIRST_CAPACITY;
        char *grown;

        while (capacity - sink->len < len && capacity <= SIZE_MAX / 2)
            capacity *= 2;
        grown = realloc(sink->text, capacity);
        if (!grown)
            return SW_E_NO_MEMORY;
        sink->text = grown;
        sink->capacity = capacity;
    }
    memcpy(sink->text + sink->len, text, len);
    sink->len += len;
    return 0;
}

static int change_style(struct sw_lldb_sink *sink, enum sw_style style)
{
    const char *before = style_codes[sink->style], *after = style_codes[style];
    int status = 0;

    sink->style = style;
    if (before == after)
        return 0;
    if (before)
        status = append(sink, plain_code, strlen(plain_code));
    if (after && status == 0)
        status = append(sink, after, strlen(after));
    return status;
}

static int sink_write(void *ctx, enum sw_style style, const char *text, size_t len)
{
    struct sw_lldb_sink *sink = ctx;
    int status = change_style(sink, style);

    if (status == 0)
        status = append(sink, text, len);
    /* No NUL should come, and lldb takes none. */
    for (char *nul; status == 0 && (nul = memchr(sink->text, '\0', sink->len)) != NULL;)
        *nul = '?';
    if (status == 0 && is_time_to_flush(sink)) {
        if (!sink->decided)
            sink->streams = sw_lldb_result_stream(sink->lldb, sink->result);
        sink->decided = true;
        flush(sink);
    } else if (sink->decided && sink->len >= PIECE) {
        flush(sink);
    }
    return status;
}

void sw_lldb_sink_init(
    struct sw_lldb_sink *sink, struct sw_lldb *lldb, struct sw_lldb_result *result)
{
    memset(sink, 0, sizeof(*sink));
    sink->sink = (struct sw_sink){
        .write = sink_write,
        .ctx = sink,
        .styled = sw_lldb_setting_value("colour", 1) && sw_lldb_use_color(lldb),
    };
    sink->lldb = lldb;
    sink->result = result;
    clock_gettime(CLOCK_MONOTONIC, &sink->since);
}

void sw_lldb_sink_fini(struct sw_lldb_sink *sink)
{
    change_style(sink, SW_STYLE_PLAIN);
    flush(sink);
    free(sink->text);
}

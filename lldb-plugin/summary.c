/* SPDX-License-Identifier: MIT */
#include "summary.h"

#include <sidewinder.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"
#include "session.h"

enum {
    LOCK_MILLISECONDS = 100,
    MAX_TEXT = 16 * 1024 * 1024, /* of one value, whatever `pystack set width` says */
};

/*
 * Pointers to what begins as PyObject does, by the names that CPython gives such structs (`struct
 * _object` is PyObject, `_typeobject` a type, `_frame` a frame) and those that Cython makes. lldb
 * asks for a type by each of its names, so that typedefs are found too.
 */
static const char pattern[] =
    "^(const )?(struct )?"
    "(_frame|_[a-z]*object|[a-z][a-z0-9_]*object|_?Py[A-Z][A-Za-z0-9_]*Object|"
    "__pyx_obj_[A-Za-z0-9_]+)( const)? ?\\*( ?const)?$";

/* Text is collected: a stream takes nothing back, and a value may fail in its middle. */
struct text {
    char *chars;
    size_t len;
};

static int text_write(void *ctx, enum sw_style style, const char *chars, size_t len)
{
    struct text *text = ctx;
    char *grown;

    (void)style;
    if (len > MAX_TEXT - text->len)
        return SW_E_LIMIT;
    grown = realloc(text->chars, text->len + len);
    if (!grown && len)
        return SW_E_NO_MEMORY;
    text->chars = grown;
    memcpy(text->chars + text->len, chars, len);
    text->len += len;
    return 0;
}

static bool summarize_locked(struct sw_lldb *lldb, uint64_t pointer, struct sw_lldb_stream *stream)
{
    struct text text = {0};
    struct sw_sink sink = {.write = text_write, .ctx = &text};
    struct sw_error error;
    struct sw_lldb_session *session = sw_lldb_session_acquire(lldb, SW_LLDB_VALUE, &error);
    bool done = false;

    if (session) {
        done = sw_value_write(sw_lldb_session_core(session), pointer, &sink, NULL) == 0;
        sw_lldb_session_release(session);
    }
    if (done)
        sw_lldb_stream_write(stream, text.chars, text.len);
    free(text.chars);
    return done;
}

static bool summarize(struct sw_lldb *lldb, uint64_t pointer, struct sw_lldb_stream *stream)
{
    bool done;

    if (!pointer || !sw_lldb_lock(LOCK_MILLISECONDS))
        return false;
    done = summarize_locked(lldb, pointer, stream);
    sw_lldb_unlock();
    return done;
}

bool sw_lldb_summary_register(struct sw_lldb_registry *registry)
{
    return sw_lldb_add_summary(registry, "sidewinder", pattern, summarize);
}

/* SPDX-License-Identifier: MIT */
/* clock_gettime() is POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "sink.h"

#include <string.h>

#include "gdb.h"
#include "setting.h"

/* gdb.write() costs little, but a thousand calls cost more than the thousand frames they show. Text
   is passed on when the buffer is full, and after a while so that a slow walk is seen going on. */
enum { FLUSH_MILLISECONDS = 200 };

/* gdb's names of styles, since gdb 18 (gdb.Style). NULL: as the terminal has it. */
static const char *const style_names[SW_STYLE_COUNT] = {
    [SW_STYLE_FILENAME] = "filename",
    [SW_STYLE_FUNCTION] = "function",
    [SW_STYLE_LINE] = "line-number",
    [SW_STYLE_ADDRESS] = "address",
    [SW_STYLE_NOTE] = "metadata",
};

/* ---------------------------------------------------------------- what gdb can show */

static bool is_style_enabled(void)
{
    PyObject *enabled = sw_gdb_parameter("style enabled");

    Py_XDECREF(enabled);
    return enabled == Py_True;
}

static void load_styles(struct sw_gdb_sink *sink)
{
    PyObject *type = PyObject_GetAttrString(sw_gdb.module, "Style");

    for (size_t i = 0; type && i < SW_STYLE_COUNT; i++) {
        if (!style_names[i])
            continue;
        sink->styles[i] = PyObject_CallFunction(type, "s", style_names[i]);
        if (!sink->styles[i])
            PyErr_Clear(); /* a style that this gdb does not know */
    }
    sink->sink.styled = type != NULL;
    PyErr_Clear();
    Py_XDECREF(type);
}

/* ---------------------------------------------------------------- writing */

static PyObject *write_text(struct sw_gdb_sink *sink, PyObject *text)
{
    PyObject *style = sink->styles[sink->style], *args, *keywords, *result = NULL;

    if (!style)
        return PyObject_CallFunction(sink->write, "O", text);
    args = Py_BuildValue("(O)", text);
    keywords = Py_BuildValue("{sO}", "style", style);
    if (args && keywords)
        result = PyObject_Call(sink->write, args, keywords);
    Py_XDECREF(args);
    Py_XDECREF(keywords);
    return result;
}

static int flush(struct sw_gdb_sink *sink)
{
    PyObject *text, *result;
    char *nul;

    if (sink->len == 0)
        return 0;
    /* gdb.write() takes no NUL, and none should come. */
    while ((nul = memchr(sink->text, '\0', sink->len)) != NULL)
        *nul = '?';
    text = PyUnicode_DecodeUTF8(sink->text, (Py_ssize_t)sink->len, "replace");
    sink->len = 0;
    clock_gettime(CLOCK_MONOTONIC, &sink->flushed);
    result = text ? write_text(sink, text) : NULL;
    Py_XDECREF(text);
    Py_XDECREF(result);
    if (result)
        return 0;
    /* KeyboardInterrupt: q at the pager, or Ctrl-C. Going on would be a SystemError in gdb. */
    sw_gdb_target_stop(sink->target);
    return SW_E_STOPPED;
}

static bool is_time_to_flush(const struct sw_gdb_sink *sink)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - sink->flushed.tv_sec) * 1000 +
               (now.tv_nsec - sink->flushed.tv_nsec) / 1000000 >=
           FLUSH_MILLISECONDS;
}

static int sink_write(void *ctx, enum sw_style style, const char *text, size_t len)
{
    struct sw_gdb_sink *sink = ctx;
    int status = 0;

    if (style != sink->style || is_time_to_flush(sink))
        status = flush(sink);
    sink->style = style;
    while (status == 0 && len > 0) {
        size_t part = sizeof(sink->text) - sink->len;

        if (part > len)
            part = len;
        /* Cut between characters: not before a continuation byte. */
        while (part < len && part > 0 && ((unsigned char)text[part] & 0xc0) == 0x80)
            part--;
        memcpy(sink->text + sink->len, text, part);
        sink->len += part;
        text += part;
        len -= part;
        if (len > 0)
            status = flush(sink);
    }
    return status;
}

int sw_gdb_sink_init(struct sw_gdb_sink *sink, struct sw_gdb_target *target)
{
    sink->sink =
        (struct sw_sink){.write = sink_write, .ctx = sink, .ascii = !sw_gdb_host_is_utf8()};
    sink->target = target;
    sink->style = SW_STYLE_PLAIN;
    sink->len = 0;
    memset(sink->styles, 0, sizeof(sink->styles));
    clock_gettime(CLOCK_MONOTONIC, &sink->flushed);
    sink->write = PyObject_GetAttrString(sw_gdb.module, "write");
    if (!sink->write)
        return -1;
    if (sw_gdb_setting_value("colour", 1) && is_style_enabled())
        load_styles(sink);
    return 0;
}

void sw_gdb_sink_fini(struct sw_gdb_sink *sink)
{
    flush(sink);
    for (size_t i = 0; i < SW_STYLE_COUNT; i++)
        Py_XDECREF(sink->styles[i]);
    Py_XDECREF(sink->write);
}

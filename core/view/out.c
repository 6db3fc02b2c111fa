/* SPDX-License-Identifier: MIT */
#include "view/out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sw_out_init(struct sw_out *out, const struct sw_sink *sink)
{
    out->sink = sink;
    out->style = SW_STYLE_PLAIN;
    out->used = 0;
    out->flushed = 0;
    out->status = 0;
}

struct sw_out *sw_out_create(const struct sw_sink *sink)
{
    struct sw_out *out = malloc(sizeof(*out));

    if (out)
        sw_out_init(out, sink);
    return out;
}

void sw_out_destroy(struct sw_out *out)
{
    free(out);
}

int sw_out_flush(struct sw_out *out)
{
    if (out->used && out->status == 0) {
        int status = out->sink->write(out->sink->ctx, out->style, out->buffer, out->used);

        if (status < 0)
            out->status = status;
    }
    out->used = 0;
    out->flushed++;
    return out->status;
}

void sw_out_raw(struct sw_out *out, enum sw_style style, const char *text, size_t len)
{
    if (!out->sink->styled)
        style = SW_STYLE_PLAIN;
    if (style != out->style) {
        sw_out_flush(out);
        out->style = style;
    }
    while (len && out->status == 0) {
        size_t room = SW_OUT_SIZE - out->used;
        size_t piece = len < room ? len : room;

        /* The sink gets whole characters only. */
        while (piece < len && piece && ((unsigned char)text[piece] & 0xc0) == 0x80)
            piece--;
        memcpy(out->buffer + out->used, text, piece);
        out->used += piece;
        text += piece;
        len -= piece;
        if (len)
            sw_out_flush(out);
    }
}

void sw_out_puts(struct sw_out *out, enum sw_style style, const char *text)
{
    sw_out_raw(out, style, text, strlen(text));
}

void sw_out_printf(struct sw_out *out, enum sw_style style, const char *format, ...)
{
    char text[512];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (len > 0)
        sw_out_raw(out, style, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
}

static void put_escape(struct sw_out *out, enum sw_style style, uint32_t c)
{
    if (c == '\n')
        sw_out_puts(out, style, "\\n");
    else if (c == '\r')
        sw_out_puts(out, style, "\\r");
    else if (c == '\t')
        sw_out_puts(out, style, "\\t");
    else if (c < 0x100)
        sw_out_printf(out, style, "\\x%02x", (unsigned)c);
    else if (c < 0x10000)
        sw_out_printf(out, style, "\\u%04x", (unsigned)c);
    else
        sw_out_printf(out, style, "\\U%08x", (unsigned)c);
}

/* C0 and C1 controls could drive the terminal; surrogates are no characters. A source line keeps
   its tabs. */
static bool must_escape(const struct sw_out *out, enum sw_style style, uint32_t c)
{
    if (c == '\t' && style == SW_STYLE_SOURCE)
        return false;
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0xd800 && c < 0xe000) || c == 0x2028 ||
           c == 0x2029 || (c >= 0x80 && out->sink->ascii);
}

void sw_out_text(struct sw_out *out, enum sw_style style, const char *text, size_t len)
{
    size_t start = 0, at = 0;

    while (at < len) {
        unsigned bytes = 1;
        uint32_t c = (unsigned char)text[at];

        if (c >= 0x20 && c < 0x7f) {
            at++;
            continue;
        }
        c = sw_utf8_get(text + at, len - at, &bytes);
        if (must_escape(out, style, c)) {
            sw_out_raw(out, style, text + start, at - start);
            put_escape(out, style, c);
            start = at + bytes;
        }
        at += bytes;
    }
    sw_out_raw(out, style, text + start, at - start);
}

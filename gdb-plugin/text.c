/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 256,
    MAX_TEXT = 64 * 1024 * 1024, /* whatever `set sidewinder width` says */
};

int sw_gdb_text_write(void *ctx, enum sw_style style, const char *chars, size_t len)
{
    struct sw_gdb_text *text = ctx;

    (void)style;
    if (len > MAX_TEXT - text->len)
        return SW_E_LIMIT;
    if (len > text->capacity - text->len) {
        size_t capacity = text->capacity ? text->capacity : FIRST_CAPACITY;
        char *grown;

        while (capacity < text->len + len)
            capacity *= 2;
        grown = realloc(text->chars, capacity);
        if (!grown)
            return SW_E_NO_MEMORY;
        text->chars = grown;
        text->capacity = capacity;
    }
    memcpy(text->chars + text->len, chars, len);
    text->len += len;
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include "object/text.h"

#include <string.h>

#include "base/bytes.h"
#include "object/object.h"

unsigned sw_utf8_put(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    if (c > 0x10ffff)
        return 0;
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

uint32_t sw_utf8_get(const char *text, size_t len, unsigned *ret_bytes)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)text;
    unsigned count = p[0] < 0x80   ? 1
                     : p[0] < 0xc0 ? 0
                     : p[0] < 0xe0 ? 2
                     : p[0] < 0xf0 ? 3
                     : p[0] < 0xf8 ? 4
                                   : 0;
    uint32_t c;

    *ret_bytes = 1;
    if (count == 1)
        return p[0];
    if (count == 0 || count > len)
        return 0xdc00 + p[0];
    c = p[0] & (0x7fu >> count);
    for (unsigned i = 1; i < count; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0xdc00 + p[0];
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[count] || c > 0x10ffff)
        return 0xdc00 + p[0];
    *ret_bytes = count;
    return c;
}

/* Where the characters of a str lie. */
struct text_form {
    sw_addr data;
    uint64_t length; /* characters */
    unsigned kind;   /* bytes a character */
    bool utf8;       /* bytes that are shown as UTF-8: 2.7's str */
};

/* PEP 393 (3.3 and later): the state word says where the characters follow and how wide they are.
 */
static int compact_form(const struct sw_reader *reader, sw_addr addr, const char *what,
    struct sw_error *reterr, struct text_form *ret_form)
{
    struct sw_span span;
    int status = sw_span_load(reader, SW_S_ASCII, addr, reterr, &span);

    if (status < 0)
        return status;
    ret_form->length = sw_span_uint(reader, &span, SW_F_ASCII_LENGTH);
    ret_form->kind = (unsigned)sw_span_uint(reader, &span, SW_F_ASCII_KIND);
    if (sw_span_uint(reader, &span, SW_F_ASCII_COMPACT))
        ret_form->data = addr + reader->layout->sizes[sw_span_uint(reader, &span, SW_F_ASCII_ASCII)
                                                          ? SW_S_ASCII
                                                          : SW_S_COMPACT_UNICODE];
    else
        status = sw_reader_uint(reader, addr, SW_F_UNICODE_DATA, reterr, &ret_form->data);
    if (status < 0)
        return status;
    if (ret_form->kind != 1 && ret_form->kind != 2 && ret_form->kind != 4)
        return sw_fail(reterr, SW_E_CORRUPT, addr, what, "%s at 0x%llx has characters of %u bytes",
            what, (unsigned long long)addr, ret_form->kind);
    return 0;
}

/* 2.7: str is bytes; unicode has units of 2 or 4 bytes, which only the build knows. */
static int bytes_form(const struct sw_reader *reader, sw_addr addr, struct sw_error *reterr,
    struct text_form *ret_form)
{
    int status = sw_reader_uint(reader, addr, SW_F_BYTES_LENGTH, reterr, &ret_form->length);

    ret_form->kind = 1;
    ret_form->utf8 = true;
    ret_form->data = sw_reader_at(reader, addr, SW_F_BYTES_DATA);
    return status;
}

static int text_form(const struct sw_reader *reader, sw_addr addr, const char *what,
    struct sw_error *reterr, struct text_form *ret_form)
{
    bool bytes = reader->layout->traits.text_form == SW_TEXT_FORM_BYTES;
    int status =
        sw_object_check(reader, addr, bytes ? SW_TYPE_BYTES : SW_TYPE_UNICODE, what, reterr);

    memset(ret_form, 0, sizeof(*ret_form));
    if (status < 0)
        return status;
    status = bytes ? bytes_form(reader, addr, reterr, ret_form)
                   : compact_form(reader, addr, what, reterr, ret_form);
    if (status == 0 && ret_form->length > SW_MAX_OBJECT_BYTES)
        return sw_fail(reterr, SW_E_CORRUPT, addr, what, "%s at 0x%llx has the length 0x%llx", what,
            (unsigned long long)addr, (unsigned long long)ret_form->length);
    return status;
}

/* `count` characters in `raw` to UTF-8 in `out`, which has room for 4 bytes each. 0 when one is
 * none. */
static size_t encode(
    const struct text_form *form, const uint8_t *raw, size_t count, bool big_endian, char *out)
{
    size_t used = 0;

    for (size_t i = 0; i < count;) {
        uint32_t c;
        unsigned bytes = 1, put;

        if (form->utf8)
            c = sw_utf8_get((const char *)raw + i, count - i, &bytes);
        else
            c = (uint32_t)sw_bytes_uint(raw + i * form->kind, form->kind, big_endian);
        put = sw_utf8_put(c, out + used);
        if (!put)
            return 0;
        used += put;
        i += bytes;
    }
    return used;
}

int sw_text_read(const struct sw_reader *reader, struct sw_arena *arena, sw_addr addr, size_t max,
    const char *what, struct sw_error *reterr, struct sw_text *ret_text)
{
    struct text_form form;
    uint8_t *raw;
    char *out;
    size_t count, used;
    int status = text_form(reader, addr, what, reterr, &form);

    if (status < 0)
        return status;
    count = form.length < max ? (size_t)form.length : max;
    /* The raw characters first, their UTF-8 behind them: at most 4 bytes for each. */
    raw = sw_arena_alloc(arena, count * (form.kind + 4u) + 1);
    if (!raw)
        return sw_fail(reterr, SW_E_NO_MEMORY, addr, what, "the debugger is out of memory");
    out = (char *)raw + count * form.kind;
    if (count)
        status = sw_memory_read(reader->memory, form.data, raw, count * form.kind, what, reterr);
    if (status < 0)
        return status;
    used = encode(&form, raw, count, reader->memory->info.big_endian, out);
    if (count && !used)
        return sw_fail(reterr, SW_E_CORRUPT, addr, what, "%s at 0x%llx holds what is no character",
            what, (unsigned long long)addr);
    out[used] = '\0';
    ret_text->data = out;
    ret_text->len = used;
    ret_text->cut = count < form.length;
    ret_text->length = form.length;
    return 0;
}

bool sw_text_is(const struct sw_reader *reader, sw_addr addr, const char *expected)
{
    return sw_text_equals(reader, addr, expected, strlen(expected));
}

/* Compare what is not one byte a character, or long: character by character. */
static bool equals_decoded(
    const struct sw_reader *reader, const struct text_form *form, const char *expected, size_t len)
{
    uint64_t index = 0;

    for (size_t i = 0; i < len; index++) {
        unsigned bytes;
        uint32_t c = sw_utf8_get(expected + i, len - i, &bytes);
        uint64_t found;

        if (index >= form->length ||
            sw_memory_uint(reader->memory, form->data + index * form->kind, form->kind, "str", NULL,
                &found) < 0 ||
            found != c)
            return false;
        i += bytes;
    }
    return index == form->length;
}

bool sw_text_equals(const struct sw_reader *reader, sw_addr addr, const char *expected, size_t len)
{
    struct text_form form;
    char found[64];
    bool ascii = true;

    for (size_t i = 0; i < len; i++)
        ascii = ascii && (unsigned char)expected[i] < 0x80;
    if (text_form(reader, addr, "str", NULL, &form) < 0)
        return false;
    if (!ascii || len >= sizeof(found))
        return (!form.utf8 || ascii) && equals_decoded(reader, &form, expected, len);
    if (form.kind != 1)
        return form.length == len && equals_decoded(reader, &form, expected, len);
    return form.length == len &&
           (len == 0 || (sw_memory_read(reader->memory, form.data, found, len, "str", NULL) == 0 &&
                            memcmp(found, expected, len) == 0));
}

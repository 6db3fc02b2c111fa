/* SPDX-License-Identifier: MIT */
#include "view/json.h"

#include <string.h>

static void put(struct sw_json *json, const char *text)
{
    sw_out_puts(json->out, SW_STYLE_PLAIN, text);
}

static void put_string(struct sw_json *json, const char *text, size_t len)
{
    struct sw_out *out = json->out;
    size_t start = 0, at = 0;

    put(json, "\"");
    while (at < len) {
        unsigned bytes = 1;
        uint32_t c = sw_utf8_get(text + at, len - at, &bytes);

        if (c < 0x20 || c == '"' || c == '\\' || (c >= 0x7f && c < 0xa0) ||
            (c >= 0xd800 && c < 0xe000)) {
            sw_out_raw(out, SW_STYLE_PLAIN, text + start, at - start);
            if (c == '"' || c == '\\')
                sw_out_printf(out, SW_STYLE_PLAIN, "\\%c", (int)c);
            else
                sw_out_printf(out, SW_STYLE_PLAIN, "\\u%04x", (unsigned)c);
            start = at + bytes;
        } else if (c >= 0x80 && out->sink->ascii) {
            sw_out_raw(out, SW_STYLE_PLAIN, text + start, at - start);
            if (c < 0x10000)
                sw_out_printf(out, SW_STYLE_PLAIN, "\\u%04x", (unsigned)c);
            else
                sw_out_printf(out, SW_STYLE_PLAIN, "\\u%04x\\u%04x",
                    (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
                    (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
            start = at + bytes;
        }
        at += bytes;
    }
    sw_out_raw(out, SW_STYLE_PLAIN, text + start, at - start);
    put(json, "\"");
}

static void begin_value(struct sw_json *json, const char *key)
{
    if (json->depth < SW_JSON_DEPTH) {
        if (json->has_items[json->depth])
            put(json, ",");
        json->has_items[json->depth] = true;
    }
    if (key) {
        put_string(json, key, strlen(key));
        put(json, ":");
    }
}

static void open_level(struct sw_json *json, const char *key, const char *bracket)
{
    begin_value(json, key);
    put(json, bracket);
    json->depth++;
    if (json->depth < SW_JSON_DEPTH)
        json->has_items[json->depth] = false;
}

static void close_level(struct sw_json *json, const char *bracket)
{
    if (json->depth)
        json->depth--;
    put(json, bracket);
}

void sw_json_open_object(struct sw_json *json, const char *key)
{
    open_level(json, key, "{");
}

void sw_json_close_object(struct sw_json *json)
{
    close_level(json, "}");
}

void sw_json_open_array(struct sw_json *json, const char *key)
{
    open_level(json, key, "[");
}

void sw_json_close_array(struct sw_json *json)
{
    close_level(json, "]");
}

void sw_json_int(struct sw_json *json, const char *key, int64_t value)
{
    begin_value(json, key);
    sw_out_printf(json->out, SW_STYLE_PLAIN, "%lld", (long long)value);
}

void sw_json_bool(struct sw_json *json, const char *key, bool value)
{
    begin_value(json, key);
    put(json, value ? "true" : "false");
}

void sw_json_null(struct sw_json *json, const char *key)
{
    begin_value(json, key);
    put(json, "null");
}

void sw_json_int_if(struct sw_json *json, const char *key, bool known, int64_t value)
{
    if (known)
        sw_json_int(json, key, value);
    else
        sw_json_null(json, key);
}

void sw_json_bool_if(struct sw_json *json, const char *key, bool known, bool value)
{
    if (known)
        sw_json_bool(json, key, value);
    else
        sw_json_null(json, key);
}

void sw_json_address(struct sw_json *json, const char *key, sw_addr addr)
{
    begin_value(json, key);
    sw_out_printf(json->out, SW_STYLE_PLAIN, "\"0x%llx\"", (unsigned long long)addr);
}

void sw_json_address_or_null(struct sw_json *json, const char *key, sw_addr addr)
{
    if (addr)
        sw_json_address(json, key, addr);
    else
        sw_json_null(json, key);
}

void sw_json_text(struct sw_json *json, const char *key, const char *text, size_t len)
{
    if (!text) {
        sw_json_null(json, key);
        return;
    }
    begin_value(json, key);
    put_string(json, text, len);
}

void sw_json_string(struct sw_json *json, const char *key, const char *text)
{
    sw_json_text(json, key, text, text ? strlen(text) : 0);
}

void sw_json_error(struct sw_json *json, const char *key, const struct sw_error *error)
{
    if (error->status == SW_OK) {
        sw_json_null(json, key);
        return;
    }
    sw_json_open_object(json, key);
    sw_json_string(json, "status", sw_status_name(error->status));
    sw_json_address(json, "address", error->address);
    sw_json_string(json, "field", error->field);
    sw_json_string(json, "message", error->message);
    sw_json_close_object(json);
}

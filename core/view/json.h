/* SPDX-License-Identifier: MIT */
/* JSON, written as it comes: compact, one line, RFC 8259. */
#ifndef SW_VIEW_JSON_H
#define SW_VIEW_JSON_H

#include "view/out.h"

enum { SW_JSON_DEPTH = 32 };

/* Zero-initialised except for `out`. */
struct sw_json {
    struct sw_out *out;
    unsigned depth;
    bool has_items[SW_JSON_DEPTH];
};

/* In an object every value has a key; in an array key is NULL. */
void sw_json_open_object(struct sw_json *json, const char *key);
void sw_json_close_object(struct sw_json *json);
void sw_json_open_array(struct sw_json *json, const char *key);
void sw_json_close_array(struct sw_json *json);

void sw_json_int(struct sw_json *json, const char *key, int64_t value);
void sw_json_bool(struct sw_json *json, const char *key, bool value);
void sw_json_null(struct sw_json *json, const char *key);

/* The value where it is known, else null. */
void sw_json_int_if(struct sw_json *json, const char *key, bool known, int64_t value);
void sw_json_bool_if(struct sw_json *json, const char *key, bool known, bool value);

/* "0x7f12": a number that JSON's readers would round. The second writes null for 0. */
void sw_json_address(struct sw_json *json, const char *key, sw_addr addr);
void sw_json_address_or_null(struct sw_json *json, const char *key, sw_addr addr);

/* Text as sw_text has it; lone surrogates become \udcXX escapes, as Python's json module writes
 * them. NULL gives null. */
void sw_json_text(struct sw_json *json, const char *key, const char *text, size_t len);
void sw_json_string(struct sw_json *json, const char *key, const char *text);

/* {"status": "read", "address": "0x..", "field": "..", "message": ".."}; null for status SW_OK. */
void sw_json_error(struct sw_json *json, const char *key, const struct sw_error *error);

#endif

/* SPDX-License-Identifier: MIT */
#include "value/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object/long.h"
#include "object/object.h"
#include "object/sequence.h"
#include "object/text.h"
#include "value/attributes.h"

/* A walk along an expression. */
struct walk {
    struct sw_writer *writer;
    const char *start; /* of the expression */
    const char *at;
    struct sw_error *reterr;
};

static int wrong(const struct walk *walk, const char *what)
{
    return sw_fail(
        walk->reterr, SW_E_USAGE, 0, "", "'%s': %s at '%s'", walk->start, what, walk->at);
}

/* "'data.x' not found" */
static int missing(const struct walk *walk, const char *end)
{
    return sw_fail(walk->reterr, SW_E_NOT_FOUND, 0, "", "'%.*s' not found",
        (int)(end - walk->start), walk->start);
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* The length of the name at `text`; 0 when there is none. */
static size_t name_length(const char *text)
{
    size_t len = 0;

    if (*text >= '0' && *text <= '9')
        return 0;
    while (is_name_byte(text[len]))
        len++;
    return len;
}

/* ---------------------------------------------------------------- dicts */

/* Some dicts, those of modules, have thousands of entries; data may have any number. */
static int find_key(
    const struct walk *walk, struct sw_dict *dict, const char *key, size_t len, sw_addr *ret_value)
{
    sw_addr found, value;
    int status;

    while ((status = sw_dict_next(dict, walk->reterr, &found, &value)) > 0)
        if (sw_text_equals(walk->writer->reader, found, key, len)) {
            *ret_value = value;
            return 0;
        }
    return status < 0 ? status : SW_E_NOT_FOUND;
}

static int find_in_dict(
    const struct walk *walk, sw_addr addr, const char *key, size_t len, sw_addr *ret_value)
{
    struct sw_dict dict;
    int status = addr ? sw_dict_open(walk->writer->reader, addr, walk->reterr, &dict) : 0;

    if (!addr)
        return SW_E_NOT_FOUND;
    return status < 0 ? status : find_key(walk, &dict, key, len, ret_value);
}

/* ---------------------------------------------------------------- attributes */

static int find_own(const struct walk *walk, sw_addr object, const struct sw_type *type,
    const char *name, size_t len, sw_addr *ret_value)
{
    struct sw_attributes attributes;
    sw_addr found, value;
    int status = sw_attributes_open(walk->writer->reader, object, type, walk->reterr, &attributes);

    while (status == 0) {
        status = sw_attributes_next(&attributes, walk->reterr, &found, &value);
        if (status <= 0)
            break;
        if (sw_text_equals(walk->writer->reader, found, name, len)) {
            *ret_value = value;
            return 0;
        }
        status = 0;
    }
    return status < 0 ? status : SW_E_NOT_FOUND;
}

/* In the dicts of a class and of those it derives from. */
static int find_in_class(
    const struct walk *walk, sw_addr mro, const char *name, size_t len, sw_addr *ret_value)
{
    const struct sw_reader *reader = walk->writer->reader;
    struct sw_sequence classes;

    if (!mro || sw_sequence_open(reader, mro, "mro", NULL, &classes) < 0)
        return SW_E_NOT_FOUND;
    for (uint64_t i = 0; i < classes.length && i < SW_MAX_BASES; i++) {
        sw_addr class, dict;
        int status;

        if (sw_sequence_item(reader, &classes, i, NULL, &class) < 0 ||
            sw_reader_uint(reader, class, SW_F_TYPE_DICT, NULL, &dict) < 0)
            continue;
        status = find_in_dict(walk, dict, name, len, ret_value);
        if (status != SW_E_NOT_FOUND)
            return status;
    }
    return SW_E_NOT_FOUND;
}

/* The item of a namedtuple that has this name. */
static int find_field(const struct walk *walk, sw_addr object, const struct sw_type *type,
    const char *name, size_t len, sw_addr *ret_value)
{
    const struct sw_reader *reader = walk->writer->reader;
    struct sw_sequence fields, values;

    if (!type->fields || sw_sequence_open(reader, type->fields, "_fields", NULL, &fields) < 0 ||
        sw_sequence_open(reader, object, "tuple", NULL, &values) < 0)
        return SW_E_NOT_FOUND;
    for (uint64_t i = 0; i < fields.length && i < SW_MAX_LOCALS; i++) {
        sw_addr field;

        if (sw_sequence_item(reader, &fields, i, NULL, &field) == 0 &&
            sw_text_equals(reader, field, name, len))
            return sw_sequence_item(reader, &values, i, walk->reterr, ret_value);
    }
    return SW_E_NOT_FOUND;
}

static int find_attribute(
    const struct walk *walk, sw_addr object, const char *name, size_t len, sw_addr *ret_value)
{
    const struct sw_reader *reader = walk->writer->reader;
    const struct sw_type *type;
    struct sw_type own;
    uint64_t dict, mro;
    int status = sw_types_of(walk->writer->types, reader, object, walk->reterr, &type);

    if (status < 0)
        return status;
    own = *type;
    if (len == 9 && memcmp(name, "__class__", 9) == 0) {
        *ret_value = own.addr;
        return 0;
    }
    if (own.kind == SW_KIND_MODULE)
        status = sw_reader_uint(reader, object, SW_F_MODULE_DICT, walk->reterr, &dict) < 0
                     ? SW_E_NOT_FOUND
                     : find_in_dict(walk, dict, name, len, ret_value);
    else if (own.kind == SW_KIND_TYPE)
        status = sw_reader_uint(reader, object, SW_F_TYPE_MRO, walk->reterr, &mro) < 0
                     ? SW_E_NOT_FOUND
                     : find_in_class(walk, mro, name, len, ret_value);
    else
        status = find_own(walk, object, &own, name, len, ret_value);
    if (status == SW_E_NOT_FOUND)
        status = find_field(walk, object, &own, name, len, ret_value);
    if (status == SW_E_NOT_FOUND)
        status = find_in_class(walk, own.mro, name, len, ret_value);
    return status;
}

/* ---------------------------------------------------------------- items */

/* A key of a dict that is an int. */
static int find_int_key(const struct walk *walk, sw_addr object, int64_t key, sw_addr *ret_value)
{
    const struct sw_reader *reader = walk->writer->reader;
    struct sw_dict dict;
    sw_addr found, value;
    int64_t number;
    int status = sw_dict_open_like(reader, object, walk->reterr, &dict);

    while (status == 0) {
        status = sw_dict_next(&dict, walk->reterr, &found, &value);
        if (status <= 0)
            break;
        if (sw_long_read(reader, found, NULL, &number) == 0 && number == key) {
            *ret_value = value;
            return 0;
        }
        status = 0;
    }
    return status < 0 ? status : SW_E_NOT_FOUND;
}

static int find_index(const struct walk *walk, sw_addr object, int64_t index, sw_addr *ret_value)
{
    const struct sw_reader *reader = walk->writer->reader;
    const struct sw_type *type;
    struct sw_sequence sequence;
    int status = sw_types_of(walk->writer->types, reader, object, walk->reterr, &type);

    if (status < 0)
        return status;
    switch (type->kind) {
    case SW_KIND_LIST:
    case SW_KIND_TUPLE:
        status = sw_sequence_open(reader, object, "items", walk->reterr, &sequence);
        if (status < 0)
            return status;
        if (index < 0)
            index += (int64_t)sequence.length;
        return index < 0
                   ? SW_E_NOT_FOUND
                   : sw_sequence_item(reader, &sequence, (uint64_t)index, walk->reterr, ret_value);
    case SW_KIND_DICT:
    case SW_KIND_FROZENDICT:
    case SW_KIND_ORDERED_DICT:
        return find_int_key(walk, object, index, ret_value);
    case SW_KIND_DEQUE:
        return sw_deque_item(walk->writer, object, index, walk->reterr, ret_value);
    default:
        return SW_E_NOT_FOUND;
    }
}

static int find_text_key(
    const struct walk *walk, sw_addr object, const char *key, size_t len, sw_addr *ret_value)
{
    const struct sw_type *type;
    struct sw_dict dict;
    int status =
        sw_types_of(walk->writer->types, walk->writer->reader, object, walk->reterr, &type);

    if (status < 0)
        return status;
    if (type->kind != SW_KIND_DICT && type->kind != SW_KIND_FROZENDICT &&
        type->kind != SW_KIND_ORDERED_DICT)
        return SW_E_NOT_FOUND;
    status = sw_dict_open_like(walk->writer->reader, object, walk->reterr, &dict);
    return status < 0 ? status : find_key(walk, &dict, key, len, ret_value);
}

/* ['key'], ["key"], [3], [-1] */
static int step_item(struct walk *walk, sw_addr *value)
{
    const char *end;
    char quote = walk->at[1];
    int status;

    if (quote == '\'' || quote == '"') {
        const char *key = walk->at + 2;

        end = strchr(key, quote);
        if (!end || end[1] != ']')
            return wrong(walk, "no end of the key");
        status = find_text_key(walk, *value, key, (size_t)(end - key), value);
        end += 2;
    } else {
        char *after;
        long long index;

        errno = 0;
        index = strtoll(walk->at + 1, &after, sw_path_is_address(walk->at + 1) ? 16 : 10);
        if (after == walk->at + 1 || *after != ']' || errno)
            return wrong(walk, "a key is a number or a quoted string");
        status = find_index(walk, *value, index, value);
        end = after + 1;
    }
    if (status == SW_E_NOT_FOUND)
        return missing(walk, end);
    walk->at = end;
    return status;
}

static int step_attribute(struct walk *walk, sw_addr *value)
{
    const char *name = walk->at + 1;
    size_t len = name_length(name);
    int status;

    if (!len)
        return wrong(walk, "no name of an attribute");
    status = find_attribute(walk, *value, name, len, value);
    if (status == SW_E_NOT_FOUND)
        return missing(walk, name + len);
    walk->at = name + len;
    return status;
}

/* ---------------------------------------------------------------- names */

static int find_local(
    const struct walk *walk, const struct sw_frame *frame, size_t len, struct sw_found *found)
{
    struct sw_locals locals;
    struct sw_local local;
    int status = sw_locals_open(walk->writer->runtime, frame, walk->reterr, &locals);

    while (status == 0) {
        status = sw_locals_next(&locals, walk->reterr, &local);
        if (status <= 0)
            break;
        if (sw_text_equals(walk->writer->reader, local.name, walk->start, len)) {
            *found = (struct sw_found){"local", local.value, local.is_int, local.number};
            return 0;
        }
        status = 0;
    }
    return status < 0 ? status : SW_E_NOT_FOUND;
}

static int find_name(
    struct walk *walk, const struct sw_frame *frame, size_t len, struct sw_found *found)
{
    static const struct {
        enum sw_field_id field;
        const char *scope;
    } namespaces[] = {{SW_F_FRAME_GLOBALS, "global"}, {SW_F_FRAME_BUILTINS, "builtin"}};
    int status = find_local(walk, frame, len, found);

    for (unsigned i = 0; status == SW_E_NOT_FOUND && i < 2; i++) {
        sw_addr dict;

        status = sw_frame_namespace(
            walk->writer->runtime, frame, namespaces[i].field, walk->reterr, &dict);
        if (status == 0)
            status = find_in_dict(walk, dict, walk->start, len, &found->value);
        found->scope = namespaces[i].scope;
    }
    return status;
}

bool sw_path_is_address(const char *expression)
{
    return expression[0] == '0' && (expression[1] == 'x' || expression[1] == 'X');
}

static int find_start(struct walk *walk, const struct sw_frame *frame, struct sw_found *found)
{
    size_t len = name_length(walk->at);
    char *end;
    int status;

    if (sw_path_is_address(walk->at)) {
        errno = 0;
        found->value = strtoull(walk->at, &end, 16);
        if (end <= walk->at + 2 || errno)
            return wrong(walk, "no address");
        walk->at = end;
        return 0;
    }
    if (!len)
        return wrong(walk, "a name or an address is wanted");
    /* No variable is called "two words". */
    if (!strchr(".[", walk->at[len]))
        return missing(walk, walk->at + strlen(walk->at));
    status = find_name(walk, frame, len, found);
    if (status == SW_E_NOT_FOUND)
        return missing(walk, walk->at + len);
    walk->at += len;
    return status;
}

int sw_path_find(struct sw_writer *writer, const struct sw_frame *frame, const char *expression,
    struct sw_error *reterr, struct sw_found *ret_found)
{
    struct walk walk = {writer, expression, expression, reterr};
    struct sw_found found = {.scope = NULL};
    int status = find_start(&walk, frame, &found);

    while (status == 0 && *walk.at) {
        if (found.is_int)
            return missing(&walk, walk.at + strlen(walk.at));
        found.scope = NULL;
        if (*walk.at == '.')
            status = step_attribute(&walk, &found.value);
        else if (*walk.at == '[')
            status = step_item(&walk, &found.value);
        else
            return wrong(&walk, "'.' or '[' is wanted");
    }
    if (status == 0)
        *ret_found = found;
    return status;
}

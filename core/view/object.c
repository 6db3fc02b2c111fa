/* SPDX-License-Identifier: MIT */
/* sw_value_write() and sw_children_...() of the public header: objects for the debugger's own
 * views. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object/object.h"
#include "session/threads.h"
#include "value/attributes.h"
#include "view/out.h"

/* The runtime that an object belongs to: one whose types it has. With one runtime that is all that
   can be asked. */
static int open_writer(struct sw_session *session, sw_addr object, struct sw_error *reterr,
    struct sw_writer *ret_writer)
{
    const struct sw_type *type;
    int status;

    /* An interrupt ended the command it was meant for. */
    session->memory.stopped = false;
    status = sw_session_discover(session, reterr);
    for (unsigned i = 0; status == 0 && i < session->runtimes.count; i++) {
        sw_writer_init(ret_writer, session->runtimes.items[i], &session->codes[i],
            &session->types[i], &session->limits);
        if (sw_types_of(ret_writer->types, ret_writer->reader, object, reterr, &type) == 0)
            return 0;
        if (session->memory.stopped)
            return sw_fail(reterr, SW_E_STOPPED, object, "", "interrupted");
    }
    return status < 0 ? status
                      : sw_fail(reterr, SW_E_CORRUPT, object, "object", "no object at 0x%llx",
                            (unsigned long long)object);
}

int sw_value_write(
    struct sw_session *session, sw_addr object, const struct sw_sink *sink, struct sw_error *reterr)
{
    struct sw_writer writer;
    struct sw_out out;
    int status = open_writer(session, object, reterr, &writer);

    if (status < 0)
        return status;
    status = sw_writer_object(&writer, object, reterr);
    if (status == 0) {
        sw_out_init(&out, sink);
        sw_out_text(&out, SW_STYLE_PLAIN, writer.text, writer.len);
        status = sw_out_flush(&out);
    }
    sw_writer_fini(&writer);
    return status;
}

/* ---------------------------------------------------------------- children */

struct sw_children {
    struct sw_writer writer; /* for the names of keys */
    enum sw_children_kind kind;
    sw_addr object;
    bool is_deque;
    struct sw_sequence sequence;
    uint64_t index;
    struct sw_dict dict;
    struct sw_attributes attributes;
};

static int open_children(
    struct sw_children *children, const struct sw_type *type, struct sw_error *reterr)
{
    switch (type->kind) {
    case SW_KIND_LIST:
    case SW_KIND_TUPLE:
        children->kind = SW_CHILDREN_ARRAY;
        return sw_sequence_open(
            children->writer.reader, children->object, "items", reterr, &children->sequence);
    case SW_KIND_DEQUE:
        children->kind = SW_CHILDREN_ARRAY;
        children->is_deque = true;
        return 0;
    case SW_KIND_DICT:
    case SW_KIND_FROZENDICT:
    case SW_KIND_ORDERED_DICT:
        children->kind = SW_CHILDREN_MAP;
        return sw_dict_open_like(
            children->writer.reader, children->object, reterr, &children->dict);
    case SW_KIND_OBJECT:
    case SW_KIND_INSTANCE27:
    case SW_KIND_EXCEPTION:
        children->kind = SW_CHILDREN_MEMBERS;
        return sw_attributes_open(
            children->writer.reader, children->object, type, reterr, &children->attributes);
    default:
        return 0;
    }
}

int sw_children_open(struct sw_session *session, sw_addr object, struct sw_error *reterr,
    struct sw_children **ret_children)
{
    struct sw_children *children = calloc(1, sizeof(*children));
    const struct sw_type *type;
    struct sw_type own;
    int status;

    if (!children)
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    children->object = object;
    status = open_writer(session, object, reterr, &children->writer);
    if (status == 0)
        status =
            sw_types_of(children->writer.types, children->writer.reader, object, reterr, &type);
    if (status == 0) {
        own = *type;
        status = open_children(children, &own, reterr);
    }
    if (status < 0) {
        sw_children_close(children);
        return status;
    }
    *ret_children = children;
    return 0;
}

enum sw_children_kind sw_children_kind(const struct sw_children *children)
{
    return children->kind;
}

/* "[KEY]", as much of it as fits; a character is not cut in two. */
static void name_of_key(struct sw_children *children, struct sw_child *child)
{
    size_t room = sizeof(child->name) - 3, len;

    sw_writer_reset(&children->writer);
    sw_writer_value(&children->writer, child->key);
    len = children->writer.len < room ? children->writer.len : room;
    while (len < children->writer.len && len && (children->writer.text[len] & 0xc0) == 0x80)
        len--;
    child->name[0] = '[';
    memcpy(child->name + 1, children->writer.text ? children->writer.text : "", len);
    memcpy(child->name + 1 + len, "]", 2);
}

static void name_of_attribute(struct sw_children *children, sw_addr name, struct sw_child *child)
{
    struct sw_text text;

    sw_writer_reset(&children->writer);
    if (sw_text_read(children->writer.reader, &children->writer.scratch, name,
            (sizeof(child->name) - 1) / 4, "name", NULL, &text) == 0)
        memcpy(child->name, text.data, text.len + 1);
    else
        memcpy(child->name, "?", 2);
}

static int next_item(struct sw_children *children, struct sw_error *reterr, struct sw_child *child)
{
    int status;

    snprintf(child->name, sizeof(child->name), "[%llu]", (unsigned long long)children->index);
    if (children->is_deque)
        status = sw_deque_item(
            &children->writer, children->object, (int64_t)children->index, reterr, &child->value);
    else
        status = sw_sequence_item(
            children->writer.reader, &children->sequence, children->index, reterr, &child->value);
    if (status == SW_E_NOT_FOUND)
        return 0;
    return status < 0 ? status : 1;
}

int sw_children_next(
    struct sw_children *children, struct sw_error *reterr, struct sw_child *ret_child)
{
    struct sw_child child = {.key = 0};
    sw_addr name = 0;
    int status = 0;

    if (children->index >= SW_MAX_CHILDREN)
        return 0;
    switch (children->kind) {
    case SW_CHILDREN_ARRAY:
        status = next_item(children, reterr, &child);
        break;
    case SW_CHILDREN_MAP:
        status = sw_dict_next(&children->dict, reterr, &child.key, &child.value);
        if (status > 0)
            name_of_key(children, &child);
        break;
    case SW_CHILDREN_MEMBERS:
        status = sw_attributes_next(&children->attributes, reterr, &name, &child.value);
        if (status > 0)
            name_of_attribute(children, name, &child);
        break;
    case SW_CHILDREN_NONE:
        break;
    }
    children->index++;
    if (status > 0)
        *ret_child = child;
    return status;
}

void sw_children_close(struct sw_children *children)
{
    if (!children)
        return;
    sw_writer_fini(&children->writer);
    free(children);
}

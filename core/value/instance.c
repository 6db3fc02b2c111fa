/* SPDX-License-Identifier: MIT */
/* Instances by their attributes; members of an Enum. */
#include <string.h>

#include "object/object.h"
#include "object/text.h"
#include "value/attributes.h"
#include "value/writer.h"

bool sw_writer_attributes(
    struct sw_writer *writer, sw_addr addr, const struct sw_type *type, bool first)
{
    struct sw_attributes attributes;
    struct sw_error problem;
    sw_addr name, value;
    uint64_t count = 0;
    int status = sw_attributes_open(writer->reader, addr, type, &problem, &attributes);

    while (status == 0 && !sw_writer_done(writer)) {
        status = sw_attributes_next(&attributes, &problem, &name, &value);
        if (status <= 0)
            break;
        status = 0;
        if (count >= writer->limits.items) {
            sw_writer_puts(writer, ", ...");
            break;
        }
        if (!first || count)
            sw_writer_puts(writer, ", ");
        count++;
        sw_writer_name(writer, name);
        sw_writer_puts(writer, "=");
        sw_writer_value(writer, value);
    }
    if (status < 0) {
        sw_writer_puts(writer, first && !count ? "" : ", ");
        sw_writer_unreadable(writer, addr, &problem);
    }
    return count > 0;
}

void sw_writer_class_name(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    sw_addr class, name;

    /* 2.7's old instance says its class in the first word, and that its name in the third. */
    if (type->kind == SW_KIND_INSTANCE27 &&
        sw_object_word(writer->reader, addr, 0, "in_class", NULL, &class) == 0 &&
        sw_object_word(writer->reader, class, 2, "cl_name", NULL, &name) == 0)
        sw_writer_name(writer, name);
    else
        sw_writer_puts(writer, type->name);
}

/* Whether the object has attributes (or what cannot be read), or an empty place for them. */
enum has { HAS_NO_PLACE, HAS_NONE, HAS_SOME };

static enum has has_attributes(
    const struct sw_reader *reader, sw_addr addr, const struct sw_type *type)
{
    struct sw_attributes attributes;
    sw_addr name, value;

    if (sw_attributes_open(reader, addr, type, NULL, &attributes) < 0)
        return HAS_SOME;
    if (sw_attributes_next(&attributes, NULL, &name, &value) != 0)
        return HAS_SOME;
    return attributes.has_place ? HAS_NONE : HAS_NO_PLACE;
}

/* Whether the class of an old instance is Queue.Queue, or extends it: {cl_bases, cl_dict, cl_name}.
 */
static bool is_queue27(const struct sw_reader *reader, sw_addr addr)
{
    sw_addr class, bases, name, dict, module;
    struct sw_sequence sequence;
    int status = sw_object_word(reader, addr, 0, "in_class", NULL, &class);

    for (unsigned i = 0; status == 0 && i < SW_MAX_BASES; i++) {
        if (sw_object_word(reader, class, 1, "cl_dict", NULL, &dict) < 0 ||
            sw_object_word(reader, class, 2, "cl_name", NULL, &name) < 0)
            return false;
        if (sw_text_is(reader, name, "Queue") &&
            sw_dict_find(reader, dict, "__module__", NULL, &module) == 0 &&
            sw_text_is(reader, module, "Queue"))
            return true;
        status = sw_object_word(reader, class, 0, "cl_bases", NULL, &bases);
        if (status == 0)
            status = sw_sequence_open(reader, bases, "cl_bases", NULL, &sequence);
        if (status == 0)
            status = sw_sequence_item(reader, &sequence, 0, NULL, &class);
    }
    return false;
}

/* "<Name(attribute=V) at remote 0x..>", "<Name at remote 0x..>", "<...>" within itself. What C made
   has attributes too now and then: those that Python gave it. */
void sw_put_instance(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    enum sw_entered entered = sw_writer_enter(writer, addr);
    enum has has;

    if (entered == SW_ENTERED_CYCLE) {
        sw_writer_puts(writer, "<...>");
        return;
    }
    if (type->kind == SW_KIND_INSTANCE27 && is_queue27(writer->reader, addr)) {
        if (entered == SW_ENTERED)
            sw_writer_leave(writer);
        sw_put_queue(writer, addr, type);
        return;
    }
    sw_writer_puts(writer, "<");
    sw_writer_class_name(writer, addr, type);
    has = has_attributes(writer->reader, addr, type);
    if (has != HAS_NO_PLACE)
        sw_writer_puts(writer, "(");
    if (has == HAS_SOME && entered == SW_ENTERED_TOO_DEEP)
        sw_writer_puts(writer, "...");
    else if (has == HAS_SOME)
        sw_writer_attributes(writer, addr, type, true);
    if (has != HAS_NO_PLACE)
        sw_writer_puts(writer, ")");
    if (entered == SW_ENTERED)
        sw_writer_leave(writer);
    sw_writer_at(writer, addr);
}

/* ---------------------------------------------------------------- Enum */

/* "<Color.RED: 1>", as Enum.__repr__ has it since 3.4. */
void sw_put_enum(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    const struct sw_type *kind;
    sw_addr name, value;

    if (sw_attribute_find(reader, addr, type, "_value_", &value) < 0) {
        sw_put_instance(writer, addr, type);
        return;
    }
    sw_writer_printf(writer, "<%s", type->name);
    if (sw_attribute_find(reader, addr, type, "_name_", &name) == 0 &&
        sw_types_of(writer->types, reader, name, NULL, &kind) == 0 && kind->kind != SW_KIND_NONE) {
        sw_writer_puts(writer, ".");
        sw_writer_name(writer, name);
    }
    sw_writer_puts(writer, ": ");
    if (sw_writer_enter(writer, addr) == SW_ENTERED) {
        sw_writer_value(writer, value);
        sw_writer_leave(writer);
    } else {
        sw_writer_puts(writer, "...");
    }
    sw_writer_puts(writer, ">");
}

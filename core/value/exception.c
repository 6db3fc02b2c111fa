/* SPDX-License-Identifier: MIT */
#include "value/exception.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "object/dict.h"
#include "object/long.h"
#include "object/object.h"
#include "object/sequence.h"
#include "object/text.h"
#include "value/attributes.h"

/* ---------------------------------------------------------------- the struct */

/* Objects/exceptions.c, PyException_HEAD: dict, args, (notes, 3.11), traceback, context, cause, and
   a char; 2.7: dict, args, message. The size of BaseException tells which. */
struct form {
    unsigned words;     /* of BaseException, behind PyObject */
    unsigned traceback; /* the word of it; context and cause follow. 0 when there is none */
};

enum { ARGS_WORD = 1 };

static struct form form_of(const struct sw_writer *writer, sw_addr type)
{
    const struct sw_reader *reader = writer->reader;
    uint64_t flags, size = 0;
    struct form form;

    for (unsigned i = 0; i < SW_MAX_BASES && type; i++)
        if (sw_type_flags(reader, type, NULL, &flags) < 0 || !(flags >> SW_TYPE_EXCEPTION & 1) ||
            sw_reader_uint(reader, type, SW_F_TYPE_BASICSIZE, NULL, &size) < 0 ||
            sw_reader_uint(reader, type, SW_F_TYPE_BASE, NULL, &type) < 0)
            break;
    form.words = size < reader->layout->sizes[SW_S_OBJECT]
                     ? 0
                     : (unsigned)((size - reader->layout->sizes[SW_S_OBJECT]) /
                                  reader->memory->info.pointer_size);
    form.traceback = form.words == 6 || form.words == 7 ? form.words - 4 : 0;
    return form;
}

/* Whether the type is the builtin class `name`, or extends it. */
static bool extends(struct sw_writer *writer, const struct sw_type *type, const char *name)
{
    const struct sw_type *at = type;

    for (unsigned i = 0; i < SW_MAX_BASES; i++) {
        const char *own = at->name + (strncmp(at->name, "exceptions.", 11) == 0 ? 11 : 0);

        if (!at->is_python && strcmp(own, name) == 0)
            return true;
        if (!at->base || sw_types_get(writer->types, writer->reader, at->base, NULL, &at) < 0)
            break;
    }
    return false;
}

/* PyBaseExceptionGroupObject: msg, excs; Include/cpython/pyerrors.h. */
static void read_parts(struct sw_writer *writer, const struct form *form,
    const struct sw_type *type, struct sw_exception *exception)
{
    const struct sw_reader *reader = writer->reader;

    if (extends(writer, type, "BaseExceptionGroup") &&
        sw_object_word(reader, exception->addr, form->words + 1, "excs", NULL, &exception->parts) <
            0)
        exception->parts = 0;
}

/* PySyntaxErrorObject: msg, filename, lineno, offset, text; since 3.10 end_lineno and end_offset
   before the text. Likewise. */
int sw_exception_syntax(struct sw_writer *writer, sw_addr addr, struct sw_syntax *ret_syntax)
{
    const struct sw_reader *reader = writer->reader;
    const struct sw_type *type;
    struct sw_syntax syntax;
    struct sw_text text;
    struct sw_type own;
    struct form form;

    if (sw_types_of(writer->types, reader, addr, NULL, &type) < 0)
        return SW_E_NOT_FOUND;
    own = *type;
    form = form_of(writer, own.addr);
    if (!form.words || !extends(writer, &own, "SyntaxError") ||
        sw_object_word(reader, addr, form.words, "msg", NULL, &syntax.message) < 0 ||
        sw_object_word(reader, addr, form.words + 1, "filename", NULL, &syntax.filename) < 0 ||
        sw_object_word(reader, addr, form.words + 2, "lineno", NULL, &syntax.line) < 0 ||
        sw_object_word(reader, addr, form.words + 4, "text", NULL, &syntax.text) < 0)
        return SW_E_NOT_FOUND;
    if (sw_text_read(reader, &writer->scratch, syntax.text, 1, "text", NULL, &text) < 0 &&
        sw_object_word(reader, addr, form.words + 6, "text", NULL, &syntax.text) < 0)
        return SW_E_NOT_FOUND;
    *ret_syntax = syntax;
    return 0;
}

int sw_exception_read(struct sw_writer *writer, sw_addr addr, struct sw_error *reterr,
    struct sw_exception *ret_exception)
{
    const struct sw_reader *reader = writer->reader;
    struct sw_exception exception = {.addr = addr};
    uint64_t suppress = 0;
    struct form form;
    sw_addr type;
    int status = sw_object_check(reader, addr, SW_TYPE_EXCEPTION, "exception", reterr);

    if (status == 0)
        status = sw_object_type(reader, addr, reterr, &type);
    if (status < 0)
        return status;
    form = form_of(writer, type);
    if (form.traceback) {
        status =
            sw_object_word(reader, addr, form.traceback, "traceback", reterr, &exception.traceback);
        if (status == 0)
            status = sw_object_word(
                reader, addr, form.traceback + 1, "context", reterr, &exception.context);
        if (status == 0)
            status =
                sw_object_word(reader, addr, form.traceback + 2, "cause", reterr, &exception.cause);
        if (status == 0)
            status =
                sw_memory_uint(reader->memory, sw_object_word_at(reader, addr, form.traceback + 3),
                    1, "suppress_context", reterr, &suppress);
    }
    exception.suppress_context = suppress != 0;
    if (status == 0)
        *ret_exception = exception;
    return status;
}

void sw_exception_complete(struct sw_writer *writer, struct sw_exception *exception)
{
    const struct sw_type *type;
    struct sw_type own;
    struct form form;

    if (sw_types_of(writer->types, writer->reader, exception->addr, NULL, &type) < 0)
        return;
    own = *type;
    form = form_of(writer, own.addr);
    /* Notes and groups came with 3.11, as did the seventh word. */
    if (form.words != 7)
        return;
    read_parts(writer, &form, &own, exception);
    if (sw_attribute_find(writer->reader, exception->addr, &own, "__notes__", &exception->notes) <
        0)
        exception->notes = 0;
}

/* ---------------------------------------------------------------- arguments */

/* args, a tuple; empty when it cannot be read. */
static sw_addr find_args(const struct sw_reader *reader, sw_addr addr, struct sw_sequence *ret_args)
{
    sw_addr args = 0;

    ret_args->length = 0;
    if (sw_object_word(reader, addr, ARGS_WORD, "args", NULL, &args) < 0 || !args ||
        sw_sequence_open(reader, args, "args", NULL, ret_args) < 0)
        return 0;
    return args;
}

static bool put_args(struct sw_writer *writer, sw_addr addr)
{
    struct sw_error problem;
    sw_addr args;

    if (sw_object_word(writer->reader, addr, ARGS_WORD, "args", &problem, &args) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return true;
    }
    return args && sw_writer_items(writer, args);
}

static void put_cause(struct sw_writer *writer, sw_addr addr, bool first)
{
    struct sw_exception exception;

    if (sw_exception_read(writer, addr, NULL, &exception) < 0 || !exception.cause)
        return;
    sw_writer_printf(writer, "%s__cause__=", first ? "" : ", ");
    sw_writer_value(writer, exception.cause);
}

/* "ValueError('bad', 1, __cause__=KeyError('k'))" */
void sw_put_exception(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    bool first;

    sw_writer_printf(writer, "%s(", sw_type_short_name(type));
    switch (sw_writer_enter(writer, addr)) {
    case SW_ENTERED:
        first = !put_args(writer, addr);
        first = !sw_writer_attributes(writer, addr, type, first) && first;
        put_cause(writer, addr, first);
        sw_writer_leave(writer);
        break;
    case SW_ENTERED_CYCLE:
    case SW_ENTERED_TOO_DEEP:
        sw_writer_puts(writer, "...");
        break;
    }
    sw_writer_puts(writer, ")");
}

/* ---------------------------------------------------------------- the last line */

/* A str as it is, anything else as repr: what str() makes of most. */
static void put_as_str(struct sw_writer *writer, sw_addr addr)
{
    struct sw_text text;

    if (sw_text_read(
            writer->reader, &writer->scratch, addr, writer->limits.string, "str", NULL, &text) == 0)
        sw_writer_put(writer, text.data, text.len);
    else
        sw_writer_value(writer, addr);
}

/* "[Errno 2] No such file: 'x'" (OSError_str); the words behind BaseException are errno, strerror,
   filename, (filename2, 3.4). False for one that has no errno. */
static bool put_os_error(struct sw_writer *writer, sw_addr addr, sw_addr type)
{
    unsigned word = form_of(writer, type).words;
    sw_addr number = 0, text = 0, file = 0;

    if (sw_object_word(writer->reader, addr, word, "errno", NULL, &number) < 0 || !number ||
        sw_object_word(writer->reader, addr, word + 1, "strerror", NULL, &text) < 0 || !text)
        return false;
    (void)sw_object_word(writer->reader, addr, word + 2, "filename", NULL, &file);
    sw_writer_puts(writer, ": [Errno ");
    put_as_str(writer, number);
    sw_writer_puts(writer, "] ");
    put_as_str(writer, text);
    if (file) {
        const struct sw_type *kind;

        if (sw_types_of(writer->types, writer->reader, file, NULL, &kind) == 0 &&
            kind->kind != SW_KIND_NONE) {
            sw_writer_puts(writer, ": ");
            sw_writer_value(writer, file);
        }
    }
    return true;
}

/* BaseExceptionGroup_str: "text (2 sub-exceptions)". */
static bool put_group(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_exception exception = {.addr = addr};
    struct form form = form_of(writer, type->addr);
    struct sw_sequence parts;
    char count[64];
    sw_addr text;

    read_parts(writer, &form, type, &exception);
    if (!exception.parts ||
        sw_sequence_open(writer->reader, exception.parts, "excs", NULL, &parts) < 0 ||
        sw_object_word(writer->reader, addr, form.words, "msg", NULL, &text) < 0)
        return false;
    snprintf(count, sizeof(count), " (%llu sub-exception%s)", (unsigned long long)parts.length,
        parts.length > 1 ? "s" : "");
    sw_writer_puts(writer, ": ");
    put_as_str(writer, text);
    sw_writer_puts(writer, count);
    return true;
}

/* traceback says of a SyntaxError the message alone, for the place stands above it. */
static bool put_syntax(struct sw_writer *writer, sw_addr addr)
{
    struct sw_syntax syntax;
    struct sw_text text;

    if (sw_exception_syntax(writer, addr, &syntax) < 0 ||
        sw_text_read(writer->reader, &writer->scratch, syntax.message, 1, "msg", NULL, &text) < 0)
        return false;
    sw_writer_puts(writer, ": ");
    put_as_str(writer, syntax.message);
    return true;
}

/* BaseException_str: nothing, the one argument, the tuple of them. KeyError shows its one as repr.
 */
static void put_message(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    struct sw_sequence args;
    struct sw_text text;
    sw_addr item;

    if ((extends(writer, type, "OSError") || extends(writer, type, "EnvironmentError")) &&
        put_os_error(writer, addr, type->addr))
        return;
    if (put_group(writer, addr, type) || put_syntax(writer, addr))
        return;
    (void)find_args(reader, addr, &args);
    if (!args.length)
        return;
    if (args.length > 1) {
        sw_writer_puts(writer, ": (");
        put_args(writer, addr);
        sw_writer_puts(writer, ")");
        return;
    }
    if (sw_sequence_item(reader, &args, 0, NULL, &item) < 0)
        return;
    if (extends(writer, type, "KeyError")) {
        sw_writer_puts(writer, ": ");
        sw_writer_value(writer, item);
        return;
    }
    if (sw_text_read(reader, &writer->scratch, item, 1, "str", NULL, &text) == 0 && !text.length)
        return;
    sw_writer_puts(writer, ": ");
    put_as_str(writer, item);
}

/* "name", "module.name": neither builtins nor __main__ are said. */
static void put_type_name(struct sw_writer *writer, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    sw_addr module, name;

    if (type->is_python && type->dict &&
        sw_dict_find(reader, type->dict, "__module__", NULL, &module) == 0 &&
        !sw_text_is(reader, module, "builtins") && !sw_text_is(reader, module, "__main__")) {
        sw_writer_name(writer, module);
        sw_writer_puts(writer, ".");
    }
    if (type->is_python &&
        sw_reader_uint(reader, type->addr, SW_F_HEAP_TYPE_QUALNAME, NULL, &name) == 0)
        sw_writer_name(writer, name);
    else if (strncmp(type->name, "exceptions.", 11) == 0) /* 2.7's module of them */
        sw_writer_puts(writer, type->name + 11);
    else
        sw_writer_puts(writer, type->name);
}

void sw_exception_line(struct sw_writer *writer, sw_addr addr)
{
    const struct sw_type *type;
    struct sw_error problem;
    struct sw_type own;

    if (sw_types_of(writer->types, writer->reader, addr, &problem, &type) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    own = *type;
    if (own.kind == SW_KIND_TYPE) {
        /* Raised as a class, and not made an object yet. */
        if (sw_types_get(writer->types, writer->reader, addr, &problem, &type) == 0) {
            own = *type;
            put_type_name(writer, &own);
        }
        return;
    }
    put_type_name(writer, &own);
    put_message(writer, addr, &own);
}

/* ---------------------------------------------------------------- threads */

static void add(struct sw_raised *raised, size_t *count, struct sw_raised one)
{
    if ((one.value || one.type) && *count < SW_MAX_RAISED)
        raised[(*count)++] = one;
}

static uint64_t word_of(const struct sw_reader *reader, sw_addr thread, enum sw_field_id field)
{
    uint64_t word = 0;

    if (sw_reader_has(reader, field))
        (void)sw_reader_uint(reader, thread, field, NULL, &word);
    return word;
}

/* NULL and None stand for no exception. */
static bool is_exception(const struct sw_reader *reader, sw_addr addr)
{
    return addr && sw_object_check(reader, addr, SW_TYPE_EXCEPTION, "exception", NULL) == 0;
}

/* struct _err_stackitem: {exc_type, exc_value, exc_traceback, previous_item} (3.7), {exc_value,
   previous_item} since 3.11 (gh-89874). */
static void list_handled(
    const struct sw_reader *reader, sw_addr thread, struct sw_raised *raised, size_t *count)
{
    unsigned size = reader->memory->info.pointer_size;
    unsigned value_at = sw_reader_has(reader, SW_F_FRAME_OWNER) ? 0 : 1;
    unsigned previous_at = value_at ? 3 : 1;
    sw_addr item = word_of(reader, thread, SW_F_THREAD_STATE_EXC_INFO);

    for (unsigned i = 0; item && i < SW_MAX_RAISED; i++) {
        sw_addr value = 0;

        if (sw_memory_ptr(reader->memory, item + value_at * size, "exc_info", NULL, &value) < 0)
            return;
        if (is_exception(reader, value))
            add(raised, count, (struct sw_raised){.is_handled = true, .value = value});
        if (sw_memory_ptr(reader->memory, item + previous_at * size, "exc_info", NULL, &item) < 0)
            return;
    }
}

size_t sw_thread_exceptions(
    const struct sw_reader *reader, sw_addr thread, struct sw_raised *raised)
{
    struct sw_raised flying = {.is_handled = false};
    size_t count = 0;

    if (sw_reader_has(reader, SW_F_THREAD_STATE_CURRENT_EXCEPTION)) {
        flying.value = word_of(reader, thread, SW_F_THREAD_STATE_CURRENT_EXCEPTION);
    } else {
        flying.type = word_of(reader, thread, SW_F_THREAD_STATE_CUREXC_TYPE);
        flying.value = word_of(reader, thread, SW_F_THREAD_STATE_CUREXC_VALUE);
        flying.traceback = word_of(reader, thread, SW_F_THREAD_STATE_CUREXC_TRACEBACK);
        if (is_exception(reader, flying.value))
            flying.type = 0;
    }
    add(raised, &count, flying);
    if (sw_reader_has(reader, SW_F_THREAD_STATE_EXC_INFO)) {
        list_handled(reader, thread, raised, &count);
    } else {
        /* 3.6 and before: one, the innermost. */
        struct sw_raised handled = {.is_handled = true};

        handled.value = word_of(reader, thread, SW_F_THREAD_STATE_EXC_VALUE);
        handled.traceback = word_of(reader, thread, SW_F_THREAD_STATE_EXC_TRACEBACK);
        if (is_exception(reader, handled.value))
            add(raised, &count, handled);
    }
    return count;
}

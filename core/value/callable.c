/* SPDX-License-Identifier: MIT */
/* Types, modules, functions and what wraps them; cells and weak references. */
#include <string.h>

#include "object/dict.h"
#include "object/object.h"
#include "object/sequence.h"
#include "object/text.h"
#include "value/writer.h"

enum { FLAG_HEAP = 9 };

/* ---------------------------------------------------------------- types, modules */

/* type_repr(): "module.Qual.Name", without the module for builtins. Of types made in C tp_name says
   it; heap types have a name and a module of their own. */
static void put_type_name(struct sw_writer *writer, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    sw_addr module, name;

    if (!(type->flags >> FLAG_HEAP & 1) || !type->dict ||
        sw_reader_uint(reader, type->addr, SW_F_HEAP_TYPE_QUALNAME, NULL, &name) < 0) {
        sw_writer_puts(writer, type->name);
        return;
    }
    if (sw_dict_find(reader, type->dict, "__module__", NULL, &module) == 0 &&
        !sw_text_is(reader, module, "builtins")) {
        sw_writer_name(writer, module);
        sw_writer_puts(writer, ".");
    }
    sw_writer_name(writer, name);
}

void sw_put_type(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_type *own;
    struct sw_error problem;

    (void)type;
    if (sw_types_get(writer->types, writer->reader, addr, &problem, &own) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_puts(writer, "<class '");
    put_type_name(writer, own);
    sw_writer_puts(writer, "'>");
}

/* 2.7's class without a base: {cl_bases, cl_dict, cl_name}. */
void sw_put_class27(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    sw_addr dict, name, module;

    (void)type;
    sw_writer_puts(writer, "<class '");
    if (sw_object_word(reader, addr, 1, "cl_dict", NULL, &dict) == 0 &&
        sw_dict_find(reader, dict, "__module__", NULL, &module) == 0) {
        sw_writer_name(writer, module);
        sw_writer_puts(writer, ".");
    }
    if (sw_object_word(reader, addr, 2, "cl_name", NULL, &name) == 0)
        sw_writer_name(writer, name);
    sw_writer_puts(writer, "'>");
}

void sw_put_module(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    sw_addr dict, name;

    (void)type;
    sw_writer_puts(writer, "<module");
    if (sw_reader_uint(reader, addr, SW_F_MODULE_DICT, NULL, &dict) == 0 &&
        sw_dict_find(reader, dict, "__name__", NULL, &name) == 0) {
        sw_writer_puts(writer, " '");
        sw_writer_name(writer, name);
        sw_writer_puts(writer, "'");
    }
    sw_writer_at(writer, addr);
}

/* ---------------------------------------------------------------- functions */

static void put_function_name(struct sw_writer *writer, sw_addr addr)
{
    sw_addr name = 0;

    /* 2.7 has no qualified names. */
    if (sw_reader_uint(writer->reader, addr, SW_F_FUNCTION_QUALNAME, NULL, &name) < 0 || !name)
        (void)sw_reader_uint(writer->reader, addr, SW_F_FUNCTION_NAME, NULL, &name);
    sw_writer_name(writer, name);
}

void sw_put_function(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    (void)type;
    sw_writer_puts(writer, "<function ");
    put_function_name(writer, addr);
    sw_writer_at(writer, addr);
}

/* "list object at remote 0x..>" */
static void put_reference(struct sw_writer *writer, sw_addr addr)
{
    const struct sw_type *type;

    if (sw_types_of(writer->types, writer->reader, addr, NULL, &type) == 0)
        sw_writer_printf(writer, "%s object", type->name);
    else
        sw_writer_puts(writer, "unreadable object");
    sw_writer_at(writer, addr);
}

void sw_put_method(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    const struct sw_type *function;
    struct sw_error problem;
    uint64_t func, self;

    (void)type;
    if (sw_reader_uint(reader, addr, SW_F_METHOD_FUNC, &problem, &func) < 0 ||
        sw_reader_uint(reader, addr, SW_F_METHOD_SELF, &problem, &self) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_puts(writer, self ? "<bound method " : "<unbound method ");
    /* A method can be made of anything that can be called. */
    if (sw_types_of(writer->types, reader, func, NULL, &function) == 0 &&
        function->kind == SW_KIND_FUNCTION)
        put_function_name(writer, func);
    else
        sw_writer_puts(writer, "?");
    if (self) {
        sw_writer_puts(writer, " of ");
        put_reference(writer, self);
    } else {
        sw_writer_at(writer, addr);
    }
}

void sw_put_builtin(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    struct sw_error problem;
    uint64_t def, self, at;
    char name[128];

    (void)type;
    if (sw_reader_uint(reader, addr, SW_F_CFUNCTION_ML, &problem, &def) < 0 ||
        sw_reader_uint(reader, addr, SW_F_CFUNCTION_SELF, &problem, &self) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    if (sw_reader_uint(reader, def, SW_F_METHOD_DEF_NAME, NULL, &at) < 0 ||
        sw_memory_string(reader->memory, at, "method_def.name", name, sizeof(name), NULL) < 0)
        memcpy(name, "?", 2);
    if (!self) {
        sw_writer_printf(writer, "<built-in function %s>", name);
        return;
    }
    sw_writer_printf(writer, "<built-in method %s of ", name);
    put_reference(writer, self);
}

/* Objects/descrobject.c, wrapperobject: the descriptor, then the object. As CPython's extension for
   gdb has it, which writes no "remote" here, and so as repr() does. */
void sw_put_method_wrapper(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    const struct sw_type *own;
    sw_addr descriptor, self, name;
    struct sw_error problem;

    (void)type;
    if (sw_object_word(reader, addr, 0, "method-wrapper", &problem, &descriptor) < 0 ||
        sw_object_word(reader, addr, 1, "method-wrapper", &problem, &self) < 0 ||
        sw_reader_uint(reader, descriptor, SW_F_DESCR_NAME, &problem, &name) < 0 ||
        sw_types_of(writer->types, reader, self, &problem, &own) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_puts(writer, "<method-wrapper '");
    sw_writer_name(writer, name);
    sw_writer_printf(writer, "' of %s object at 0x%llx>", own->name, (unsigned long long)self);
}

/* Objects/funcobject.c, Objects/descrobject.c: the first word of all three is what is called. */
void sw_put_wrapped_callable(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    sw_addr callable;

    sw_writer_printf(writer, "<%s(", type->name);
    if (sw_object_word(writer->reader, addr, 0, type->name, &problem, &callable) < 0)
        sw_writer_unreadable(writer, addr, &problem);
    else if (callable)
        sw_writer_value(writer, callable);
    else
        sw_writer_puts(writer, "None");
    sw_writer_puts(writer, ")");
    sw_writer_at(writer, addr);
}

/* ---------------------------------------------------------------- partial */

static void put_keywords(struct sw_writer *writer, sw_addr dict_addr)
{
    struct sw_error problem;
    struct sw_dict dict;
    sw_addr key, value;
    uint64_t length = 0;
    int status = 0;

    if (!dict_addr)
        return;
    status = sw_dict_open(writer->reader, dict_addr, &problem, &dict);
    (void)sw_dict_length(writer->reader, dict_addr, NULL, &length);
    for (uint64_t i = 0; status == 0; i++) {
        status = sw_dict_next(&dict, &problem, &key, &value);
        if (status <= 0)
            break;
        status = 0;
        if (!i)
            sw_writer_puts(writer, ", ");
        if (!sw_writer_item(writer, i, length))
            return;
        sw_writer_name(writer, key);
        sw_writer_puts(writer, "=");
        sw_writer_value(writer, value);
    }
    if (status < 0) {
        sw_writer_puts(writer, ", ");
        sw_writer_unreadable(writer, dict_addr, &problem);
    }
}

static void put_arguments(struct sw_writer *writer, sw_addr tuple)
{
    struct sw_sequence args;

    if (sw_sequence_open(writer->reader, tuple, "args", NULL, &args) == 0 && !args.length)
        return;
    sw_writer_puts(writer, ", ");
    sw_writer_items(writer, tuple); /* which says what it cannot read */
}

/* Modules/_functoolsmodule.c: fn, args, kw. */
void sw_put_partial(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_reader *reader = writer->reader;
    sw_addr function = 0, args = 0, keywords = 0;
    struct sw_error problem;

    if (sw_object_word(reader, addr, 0, "partial.fn", &problem, &function) < 0 ||
        sw_object_word(reader, addr, 1, "partial.args", &problem, &args) < 0 ||
        sw_object_word(reader, addr, 2, "partial.kw", &problem, &keywords) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_printf(writer, "%s(", type->is_python ? type->name : "functools.partial");
    switch (sw_writer_enter(writer, addr)) {
    case SW_ENTERED:
        sw_writer_value(writer, function);
        put_arguments(writer, args);
        put_keywords(writer, keywords);
        sw_writer_leave(writer);
        break;
    case SW_ENTERED_CYCLE:
    case SW_ENTERED_TOO_DEEP:
        sw_writer_puts(writer, "...");
        break;
    }
    sw_writer_puts(writer, ")");
}

/* ---------------------------------------------------------------- cells, weak references */

void sw_put_cell(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    struct sw_error problem;
    uint64_t object;

    (void)type;
    if (sw_reader_uint(writer->reader, addr, SW_F_CELL_REF, &problem, &object) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
        return;
    }
    sw_writer_puts(writer, "<cell (");
    switch (object ? sw_writer_enter(writer, addr) : SW_ENTERED_TOO_DEEP) {
    case SW_ENTERED:
        sw_writer_value(writer, object);
        sw_writer_leave(writer);
        break;
    case SW_ENTERED_CYCLE:
        sw_writer_puts(writer, "...");
        break;
    case SW_ENTERED_TOO_DEEP:
        sw_writer_puts(writer, object ? "..." : "empty");
        break;
    }
    sw_writer_puts(writer, ")");
    sw_writer_at(writer, addr);
}

/* Include/weakrefobject.h: the first word is the object, None when it is gone. */
void sw_put_weakref(struct sw_writer *writer, sw_addr addr, const struct sw_type *type)
{
    const struct sw_type *target;
    struct sw_error problem;
    sw_addr object;

    (void)type;
    if (sw_object_word(writer->reader, addr, 0, "wr_object", &problem, &object) < 0) {
        sw_writer_unreadable(writer, addr, &problem);
    } else if (sw_types_of(writer->types, writer->reader, object, NULL, &target) == 0 &&
               target->kind == SW_KIND_NONE) {
        sw_writer_puts(writer, "<weakref (dead)");
        sw_writer_at(writer, addr);
    } else {
        sw_writer_puts(writer, "<weakref to ");
        put_reference(writer, object);
    }
}

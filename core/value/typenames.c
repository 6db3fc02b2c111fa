/* SPDX-License-Identifier: MIT */
#include "value/typenames.h"

#include <stdio.h>
#include <string.h>

#include "object/dict.h"
#include "object/object.h"
#include "object/text.h"

/* What is being made. */
struct reading {
    struct sw_type_names *names;
    const struct sw_reader *reader;
    sw_addr builtins, modules; /* dicts of the newest interpreter; 0 when unknown */
};

/* Modules whose types are called as they are there, behind these words. */
static const struct {
    const char *module, *prefix;
} modules[] = {
    {"_collections_abc", ""}, /* dict_keys, mappingproxy, generator, list_iterator ... */
    {"datetime", "datetime."},
    {"_datetime", "datetime."}, /* where datetime is a file of Python that takes all of it */
    {"_collections", "collections."},
    {"_functools", "functools."},
    {"_decimal", "decimal."},
    {"itertools", "itertools."},
};

/* Objects that tell more: a type by another name, or the type of an object. The module "" stands
   for the builtins. */
static const struct {
    const char *module, *name, *type_name;
    bool is_type;
} witnesses[] = {
    {"", "str", "str", true}, /* 2.7: bytes is another name of it, and dicts have no order */
    {"", "None", "NoneType", false}, {"", "Ellipsis", "ellipsis", false},
    {"", "NotImplemented", "NotImplementedType", false},
    {"", "len", "builtin_function_or_method", false},
    {"_frozen_importlib", "_wrap", "function", false}, {"posixpath", "join", "function", false},
    {"_collections", "OrderedDict", "OrderedDict", true},
    {"_thread", "LockType", "_thread.lock", true}, {"_thread", "RLock", "_thread.RLock", true},
    {"thread", "LockType", "thread.lock", true}, /* 2.7 */
    {"types", "FunctionType", "function", true}, {"types", "CodeType", "code", true},
    {"types", "FrameType", "frame", true}, {"types", "TracebackType", "traceback", true},
    {"types", "CellType", "cell", true}, {"types", "MethodType", "method", true},
    {"types", "MethodWrapperType", "method-wrapper", true},
    {"types", "WrapperDescriptorType", "wrapper_descriptor", true},
    {"types", "MethodDescriptorType", "method_descriptor", true},
    {"types", "GetSetDescriptorType", "getset_descriptor", true},
    {"types", "MemberDescriptorType", "member_descriptor", true},
    {"types", "SimpleNamespace", "types.SimpleNamespace", true},
    {"types", "ClassType", "classobj", true},    /* 2.7 */
    {"types", "InstanceType", "instance", true}, /* 2.7 */
};

static bool is_type(const struct sw_reader *reader, sw_addr addr)
{
    uint64_t flags;
    sw_addr type;

    return sw_object_type(reader, addr, NULL, &type) == 0 &&
           sw_type_flags(reader, type, NULL, &flags) == 0 && flags >> SW_TYPE_TYPE & 1;
}

/* The first name counts: namespaces have aliases behind what they are of (OSError, IOError). */
static void add(
    struct reading *reading, sw_addr type, const char *prefix, const char *name, size_t len)
{
    struct sw_type_names *names = reading->names;
    char text[128];
    int used = snprintf(text, sizeof(text), "%s%.*s", prefix, (int)len, name);
    char *kept;

    if (used < 0 || (size_t)used >= sizeof(text) || sw_map_get(&names->map, type))
        return;
    kept = sw_arena_text(&names->arena, text, (size_t)used);
    if (!kept || sw_map_put(&names->map, type, kept) < 0)
        names->arena.failed = true;
}

static void add_namespace(struct reading *reading, sw_addr namespace, const char *prefix)
{
    const struct sw_reader *reader = reading->reader;
    struct sw_arena scratch = {0};
    struct sw_dict dict;
    sw_addr key, value;

    if (!namespace || sw_dict_open(reader, namespace, NULL, &dict) < 0)
        return;
    for (unsigned i = 0; i < SW_MAX_DICT_SEARCH; i++) {
        struct sw_text text;

        if (sw_dict_next(&dict, NULL, &key, &value) <= 0 || reader->memory->stopped)
            break;
        if (is_type(reader, value) &&
            sw_text_read(reader, &scratch, key, SW_MAX_C_STRING, "name", NULL, &text) == 0)
            add(reading, value, prefix, text.data, text.len);
    }
    sw_arena_reset(&scratch);
}

/* The namespace of a module; 0 when it was not imported. */
static sw_addr namespace_of(const struct reading *reading, const char *module)
{
    sw_addr object, namespace;

    if (!*module)
        return reading->builtins;
    return reading->modules &&
                   sw_dict_find(reading->reader, reading->modules, module, NULL, &object) == 0 &&
                   sw_reader_uint(reading->reader, object, SW_F_MODULE_DICT, NULL, &namespace) == 0
               ? namespace
               : 0;
}

static void add_witness(struct reading *reading, size_t index)
{
    const char *name = witnesses[index].type_name;
    sw_addr namespace = namespace_of(reading, witnesses[index].module), object, type;

    if (!namespace ||
        sw_dict_find(reading->reader, namespace, witnesses[index].name, NULL, &object) < 0)
        return;
    if (witnesses[index].is_type)
        type = is_type(reading->reader, object) ? object : 0;
    else if (sw_object_type(reading->reader, object, NULL, &type) < 0)
        type = 0;
    if (type)
        add(reading, type, "", name, strlen(name));
}

static void read_all(struct reading *reading, const struct sw_runtime *runtime)
{
    const struct sw_reader *reader = reading->reader;
    uint64_t interpreter = runtime->first_interpreter;
    sw_addr module, type;

    if (runtime->head &&
        sw_memory_ptr(reader->memory, runtime->head, "interpreters", NULL, &interpreter) < 0)
        return;
    if (sw_reader_uint(
            reader, interpreter, SW_F_INTERPRETER_STATE_BUILTINS, NULL, &reading->builtins) < 0)
        reading->builtins = 0;
    if (sw_reader_uint(
            reader, interpreter, SW_F_INTERPRETER_STATE_MODULES, NULL, &reading->modules) < 0)
        reading->modules = 0;
    for (size_t i = 0; i < sizeof(witnesses) / sizeof(witnesses[0]); i++)
        add_witness(reading, i);
    add_namespace(reading, reading->builtins, "");
    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
        add_namespace(reading, namespace_of(reading, modules[i].module), modules[i].prefix);
    if (reading->modules && sw_dict_find(reader, reading->modules, "sys", NULL, &module) == 0 &&
        sw_object_type(reader, module, NULL, &type) == 0)
        add(reading, type, "", "module", strlen("module"));
}

const char *sw_type_names_find(
    struct sw_type_names *names, const struct sw_runtime *runtime, sw_addr addr)
{
    if (!names->is_read) {
        struct reading reading = {.names = names, .reader = &runtime->reader};
        uint64_t absent = runtime->reader.memory->absent;

        read_all(&reading, runtime);
        /* The name that is missing says it. */
        runtime->reader.memory->absent = absent;
        /* What was interrupted is half known. */
        names->is_read = !runtime->reader.memory->stopped;
    }
    return sw_map_get(&names->map, addr);
}

void sw_type_names_clear(struct sw_type_names *names)
{
    sw_map_clear(&names->map);
    sw_arena_reset(&names->arena);
    names->is_read = false;
}

/* SPDX-License-Identifier: MIT */
#include "session/arguments.h"

#include <string.h>

#include "object/sequence.h"

void sw_arguments_fini(struct sw_arguments *arguments)
{
    sw_arena_reset(&arguments->arena);
    memset(arguments, 0, sizeof(*arguments));
}

/* Room for all there can be: they are few. */
static bool prepare(struct sw_arguments *arguments)
{
    memset(arguments, 0, sizeof(*arguments));
    arguments->items =
        sw_arena_alloc(&arguments->arena, SW_MAX_ARGUMENTS * sizeof(*arguments->items));
    return arguments->items != NULL;
}

/* glibc's dynamic linker keeps main()'s argv for libc.so, where one module finds the other's. */
static int find_argv(struct sw_session *session, sw_addr *ret_argv)
{
    const struct sw_modules *modules = &session->runtimes.modules;

    for (size_t i = 0; i < modules->count; i++) {
        struct sw_elf_symbols symbols;
        sw_addr addr;

        if (strncmp(sw_module_basename(&modules->items[i]), "ld", 2) == 0 &&
            sw_elf_symbols_open(&session->memory, &modules->items[i], &symbols) == 0 &&
            sw_elf_symbols_find(&symbols, "_dl_argv", &addr) == 0)
            return sw_memory_ptr(&session->memory, addr, "argv", NULL, ret_argv);
    }
    return SW_E_NOT_FOUND;
}

static int read_argv(struct sw_session *session, sw_addr argv, struct sw_arguments *arguments)
{
    struct sw_memory *memory = &session->memory;
    int status = 0;

    while (status == 0) {
        char bytes[SW_MAX_C_STRING * 4];
        struct sw_text *text = &arguments->items[arguments->count];
        sw_addr word;

        status = sw_memory_ptr(memory, argv, "argv", NULL, &word);
        if (status < 0 || !word)
            break;
        arguments->cut = arguments->count == SW_MAX_ARGUMENTS;
        if (arguments->cut)
            break;
        status = sw_memory_string(memory, word, "argv", bytes, sizeof(bytes), NULL);
        if (status < 0)
            break;
        text->len = strlen(bytes);
        text->cut = text->len + 1 == sizeof(bytes);
        text->data = sw_arena_text(&arguments->arena, bytes, text->len);
        if (!text->data)
            return SW_E_NO_MEMORY;
        arguments->count++;
        argv += memory->info.pointer_size;
    }
    return arguments->count ? 0 : SW_E_NOT_FOUND;
}

static int read_sys(const struct sw_runtime *runtime, struct sw_arguments *arguments)
{
    const struct sw_reader *reader = &runtime->reader;
    struct sw_sequence list;
    sw_addr object;
    int status = sw_runtime_sys_find(runtime, "orig_argv", &object);

    if (status == 0)
        status = sw_sequence_open(reader, object, "orig_argv", NULL, &list);
    for (uint64_t i = 0; status == 0 && i < list.length; i++) {
        arguments->cut = arguments->count == SW_MAX_ARGUMENTS;
        if (arguments->cut)
            break;
        status = sw_sequence_item(reader, &list, i, NULL, &object);
        if (status == 0)
            status = sw_text_read(reader, &arguments->arena, object, SW_MAX_C_STRING * 4,
                "orig_argv", NULL, &arguments->items[arguments->count]);
        if (status == 0)
            arguments->count++;
    }
    return arguments->count ? 0 : SW_E_NOT_FOUND;
}

int sw_arguments_read(struct sw_session *session, struct sw_arguments *ret_arguments)
{
    struct sw_arguments arguments;
    sw_addr argv;
    int status;

    if (!prepare(&arguments))
        return SW_E_NO_MEMORY;
    status = find_argv(session, &argv);
    if (status == 0)
        status = read_argv(session, argv, &arguments);
    for (unsigned i = 0; status < 0 && !session->memory.stopped && i < session->runtimes.count; i++)
        status = read_sys(session->runtimes.items[i], &arguments);
    if (status < 0)
        sw_arguments_fini(&arguments);
    else
        *ret_arguments = arguments;
    return status;
}

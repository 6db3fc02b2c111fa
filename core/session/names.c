/* SPDX-License-Identifier: MIT */
#include "session/names.h"

#include <stdlib.h>
#include <string.h>

#include "object/dict.h"
#include "object/long.h"
#include "value/attributes.h"

enum { MAX_NAME = 256 };

void sw_session_forget_names(struct sw_session *session)
{
    if (!session->names)
        return;
    sw_map_clear(&session->names->by_thread);
    sw_arena_reset(&session->names->arena);
    free(session->names);
    session->names = NULL;
}

const struct sw_thread_name *sw_thread_name(
    const struct sw_thread_names *names, const struct sw_thread *thread)
{
    return sw_map_get(&names->by_thread, thread->state.addr);
}

/* threading._active of an interpreter: {ident: Thread}. 0 when the module was not imported. */
static sw_addr find_active(const struct sw_reader *reader, sw_addr interpreter)
{
    sw_addr modules, module, dict, active;

    if (sw_reader_uint(reader, interpreter, SW_F_INTERPRETER_STATE_MODULES, NULL, &modules) < 0 ||
        sw_dict_find(reader, modules, "threading", NULL, &module) < 0 ||
        sw_reader_uint(reader, module, SW_F_MODULE_DICT, NULL, &dict) < 0 ||
        sw_dict_find(reader, dict, "_active", NULL, &active) < 0)
        return 0;
    return active;
}

enum { NAME, DAEMON, WANTED };

/* An attribute of Thread objects. The names of attributes are interned: what was found for one
   Thread is the same str in the others, and spares reading each of their names. */
struct wanted {
    const char *name, *name27; /* 2.7's are private */
    sw_addr key;               /* that str, once it was seen */
    sw_addr value;             /* of the Thread at hand; 0 when it has none */
};

static bool is_wanted(const struct sw_reader *reader, struct wanted *wanted, sw_addr key)
{
    if (wanted->key)
        return wanted->key == key;
    if (!sw_text_is(reader, key, wanted->name) && !sw_text_is(reader, key, wanted->name27))
        return false;
    wanted->key = key;
    return true;
}

static void find_attributes(const struct sw_reader *reader, sw_addr object,
    const struct sw_type *type, struct wanted wanted[WANTED])
{
    struct sw_attributes attributes;
    unsigned left = WANTED;
    sw_addr key, value;

    for (unsigned i = 0; i < WANTED; i++)
        wanted[i].value = 0;
    if (sw_attributes_open(reader, object, type, NULL, &attributes) < 0)
        return;
    for (unsigned i = 0; left && i < SW_MAX_DICT_SEARCH; i++) {
        if (sw_attributes_next(&attributes, NULL, &key, &value) <= 0)
            return;
        for (unsigned j = 0; j < WANTED; j++) {
            if (wanted[j].value || !is_wanted(reader, &wanted[j], key))
                continue;
            wanted[j].value = value;
            left--;
        }
    }
}

static struct sw_thread_name *read_name(struct sw_thread_names *names, struct sw_types *types,
    const struct sw_reader *reader, sw_addr object, struct wanted wanted[WANTED])
{
    struct sw_thread_name *name = sw_arena_alloc(&names->arena, sizeof(*name));
    const struct sw_type *type;
    struct sw_text text;
    int64_t daemon;

    if (!name || sw_types_of(types, reader, object, NULL, &type) < 0)
        return NULL;
    find_attributes(reader, object, type, wanted);
    name->name = "";
    if (wanted[NAME].value && sw_text_read(reader, &names->arena, wanted[NAME].value, MAX_NAME,
                                  "name", NULL, &text) == 0) {
        name->name = text.data;
        name->len = text.len;
    }
    if (wanted[DAEMON].value && sw_long_read(reader, wanted[DAEMON].value, NULL, &daemon) == 0) {
        name->daemon_known = true;
        name->is_daemon = daemon != 0;
    }
    return name;
}

/* The thread states of one interpreter by their ident; of those that 2.7 keeps after fork() the one
   that a thread runs. */
static int map_idents(const struct sw_threads *threads, sw_addr interpreter, struct sw_map *idents)
{
    for (size_t i = 0; i < threads->count; i++) {
        const struct sw_thread *thread = &threads->items[i];

        if (thread->state.interp == interpreter && thread->state.thread_id &&
            (thread->tid || !sw_map_get(idents, thread->state.thread_id)) &&
            sw_map_put(idents, thread->state.thread_id, (void *)thread) < 0)
            return SW_E_NO_MEMORY;
    }
    return 0;
}

/* The key at which the walk stands, as an int. The hash of an int of less than 61 bits is that int
   itself (Python/pyhash.c, _PyHASH_BITS): where it has 64, the ints of many threads need not be
   read, each on a page of its own in free-threaded builds. */
static bool read_ident(
    const struct sw_reader *reader, const struct sw_dict *dict, sw_addr key, uint64_t *ret_ident)
{
    enum { HASH_BITS = 61 };
    int64_t ident;

    if (reader->memory->info.pointer_size == 8 && sw_dict_hash(dict, NULL, ret_ident) == 0 &&
        *ret_ident && !(*ret_ident >> (HASH_BITS - 1)))
        return true;
    if (sw_long_read(reader, key, NULL, &ident) < 0 || !ident)
        return false;
    *ret_ident = (uint64_t)ident;
    return true;
}

static void read_interpreter(struct sw_session *session, const struct sw_threads *threads,
    const struct sw_thread *first, struct sw_thread_names *names)
{
    const struct sw_reader *reader = &first->runtime->reader;
    struct sw_types *types = &session->types[first->runtime_index];
    sw_addr active = find_active(reader, first->state.interp), key, object;
    struct wanted wanted[WANTED] = {
        [NAME] = {.name = "_name", .name27 = "_Thread__name"},
        [DAEMON] = {.name = "_daemonic", .name27 = "_Thread__daemonic"},
    };
    struct sw_map idents = {.slots = NULL};
    struct sw_dict dict;

    if (!active || sw_dict_open(reader, active, NULL, &dict) < 0)
        return;
    if (map_idents(threads, first->state.interp, &idents) < 0) {
        names->arena.failed = true;
        sw_map_clear(&idents);
        return;
    }
    for (unsigned i = 0; i < SW_MAX_THREADS && sw_dict_next(&dict, NULL, &key, &object) > 0; i++) {
        const struct sw_thread *thread;
        struct sw_thread_name *name;
        uint64_t ident;

        if (!read_ident(reader, &dict, key, &ident))
            continue;
        thread = sw_map_get(&idents, ident);
        name = thread ? read_name(names, types, reader, object, wanted) : NULL;
        if (name && sw_map_put(&names->by_thread, thread->state.addr, name) < 0) {
            names->arena.failed = true;
            break;
        }
    }
    sw_map_clear(&idents);
}

static void read_all(struct sw_session *session, struct sw_thread_names *names)
{
    const struct sw_threads *threads = session->threads;

    for (size_t i = 0; i < threads->count; i++) {
        bool seen = false;

        for (size_t j = i; j-- > 0 && !seen;)
            seen = threads->items[j].state.interp == threads->items[i].state.interp;
        if (!seen)
            read_interpreter(session, threads, &threads->items[i], names);
        /* Threads of an interpreter stand in no order: with many of them the search above would
           take the square. One interpreter has nearly all. */
        while (i + 1 < threads->count &&
               threads->items[i + 1].state.interp == threads->items[i].state.interp)
            i++;
    }
}

const struct sw_thread_names *sw_session_names(struct sw_session *session)
{
    static const struct sw_thread_names none = {
        .problem = {SW_E_NO_MEMORY, 0, "names",
            "the debugger is out of memory: names of threads may be missing"}};
    uint64_t absent = session->memory.absent;
    struct sw_thread_names *names = session->names;

    if (names && names->problem.status == SW_OK)
        return names;
    sw_session_forget_names(session);
    names = session->names = session->threads ? calloc(1, sizeof(*names)) : NULL;
    if (!names)
        return &none;
    read_all(session, names);
    if (names->arena.failed || sw_session_lacks_memory(session))
        names->problem = none.problem;
    else if (session->memory.absent != absent || session->memory.stopped)
        sw_fail(&names->problem, SW_E_READ, 0, "names",
            "memory could not be read: names of threads may be missing");
    return names;
}

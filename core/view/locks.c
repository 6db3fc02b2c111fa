/* SPDX-License-Identifier: MIT */
/* py-locks: who waits for what, who has it, and deadlocks. */
#include <string.h>

#include "session/names.h"
#include "sync/deadlock.h"
#include "view/bt.h"
#include "view/frame.h"
#include "view/values.h"

/* What the command has at hand. */
struct view {
    const struct sw_run *run;
    const struct sw_threads *threads;
    const struct sw_thread_names *names;
    struct sw_waits waits;
    struct sw_deadlocks deadlocks;
    struct sw_error problem; /* status SW_OK when all could be read */
};

/* ---------------------------------------------------------------- parts of a line */

static void put_thread(const struct view *view, size_t index)
{
    sw_view_thread(view->run->out, &view->threads->items[index], view->names);
}

static bool is_chosen(const struct view *view, const struct sw_wait *wait)
{
    return sw_thread_is_chosen(view->run->session, &view->threads->items[wait->thread]);
}

static bool is_about_chosen(const struct view *view, const struct sw_deadlock *deadlock)
{
    for (size_t i = 0; i < deadlock->count; i++)
        if (is_chosen(view, deadlock->waits[i]))
            return true;
    return false;
}

/* Locks, events and queues as py-print has them; of what would show all its parts the class. */
static void write_object(const struct sw_wait *wait, struct sw_writer *writer)
{
    struct sw_error problem;
    const struct sw_type *type;

    if (sw_types_of(writer->types, writer->reader, wait->object, &problem, &type) < 0) {
        sw_writer_unreadable(writer, wait->object, &problem);
    } else if (type->kind == SW_KIND_OBJECT) {
        sw_writer_puts(writer, "<");
        sw_writer_class_name(writer, wait->object, type);
        sw_writer_at(writer, wait->object);
    } else {
        sw_writer_value(writer, wait->object);
    }
}

static void put_object(const struct view *view, const struct sw_wait *wait)
{
    struct sw_writer writer;

    sw_view_writer(view->run, &view->threads->items[wait->thread], &writer);
    write_object(wait, &writer);
    sw_view_written(view->run->out, &writer);
    sw_writer_fini(&writer);
}

static void put_what(const struct view *view, const struct sw_wait *wait)
{
    struct sw_out *out = view->run->out;

    switch (wait->kind) {
    case SW_WAIT_UNKNOWN:
        sw_out_puts(out, SW_STYLE_PLAIN, "something in C that is not known");
        return;
    case SW_WAIT_GIL:
        sw_out_puts(out, SW_STYLE_PLAIN, "the GIL");
        return;
    case SW_WAIT_MUTEX:
        sw_out_printf(out, SW_STYLE_PLAIN, "the pthread mutex at 0x%llx, in C",
            (unsigned long long)wait->object);
        return;
    case SW_WAIT_WORLD:
        sw_out_puts(out, SW_STYLE_PLAIN, "the world to go on");
        return;
    case SW_WAIT_STOP:
        sw_out_puts(out, SW_STYLE_PLAIN, "the world to stop");
        return;
    case SW_WAIT_THREAD:
        sw_out_puts(out, SW_STYLE_PLAIN, "the end of ");
        if (wait->owner_kind != SW_OWNER_THREAD)
            break;
        put_thread(view, wait->owner);
        return;
    case SW_WAIT_QUEUE_GET:
    case SW_WAIT_SIMPLE_QUEUE:
        sw_out_puts(out, SW_STYLE_PLAIN, "an item of ");
        break;
    case SW_WAIT_QUEUE_PUT:
        sw_out_puts(out, SW_STYLE_PLAIN, "room in ");
        break;
    case SW_WAIT_QUEUE_JOIN:
        sw_out_puts(out, SW_STYLE_PLAIN, "all tasks done of ");
        break;
    default:
        break;
    }
    put_object(view, wait);
}

static void put_place(struct sw_out *out, const struct sw_wait *wait)
{
    sw_out_puts(out, SW_STYLE_PLAIN, ", by `with` in ");
    sw_out_text(out, SW_STYLE_FUNCTION, wait->with_function, strlen(wait->with_function));
    sw_view_place(out, wait->with_file, wait->with_line);
}

/* A line, indented; nothing for what nobody can have. */
static void put_owner(const struct view *view, const struct sw_wait *wait)
{
    struct sw_out *out = view->run->out;

    if (wait->owner_kind == SW_OWNER_NONE || wait->kind == SW_WAIT_UNKNOWN ||
        wait->kind == SW_WAIT_THREAD)
        return;
    sw_out_puts(out, SW_STYLE_PLAIN, "  ");
    switch (wait->owner_kind) {
    case SW_OWNER_UNKNOWN:
        sw_out_puts(out, SW_STYLE_PLAIN, "holder unknown");
        break;
    case SW_OWNER_SEVERAL:
        sw_out_puts(out, SW_STYLE_PLAIN,
            wait->kind == SW_WAIT_STOP ? "several threads do not: py-gil lists them"
                                       : "holder unknown: several threads are in a `with` of it");
        break;
    case SW_OWNER_THREAD:
        sw_out_puts(out, SW_STYLE_PLAIN,
            wait->kind == SW_WAIT_WORLD  ? "stopped by "
            : wait->kind == SW_WAIT_STOP ? "not yet: "
                                         : "held by ");
        put_thread(view, wait->owner);
        if (wait->with_function)
            put_place(out, wait);
        break;
    case SW_OWNER_NATIVE:
        sw_out_printf(out, SW_STYLE_PLAIN, "held by LWP %lld, which runs no Python",
            (long long)wait->owner_tid);
        break;
    default:
        sw_out_printf(out, SW_STYLE_PLAIN, "held by thread 0x%llx, which has ended",
            (unsigned long long)wait->owner_ident);
        break;
    }
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
}

/* ---------------------------------------------------------------- deadlocks */

static int put_stack(const struct view *view, size_t index)
{
    static const struct sw_bt_options options = {.count = UINT64_MAX};
    const struct sw_thread *thread = &view->threads->items[index];

    sw_out_puts(view->run->out, SW_STYLE_PLAIN, "\n");
    sw_view_heading(view->run, thread);
    return sw_bt_put_stack(view->run, &options, thread);
}

static int put_deadlock(const struct view *view, const struct sw_deadlock *deadlock, bool stacks)
{
    struct sw_out *out = view->run->out;
    int status = 0;

    sw_out_puts(out, SW_STYLE_PLAIN,
        deadlock->timed ? "Found threads that wait for each other until a timeout:\n"
                        : "Found one deadlock:\n");
    for (size_t i = 0; i < deadlock->count && out->status == 0; i++) {
        const struct sw_wait *wait = deadlock->waits[i];

        put_thread(view, wait->thread);
        sw_out_puts(out, SW_STYLE_PLAIN, " waits for ");
        put_what(view, wait);
        sw_out_puts(out, SW_STYLE_PLAIN, "\n");
        put_owner(view, wait);
    }
    for (size_t i = 0; stacks && i < deadlock->count && status == 0; i++)
        status = put_stack(view, deadlock->waits[i]->thread);
    return status;
}

/* ---------------------------------------------------------------- all waits */

static bool is_same(const struct sw_wait *a, const struct sw_wait *b)
{
    return a->kind == b->kind && a->object == b->object && a->object;
}

/* The thing, who has it, and all who wait for it. */
static void put_group(const struct view *view, size_t first)
{
    const struct sw_waits *waits = &view->waits;
    struct sw_out *out = view->run->out;

    put_what(view, &waits->items[first]);
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
    put_owner(view, &waits->items[first]);
    for (size_t i = first; i < waits->count && out->status == 0; i++) {
        const struct sw_wait *wait = &waits->items[i];

        if (!is_chosen(view, wait) || (i != first && !is_same(wait, &waits->items[first])))
            continue;
        sw_out_puts(out, SW_STYLE_PLAIN, "  waits: ");
        put_thread(view, wait->thread);
        sw_out_puts(out, SW_STYLE_PLAIN,
            wait->timed && wait->kind != SW_WAIT_GIL ? ", with a timeout\n" : "\n");
    }
}

static void put_waits(const struct view *view)
{
    const struct sw_waits *waits = &view->waits;
    struct sw_out *out = view->run->out;
    struct sw_map seen = {.slots = NULL};
    bool any = false;

    for (size_t i = 0; i < waits->count && out->status == 0; i++) {
        const struct sw_wait *wait = &waits->items[i];
        /* The kinds of one object differ in their low bits. */
        sw_addr key = wait->object + wait->kind;

        if (!is_chosen(view, wait) || (wait->object && sw_map_get(&seen, key)))
            continue;
        any = true;
        if (wait->object)
            (void)sw_map_put(&seen, key, (void *)wait);
        put_group(view, i);
    }
    sw_map_clear(&seen);
    if (!any)
        sw_out_puts(out, SW_STYLE_PLAIN, "No thread is known to wait for a lock.\n");
    else if (!view->deadlocks.count)
        sw_out_puts(out, SW_STYLE_PLAIN, "No deadlock found.\n");
    if (waits->asleep_unknown)
        sw_out_printf(out, SW_STYLE_NOTE,
            "  (%zu thread%s: what it sleeps in is not known: that takes a process of this "
            "machine, "
            "or a core of x86-64)\n",
            waits->asleep_unknown, waits->asleep_unknown == 1 ? "" : "s");
}

static int put_text(const struct view *view, bool only_deadlocks)
{
    struct sw_out *out = view->run->out;
    bool any = false;
    int status = 0;

    for (size_t i = 0; i < view->deadlocks.count && status == 0; i++) {
        const struct sw_deadlock *deadlock = &view->deadlocks.items[i];

        if (!is_about_chosen(view, deadlock))
            continue;
        if (any)
            sw_out_puts(out, SW_STYLE_PLAIN, "\n");
        status = put_deadlock(view, deadlock, !only_deadlocks);
        any = true;
    }
    if (status < 0)
        return status;
    if (!only_deadlocks) {
        if (any)
            sw_out_puts(out, SW_STYLE_PLAIN, "\nAll waits:\n");
        put_waits(view);
        for (size_t i = 0; i < view->threads->problem_count; i++)
            sw_view_note(out, view->threads->problems[i].message);
    }
    if (view->problem.status != SW_OK)
        sw_view_note(out, view->problem.message);
    return out->status;
}

/* ---------------------------------------------------------------- JSON */

static bool is_object(const struct sw_wait *wait)
{
    switch (wait->kind) {
    case SW_WAIT_UNKNOWN:
    case SW_WAIT_GIL:
    case SW_WAIT_MUTEX:
    case SW_WAIT_WORLD:
    case SW_WAIT_STOP:
        return false;
    default:
        return true;
    }
}

static void json_object(const struct view *view, const struct sw_wait *wait, struct sw_json *json)
{
    const struct sw_thread *thread = &view->threads->items[wait->thread];
    bool is_python = is_object(wait);
    const struct sw_type *type;
    struct sw_writer writer;

    sw_json_string(json, "kind", sw_wait_kind_name(wait->kind));
    sw_json_address_or_null(json, "address", wait->object);
    sw_view_writer(view->run, thread, &writer);
    if (is_python &&
        sw_types_of(writer.types, &thread->runtime->reader, wait->object, NULL, &type) == 0)
        sw_json_string(json, "type", type->name);
    else
        sw_json_null(json, "type");
    if (is_python) {
        write_object(wait, &writer);
        sw_view_json_written(json, "value", &writer);
    } else {
        sw_json_null(json, "value");
    }
    sw_writer_fini(&writer);
}

static void json_owner(const struct view *view, const struct sw_wait *wait, struct sw_json *json)
{
    sw_json_open_object(json, "owner");
    sw_json_string(json, "kind", sw_owner_kind_name(wait->owner_kind));
    if (wait->owner_kind == SW_OWNER_THREAD)
        sw_view_json_thread(&view->threads->items[wait->owner], json);
    if (wait->owner_kind == SW_OWNER_NATIVE)
        sw_json_int(json, "native_id", wait->owner_tid);
    if (wait->owner_kind == SW_OWNER_ENDED)
        sw_json_address(json, "thread_id", wait->owner_ident);
    if (wait->with_function) {
        sw_json_open_object(json, "with");
        sw_json_string(json, "function", wait->with_function);
        sw_json_string(json, "file", wait->with_file);
        sw_json_int_if(json, "line", wait->with_line > 0, wait->with_line);
        sw_json_close_object(json);
    }
    sw_json_close_object(json);
}

static void json_deadlocks(const struct view *view, struct sw_json *json)
{
    sw_json_open_array(json, "deadlocks");
    for (size_t i = 0; i < view->deadlocks.count; i++) {
        const struct sw_deadlock *deadlock = &view->deadlocks.items[i];

        if (!is_about_chosen(view, deadlock))
            continue;
        sw_json_open_object(json, NULL);
        sw_json_bool(json, "timed", deadlock->timed);
        sw_json_open_array(json, "threads");
        for (size_t k = 0; k < deadlock->count; k++)
            sw_json_address(
                json, NULL, view->threads->items[deadlock->waits[k]->thread].state.addr);
        sw_json_close_array(json);
        sw_json_close_object(json);
    }
    sw_json_close_array(json);
}

static void put_json(const struct view *view)
{
    struct sw_threads threads = *view->threads;
    struct sw_json json;

    sw_run_json_begin(view->run, &json);
    json_deadlocks(view, &json);
    sw_json_open_array(&json, "waits");
    for (size_t i = 0; i < view->waits.count && view->run->out->status == 0; i++) {
        const struct sw_wait *wait = &view->waits.items[i];
        const struct sw_thread *thread = &view->threads->items[wait->thread];
        const struct sw_thread_name *name = sw_thread_name(view->names, thread);

        if (!is_chosen(view, wait))
            continue;
        sw_json_open_object(&json, NULL);
        sw_view_json_thread(thread, &json);
        sw_json_text(&json, "name", name ? name->name : NULL, name ? name->len : 0);
        json_object(view, wait, &json);
        sw_json_bool(&json, "timed", wait->timed && wait->kind != SW_WAIT_GIL);
        json_owner(view, wait, &json);
        sw_json_close_object(&json);
    }
    sw_json_close_array(&json);
    sw_json_int(&json, "unknown", (int64_t)view->waits.asleep_unknown);
    if (view->problem.status != SW_OK && threads.problem_count < SW_MAX_WARNINGS)
        threads.problems[threads.problem_count++] = view->problem;
    sw_run_json_end(&json, &threads);
}

/* ---------------------------------------------------------------- the command */

static int parse(const struct sw_run *run, bool *ret_only_deadlocks, bool *ret_json)
{
    *ret_only_deadlocks = *ret_json = false;
    for (unsigned i = 0; i < run->args->count; i++) {
        if (strcmp(run->args->words[i], "--json") == 0)
            *ret_json = true;
        else if (strcmp(run->args->words[i], "--deadlock") == 0)
            *ret_only_deadlocks = true;
        else
            return sw_run_usage(run, "unknown option '%.40s'", run->args->words[i]);
    }
    return 0;
}

/* What cannot be read leaves no trace in the graph: a lock is not recognised, a holder not found.
 */
static int read_all(struct view *view)
{
    const struct sw_run *run = view->run;
    /* What is absent where Python is looked for is told elsewhere. */
    int status = sw_session_discover(run->session, run->reterr);
    uint64_t absent = run->session->memory.absent;

    if (status == 0)
        status = sw_waits_read(run->session, run->reterr, &view->waits);
    if (status == 0)
        status = sw_deadlocks_find(&view->waits, run->reterr, &view->deadlocks);
    if (status < 0)
        return status;
    view->threads = view->waits.threads;
    view->names = sw_session_names(run->session);
    absent = run->session->memory.absent - absent;
    if (sw_session_lacks_memory(run->session) || view->names->problem.status == SW_E_NO_MEMORY ||
        view->waits.arena.failed)
        sw_fail(&view->problem, SW_E_NO_MEMORY, 0, "locks",
            "the debugger is out of memory: waits, holders and names may be missing");
    else if (absent)
        sw_fail(&view->problem, SW_E_READ, 0, "locks",
            "memory could not be read in %llu place%s: waits, holders and names may be missing",
            (unsigned long long)absent, absent == 1 ? "" : "s");
    return 0;
}

int sw_run_locks(const struct sw_run *run)
{
    struct view view = {.run = run};
    bool only_deadlocks, as_json;
    int status = parse(run, &only_deadlocks, &as_json);

    if (status == 0)
        status = read_all(&view);
    if (status == 0) {
        if (as_json)
            put_json(&view);
        status = as_json ? run->out->status : put_text(&view, only_deadlocks);
    }
    sw_waits_fini(&view.waits);
    return status;
}

/* SPDX-License-Identifier: MIT */
/* py-exc --json. */
#include "object/sequence.h"
#include "view/chain.h"
#include "view/frame.h"
#include "view/values.h"

static void json_traceback(struct sw_json *json, struct sw_writer *writer, sw_addr first)
{
    struct sw_traceback traceback = {.next = first};
    struct sw_error problem = {.status = SW_OK};
    struct sw_frame frame;

    sw_json_open_array(json, "traceback");
    while (json->out->status == 0 && sw_traceback_next(writer, &traceback, &problem, &frame) > 0) {
        sw_json_open_object(json, NULL);
        sw_view_json_frame(&frame, json);
        sw_json_close_object(json);
    }
    sw_json_close_array(json);
    sw_json_error(json, "traceback_end", &problem);
}

/* What tells an exception from others. */
static void json_identity(struct sw_json *json, struct sw_writer *writer, sw_addr addr)
{
    const struct sw_type *type;

    sw_json_string(json, "type",
        sw_types_of(writer->types, writer->reader, addr, NULL, &type) == 0 ? type->name : NULL);
    sw_json_address(json, "address", addr);
    sw_writer_reset(writer);
    sw_exception_line(writer, addr);
    sw_json_text(json, "text", writer->text ? writer->text : "", writer->len);
}

static void json_parts(
    struct sw_json *json, struct sw_writer *writer, sw_addr addr, unsigned depth, unsigned *shown);

static void json_part(
    struct sw_json *json, struct sw_writer *writer, sw_addr addr, unsigned depth, unsigned *shown)
{
    struct sw_exception part = {.addr = addr};

    sw_json_open_object(json, NULL);
    json_identity(json, writer, addr);
    if (sw_exception_read(writer, addr, NULL, &part) == 0)
        sw_exception_complete(writer, &part);
    json_traceback(json, writer, part.traceback);
    json_parts(json, writer, part.parts, depth + 1, shown);
    sw_json_close_object(json);
}

/* The exceptions of a group, which may be groups; what they came from is in the text only. */
static void json_parts(
    struct sw_json *json, struct sw_writer *writer, sw_addr addr, unsigned depth, unsigned *shown)
{
    struct sw_sequence parts;
    sw_addr part;

    if (!addr || sw_sequence_open(writer->reader, addr, "excs", NULL, &parts) < 0)
        return;
    sw_json_int(json, "part_count", (int64_t)parts.length);
    sw_json_open_array(json, "parts");
    for (uint64_t i = 0; i < parts.length && depth < SW_MAX_GROUP_DEPTH && *shown < SW_MAX_PARTS &&
                         json->out->status == 0;
         i++, ++*shown)
        if (sw_sequence_item(writer->reader, &parts, i, NULL, &part) == 0)
            json_part(json, writer, part, depth, shown);
    sw_json_close_array(json);
}

static void json_exception(struct sw_json *json, struct sw_writer *writer,
    const struct sw_exception *exception, sw_addr traceback, const char *link)
{
    unsigned shown = 0;

    sw_json_open_object(json, NULL);
    json_identity(json, writer, exception->addr);
    sw_json_string(json, "from", link);
    json_traceback(json, writer, traceback);
    json_parts(json, writer, exception->parts, 0, &shown);
    sw_json_close_object(json);
}

static void json_raised(
    struct sw_json *json, struct sw_writer *writer, const struct sw_raised *raised)
{
    static const char *const links[] = {
        [SW_CHAIN_FIRST] = NULL, [SW_CHAIN_CAUSE] = "cause", [SW_CHAIN_CONTEXT] = "context"};
    struct sw_chain chain;

    sw_json_open_object(json, NULL);
    sw_json_bool(json, "handled", raised->is_handled);
    sw_json_open_array(json, "chain");
    sw_chain_follow(writer, raised->type ? 0 : raised->value, &chain);
    for (size_t i = 0; i < chain.count; i++)
        json_exception(json, writer, &chain.items[i],
            i == 0 && raised->traceback ? raised->traceback : chain.items[i].traceback,
            links[chain.links[i]]);
    if (!chain.count) {
        struct sw_exception bare = {.addr = raised->type ? raised->type : raised->value};

        json_exception(json, writer, &bare, raised->traceback, NULL);
    }
    sw_json_close_array(json);
    sw_json_close_object(json);
}

static void json_of_thread(
    const struct sw_run *run, const struct sw_thread *thread, struct sw_json *json)
{
    struct sw_raised raised[SW_MAX_RAISED];
    size_t count = sw_thread_exceptions(&thread->runtime->reader, thread->state.addr, raised);
    struct sw_writer writer;

    sw_json_open_object(json, NULL);
    sw_view_json_thread(thread, json);
    sw_json_open_array(json, "exceptions");
    sw_view_writer(run, thread, &writer);
    for (size_t i = 0; i < count && run->out->status == 0; i++)
        json_raised(json, &writer, &raised[i]);
    sw_writer_fini(&writer);
    sw_json_close_array(json);
    sw_json_close_object(json);
}

void sw_view_json_exceptions(
    const struct sw_run *run, const struct sw_threads *threads, bool all_threads)
{
    struct sw_json json;

    sw_run_json_begin(run, &json);
    sw_json_open_array(&json, "threads");
    for (size_t i = 0; i < threads->count; i++)
        if (all_threads || threads->items[i].selected)
            json_of_thread(run, &threads->items[i], &json);
    sw_json_close_array(&json);
    sw_run_json_end(&json, threads);
}

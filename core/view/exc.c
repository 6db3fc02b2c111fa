/* SPDX-License-Identifier: MIT */
/* py-exc: the exceptions of threads, as traceback.print_exception() shows them. */
#include <string.h>

#include "value/exception.h"
#include "view/frame.h"
#include "view/values.h"

/* Exceptions chained by cause and context; entries of one traceback; how often one entry is shown
   in a row (traceback._RECURSIVE_CUTOFF). */
enum { MAX_CHAIN = 64, MAX_ENTRIES = 1000000, SHOWN_IN_A_ROW = 3 };

/* How one exception came from the next older one. */
enum link { FIRST, CAUSE, CONTEXT };

struct chain {
    struct sw_exception items[MAX_CHAIN];
    enum link links[MAX_CHAIN]; /* from the next item, which is older */
    size_t count;
};

static bool is_in(const struct chain *chain, sw_addr addr)
{
    for (size_t i = 0; i < chain->count; i++)
        if (chain->items[i].addr == addr)
            return true;
    return false;
}

/* The exception and those it came from, newest first. */
static void follow(struct sw_writer *writer, sw_addr addr, struct chain *chain)
{
    chain->count = 0;
    while (addr && chain->count < MAX_CHAIN && !is_in(chain, addr)) {
        struct sw_exception *item = &chain->items[chain->count];
        enum link link = FIRST;

        if (sw_exception_read(writer, addr, NULL, item) < 0)
            return;
        addr = 0;
        if (item->cause) {
            addr = item->cause;
            link = CAUSE;
        } else if (item->context && !item->suppress_context) {
            addr = item->context;
            link = CONTEXT;
        }
        chain->links[chain->count++] = link;
    }
    /* The last one came from none that is shown. */
    if (chain->count)
        chain->links[chain->count - 1] = FIRST;
}

/* ---------------------------------------------------------------- text */

static void put_entry(
    const struct sw_run *run, const struct sw_thread *thread, const struct sw_frame *frame)
{
    struct sw_out *out = run->out;

    sw_out_puts(out, SW_STYLE_PLAIN, "  File \"");
    sw_view_name(out, SW_STYLE_FILENAME, &frame->code->filename);
    sw_out_puts(out, SW_STYLE_PLAIN, "\", line ");
    sw_out_printf(out, SW_STYLE_LINE, "%d", (int)frame->position.line);
    sw_out_puts(out, SW_STYLE_PLAIN, ", in ");
    sw_view_name(out, SW_STYLE_FUNCTION, &frame->code->name);
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
    sw_view_source(run, thread->runtime, frame, false, 4);
}

static void put_repeats(struct sw_out *out, unsigned count)
{
    if (count > SHOWN_IN_A_ROW)
        sw_out_printf(out, SW_STYLE_PLAIN, "  [Previous line repeated %u more time%s]\n",
            count - SHOWN_IN_A_ROW, count - SHOWN_IN_A_ROW == 1 ? "" : "s");
}

static void put_traceback(const struct sw_run *run, struct sw_writer *writer,
    const struct sw_thread *thread, sw_addr first)
{
    struct sw_traceback traceback = {.next = first};
    struct sw_error problem = {.status = SW_OK};
    struct sw_frame frame;
    sw_addr last_code = 0;
    int32_t last_line = 0;
    unsigned in_a_row = 0;

    sw_out_puts(run->out, SW_STYLE_PLAIN, "Traceback (most recent call last):\n");
    while (run->out->status == 0 && sw_traceback_next(writer, &traceback, &problem, &frame) > 0) {
        if (frame.code->addr != last_code || frame.position.line != last_line) {
            put_repeats(run->out, in_a_row);
            in_a_row = 0;
        }
        last_code = frame.code->addr;
        last_line = frame.position.line;
        if (++in_a_row <= SHOWN_IN_A_ROW)
            put_entry(run, thread, &frame);
    }
    put_repeats(run->out, in_a_row);
    if (problem.status != SW_OK)
        sw_view_note(run->out, problem.message);
}

static void put_line(const struct sw_run *run, struct sw_writer *writer, sw_addr addr)
{
    sw_writer_reset(writer);
    sw_exception_line(writer, addr);
    if (writer->text)
        sw_out_text(run->out, SW_STYLE_PLAIN, writer->text, writer->len);
    sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
}

static void put_raised(const struct sw_run *run, struct sw_writer *writer,
    const struct sw_thread *thread, const struct sw_raised *raised)
{
    static const char *const words[] = {
        [CAUSE] = "\nThe above exception was the direct cause of the following exception:\n\n",
        [CONTEXT] = "\nDuring handling of the above exception, another exception occurred:\n\n",
    };
    struct chain chain;

    sw_out_puts(run->out, SW_STYLE_NOTE,
        raised->is_handled ? "(being handled)\n" : "(raised, not caught yet)\n");
    follow(writer, raised->type ? 0 : raised->value, &chain);
    for (size_t i = chain.count; i-- > 0;) {
        sw_addr traceback = chain.items[i].traceback;

        if (i == 0 && raised->traceback)
            traceback = raised->traceback;
        if (chain.links[i] != FIRST)
            sw_out_puts(run->out, SW_STYLE_PLAIN, words[chain.links[i]]);
        if (traceback)
            put_traceback(run, writer, thread, traceback);
        put_line(run, writer, chain.items[i].addr);
    }
    if (!chain.count) {
        if (raised->traceback)
            put_traceback(run, writer, thread, raised->traceback);
        put_line(run, writer, raised->type ? raised->type : raised->value);
    }
}

static void text_of_thread(
    const struct sw_run *run, const struct sw_thread *thread, bool with_heading, size_t *shown)
{
    struct sw_raised raised[SW_MAX_RAISED];
    size_t count = sw_thread_exceptions(&thread->runtime->reader, thread->state.addr, raised);
    struct sw_writer writer;

    if (!count)
        return;
    if (++*shown > 1)
        sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
    if (with_heading)
        sw_view_heading(run, thread);
    sw_view_writer(run, thread, &writer);
    for (size_t i = 0; i < count && run->out->status == 0; i++) {
        if (i)
            sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
        put_raised(run, &writer, thread, &raised[i]);
    }
    sw_writer_fini(&writer);
}

/* ---------------------------------------------------------------- JSON */

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

static void json_exception(struct sw_json *json, struct sw_writer *writer,
    const struct sw_exception *exception, sw_addr traceback, const char *link)
{
    const struct sw_type *type;

    sw_json_open_object(json, NULL);
    sw_json_string(json, "type",
        sw_types_of(writer->types, writer->reader, exception->addr, NULL, &type) == 0 ? type->name
                                                                                      : NULL);
    sw_json_address(json, "address", exception->addr);
    sw_writer_reset(writer);
    sw_exception_line(writer, exception->addr);
    sw_json_text(json, "text", writer->text ? writer->text : "", writer->len);
    sw_json_string(json, "from", link);
    json_traceback(json, writer, traceback);
    sw_json_close_object(json);
}

static void json_raised(
    struct sw_json *json, struct sw_writer *writer, const struct sw_raised *raised)
{
    static const char *const links[] = {[FIRST] = NULL, [CAUSE] = "cause", [CONTEXT] = "context"};
    struct chain chain;

    sw_json_open_object(json, NULL);
    sw_json_bool(json, "handled", raised->is_handled);
    sw_json_open_array(json, "chain");
    follow(writer, raised->type ? 0 : raised->value, &chain);
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

/* ---------------------------------------------------------------- the command */

static int parse(const struct sw_run *run, bool *ret_all, bool *ret_json)
{
    *ret_all = *ret_json = false;
    for (unsigned i = 0; i < run->args->count; i++) {
        const char *word = run->args->words[i];

        if (strcmp(word, "-a") == 0 || strcmp(word, "--all") == 0)
            *ret_all = true;
        else if (strcmp(word, "--json") == 0)
            *ret_json = true;
        else
            return sw_run_usage(run, "unknown option '%.40s'", word);
    }
    return 0;
}

static void run_json(const struct sw_run *run, const struct sw_threads *threads, bool all)
{
    struct sw_json json;

    sw_run_json_begin(run, &json);
    sw_json_open_array(&json, "threads");
    for (size_t i = 0; i < threads->count; i++)
        if (all || threads->items[i].selected)
            json_of_thread(run, &threads->items[i], &json);
    sw_json_close_array(&json);
    sw_run_json_end(&json, threads);
}

int sw_run_exc(const struct sw_run *run)
{
    const struct sw_threads *threads;
    bool all, as_json;
    size_t shown = 0;
    int status = parse(run, &all, &as_json);

    if (status == 0)
        status = sw_session_threads(run->session, run->reterr, &threads);
    if (status < 0)
        return status;
    if (as_json) {
        run_json(run, threads, all);
        return run->out->status;
    }
    for (size_t i = 0; i < threads->count && run->out->status == 0; i++)
        if (all || threads->items[i].selected)
            text_of_thread(run, &threads->items[i], all, &shown);
    if (!shown)
        sw_out_puts(run->out, SW_STYLE_NOTE,
            all ? "No thread has an exception.\n" : "This thread has no exception.\n");
    return run->out->status;
}

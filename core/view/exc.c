/* SPDX-License-Identifier: MIT */
/* py-exc: the exceptions of threads, as traceback.print_exception() shows them. */
#include <stdio.h>
#include <string.h>

#include "object/long.h"
#include "object/sequence.h"
#include "value/exception.h"
#include "view/chain.h"
#include "view/frame.h"
#include "view/values.h"

/* How often one entry is shown in a row (traceback._RECURSIVE_CUTOFF). */
enum { SHOWN_IN_A_ROW = 3 };

/* ---------------------------------------------------------------- margins */

/* traceback's other limit for groups: TracebackException.max_group_width. */
enum { MAX_GROUP_WIDTH = 15 };

/* What is written inside a group: each line behind a margin, traceback._ExceptionPrintContext. */
struct margin {
    struct sw_sink sink;
    struct sw_out *outer;
    unsigned depth;  /* of groups; no margin at 0 */
    char mark;       /* what ends the margin */
    bool in_line;    /* the margin of the line is written */
    bool need_close; /* the last part of a group is not closed yet */
    unsigned parts;  /* shown so far */
};

static void put_indent(struct margin *margin)
{
    sw_out_printf(margin->outer, SW_STYLE_PLAIN, "%*s", (int)(2 * margin->depth), "");
}

static int write_inside(void *ctx, enum sw_style style, const char *text, size_t len)
{
    struct margin *margin = ctx;

    while (len && margin->outer->status == 0) {
        const char *end = memchr(text, '\n', len);
        size_t piece = end ? (size_t)(end - text) + 1 : len;

        if (!margin->in_line && margin->depth) {
            put_indent(margin);
            sw_out_printf(margin->outer, SW_STYLE_PLAIN, "%c ", margin->mark);
        }
        margin->in_line = !end;
        sw_out_raw(margin->outer, style, text, piece);
        text += piece;
        len -= piece;
    }
    return margin->outer->status;
}

/* ---------------------------------------------------------------- text */

static void put_entry(
    const struct sw_run *run, const struct sw_thread *thread, const struct sw_frame *frame)
{
    struct sw_out *out = run->out;

    sw_out_puts(out, SW_STYLE_PLAIN, "  File \"");
    sw_view_name(out, SW_STYLE_FILENAME, &frame->code->filename);
    sw_out_puts(out, SW_STYLE_PLAIN, "\", line ");
    sw_view_line(out, frame->position.line);
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

static void put_value(const struct sw_run *run, struct sw_writer *writer)
{
    if (writer->text)
        sw_out_text(run->out, SW_STYLE_PLAIN, writer->text, writer->len);
}

/* The place of a SyntaxError, without the mark below it. */
static void put_syntax(const struct sw_run *run, struct sw_writer *writer, sw_addr addr)
{
    struct sw_out *out = run->out;
    struct sw_syntax syntax;
    struct sw_text text;
    int64_t line;

    if (sw_exception_syntax(writer, addr, &syntax) < 0 ||
        sw_long_read(writer->reader, syntax.line, NULL, &line) < 0)
        return;
    sw_writer_reset(writer);
    sw_out_puts(out, SW_STYLE_PLAIN, "  File \"");
    if (sw_text_read(writer->reader, &writer->scratch, syntax.filename, SW_MAX_NAME_BYTES,
            "filename", NULL, &text) == 0)
        sw_out_text(out, SW_STYLE_FILENAME, text.data, text.len);
    else
        sw_out_puts(out, SW_STYLE_PLAIN, "<string>");
    sw_out_printf(out, SW_STYLE_PLAIN, "\", line %lld\n", (long long)line);
    if (sw_text_read(writer->reader, &writer->scratch, syntax.text, SW_MAX_SOURCE_LINE, "text",
            NULL, &text) == 0) {
        size_t skip = strspn(text.data, " \n\f"), len = text.len;

        while (len > skip && text.data[len - 1] == '\n')
            len--;
        sw_out_puts(out, SW_STYLE_SOURCE, "    ");
        if (len > skip)
            sw_out_text(out, SW_STYLE_SOURCE, text.data + skip, len - skip);
        sw_out_puts(out, SW_STYLE_PLAIN, "\n");
    }
}

/* Each line of each note; what is no list of str is not shown. */
static void put_notes(const struct sw_run *run, struct sw_writer *writer, sw_addr notes)
{
    enum { MAX_NOTES = 100 };
    struct sw_sequence list;
    sw_addr note;

    if (!notes || sw_sequence_open(writer->reader, notes, "__notes__", NULL, &list) < 0)
        return;
    for (uint64_t i = 0; i < list.length && i < MAX_NOTES; i++) {
        struct sw_text text;

        sw_writer_reset(writer);
        if (sw_sequence_item(writer->reader, &list, i, NULL, &note) < 0 ||
            sw_text_read(
                writer->reader, &writer->scratch, note, SW_MAX_NAME_BYTES, "note", NULL, &text) < 0)
            continue;
        for (const char *at = text.data, *end = at + text.len; at <= end;) {
            const char *stop = memchr(at, '\n', (size_t)(end - at));

            stop = stop ? stop : end;
            sw_out_text(run->out, SW_STYLE_PLAIN, at, (size_t)(stop - at));
            sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
            at = stop + 1;
        }
    }
}

/* traceback's format_exception_only(). */
static void put_line(
    const struct sw_run *run, struct sw_writer *writer, const struct sw_exception *exception)
{
    put_syntax(run, writer, exception->addr);
    sw_writer_reset(writer);
    sw_exception_line(writer, exception->addr);
    put_value(run, writer);
    sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
    put_notes(run, writer, exception->notes);
}

static void put_chain(const struct sw_run *run, struct sw_writer *writer,
    const struct sw_thread *thread, sw_addr value, sw_addr traceback, struct margin *margin);

/* A line that is no part's, between the parts of a group. */
static void put_rule(const struct sw_run *run, struct margin *margin, const char *text)
{
    (void)sw_out_flush(run->out);
    put_indent(margin);
    sw_out_puts(margin->outer, SW_STYLE_PLAIN, text);
}

static void put_parts(const struct sw_run *run, struct sw_writer *writer,
    const struct sw_thread *thread, sw_addr addr, struct margin *margin)
{
    struct sw_sequence parts;
    char title[64];
    sw_addr part;

    if (sw_sequence_open(writer->reader, addr, "excs", NULL, &parts) < 0)
        return;
    margin->need_close = false;
    for (uint64_t i = 0; i < parts.length && i <= MAX_GROUP_WIDTH; i++) {
        bool is_last = i + 1 == parts.length || i == MAX_GROUP_WIDTH;

        if (is_last)
            margin->need_close = true;
        snprintf(title, sizeof(title), "%llu", (unsigned long long)i + 1);
        put_rule(run, margin, i == 0 ? "+-" : "  ");
        sw_out_printf(margin->outer, SW_STYLE_PLAIN, "+---------------- %s ----------------\n",
            i < MAX_GROUP_WIDTH ? title : "...");
        margin->depth++;
        if (i == MAX_GROUP_WIDTH)
            sw_out_printf(run->out, SW_STYLE_PLAIN, "and %llu more exception%s\n",
                (unsigned long long)(parts.length - MAX_GROUP_WIDTH),
                parts.length - MAX_GROUP_WIDTH > 1 ? "s" : "");
        else if (margin->parts++ < SW_MAX_PARTS &&
                 sw_sequence_item(writer->reader, &parts, i, NULL, &part) == 0)
            put_chain(run, writer, thread, part, 0, margin);
        if (is_last && margin->need_close) {
            put_rule(run, margin, "+------------------------------------\n");
            margin->need_close = false;
        }
        (void)sw_out_flush(run->out);
        margin->depth--;
    }
}

static void put_group(const struct sw_run *run, struct sw_writer *writer,
    const struct sw_thread *thread, const struct sw_exception *group, sw_addr traceback,
    struct margin *margin)
{
    bool is_outermost = margin->depth == 0;

    if (margin->depth > SW_MAX_GROUP_DEPTH) {
        sw_out_printf(
            run->out, SW_STYLE_PLAIN, "... (max_group_depth is %d)\n", SW_MAX_GROUP_DEPTH);
        return;
    }
    (void)sw_out_flush(run->out);
    margin->depth += is_outermost;
    if (traceback) {
        margin->mark = is_outermost ? '+' : '|';
        sw_out_puts(run->out, SW_STYLE_PLAIN, "Exception Group ");
        sw_out_puts(run->out, SW_STYLE_PLAIN, "Traceback (most recent call last):\n");
        (void)sw_out_flush(run->out);
        margin->mark = '|';
        put_traceback(run, writer, thread, traceback);
    }
    put_line(run, writer, group);
    put_parts(run, writer, thread, group->parts, margin);
    (void)sw_out_flush(run->out);
    margin->depth -= is_outermost;
}

/* TracebackException.format(): what it came from first. `traceback` is the newest one's where that
   is not its own (before 3.12 a thread keeps it apart). */
static void put_chain(const struct sw_run *run, struct sw_writer *writer,
    const struct sw_thread *thread, sw_addr value, sw_addr traceback, struct margin *margin)
{
    static const char *const words[] = {
        [SW_CHAIN_CAUSE] =
            "\nThe above exception was the direct cause of the following exception:\n\n",
        [SW_CHAIN_CONTEXT] =
            "\nDuring handling of the above exception, another exception occurred:\n\n",
    };
    struct sw_chain chain;

    sw_chain_follow(writer, value, &chain);
    for (size_t i = chain.count; i-- > 0;) {
        const struct sw_exception *item = &chain.items[i];
        sw_addr own = i == 0 && traceback ? traceback : item->traceback;

        if (chain.links[i] != SW_CHAIN_FIRST)
            sw_out_puts(run->out, SW_STYLE_PLAIN, words[chain.links[i]]);
        if (item->parts) {
            put_group(run, writer, thread, item, own, margin);
            continue;
        }
        if (own) {
            sw_out_puts(run->out, SW_STYLE_PLAIN, "Traceback (most recent call last):\n");
            put_traceback(run, writer, thread, own);
        }
        put_line(run, writer, item);
    }
    if (!chain.count) {
        struct sw_exception bare = {.addr = value};

        if (traceback) {
            sw_out_puts(run->out, SW_STYLE_PLAIN, "Traceback (most recent call last):\n");
            put_traceback(run, writer, thread, traceback);
        }
        put_line(run, writer, &bare);
    }
}

static void put_raised(const struct sw_run *run, struct sw_writer *writer,
    const struct sw_thread *thread, const struct sw_raised *raised)
{
    const struct sw_sink *sink = run->out->sink;
    struct margin margin = {.outer = run->out, .mark = '|'};
    struct sw_run inside = *run;

    sw_out_puts(run->out, SW_STYLE_NOTE,
        raised->is_handled ? "(being handled)\n" : "(raised, not caught yet)\n");
    margin.sink = (struct sw_sink){write_inside, &margin, sink->styled, sink->ascii};
    inside.out = sw_out_create(&margin.sink);
    if (!inside.out) {
        run->out->status = SW_E_NO_MEMORY;
        return;
    }
    put_chain(&inside, writer, thread, raised->type ? raised->type : raised->value,
        raised->traceback, &margin);
    (void)sw_out_flush(inside.out);
    sw_out_destroy(inside.out);
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
        sw_view_json_exceptions(run, threads, all);
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

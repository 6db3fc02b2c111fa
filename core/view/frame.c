/* SPDX-License-Identifier: MIT */
#include "view/frame.h"

#include <stdio.h>
#include <string.h>

#include "view/width.h"

void sw_view_name(struct sw_out *out, enum sw_style style, const struct sw_text *text)
{
    if (!text->data)
        sw_out_puts(out, style, "?");
    else
        sw_out_text(out, style, text->data, text->len);
    if (text->cut)
        sw_out_puts(out, style, "...");
}

void sw_view_line(struct sw_out *out, int32_t line)
{
    if (line > 0)
        sw_out_printf(out, SW_STYLE_LINE, "%d", (int)line);
    else
        sw_out_puts(out, SW_STYLE_LINE, "?");
}

void sw_view_place(struct sw_out *out, const char *path, int32_t line)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    const char *file = slash && slash[1] ? slash + 1 : path ? path : "?";

    sw_out_puts(out, SW_STYLE_PLAIN, " (");
    sw_out_text(out, SW_STYLE_FILENAME, file, strlen(file));
    sw_out_puts(out, SW_STYLE_PLAIN, ":");
    sw_view_line(out, line);
    sw_out_puts(out, SW_STYLE_PLAIN, ")");
}

void sw_view_margin(struct sw_out *out, unsigned margin)
{
    sw_out_printf(out, SW_STYLE_SOURCE, "%*s", (int)margin, "");
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\f' || c == '\v' || c == '\r';
}

/* Spaces below the characters before the marked part, carets below that part. Columns count bytes
   of the line, marks stand below characters. */
static void put_carets(
    struct sw_out *out, const char *line, size_t len, size_t from, size_t to, unsigned margin)
{
    sw_view_margin(out, margin);
    for (size_t at = 0; at < len && at < to;) {
        unsigned bytes;
        uint32_t c = sw_utf8_get(line + at, len - at, &bytes);
        const char *mark = at >= from ? "^^" : c == '\t' ? "\t" : "  ";

        sw_out_raw(out, SW_STYLE_SOURCE, mark, c == '\t' ? 1 : sw_char_width(c));
        at += bytes;
    }
    sw_out_puts(out, SW_STYLE_PLAIN, "\n");
}

void sw_view_source(const struct sw_run *run, const struct sw_runtime *runtime,
    const struct sw_frame *frame, bool columns, unsigned margin)
{
    const struct sw_position *position = &frame->position;
    const struct sw_text *file = &frame->code->filename;
    const char *line;
    size_t len, indent = 0;

    if (!file->data || file->cut || position->line <= 0 ||
        sw_sources_line(&run->session->sources, runtime, file->data, file->len, position->line,
            &line, &len) < 0)
        return;
    while (indent < len && is_space(line[indent]))
        indent++;
    while (len > indent && is_space(line[len - 1]))
        len--;
    if (len == indent)
        return;
    sw_view_margin(run->out, margin);
    sw_out_text(run->out, SW_STYLE_SOURCE, line + indent,
        len - indent < SW_MAX_SOURCE_LINE ? len - indent : SW_MAX_SOURCE_LINE);
    sw_out_puts(run->out, SW_STYLE_PLAIN, "\n");
    if (columns && position->column >= 0 && (size_t)position->column >= indent) {
        size_t to = position->end_line == position->line && position->end_column >= 0
                        ? (size_t)position->end_column
                        : len;

        put_carets(run->out, line + indent, len - indent, (size_t)position->column - indent,
            to > indent ? to - indent : 0, margin);
    }
}

void sw_view_note(struct sw_out *out, const char *message)
{
    sw_out_puts(out, SW_STYLE_NOTE, "  (");
    sw_out_text(out, SW_STYLE_NOTE, message, strlen(message));
    sw_out_puts(out, SW_STYLE_NOTE, ")\n");
}

void sw_view_full(const struct sw_run *run, struct sw_writer *writer, const struct sw_frame *frame,
    const unsigned *level)
{
    struct sw_error problem = frame->code ? frame->code->problem : frame->problem;
    struct sw_out *out = run->out;
    size_t shown;

    if (level)
        sw_out_printf(out, SW_STYLE_PLAIN, "#%u ", *level);
    if (!frame->code) {
        sw_out_printf(out, SW_STYLE_NOTE, "Frame 0x%llx (", (unsigned long long)frame->addr);
        sw_out_text(out, SW_STYLE_NOTE, frame->problem.message, strlen(frame->problem.message));
        sw_out_puts(out, SW_STYLE_NOTE, ")\n");
        return;
    }
    sw_out_puts(out, SW_STYLE_PLAIN, "Frame ");
    sw_out_printf(out, SW_STYLE_ADDRESS, "0x%llx", (unsigned long long)frame->addr);
    sw_out_puts(out, SW_STYLE_PLAIN, ", for file ");
    sw_view_name(out, SW_STYLE_FILENAME, &frame->code->filename);
    sw_out_puts(out, SW_STYLE_PLAIN, ", line ");
    sw_view_line(out, frame->position.line);
    sw_out_puts(out, SW_STYLE_PLAIN, ", in ");
    sw_view_name(out, SW_STYLE_FUNCTION, &frame->code->name);
    sw_out_puts(out, SW_STYLE_PLAIN, " (");
    /* The width is that of the whole line. */
    sw_writer_reset(writer);
    sw_writer_printf(writer, "Frame 0x%llx, for file %s, line %d, in %s (",
        (unsigned long long)frame->addr,
        frame->code->filename.data ? frame->code->filename.data : "?", (int)frame->position.line,
        frame->code->name.data ? frame->code->name.data : "?");
    shown = writer->len;
    sw_writer_locals(writer, frame);
    if (writer->text)
        sw_out_text(out, SW_STYLE_PLAIN, writer->text + shown, writer->len - shown);
    sw_out_puts(out, SW_STYLE_PLAIN, writer->full ? "\n" : ")\n");
    if (problem.status != SW_OK)
        sw_view_note(out, problem.message);
}

bool sw_view_find_builtin(struct sw_session *session, const struct sw_thread *thread,
    const struct sw_frame *frame, struct sw_builtin *ret_builtin)
{
    struct sw_native_calls calls;

    return thread->selected && frame->index == 0 &&
           sw_native_calls_read(thread->runtime, &session->runtimes.modules, &calls) == 0 &&
           sw_builtin_find(thread->runtime, frame, &calls, ret_builtin) == 0;
}

void sw_view_builtin(struct sw_out *out, const char *indent, const struct sw_builtin *builtin)
{
    sw_out_puts(out, SW_STYLE_PLAIN, indent);
    if (builtin->self)
        sw_out_printf(out, SW_STYLE_PLAIN, "<built-in method %s of %s object at remote 0x%llx>\n",
            builtin->name, builtin->self_type, (unsigned long long)builtin->self);
    else
        sw_out_printf(out, SW_STYLE_PLAIN, "<built-in function %s>\n", builtin->name);
}

bool sw_view_listing(const struct sw_run *run, const struct sw_runtime *runtime,
    const struct sw_frame *frame, int64_t first, int64_t last)
{
    const struct sw_text *file = &frame->code->filename;
    struct sw_sources *sources = &run->session->sources;
    struct sw_out *out = run->out;
    bool any = false;

    if (!file->data || file->cut)
        return false;
    for (int64_t number = first < 1 ? 1 : first; number <= last && number <= INT32_MAX; number++) {
        const char *line;
        char text[24];
        size_t len;

        if (sw_sources_line(sources, runtime, file->data, file->len, (int32_t)number, &line, &len) <
            0)
            break;
        snprintf(
            text, sizeof(text), "%s%d", number == frame->position.line ? ">" : "", (int)number);
        sw_out_printf(out, SW_STYLE_LINE, "%4s", text);
        sw_out_puts(out, SW_STYLE_PLAIN, "    ");
        sw_out_text(
            out, SW_STYLE_SOURCE, line, len < SW_MAX_SOURCE_LINE ? len : SW_MAX_SOURCE_LINE);
        sw_out_puts(out, SW_STYLE_PLAIN, "\n");
        any = true;
    }
    if (any && sw_sources_is_stale(sources, runtime, file->data, file->len))
        sw_view_note(out, "the file was written after the process began: its lines may be others");
    return any;
}

void sw_view_heading(const struct sw_run *run, const struct sw_thread *thread)
{
    struct sw_out *out = run->out;

    sw_out_puts(out, SW_STYLE_PLAIN, "Thread ");
    if (thread->number)
        sw_out_printf(out, SW_STYLE_PLAIN, "%lld ", (long long)thread->number);
    if (thread->tid)
        sw_out_printf(out, SW_STYLE_PLAIN, "(LWP %lld)", (long long)thread->tid);
    else
        sw_out_printf(out, SW_STYLE_PLAIN, "(0x%llx, no native thread found)",
            (unsigned long long)thread->state.thread_id);
    if (run->session->runtimes.count > 1)
        sw_out_printf(out, SW_STYLE_PLAIN, ", Python %u", thread->runtime_index);
    if (thread->interpreter_id)
        sw_out_printf(out, SW_STYLE_PLAIN, ", interpreter %lld", (long long)thread->interpreter_id);
    if (thread->holds_gil)
        sw_out_puts(out, SW_STYLE_PLAIN, ", holds the GIL");
    sw_out_puts(out, SW_STYLE_PLAIN, ":\n");
}

void sw_view_thread(
    struct sw_out *out, const struct sw_thread *thread, const struct sw_thread_names *names)
{
    const struct sw_thread_name *name = sw_thread_name(names, thread);

    sw_out_puts(out, SW_STYLE_PLAIN, "thread");
    if (thread->number)
        sw_out_printf(out, SW_STYLE_PLAIN, " %lld", (long long)thread->number);
    if (thread->tid)
        sw_out_printf(out, SW_STYLE_PLAIN, " (LWP %lld)", (long long)thread->tid);
    else if (!thread->number)
        sw_out_puts(out, SW_STYLE_PLAIN, " (no native thread found)");
    if (name && name->len) {
        sw_out_puts(out, SW_STYLE_PLAIN, " ");
        sw_out_text(out, SW_STYLE_PLAIN, name->name, name->len);
    }
}

void sw_view_thread_at(struct sw_out *out, const struct sw_threads *threads,
    const struct sw_thread_names *names, sw_addr state)
{
    for (size_t i = 0; i < threads->count; i++)
        if (threads->items[i].state.addr == state) {
            sw_view_thread(out, &threads->items[i], names);
            return;
        }
    sw_out_printf(out, SW_STYLE_PLAIN, "the thread state at 0x%llx, which is in no list",
        (unsigned long long)state);
}

void sw_view_json_thread(const struct sw_thread *thread, struct sw_json *json)
{
    int64_t native_id = thread->tid ? thread->tid : (int64_t)thread->state.native_id;

    sw_json_int(json, "runtime", thread->runtime_index);
    sw_json_int(json, "interpreter", thread->interpreter_id);
    sw_json_address(json, "thread_state", thread->state.addr);
    sw_json_address(json, "thread_id", thread->state.thread_id);
    sw_json_int_if(json, "native_id", native_id != 0, native_id);
    sw_json_int_if(json, "number", thread->number != 0, thread->number);
}

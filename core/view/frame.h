/* SPDX-License-Identifier: MIT */
/* The parts of a frame as text. */
#ifndef SW_VIEW_FRAME_H
#define SW_VIEW_FRAME_H

#include "frame/builtin.h"
#include "session/names.h"
#include "view/command.h"

/* A name of the target, "?" when it could not be read. */
void sw_view_name(struct sw_out *out, enum sw_style style, const struct sw_text *text);

/* A line's number, "?" for 0. */
void sw_view_line(struct sw_out *out, int32_t line);

/* " (file.py:12)", the path without its directories; NULL for one that could not be read. */
void sw_view_place(struct sw_out *out, const char *path, int32_t line);

/* So many spaces. */
void sw_view_margin(struct sw_out *out, unsigned margin);

/* The frame's source line behind `margin` spaces, with carets below the part that is being
   evaluated when `columns` is set; nothing when it cannot be had. */
void sw_view_source(const struct sw_run *run, const struct sw_runtime *runtime,
    const struct sw_frame *frame, bool columns, unsigned margin);

/* The lines `first` to `last` of the frame's file, numbered, ">" before the one that runs. False
   when there is none of them. */
bool sw_view_listing(const struct sw_run *run, const struct sw_runtime *runtime,
    const struct sw_frame *frame, int64_t first, int64_t last);

/* "Thread 3 (LWP 4711), interpreter 1, holds the GIL:" */
void sw_view_heading(const struct sw_run *run, const struct sw_thread *thread);

/* "thread 3 (LWP 4711) name", in the middle of a sentence. */
void sw_view_thread(
    struct sw_out *out, const struct sw_thread *thread, const struct sw_thread_names *names);

/* The same for the thread that has a thread state, or that state's address when none has. */
void sw_view_thread_at(struct sw_out *out, const struct sw_threads *threads,
    const struct sw_thread_names *names, sw_addr state);

/* What tells a thread from others, as members of a JSON object. */
void sw_view_json_thread(const struct sw_thread *thread, struct sw_json *json);

/* The C function that the frame calls: only the newest one does, and only the selected native
   thread can be asked. */
bool sw_view_find_builtin(struct sw_session *session, const struct sw_thread *thread,
    const struct sw_frame *frame, struct sw_builtin *ret_builtin);

/* "<built-in method NAME of TYPE object at remote 0x..>" on a line, `indent` before it. */
void sw_view_builtin(struct sw_out *out, const char *indent, const struct sw_builtin *builtin);

/* "  (message)" */
void sw_view_note(struct sw_out *out, const char *message);

/* The frame in one line with its variables, as py-bt-full has it. `level` is the number of the
   native frame that runs it, NULL when that is not known. Before it reads the variables it has
   written what it needs of frame->code, which they may displace. */
void sw_view_full(const struct sw_run *run, struct sw_writer *writer, const struct sw_frame *frame,
    const unsigned *level);

#endif

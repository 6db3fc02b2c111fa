/* SPDX-License-Identifier: MIT */
/* Values of frames as commands show them. */
#ifndef SW_VIEW_VALUES_H
#define SW_VIEW_VALUES_H

#include "view/command.h"

/* A writer for the objects of a thread's runtime, with the session's settings. Free with
   sw_writer_fini(). */
void sw_view_writer(
    const struct sw_run *run, const struct sw_thread *thread, struct sw_writer *ret_writer);

/* What the writer has, and that the host's memory did not hold the rest. */
void sw_view_written(struct sw_out *out, const struct sw_writer *writer);
void sw_view_json_written(struct sw_json *json, const char *key, const struct sw_writer *writer);

/* "name = value" for each variable of the frame, `indent` before each; a note when they cannot be
   read. Of a module only `with_globals`. */
void sw_view_locals(const struct sw_run *run, struct sw_writer *writer,
    const struct sw_frame *frame, const char *indent, bool with_globals);

/* The same as the member "locals" of a JSON object. */
void sw_view_json_locals(
    struct sw_writer *writer, const struct sw_frame *frame, struct sw_json *json);

/* "index", "name", "qualname", "file", "line" as members of a JSON object. */
void sw_view_json_frame(const struct sw_frame *frame, struct sw_json *json);

#endif

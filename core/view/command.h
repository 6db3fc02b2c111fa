/* SPDX-License-Identifier: MIT */
/* Commands from within: the table, and how their words are read. */
#ifndef SW_VIEW_COMMAND_H
#define SW_VIEW_COMMAND_H

#include "session/threads.h"
#include "view/json.h"

/* The words of a command line. Borrowed from `text`. */
struct sw_args {
    char text[1024];
    const char *words[SW_MAX_ARGS];
    unsigned count;
};

/* What every run of a command has. */
struct sw_run {
    struct sw_session *session;
    const struct sw_command *command;
    const struct sw_args *args;
    struct sw_out *out;
    struct sw_error *reterr;
};

/* "py-bt: unknown option '-x'; usage: py-bt [-a] ..."; returns SW_E_USAGE. */
int sw_run_usage(const struct sw_run *run, const char *format, ...) SW_PRINTF(2, 3);

/* A decimal number with an optional sign; false when the word is anything else. */
bool sw_arg_number(const char *word, int64_t *ret_number);

/* The words of a command that takes --json and nothing else. */
int sw_args_json(const struct sw_run *run, bool *ret_json);

/* Begin the JSON document of the command: its schema and its name. End it: what of the threads
   could not be read (`threads` may be NULL), the closing brace and a newline. */
void sw_run_json_begin(const struct sw_run *run, struct sw_json *ret_json);
void sw_run_json_end(struct sw_json *json, const struct sw_threads *threads);

/* Where a problem says nothing yet: that memory could not be read since session->memory.absent was
   `before`. */
void sw_run_note_absent(const struct sw_run *run, uint64_t before, struct sw_error *problem);

/* The same of text, as notes: what of the threads and their names could not be read. */
void sw_run_text_end(
    const struct sw_run *run, const struct sw_threads *threads, const struct sw_error *problem);

/* The same of JSON, with one more warning, unless the status of `problem` is SW_OK. */
void sw_run_json_end_with(
    struct sw_json *json, const struct sw_threads *threads, const struct sw_error *problem);

/* The commands. Each returns 0 or a negative status with run->reterr filled in. */
int sw_run_bt(const struct sw_run *run);
int sw_run_info(const struct sw_run *run);
int sw_run_cache(const struct sw_run *run);
int sw_run_bt_full(const struct sw_run *run);
int sw_run_locals(const struct sw_run *run);
int sw_run_print(const struct sw_run *run);
int sw_run_list(const struct sw_run *run);
int sw_run_gc(const struct sw_run *run);
int sw_run_gil(const struct sw_run *run);
int sw_run_locks(const struct sw_run *run);
int sw_run_interp(const struct sw_run *run);
int sw_run_threads(const struct sw_run *run);
int sw_run_up(const struct sw_run *run);
int sw_run_down(const struct sw_run *run);
int sw_run_exc(const struct sw_run *run);
int sw_run_frame(const struct sw_run *run);
int sw_run_symbols(const struct sw_run *run);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * lldb.h - lldb as the plugin's C code sees it; shim.cc and commands.cc turn it into C++.
 *
 * A struct sw_lldb is made for the length of one command (or one summary) and stands for the
 * process that it is about. No exception passes through here, for lldb has none.
 */
#ifndef SW_LLDB_LLDB_H
#define SW_LLDB_LLDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sw_lldb;

/* ---------------------------------------------------------------- the process */

enum sw_lldb_state {
    SW_LLDB_GONE = 0, /* there is none, or it ended */
    SW_LLDB_RUNNING,  /* nothing can be read */
    SW_LLDB_STOPPED,
};

enum sw_lldb_state sw_lldb_state(struct sw_lldb *lldb);

/* A number that no other process of this debugger ever had. */
uint32_t sw_lldb_unique_id(struct sw_lldb *lldb);

/* Counts how often the process stopped. */
uint32_t sw_lldb_stop_id(struct sw_lldb *lldb);
int64_t sw_lldb_pid(struct sw_lldb *lldb);

/* What lldb debugs it with, "gdb-remote" or "elf-core"; never NULL. */
const char *sw_lldb_plugin_name(struct sw_lldb *lldb);

/* "x86_64-pc-linux-gnu"; never NULL. */
const char *sw_lldb_triple(struct sw_lldb *lldb);
unsigned sw_lldb_pointer_size(struct sw_lldb *lldb);
bool sw_lldb_is_big_endian(struct sw_lldb *lldb);

/* A reference to a process that does not keep it alive, to learn later whether it is still there.
   NULL when there is no memory. */
struct sw_lldb_reference;
struct sw_lldb_reference *sw_lldb_reference_create(struct sw_lldb *lldb);
void sw_lldb_reference_destroy(struct sw_lldb_reference *reference);
bool sw_lldb_reference_is_alive(struct sw_lldb_reference *reference);

/* Where the user's breakpoints are; returns how many they are, which may be more than `max`. */
unsigned sw_lldb_breakpoints(struct sw_lldb *lldb, uint64_t *addrs, unsigned max);

/* Whether the user pressed Ctrl-C. */
bool sw_lldb_is_interrupted(struct sw_lldb *lldb);

/* ---------------------------------------------------------------- memory and files */

/* Read memory; returns how much of it, from the beginning on, could be had. */
size_t sw_lldb_read(struct sw_lldb *lldb, uint64_t addr, void *buf, size_t len);

/* The same for what a core file leaves out: bytes that are in a loaded file and cannot have changed
   since. */
size_t sw_lldb_read_constant(struct sw_lldb *lldb, uint64_t addr, void *buf, size_t len);

/* Whether there are such bytes for an address. */
bool sw_lldb_is_constant(struct sw_lldb *lldb, uint64_t addr);

enum { SW_LLDB_FILE_ID = 128 };

/* The file that lldb has loaded at an address. */
struct sw_lldb_file {
    uint64_t header;          /* where its ELF header is in memory */
    char id[SW_LLDB_FILE_ID]; /* its build id, as lldb writes it */
    char path[1024];
};

bool sw_lldb_file(struct sw_lldb *lldb, uint64_t addr, struct sw_lldb_file *ret_file);

struct sw_lldb_range {
    uint64_t start, end;
    bool is_mapped, is_readable;
};

/* The mapping that `addr` is in, or the hole; false when whoever debugs the process tells of none.
   A question to the other side of a remote target. */
bool sw_lldb_region(struct sw_lldb *lldb, uint64_t addr, struct sw_lldb_range *ret_range);

/* The segment of a loaded file that `addr` is in, or at least its page of 4 KiB, as lldb knows it.
   Nothing is asked. */
bool sw_lldb_segment(struct sw_lldb *lldb, uint64_t addr, struct sw_lldb_range *ret_range);

unsigned sw_lldb_module_count(struct sw_lldb *lldb);

/* The executable's ELF header in memory. */
bool sw_lldb_executable(struct sw_lldb *lldb, uint64_t *ret_header);

/* The name of the function that holds `pc`. By symbol tables only. */
bool sw_lldb_function(struct sw_lldb *lldb, uint64_t pc, char *buf, size_t size);

/* The `index`th symbol of that name, and section, over all modules. By symbol tables only. */
bool sw_lldb_symbol(struct sw_lldb *lldb, const char *name, unsigned index, uint64_t *ret_addr);
bool sw_lldb_section(
    struct sw_lldb *lldb, const char *name, unsigned index, uint64_t *ret_addr, uint64_t *ret_size);

/* ---------------------------------------------------------------- threads and frames */

struct sw_lldb_thread {
    int64_t tid;
    int64_t number; /* as in `thread select 3` */
};

bool sw_lldb_thread(struct sw_lldb *lldb, unsigned index, struct sw_lldb_thread *ret_thread);
bool sw_lldb_selected_thread(struct sw_lldb *lldb, struct sw_lldb_thread *ret_thread);

/* Have a thread stand for the selected one, for as long as `lldb` lives. */
void sw_lldb_use_thread(struct sw_lldb *lldb, int64_t tid);

/* A register of the innermost frame of a thread; of the selected one when tid is 0. */
bool sw_lldb_register(struct sw_lldb *lldb, int64_t tid, const char *name, uint64_t *ret_value);

/* Where the caller of the innermost frame has those of its own arguments that are on the stack; of
   the selected thread when tid is 0. */
bool sw_lldb_caller_arguments(struct sw_lldb *lldb, int64_t tid, uint64_t *ret_addr);

/* A native frame of the selected thread, 0 the innermost. */
bool sw_lldb_frame(struct sw_lldb *lldb, unsigned index, uint64_t *ret_pc, bool *ret_inlined);

/* Where such a frame is; lldb may read debug information for that. */
struct sw_lldb_place {
    uint64_t sp;        /* 0 when unknown */
    uint32_t line;      /* 0 when unknown */
    char function[256]; /* "" when unknown */
    char file[1024];    /* "" when unknown; then the file that the code is from: */
    char module[1024];
};

bool sw_lldb_frame_place(struct sw_lldb *lldb, unsigned index, struct sw_lldb_place *ret_place);

/* The frame that is selected. */
bool sw_lldb_selected_frame(struct sw_lldb *lldb, unsigned *ret_level);

/* ---------------------------------------------------------------- commands */

/* Where the output of one command goes. */
struct sw_lldb_result;

void sw_lldb_result_write(struct sw_lldb_result *result, const char *text, size_t len);

/* The command failed; one line without a newline. */
void sw_lldb_result_fail(struct sw_lldb_result *result, const char *message);

/* Show what is written from now on at once, if lldb talks to a terminal. lldb does not show what
   was written before. */
bool sw_lldb_result_stream(struct sw_lldb *lldb, struct sw_lldb_result *result);

/* A setting of lldb's as `settings show` has it, and setting it. */
bool sw_lldb_get_setting(struct sw_lldb *lldb, const char *name, char *buf, size_t size);
bool sw_lldb_set_setting(struct sw_lldb *lldb, const char *name, const char *value);

/* The `index`th line of a setting that is a list; false at its end. */
bool sw_lldb_get_item(
    struct sw_lldb *lldb, const char *name, unsigned index, char *buf, size_t size);

/* Run a command of lldb's. */
bool sw_lldb_execute(struct sw_lldb *lldb, const char *line);

/* Whether lldb wants colours. */
bool sw_lldb_use_color(struct sw_lldb *lldb);

/* What runs a command: the words behind its name, ended by NULL, without the quotes that lldb took
   away; and what was given when the command was added. */
typedef void sw_lldb_run(struct sw_lldb *lldb, struct sw_lldb_result *result,
    const char *const *words, const void *data);

/* Where commands are added. */
struct sw_lldb_registry;

/* Whether a script has a command of that name, as far as this lldb can tell (since lldb 15). */
bool sw_lldb_has_command(struct sw_lldb_registry *registry, const char *name);

/* Add a command, be it to the container that was added before: one line and several of help, and
   how it is used. lldb keeps copies. False when it does not want the command. */
bool sw_lldb_add_command(struct sw_lldb_registry *registry, bool in_container, const char *name,
    const char *help, const char *details, const char *syntax, sw_lldb_run *run, const void *data);

/* Add a container of commands. */
bool sw_lldb_add_container(struct sw_lldb_registry *registry, const char *name, const char *help);

/* What the words behind lldb's `help` ask for; false for what lldb knows itself. */
enum { SW_LLDB_MAX_HELP = 8192 };
typedef bool sw_lldb_help(const char *const *words, char *buf, size_t size);

/* Be asked first, from now on. False when lldb does not want that. */
bool sw_lldb_add_help(struct sw_lldb_registry *registry, sw_lldb_help *help);

/* ---------------------------------------------------------------- summaries */

/* Where the summary of one value goes. */
struct sw_lldb_stream;

void sw_lldb_stream_write(struct sw_lldb_stream *stream, const char *text, size_t len);

/* What makes the summary of a pointer; false when there is none, and nothing was written. */
typedef bool sw_lldb_summarize(
    struct sw_lldb *lldb, uint64_t pointer, struct sw_lldb_stream *stream);

/* Have one function called for all types whose names fit a regular expression. */
bool sw_lldb_add_summary(struct sw_lldb_registry *registry, const char *category,
    const char *pattern, sw_lldb_summarize *function);

#ifdef __cplusplus
}
#endif

#endif

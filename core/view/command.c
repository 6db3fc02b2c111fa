/* SPDX-License-Identifier: MIT */
#include "view/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "view/frame.h"

/* The table: help, completion and the adapters' registration come from here. */
static const struct {
    struct sw_command command;
    int (*run)(const struct sw_run *run);
} table[] = {
    {{"bt", "py-bt",
         "py-bt [-a] [--native[=all]] [--columns] [--qualname] [--locals] [--source] [--fold] "
         "[--json] [N | -N]",
         "Show the Python stack of the selected thread, newest frame first.",
         "  -a, --all    every Python thread, by the debugger's numbers\n"
         "  --native     native frames among the Python ones, without the interpreter's own;\n"
         "               --native=all with those\n"
         "  --columns    mark the part of the line that is being evaluated (CPython 3.11 and "
         "later)\n"
         "  --qualname   qualified names of functions (CPython 3.11 and later)\n"
         "  --locals     the variables of each frame below it\n"
         "  --source     the lines around the one that runs\n"
         "  --fold       with -a: threads with the same stack together\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"
         "  N, -N        only the N newest frames, the N oldest ones\n"},
        sw_run_bt},
    {{"bt-full", "py-bt-full", "py-bt-full",
         "Show the Python stack of the selected thread with the variables of each frame.",
         "Each frame is one line, in the form of CPython's own extension for gdb: the number of "
         "the\n"
         "native frame that runs it, its address, file, line and name, and its variables.\n"},
        sw_run_bt_full},
    {{"locals", "py-locals", "py-locals [--json]",
         "Show the variables of the selected Python frame.",
         "py-up, py-down and py-frame select one; so does the debugger's own choice of a frame.\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_locals},
    {{"print", "py-print", "py-print [--json] NAME[.ATTRIBUTE | [KEY]]... | 0xADDRESS",
         "Show a variable of the selected Python frame, or the object at an address.",
         "A name is looked up among the local variables, the globals, the builtins. What follows "
         "it\n"
         "is looked up as it lies in memory: no property is called, no code runs. A KEY is a "
         "number\n"
         "or a quoted string: py-print self.data['k'][3]\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_print},
    {{"list", "py-list", "py-list [START[,END]]",
         "Show the source around the line that the selected Python frame is at.",
         "  START        ten lines from that one on\n"
         "  START,END    these lines\n"},
        sw_run_list},
    {{"up", "py-up", "py-up [--json] [N]",
         "Select an older Python frame, the one that called this one.",
         "  N            so many frames further out; 1 when it is not given\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_up},
    {{"down", "py-down", "py-down [--json] [N]",
         "Select a newer Python frame, the one that this one called.",
         "  N            so many frames further in; 1 when it is not given\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_down},
    {{"frame", "py-frame", "py-frame [--json] [N]",
         "Select a Python frame by its number, or show the one that is selected.",
         "  N            0 is the newest, as in py-bt\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_frame},
    {{"threads", "py-threads", "py-threads [--json]",
         "Show every Python thread in a row: what it is called, what it does, where it is.",
         "A * marks the selected thread. A thread holds the GIL, waits for it, collects garbage, "
         "is in\n"
         "a system call, or runs without the GIL, in a C function that the debugger knows. Native\n"
         "threads that run no Python come last.\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_threads},
    {{"gil", "py-gil", "py-gil [--json]",
         "Show who holds the global interpreter lock, and who waits for it.",
         "Interpreters with a GIL of their own have a line of their own.\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_gil},
    {{"gc", "py-gc", "py-gc [--json]",
         "Show the collector of cyclic garbage: whether it is enabled, its generations, who "
         "collects.",
         "Of each generation: what is counted, and the count at which it is collected. Since "
         "CPython 3.9\n"
         "each interpreter has a collector of its own.\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_gc},
    {{"locks", "py-locks", "py-locks [--deadlock] [--json]",
         "Show which threads wait for which locks, who holds them, and deadlocks.",
         "Locks, RLocks, conditions, events, semaphores, barriers, queues, the end of threads, the "
         "GIL and\n"
         "mutexes of C code. A deadlock comes first: threads that wait for each other, and their "
         "stacks.\n"
         "A plain Lock does not know its holder: it is known when it entered a `with`.\n"
         "  --deadlock   only deadlocks, without stacks; nothing when there is none\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_locks},
    {{"interp", "py-interp", "py-interp [--json]",
         "Show the interpreters: their ids, threads and modules, and whether they have a GIL of "
         "their own.",
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_interp},
    {{"exc", "py-exc", "py-exc [-a] [--json]",
         "Show the exceptions of the selected thread: raised and not caught yet, and being "
         "handled.",
         "Each is shown with its traceback, its cause and its context, as Python's own traceback\n"
         "module does. A __str__ made in Python is not run: the arguments are shown instead.\n"
         "  -a, --all    of every thread that has one\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_exc},
    {{"info", "py-info", "py-info [--json]",
         "Show which Python this is, where it was found, and what is known of its memory.",
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_info},
    {{"symbols", "py-symbols", "py-symbols [--json] FILE",
         "Write a file that tells the debugger of perf trampolines: their names, how to unwind "
         "them.",
         "With python -X perf (CPython 3.12 and later) each function runs under machine code of "
         "its\n"
         "own, which debuggers know nothing of. They load the file like one of a library; what to\n"
         "type is shown. Functions that get their trampoline later have no name, but are unwound.\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_symbols},
    {{"cache", "py-cache", "py-cache [--clear | --forget] [--json]",
         "Show how much of the target was read, or forget it.",
         "What was read is kept until the target runs. The debugger says when it does; after "
         "memory\n"
         "was changed behind its back, forget what was read.\n"
         "  --clear      forget the memory, and count anew\n"
         "  --forget     forget also where Python was found\n"
         "  --json       one JSON document instead of text (docs/output-format.md)\n"},
        sw_run_cache},
};

enum { COMMAND_COUNT = sizeof(table) / sizeof(table[0]) };

/* What every command that shows Python takes, said in one place. */
static const char choice_usage[] = " [--interpreter ID]";
static const char choice_help[] =
    "  --interpreter ID\n"
    "               only this interpreter, as py-interp numbers them; PYTHON:ID in a "
    "process\n"
    "               with several Pythons\n";

enum { MAX_USAGE = 160, MAX_HELP = 1600 };

/* Not about interpreters, so that none can be chosen. */
static bool is_of_all(size_t index)
{
    return table[index].run == sw_run_cache;
}

/* The table as others see it. */
static const struct sw_command *commands(void)
{
    static struct sw_command made[COMMAND_COUNT];
    static char usages[COMMAND_COUNT][MAX_USAGE], helps[COMMAND_COUNT][MAX_HELP];

    for (size_t i = 0; i < COMMAND_COUNT && !made[COMMAND_COUNT - 1].name; i++) {
        const struct sw_command *command = &table[i].command;
        size_t name = strlen(command->alias);

        made[i] = *command;
        if (is_of_all(i))
            continue;
        snprintf(
            usages[i], MAX_USAGE, "%s%s%s", command->alias, choice_usage, command->usage + name);
        snprintf(helps[i], MAX_HELP, "%s%s", command->help, choice_help);
        made[i].usage = usages[i];
        made[i].help = helps[i];
    }
    return made;
}

const struct sw_command *sw_commands(size_t *ret_count)
{
    *ret_count = COMMAND_COUNT;
    return commands();
}

const struct sw_command *sw_command_find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(table[i].command.name, name) == 0 || strcmp(table[i].command.alias, name) == 0)
            return &commands()[i];
    return NULL;
}

/* ---------------------------------------------------------------- words */

int sw_run_usage(const struct sw_run *run, const char *format, ...)
{
    char mistake[128];
    va_list args;

    va_start(args, format);
    vsnprintf(mistake, sizeof(mistake), format, args);
    va_end(args);
    return sw_fail(run->reterr, SW_E_USAGE, 0, "", "%s: %s; usage: %s", run->command->alias,
        mistake, run->command->usage);
}

bool sw_arg_number(const char *word, int64_t *ret_number)
{
    bool negative = *word == '-';
    int64_t number = 0;

    word += negative || *word == '+';
    if (!*word)
        return false;
    for (; *word; word++) {
        if (*word < '0' || *word > '9' || number > INT64_MAX / 10 - 1)
            return false;
        number = number * 10 + (*word - '0');
    }
    *ret_number = negative ? -number : number;
    return true;
}

int sw_args_json(const struct sw_run *run, bool *ret_json)
{
    *ret_json = false;
    for (unsigned i = 0; i < run->args->count; i++) {
        if (strcmp(run->args->words[i], "--json") != 0)
            return sw_run_usage(run, "unknown option '%.40s'", run->args->words[i]);
        *ret_json = true;
    }
    return 0;
}

void sw_run_json_begin(const struct sw_run *run, struct sw_json *ret_json)
{
    *ret_json = (struct sw_json){.out = run->out};
    sw_json_open_object(ret_json, NULL);
    sw_json_string(ret_json, "schema", "sidewinder/1");
    sw_json_string(ret_json, "command", run->command->name);
}

void sw_run_note_absent(const struct sw_run *run, uint64_t before, struct sw_error *problem)
{
    if (problem->status == SW_OK && run->session->memory.absent != before)
        sw_fail(problem, SW_E_READ, 0, "",
            "memory could not be read: some of this is missing or not known");
}

void sw_run_text_end(
    const struct sw_run *run, const struct sw_threads *threads, const struct sw_error *problem)
{
    for (size_t i = 0; i < threads->problem_count; i++)
        sw_view_note(run->out, threads->problems[i].message);
    if (problem->status != SW_OK)
        sw_view_note(run->out, problem->message);
}

void sw_run_json_end_with(
    struct sw_json *json, const struct sw_threads *threads, const struct sw_error *problem)
{
    sw_json_open_array(json, "warnings");
    for (size_t i = 0; threads && i < threads->problem_count; i++)
        sw_json_string(json, NULL, threads->problems[i].message);
    if (problem && problem->status != SW_OK)
        sw_json_string(json, NULL, problem->message);
    sw_json_close_array(json);
    sw_json_close_object(json);
    sw_out_puts(json->out, SW_STYLE_PLAIN, "\n");
}

void sw_run_json_end(struct sw_json *json, const struct sw_threads *threads)
{
    sw_run_json_end_with(json, threads, NULL);
}

static int split(const struct sw_run *run, const char *line, struct sw_args *args)
{
    size_t len = line ? strlen(line) : 0;
    char *at = args->text;

    args->count = 0;
    if (len >= sizeof(args->text))
        return sw_run_usage(run, "the line is longer than %zu bytes", sizeof(args->text) - 1);
    memcpy(args->text, line ? line : "", len + 1);
    for (;;) {
        at += strspn(at, " \t\n");
        if (!*at)
            return 0;
        if (args->count == SW_MAX_ARGS)
            return sw_run_usage(run, "more than %d words", SW_MAX_ARGS);
        args->words[args->count++] = at;
        at += strcspn(at, " \t\n");
        if (*at)
            *at++ = '\0';
    }
}

/* Take "--interpreter ID" out of the words. "1" is an id, "0:1" one of the first Python. */
static int take_choice(
    const struct sw_run *run, struct sw_args *args, struct sw_interpreter_choice *ret_choice)
{
    struct sw_interpreter_choice choice = {.runtime = -1};
    unsigned kept = 0;

    for (unsigned i = 0; i < args->count; i++) {
        const char *id;
        char *colon;

        if (strcmp(args->words[i], "--interpreter") != 0) {
            args->words[kept++] = args->words[i];
            continue;
        }
        if (++i == args->count)
            return sw_run_usage(run, "--interpreter needs an id");
        id = args->words[i];
        colon = args->text + (id - args->text) + strcspn(id, ":");
        if (*colon) {
            *colon = '\0';
            if (!sw_arg_number(id, &choice.runtime) || choice.runtime < 0)
                return sw_run_usage(run, "'%.40s' is no Python", id);
            id = colon + 1;
        }
        if (!sw_arg_number(id, &choice.id) || choice.id < 0)
            return sw_run_usage(run, "'%.40s' is no interpreter", id);
        choice.is_one = true;
    }
    args->count = kept;
    *ret_choice = choice;
    return 0;
}

int sw_command_run(struct sw_session *session, const struct sw_command *command, const char *line,
    const struct sw_sink *sink, struct sw_error *reterr)
{
    struct sw_args args;
    struct sw_error error;
    struct sw_run run = {session, command, &args, NULL, reterr ? reterr : &error};
    int status = split(&run, line, &args), flushed;
    size_t index = 0;

    while (index + 1 < COMMAND_COUNT && strcmp(table[index].command.name, command->name) != 0)
        index++;
    if (status == 0 && !is_of_all(index))
        status = take_choice(&run, &args, &session->chosen);
    if (status < 0)
        return status;
    /* An interrupt ended the command it was meant for. */
    session->memory.stopped = false;
    run.out = sw_out_create(sink);
    if (!run.out) {
        session->chosen.is_one = false;
        return sw_fail(reterr, SW_E_NO_MEMORY, 0, "", "the debugger is out of memory");
    }
    status = table[index].run(&run);
    session->chosen.is_one = false;
    flushed = sw_out_flush(run.out);
    sw_out_destroy(run.out);
    /* An interrupt may have cost something in a place that cannot say so. */
    if (session->memory.stopped && status != SW_E_STOPPED)
        return sw_fail(reterr, SW_E_STOPPED, 0, "", "interrupted");
    if (flushed < 0)
        return sw_fail(reterr, flushed, 0, "", "interrupted");
    return status;
}

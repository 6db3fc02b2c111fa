/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <sidewinder.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "merge.h"
#include "plugin.h"
#include "session.h"
#include "setting.h"
#include "sink.h"

enum {
    MAX_LINE = 4096, /* the library takes less */
    LOCK_MILLISECONDS = 2000,
    MERGE_MILLISECONDS = 100,
};

static const char merge_usage[] = "pystack merge on|off";
static const char set_usage[] = "pystack set [NAME VALUE]";

/* ---------------------------------------------------------------- the line as it was typed */

struct line {
    char text[MAX_LINE];
    size_t len;
};

static void put(struct line *line, char character)
{
    if (line->len + 1 < sizeof(line->text))
        line->text[line->len++] = character;
    line->text[line->len] = '\0';
}

/* Whether what is in brackets needs no quotes: a number, or quoted already. */
static bool is_key(const char *key, size_t len)
{
    size_t sign = len && (*key == '-' || *key == '+');

    return len == 0 || *key == '\'' || *key == '"' ||
           strspn(key + sign, "0123456789") >= len - sign;
}

/*
 * lldb takes the quotes out of what was typed: print data['k'] arrives as data[k]. So a key that is
 * no number gets its quotes back.
 */
static void put_word(struct line *line, const char *word)
{
    while (*word) {
        const char *end = *word == '[' ? strchr(word, ']') : NULL;
        size_t len = end ? (size_t)(end - word - 1) : 0;
        char quote = 0;

        put(line, *word++);
        if (end && !is_key(word, len))
            quote = memchr(word, '\'', len) ? '"' : '\'';
        if (quote)
            put(line, quote);
        for (; len > 0; len--)
            put(line, *word++);
        if (quote)
            put(line, quote);
    }
}

static void make_line(const char *const *words, struct line *ret_line)
{
    ret_line->len = 0;
    ret_line->text[0] = '\0';
    for (size_t i = 0; words[i]; i++) {
        if (i > 0)
            put(ret_line, ' ');
        put_word(ret_line, words[i]);
    }
}

/* ---------------------------------------------------------------- running */

static void run_locked(struct sw_lldb *lldb, struct sw_lldb_result *result, const char *line,
    const struct sw_command *command)
{
    struct sw_error error;
    struct sw_lldb_session *session = sw_lldb_session_acquire(lldb, SW_LLDB_COMMAND, &error);
    struct sw_lldb_sink sink;
    int status;

    if (!session) {
        sw_lldb_result_fail(result, error.message);
        return;
    }
    sw_lldb_sink_init(&sink, lldb, result);
    status = sw_command_run(sw_lldb_session_core(session), command, line, &sink.sink, &error);
    sw_lldb_sink_fini(&sink);
    sw_lldb_session_release(session);
    if (status < 0)
        sw_lldb_result_fail(result, error.message);
}

/* One of the library's commands; `data` is it. */
static void run(
    struct sw_lldb *lldb, struct sw_lldb_result *result, const char *const *words, const void *data)
{
    struct line line;

    make_line(words, &line);
    if (!sw_lldb_lock(LOCK_MILLISECONDS)) {
        sw_lldb_result_fail(result, "A command of Sidewinder is still running.");
        return;
    }
    run_locked(lldb, result, line.text, data);
    sw_lldb_unlock();
}

static void write_line(struct sw_lldb_result *result, const char *text)
{
    sw_lldb_result_write(result, text, strlen(text));
    sw_lldb_result_write(result, "\n", 1);
}

/* `pystack set` */
static void run_set(
    struct sw_lldb *lldb, struct sw_lldb_result *result, const char *const *words, const void *data)
{
    char text[MAX_LINE];
    struct sw_error error;

    (void)lldb, (void)data;
    if (words[0] && (!words[1] || words[2])) {
        snprintf(
            text, sizeof(text), "pystack set: it takes a name and a value; usage: %s", set_usage);
        sw_lldb_result_fail(result, text);
        return;
    }
    if (!sw_lldb_lock(LOCK_MILLISECONDS)) {
        sw_lldb_result_fail(result, "A command of Sidewinder is still running.");
        return;
    }
    if (words[0] && sw_lldb_setting_set(words[0], words[1], &error) < 0)
        sw_lldb_result_fail(result, error.message);
    for (size_t i = 0; !words[0] && sw_lldb_setting_show(i, text, sizeof(text)); i++)
        write_line(result, text);
    sw_lldb_unlock();
}

/* `pystack merge`; with a number it is the script that asks. */
static void run_merge(
    struct sw_lldb *lldb, struct sw_lldb_result *result, const char *const *words, const void *data)
{
    const char *word = words[0] && !words[1] ? words[0] : "";
    bool on = strcmp(word, "on") == 0;
    struct sw_error error;
    char text[MAX_LINE];

    (void)data;
    if (*word && strspn(word, "0123456789") == strlen(word)) {
        if (sw_lldb_lock(MERGE_MILLISECONDS)) {
            sw_lldb_merge_write(lldb, result, strtoll(word, NULL, 10));
            sw_lldb_unlock();
        }
    } else if (!on && strcmp(word, "off") != 0) {
        snprintf(text, sizeof(text), "pystack merge: it is on or off; usage: %s", merge_usage);
        sw_lldb_result_fail(result, text);
    } else if (sw_lldb_merge_set(lldb, on, &error) < 0) {
        sw_lldb_result_fail(result, error.message);
    }
}

/* ---------------------------------------------------------------- choices */

/* What `pystack` can be followed by, of which the first ones are the library's. */
struct choice {
    const char *name, *alias, *summary, *usage, *help;
    const struct sw_command *command;
    sw_lldb_run *run;
};

static sw_lldb_run run_help;

static const struct choice own[] = {
    {"set", "", "Set how much is shown, or show the settings.", set_usage,
        "\"pystack set\" alone names the settings and their values.\n", NULL, run_set},
    {"merge", "", "Show Python frames in lldb's own bt, or do not.", merge_usage,
        "It adds a script to the setting frame-format; \"off\" takes it out again.\n", NULL,
        run_merge},
    {"help", "", "Show what a command does.", "pystack help [COMMAND]",
        "Without COMMAND, a line about each.\n", NULL, run_help},
};

static bool choice_at(size_t index, struct choice *ret_choice)
{
    size_t count;
    const struct sw_command *commands = sw_commands(&count);

    if (index >= count + sizeof(own) / sizeof(own[0]))
        return false;
    if (index >= count) {
        *ret_choice = own[index - count];
        return true;
    }
    commands += index;
    *ret_choice = (struct choice){commands->name, commands->alias, commands->summary,
        commands->usage, commands->help, commands, run};
    return true;
}

/* The command of that name, or of an alias, or the only one that begins so. */
static bool choose(const char *word, struct choice *ret_choice)
{
    struct choice choice;
    size_t matches = 0;

    for (size_t i = 0; choice_at(i, &choice); i++) {
        bool exact = strcmp(choice.name, word) == 0 || strcmp(choice.alias, word) == 0;

        if (!exact && strncmp(choice.name, word, strlen(word)) != 0)
            continue;
        *ret_choice = choice;
        matches++;
        if (exact)
            return true;
    }
    return matches == 1;
}

static void fail_choice(struct sw_lldb_result *result, const char *word)
{
    char text[MAX_LINE];

    snprintf(
        text, sizeof(text), "Undefined pystack command: \"%.40s\".  Try \"help pystack\".", word);
    sw_lldb_result_fail(result, text);
}

/* ---------------------------------------------------------------- help */

static void describe(const struct choice *choice, char *buf, size_t size)
{
    snprintf(buf, size, "%s\nUsage: %s\n\n%s", choice->summary, choice->usage, choice->help);
}

static void describe_all(char *buf, size_t size)
{
    struct choice choice;
    size_t len = 0;

    for (size_t i = 0; choice_at(i, &choice) && len < size; i++)
        len += (size_t)snprintf(
            buf + len, size - len, "  %-9s %-12s %s\n", choice.name, choice.alias, choice.summary);
    if (len < size)
        snprintf(buf + len, size - len, "\n\"help pystack COMMAND\" tells all about one.\n");
}

static void run_help(
    struct sw_lldb *lldb, struct sw_lldb_result *result, const char *const *words, const void *data)
{
    char text[SW_LLDB_MAX_HELP];
    struct choice choice;

    (void)lldb, (void)data;
    if (words[0] && !choose(words[0], &choice)) {
        fail_choice(result, words[0]);
        return;
    }
    if (words[0])
        describe(&choice, text, sizeof(text));
    else
        describe_all(text, sizeof(text));
    sw_lldb_result_write(result, text, strlen(text));
}

/* `help pystack bt`. lldb looks for commands in containers only, and pystack is none, for it shows
   something when it is alone. */
static bool help(const char *const *words, char *buf, size_t size)
{
    struct choice choice;

    if (!words[0] || strcmp(words[0], "pystack") != 0 || !words[1] || words[2] ||
        !choose(words[1], &choice))
        return false;
    describe(&choice, buf, size);
    return true;
}

/* ---------------------------------------------------------------- pystack */

/* `pystack` and what is behind it. Options only are those of bt. */
static void run_pystack(
    struct sw_lldb *lldb, struct sw_lldb_result *result, const char *const *words, const void *data)
{
    struct choice choice;

    (void)data;
    if (!words[0] || *words[0] == '-' || strspn(words[0], "0123456789") == strlen(words[0]))
        run(lldb, result, words, sw_command_find("bt"));
    else if (choose(words[0], &choice))
        choice.run(lldb, result, words + 1, choice.command);
    else
        fail_choice(result, words[0]);
}

/* ---------------------------------------------------------------- registration */

static bool add(struct sw_lldb_registry *registry, bool in_container, const char *name,
    const struct sw_command *command)
{
    return sw_lldb_add_command(registry, in_container, name, command->summary, command->help,
        command->usage, run, command);
}

static bool add_pystack(struct sw_lldb_registry *registry)
{
    char details[SW_LLDB_MAX_HELP];

    describe_all(details, sizeof(details));
    return sw_lldb_add_command(registry, false, "pystack",
        "Show the Python inside the program: stacks, threads, the interpreter itself. Alone, the "
        "Python stack of the selected thread.",
        details, "pystack [COMMAND [ARGUMENT]...]", run_pystack, NULL);
}

bool sw_lldb_command_register(struct sw_lldb_registry *registry)
{
    size_t count;
    const struct sw_command *commands = sw_commands(&count);

    if (!add_pystack(registry) ||
        !sw_lldb_add_container(registry, "sidewinder",
            "Show the Python inside the program: stacks, threads, the interpreter itself. Each "
            "command has a second name that begins with \"py-\"."))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!add(registry, true, commands[i].name, &commands[i]))
            return false;
        if (!sw_lldb_has_command(registry, commands[i].alias) &&
            !add(registry, false, commands[i].alias, &commands[i]))
            return false;
    }
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (own[i].run != run_help &&
            !sw_lldb_add_command(registry, true, own[i].name, own[i].summary, own[i].help,
                own[i].usage, own[i].run, NULL))
            return false;
    return sw_lldb_add_help(registry, help);
}

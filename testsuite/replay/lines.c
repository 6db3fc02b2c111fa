/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <stdio.h>
#include <string.h>

#include "sidewinder.h"

/* Several commands of one session; a library without one of them refuses it. */
static const char *const sequences[] = {
    "bt -3",
    "bt 3",
    "frame 2; locals --json",
    "frame 3; locals",
    "up; up --json; down; list; list 1,20",
    "print captured[-1]",
    "print GLOBAL[1]['key'][0]; print GLOBAL --json",
    "print self.name",
    "print __builtins__",
};

static void add(struct lines *lines, const char *line)
{
    if (lines->count < LINES_MAX)
        snprintf(lines->items[lines->count++], LINES_LENGTH, "%s", line);
}

/* "py-bt [-a] [--json] [N | -N]": the words in brackets that begin with a dash and a letter. */
static void add_options(struct lines *lines, const struct sw_command *command)
{
    char usage[256], line[LINES_LENGTH], all[LINES_LENGTH];

    snprintf(usage, sizeof(usage), "%s", command->usage);
    snprintf(all, sizeof(all), "%s", command->name);
    for (char *word = strtok(usage, " []|"); word; word = strtok(NULL, " []|")) {
        size_t len = strlen(all);

        if (word[0] != '-' || !strpbrk(word, "abcdefghijklmnopqrstuvwxyz"))
            continue;
        snprintf(line, sizeof(line), "%s %s", command->name, word);
        add(lines, line);
        snprintf(all + len, sizeof(all) - len, " %s", word);
    }
    add(lines, all);
}

void lines_init(struct lines *ret_lines)
{
    size_t count;
    const struct sw_command *commands = sw_commands(&count);

    ret_lines->count = 0;
    for (size_t i = 0; i < count; i++) {
        add(ret_lines, commands[i].name);
        add_options(ret_lines, &commands[i]);
    }
    for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
        add(ret_lines, sequences[i]);
}

/* SPDX-License-Identifier: MIT */
/*
 * sw-record --pid=PID [--as-core] [--select=TID] [--replace=OLD=NEW]... IMAGE COMMAND...
 * sw-record --core=FILE [--exe=FILE] [--replace=OLD=NEW]... IMAGE COMMAND...
 * sw-record --print IMAGE
 *
 * Runs command lines on a process of this machine, which must stand still, or on a core file of any
 * machine, and writes what they read into IMAGE. To standard output go, for each command,
 * "COMMAND<tab>LENGTH", a newline and LENGTH bytes of its output, before replacements. Bytes that
 * no command looked at are written as zero. --print shows an image uncompressed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corefile.h"
#include "image.h"
#include "live.h"
#include "outcome.h"
#include "recorder.h"
#include "trim.h"

enum { MAX_REPLACEMENTS = 8 };

struct options {
    bool print;
    bool as_core; /* of a process: what is known of threads is in their registers */
    int64_t pid;
    int64_t selected;
    const char *core, *exe;
    char *replacements[MAX_REPLACEMENTS];
    unsigned replacement_count;
    const char *image;
    char **commands; /* up to a NULL */
};

static int usage(void)
{
    fprintf(stderr,
        "usage: sw-record --pid=PID|--core=FILE [--as-core] [--select=TID] [--replace=OLD=NEW]... "
        "IMAGE COMMAND...\n       sw-record --print IMAGE\n");
    return 2;
}

static bool parse(char **argv, struct options *options)
{
    memset(options, 0, sizeof(*options));
    for (argv++; *argv && strncmp(*argv, "--", 2) == 0; argv++) {
        if (strcmp(*argv, "--print") == 0)
            options->print = true;
        else if (strcmp(*argv, "--as-core") == 0)
            options->as_core = true;
        else if (strncmp(*argv, "--pid=", 6) == 0)
            options->pid = atoll(*argv + 6);
        else if (strncmp(*argv, "--core=", 7) == 0)
            options->core = *argv + 7;
        else if (strncmp(*argv, "--exe=", 6) == 0)
            options->exe = *argv + 6;
        else if (strncmp(*argv, "--select=", 9) == 0)
            options->selected = atoll(*argv + 9);
        else if (strncmp(*argv, "--replace=", 10) == 0 &&
                 options->replacement_count < MAX_REPLACEMENTS)
            options->replacements[options->replacement_count++] = *argv + 10;
        else
            return false;
    }
    options->image = *argv;
    options->commands = *argv ? argv + 1 : argv;
    return options->image &&
           (options->print ? !*options->commands
                           : *options->commands && (options->pid > 0 || options->core));
}

static int print_image(const char *path)
{
    struct image image;
    char why[128], *bytes;
    size_t len;

    if (!image_load(path, &image, why, sizeof(why))) {
        fprintf(stderr, "sw-record: %s: %s\n", path, why);
        return 1;
    }
    bytes = image_print(&image, &len);
    image_fini(&image);
    if (!bytes || fwrite(bytes, 1, len, stdout) != len)
        return 1;
    free(bytes);
    return 0;
}

/* One command, in a session of its own: cold, once more, and after the target has run. What any of
   them reads is wanted by a replay. */
static bool record(struct recorder *recorder, const char *line)
{
    struct outcome outcome = {0};
    struct sw_session *session;
    struct sw_target_ops ops;
    struct sw_error error;
    bool ok;

    recorder_ops(recorder, &ops);
    if (sw_session_create(&recorder->image->info, &ops, recorder, &error, &session) < 0) {
        fprintf(stderr, "sw-record: %s\n", error.message);
        return false;
    }
    outcome_run(session, line, &outcome);
    ok = outcome.status == 0;
    if (ok)
        printf("%s\t%zu\n%s", line, outcome.len, outcome.text);
    else
        fprintf(stderr, "sw-record: %s: %s\n", line, outcome.error.message);
    outcome_run(session, line, &outcome);
    sw_session_invalidate(session);
    outcome_run(session, line, &outcome);
    outcome_fini(&outcome);
    sw_session_destroy(session);
    return ok;
}

/* The target that the options name. */
static bool open_target(
    const struct options *options, struct image *image, struct recorder *recorder)
{
    static struct live live;
    static struct core core, program;
    struct sw_target_info info;

    if (options->core) {
        if (core_open(options->core, &core) < 0) {
            fprintf(stderr, "sw-record: %s is no core file\n", options->core);
            return false;
        }
        if (options->exe && core_open(options->exe, &program) == 0)
            core.program = &program;
        core_info(&core, &info);
        recorder_init(recorder, &info, &core_ops, &core, image);
        return true;
    }
    if (live_open(options->pid, options->selected, &live) < 0) {
        fprintf(stderr, "sw-record: no process %lld\n", (long long)options->pid);
        return false;
    }
    live_info(&live, &info);
    if (options->as_core)
        info.kind = SW_TARGET_CORE;
    recorder_init(recorder, &info, &live_ops, &live, image);
    return true;
}

static bool record_all(const struct options *options, struct image *image)
{
    struct recorder recorder;

    if (!open_target(options, image, &recorder))
        return false;
    for (char **line = options->commands; *line; line++) {
        if (image->command_count == IMAGE_MAX_COMMANDS || strlen(*line) >= IMAGE_COMMAND) {
            fprintf(stderr, "sw-record: too many or too long commands\n");
            return false;
        }
        if (!record(&recorder, *line))
            return false;
        snprintf(image->commands[image->command_count++], IMAGE_COMMAND, "%s", *line);
    }
    if (recorder.overflowed)
        fprintf(stderr, "sw-record: more than an image can hold\n");
    return !recorder.overflowed;
}

static bool replace_all(const struct options *options, struct image *image)
{
    for (unsigned i = 0; i < options->replacement_count; i++) {
        char *from = options->replacements[i], *equals = strchr(from, '=');

        if (!equals || strlen(equals + 1) != (size_t)(equals - from)) {
            fprintf(stderr, "sw-record: '%s': both texts must have the same length\n", from);
            return false;
        }
        *equals = '\0';
        image_replace(image, from, equals + 1);
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options options;
    struct image image;
    char why[128];
    bool ok;

    (void)argc;
    if (!parse(argv, &options))
        return usage();
    if (options.print)
        return print_image(options.image);
    memset(&image, 0, sizeof(image));
    ok = record_all(&options, &image) && replace_all(&options, &image);
    if (ok && !image_trim(&image)) {
        fprintf(stderr, "sw-record: the image does not replay\n");
        ok = false;
    }
    if (ok && !image_save(&image, options.image, why, sizeof(why))) {
        fprintf(stderr, "sw-record: %s: %s\n", options.image, why);
        ok = false;
    }
    image_fini(&image);
    return ok ? 0 : 1;
}

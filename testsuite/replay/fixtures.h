/* SPDX-License-Identifier: MIT */
/* The recorded images of a directory, and a driver for tests that treat each of them alike. */
#ifndef SW_TESTSUITE_FIXTURES_H
#define SW_TESTSUITE_FIXTURES_H

#include "outcome.h"
#include "replay.h"

struct fixture {
    const char *path; /* of the image */
    const char *name; /* without directory and ".swi" */
    const char *root; /* for replay.file_root */
    struct image image;
    unsigned index;    /* among the images of this run */
    unsigned failures; /* reported by fixture_fail() */
    unsigned stride;   /* of what can be tried in turn, try every one of these ... */
    unsigned first;    /* ... from this one on, 0 to stride - 1: another one for each fixture */
};

/* Report what is wrong with a fixture, in one line; only the first few of each are printed. True
   when this one was. */
bool fixture_fail(struct fixture *fixture, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Run a test over the images named on the command line, or over those in the directories named
 * there, as TAP. `--root=DIR` says where the target's files are; `--stride=N` makes slow tests N
 * times faster by what they leave out. Returns what main() returns.
 */
int fixtures_run(int argc, char **argv, void (*test)(struct fixture *fixture));

#endif

/* SPDX-License-Identifier: MIT */
/*
 * embed LIBPYTHON...: loads several Pythons into one process, each unseen by the others, and lets
 * each recurse in a thread of its own, as many levels as its minor version. Says ready, and ends
 * when its standard input is closed.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int ready[2];

static const char program[] = "import os, sys, time\n"
                              "def deep(left):\n"
                              "    if left:\n"
                              "        return deep(left - 1)\n"
                              "    os.write(int(os.environ['READY']), b'x')\n"
                              "    time.sleep(600)\n"
                              "deep(sys.version_info[1])\n";

static void *run(void *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void (*initialize)(void);
    int (*run_string)(const char *, void *);

    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    *(void **)&initialize = dlsym(library, "Py_Initialize");
    *(void **)&run_string = dlsym(library, "PyRun_SimpleStringFlags");
    initialize();
    run_string(program, NULL);
    return NULL;
}

int main(int argc, char **argv)
{
    char text[16], byte;

    if (pipe(ready) < 0)
        return 1;
    snprintf(text, sizeof(text), "%d", ready[1]);
    setenv("READY", text, 1);
    for (int i = 1; i < argc; i++) {
        pthread_t thread;

        pthread_create(&thread, NULL, run, argv[i]);
        if (read(ready[0], &byte, 1) != 1)
            return 1;
    }
    puts("ready");
    fflush(stdout);
    return read(0, &byte, 1) < 0;
}

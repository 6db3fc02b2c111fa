/* SPDX-License-Identifier: MIT */
/*
 * embed MODE SCRIPT [LIBPYTHON]...: a program with Python in it. It is built once without Python,
 * and then loads the libraries named; and once, with -DSTATIC, with a Python linked into it.
 *
 *   run       one Python runs the script, which tells its truth and waits for the end of input
 *   each      every library runs the script in a thread of its own; the truth of the N-th goes to
 *             the file $HARD_TRUTH.N, and the program says when all are there
 *   before    Python is loaded and not initialised
 *   after     Python was initialised and finalised
 *   fork      one Python runs the script in a thread; then this program forks, as C programs do,
 *             and the child, in which no Python runs, waits for the end of input
 */
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct python {
    void (*initialize)(void);
    void (*finalize)(void);
    int (*run)(const char *text, void *flags);
};

static const char *script;
static char text[512];

#ifdef STATIC
void Py_Initialize(void);
void Py_Finalize(void);
int PyRun_SimpleStringFlags(const char *text, void *flags);
extern int Py_NoSiteFlag __attribute__((weak));

static struct python load(const char *path, int how)
{
    (void)path;
    (void)how;
    /* site.py of 2.7 loads extension modules, which bring a Python of their own where the program
       exports none. */
    if (&Py_NoSiteFlag)
        Py_NoSiteFlag = 1;
    return (struct python){Py_Initialize, Py_Finalize, PyRun_SimpleStringFlags};
}
#else
static struct python load(const char *path, int how)
{
    void *library = path ? dlopen(path, RTLD_NOW | how) : NULL;
    struct python python;

    if (!library) {
        fprintf(stderr, "%s\n", path ? dlerror() : "no library");
        exit(1);
    }
    *(void **)&python.initialize = dlsym(library, "Py_Initialize");
    *(void **)&python.finalize = dlsym(library, "Py_Finalize");
    *(void **)&python.run = dlsym(library, "PyRun_SimpleStringFlags");
    return python;
}
#endif

static void *run_one(void *path)
{
    struct python python = load(path, RTLD_LOCAL);

    python.initialize();
    python.run(text, NULL);
    return NULL;
}

/* Says "ready" in the way of the scripts, and waits for the end. */
static int wait_for_end(void)
{
    char byte;

    puts("{\"threads\": []}");
    fflush(stdout);
    return read(0, &byte, 1) < 0;
}

/* How many threads of this process wait for their standard input, as the kernel has it. */
static int count_waiting(void)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *task;
    int count = 0;

    while (tasks && (task = readdir(tasks))) {
        char path[300], call[64] = "";
        FILE *file;

        snprintf(path, sizeof(path), "/proc/self/task/%s/syscall", task->d_name);
        file = fopen(path, "r");
        if (file && fgets(call, sizeof(call), file) && strncmp(call, "0 0x0 ", 6) == 0)
            count++;
        if (file)
            fclose(file);
    }
    if (tasks)
        closedir(tasks);
    return count;
}

/* Runs a script in a thread of its own until its truth is in a file and nothing moves any more. */
static void run_until_told(char *path, int number)
{
    char name[512], truth[400];
    const char *prefix = getenv("HARD_TRUTH");
    int pipes[2], keep = dup(1);
    pthread_t thread;
    char byte;

    /* The script writes one byte to its standard output when the truth is in the file. */
    if (pipe(pipes) < 0 || dup2(pipes[1], 1) < 0)
        exit(1);
    snprintf(truth, sizeof(truth), "%s", prefix ? prefix : "");
    snprintf(name, sizeof(name), "%s.%d", truth, number);
    setenv("HARD_TRUTH", name, 1);
    pthread_create(&thread, NULL, run_one, path);
    if (read(pipes[0], &byte, 1) != 1)
        exit(1);
    while (count_waiting() <= number)
        ;
    setenv("HARD_TRUTH", truth, 1);
    dup2(keep, 1);
    close(keep);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 2 ? argv[1] : "";
    struct python python;

    script = argc > 2 ? argv[2] : "";
    snprintf(
        text, sizeof(text), "exec(compile(open(r'%s').read(), r'%s', 'exec'))", script, script);
    if (strcmp(mode, "each") == 0 || strcmp(mode, "fork") == 0) {
        for (int i = 3; i < argc; i++)
            run_until_told(argv[i], i - 3);
        if (argc == 3)
            run_until_told(NULL, 0);
        if (strcmp(mode, "fork") == 0 && fork() != 0)
            pause();
        return wait_for_end();
    }
    python = load(argc > 3 ? argv[3] : NULL, RTLD_GLOBAL);
    if (strcmp(mode, "before") == 0)
        return wait_for_end();
    python.initialize();
    if (strcmp(mode, "after") == 0) {
        python.finalize();
        return wait_for_end();
    }
    return python.run(text, NULL);
}

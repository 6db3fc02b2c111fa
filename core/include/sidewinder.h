/* SPDX-License-Identifier: MIT */
/*
 * sidewinder.h - the Python inside a native debugger.
 *
 * libsidewinder decodes the state of a CPython interpreter that is stopped inside a debugger, or
 * that lies in a core file. It reads the target's memory through callbacks which the debugger
 * supplies and never runs, writes or stops anything. CPython 2.7 and 3.6 to 3.15, any pointer size
 * and byte order.
 *
 * Conventions that hold for every function below:
 *
 * - Functions that can fail return 0 (SW_OK) or a negative enum sw_status. Results come back
 * through pointers whose names begin with ret_, always last, and are left untouched on failure.
 * - A `struct sw_error *reterr` may be NULL; on failure it is filled in completely, on success left
 * alone.
 * - Strings are UTF-8 and NUL-terminated unless a length stands beside them.
 * - Destructors accept NULL.
 * - Nothing here is thread-safe: one session belongs to one thread at a time. Sessions do not share
 * state.
 *
 * The header alone compiles as C99 to C23 and as C++11 and later.
 */
#ifndef SIDEWINDER_H
#define SIDEWINDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SW_API __attribute__((visibility("default")))
#else
#define SW_API
#endif

#define SW_VERSION_MAJOR 0
#define SW_VERSION_MINOR 1
#define SW_VERSION_MICRO 0
#define SW_VERSION_STRING "0.1.0"

/* An address in the target. Never a host pointer, whatever the target's pointer size. */
typedef uint64_t sw_addr;

/* ---------------------------------------------------------------- errors */

/* What went wrong, told by what a user can do about it. */
enum sw_status {
    SW_OK = 0,
    SW_E_READ = -1,    /* memory is absent: not mapped, not in the core, or the link failed */
    SW_E_CORRUPT = -2, /* memory is there but holds nothing that CPython could have written */
    SW_E_UNSUPPORTED =
        -3, /* a CPython for which there is no layout; the message names the version */
    SW_E_NOT_PYTHON = -4, /* no Python runtime in this target */
    SW_E_NOT_FOUND = -5,  /* the thing asked for does not exist (symbol, thread, frame) */
    SW_E_LIMIT = -6,      /* a bound of core/base/limits.h was reached */
    SW_E_STOPPED = -7,    /* the user pressed Ctrl-C, or the sink refused more output */
    SW_E_USAGE = -8,      /* a command was called wrongly; the message ends with the usage */
    SW_E_NO_MEMORY = -9,  /* the debugger itself is out of memory */
};

/* A failure, in one plain struct that owns nothing. */
struct sw_error {
    enum sw_status status;
    sw_addr address;   /* the target address concerned, 0 when there is none */
    char field[48];    /* what was being read, such as "thread_state.next"; "" when nothing was */
    char message[256]; /* one line, no newline at its end; says what failed, where, and what to try
                        */
};

/* The name of a status as it stands in JSON: "read", "corrupt", "unsupported" ... Static storage.
 */
SW_API const char *sw_status_name(enum sw_status status);

/* The version of the library that is running, such as "0.1.0". Static storage. */
SW_API const char *sw_version(void);

/* ---------------------------------------------------------------- what a debugger gives */

enum sw_target_kind {
    SW_TARGET_LIVE = 0,   /* a process on this machine */
    SW_TARGET_CORE = 1,   /* a core file */
    SW_TARGET_REMOTE = 2, /* behind gdbserver, lldb-server, qemu: every read is a round trip */
};

/* Fixed facts of a target; filled in by the adapter when it creates a session. */
struct sw_target_info {
    size_t size; /* sizeof(struct sw_target_info), so that it may grow */
    enum sw_target_kind kind;
    uint8_t pointer_size; /* 4 or 8 */
    bool big_endian;
    int64_t pid;      /* as the debugger's host sees it; 0 when unknown */
    char machine[16]; /* "x86_64", "i386", "aarch64", "arm", "s390x", "riscv64", "" when unknown */
};

/* A native thread as the debugger knows it. */
struct sw_native_thread {
    int64_t tid;    /* kernel thread id (LWP); 0 when unknown */
    int64_t number; /* the debugger's own number for it, as in `thread 3`; 0 when it has none */
    sw_addr thread_pointer; /* register that holds the thread pointer (x86-64: fs_base); 0 when not
                               asked or unknown */
    bool selected;          /* the thread the user is looking at */
};

/* A loaded file of the target (executable or shared library). */
struct sw_module {
    char path[1024]; /* as the target names it; "" when unknown */
    sw_addr base;    /* load bias: address in memory = base + address in the file */
    sw_addr dynamic; /* address of the dynamic section in memory; 0 when there is none */
};

/* A native frame in the debugger's words. */
struct sw_native_frame {
    size_t size; /* sizeof(struct sw_native_frame) as the library was compiled */
    sw_addr pc;
    sw_addr sp;         /* the stack pointer as the frame has it; 0 when unknown */
    bool is_inline;     /* inlined into the next frame, with which it shares its memory */
    int32_t line;       /* of `file`; 0 when unknown */
    char function[256]; /* as `bt` names it; "" when unknown */
    char file[1024];    /* the source file; "" when unknown */
    char module[1024];  /* the file that the code was loaded from; "" when unknown, or not asked
                           because `file` is known */
};

/*
 * The debugger's side. Every function gets the `ctx` given to sw_session_create(). Unless its
 * comment says otherwise a function returns 0 or a negative enum sw_status, and never lets an
 * exception of the debugger pass through. A NULL entry means that the debugger cannot do it; each
 * comment says what is lost then.
 */
struct sw_target_ops {
    size_t size; /* sizeof(struct sw_target_ops) as the adapter was compiled, so that the struct may
                    grow */

    /* Read exactly `len` bytes (never 0, at most SW_READ_MAX) at `addr`: all of them or SW_E_READ;
       SW_E_STOPPED when the user interrupted. Required. */
    int (*read)(void *ctx, sw_addr addr, void *buf, size_t len);

    /* The value of auxiliary vector entry `type` (AT_PHDR = 3, AT_PHNUM = 5, AT_BASE = 7, AT_ENTRY
       = 9 ...). NULL: our own reader of ELF in memory cannot start, and only `symbol` and `section`
       find Python. */
    int (*auxv)(void *ctx, uint64_t type, uint64_t *ret_value);

    /* Address of the `index`th data symbol called `name` in any module, as the debugger's symbol
       tables have it. Asked only when our own look-up found nothing. NULL: a Python without dynamic
       symbols is found by section only. */
    int (*symbol)(void *ctx, const char *name, unsigned index, sw_addr *ret_addr);

    /* Start and size in memory of the `index`th section called `name`, over all modules. NULL: a
       Python that was linked statically and stripped is not found. */
    int (*section)(
        void *ctx, const char *name, unsigned index, sw_addr *ret_addr, uint64_t *ret_size);

    /* The `index`th module, for debuggers that know them where link_map is not readable.
       SW_E_NOT_FOUND ends the list. NULL: modules come from link_map alone. */
    int (*module)(void *ctx, unsigned index, struct sw_module *ret_module);

    /* The `index`th native thread, in the debugger's order; SW_E_NOT_FOUND ends the list.
       `thread_pointer` may stay 0 when it is expensive. NULL: interpreter threads are shown without
       the debugger's numbers. */
    int (*thread)(void *ctx, unsigned index, struct sw_native_thread *ret_thread);

    /* The selected native thread with its thread_pointer. NULL or a failure: the interpreter's main
     * thread stands for it. */
    int (*selected_thread)(void *ctx, struct sw_native_thread *ret_thread);

    /* A general register of the selected thread's innermost native frame, by the architecture's
       name ("rdi"). NULL: a thread that waits for the GIL cannot be told from one that sleeps,
       before CPython 3.15. */
    int (*reg)(void *ctx, const char *name, uint64_t *ret_value);

    /* The level of the native frame that the user selected, 0 the innermost. NULL: commands start
       at the newest Python frame, or where py-up and py-down went, wherever the debugger's user is.
     */
    int (*selected_frame)(void *ctx, unsigned *ret_level);

    /* The program counter of the `index`th native frame of the selected thread, 0 the innermost;
       SW_E_NOT_FOUND ends the list. Returns 1 for a frame that is inlined into the next one. NULL:
       native frames have no Python frames that go with them, and on architectures whose stacks we
       cannot unwind ourselves the C function that the innermost Python frame calls is not named. */
    int (*native_frame)(void *ctx, unsigned index, sw_addr *ret_pc);

    /* The `index`th native frame of the selected thread with all that is known of it; the debugger
       may read its debug information for that. SW_E_NOT_FOUND ends the list. `ret_frame` comes with
       its size filled in and all else zero. NULL: no native frames among the Python ones (`py-bt
       --native`). */
    int (*native_detail)(void *ctx, unsigned index, struct sw_native_frame *ret_frame);

    /* Put into buf the directory under which the debugger finds the target's own files (a sysroot),
       "" for those of this machine: then a process in a container has its own ones all the same.
       SW_E_NOT_FOUND: nowhere. NULL: "" for targets on this machine and for cores, nowhere for
       remote ones. */
    int (*file_root)(void *ctx, char *buf, size_t size);

    /* True when the user asked to stop; polled in long computations that read nothing. NULL: only
     * `read` can say so. */
    bool (*interrupted)(void *ctx);

    /* `count` general registers of the innermost native frame of the thread `tid`, any thread.
       Asked for targets that are no process of this machine, whose kernel cannot be asked. NULL:
       which system call a thread of such a target sleeps in, and so what it waits for, is not
       known. */
    int (*thread_registers)(
        void *ctx, int64_t tid, const char *const *names, unsigned count, uint64_t *ret_values);

    /* Put the name of the function that holds `pc` into buf, by the symbol tables: debug
       information is not to be read for it. SW_E_NOT_FOUND when they have none. NULL: what a thread
       computes that is in no system call and runs no Python is not named. */
    int (*function)(void *ctx, sw_addr pc, char *buf, size_t size);

    /* Put into buf where this machine has the target's file `path`, when the user told the debugger
       so for this file or a directory above it (lldb's target.source-map). SW_E_NOT_FOUND: not for
       this one, so that `file_root` decides. NULL: not for any. */
    int (*file_place)(void *ctx, const char *path, char *buf, size_t size);

    /* Put into buf where on this machine the core file is. SW_E_NOT_FOUND when it cannot be told.
       NULL: what a debugger makes up for memory that a core lacks is taken for memory, and files
       are known by the link map alone. */
    int (*core_file)(void *ctx, char *buf, size_t size);

    /* Put into buf the path of a file that the debugger has in another build than the one that the
       core was made from, so that `read` gives nothing of it: the file that `addr` is in, or one
       that was met before. SW_E_NOT_FOUND: none. NULL: that is not told. */
    int (*other_build)(void *ctx, sw_addr addr, char *buf, size_t size);
};

/* The largest `len` that sw_target_ops.read is asked for: small enough for gdb 13, whose allocation
 * of a wild length is fatal. */
#define SW_READ_MAX ((size_t)256 * 1024)

/* ---------------------------------------------------------------- sessions */

/*
 * One debugged process or core: what was discovered about its runtimes, and the cache of what was
 * read while it stands still.
 */
struct sw_session;

/* Make a session. `info` and `ops` are copied; `ctx` is borrowed and must outlive the session.
 * Nothing is read yet. */
SW_API int sw_session_create(const struct sw_target_info *info, const struct sw_target_ops *ops,
    void *ctx, struct sw_error *reterr, struct sw_session **ret_session);

/* Whether a session was made for such a target: an adapter keeps its sessions from one command to
   the next, and the debugger may have got another process meanwhile. */
SW_API bool sw_session_is_for(const struct sw_session *session, const struct sw_target_info *info);

/* Free a session and everything that came out of it. */
SW_API void sw_session_destroy(struct sw_session *session);

/* Forget every cached byte: to be called whenever the target has run or was written to. What was
   discovered (where the runtimes are, their layouts) is kept and checked again at the next use. */
SW_API void sw_session_invalidate(struct sw_session *session);

/* The same for when nobody says whether memory was written to: the Python frame that is selected
   stays so. */
SW_API void sw_session_reread(struct sw_session *session);

/* Forget the discovery too: after exec, or when modules were loaded or unloaded. */
SW_API void sw_session_forget(struct sw_session *session);

/* What the session has cost so far; for tests and benchmarks. */
struct sw_session_counters {
    uint64_t reads;        /* calls of sw_target_ops.read */
    uint64_t bytes;        /* bytes those calls asked for */
    uint64_t failed_reads; /* those that did not succeed */
};
SW_API void sw_session_counters(
    const struct sw_session *session, struct sw_session_counters *ret_counters);

/* ---------------------------------------------------------------- settings */

/* A number or switch that the user can set, `set sidewinder NAME VALUE`. Static storage. */
struct sw_setting {
    const char *name;    /* "string-length" */
    const char *summary; /* one line */
    const char *help;    /* several lines */
    bool is_switch;      /* on or off, 1 or 0 */
    int64_t minimum, maximum;
    int64_t fallback; /* what it is until it is set */
};

/* All settings, *ret_count of them; their order is their index below. */
SW_API const struct sw_setting *sw_settings(size_t *ret_count);

/* Set one for this session; SW_E_USAGE, with the range in the message, for a value beyond it. */
SW_API int sw_session_set(
    struct sw_session *session, size_t setting, int64_t value, struct sw_error *reterr);

/* ---------------------------------------------------------------- output */

/* What a piece of text is; the adapter decides what that looks like. */
enum sw_style {
    SW_STYLE_PLAIN = 0,
    SW_STYLE_FILENAME,
    SW_STYLE_FUNCTION,
    SW_STYLE_LINE, /* a line number */
    SW_STYLE_ADDRESS,
    SW_STYLE_SOURCE, /* a source line */
    SW_STYLE_NOTE,   /* what Sidewinder itself says: why a stack ends, a warning */
    SW_STYLE_COUNT
};

/* Where the text of a command goes. `write` gets whole UTF-8 sequences, returns 0, or a negative
 * enum sw_status to stop the command. */
struct sw_sink {
    int (*write)(void *ctx, enum sw_style style, const char *text, size_t len);
    void *ctx;
    bool styled; /* false: everything arrives as SW_STYLE_PLAIN in as few calls as possible */
    bool ascii;  /* true: characters beyond ASCII arrive as \xNN, \uNNNN, \UNNNNNNNN */
};

/* ---------------------------------------------------------------- commands */

/* A command that both debuggers offer. `name` is the sub-command ("bt" as in `sidewinder bt` and
   `pystack bt`), `alias` the name that people's habits know ("py-bt"). All strings have static
   storage. */
struct sw_command {
    const char *name;
    const char *alias;
    const char *usage;   /* one line: "py-bt [-a] [--columns] [--json] [N|-N]" */
    const char *summary; /* one line, for lists of commands */
    const char *help;    /* several lines, the usage not among them */
};

/* All commands in the order in which help shows them; *ret_count of them. Static storage. */
SW_API const struct sw_command *sw_commands(size_t *ret_count);

/* The command whose name or alias is `name`; NULL when there is none. */
SW_API const struct sw_command *sw_command_find(const char *name);

/*
 * Run a command. `args` is the rest of the command line as typed, NULL for nothing. All the output
 * goes to the sink, also what could be shown before a failure; a failure's message goes to reterr
 * only, and the adapter prints it as the debugger prints errors.
 */
SW_API int sw_command_run(struct sw_session *session, const struct sw_command *command,
    const char *args, const struct sw_sink *sink, struct sw_error *reterr);

/* ---------------------------------------------------------------- native stacks */

/* What a native frame is to Python. */
enum sw_native_kind {
    SW_NATIVE_OTHER =
        0,            /* a function of the program, or one of Python's that does something for it */
    SW_NATIVE_LOOP,   /* the evaluation loop: Python frames run in it */
    SW_NATIVE_INSIDE, /* a part of the evaluation loop that the next frame is of */
    SW_NATIVE_PLUMBING, /* the interpreter's way from one call to the next */
    SW_NATIVE_UNNAMED,  /* its name would tell: fill in `function` and ask again */
};

/* A Python frame for a debugger that shows frames itself. Text is UTF-8, made safe for terminals.
 */
struct sw_python_frame {
    char function[512]; /* the qualified name where there is one (3.11+) */
    char file[1024];    /* as the target names it */
    int32_t line;       /* 0 when unknown */
    sw_addr address;    /* of PyFrameObject (3.10 and before) or _PyInterpreterFrame */
    unsigned runtime;   /* which Python of the process runs it */
};

/* A variable of a Python frame. */
struct sw_variable {
    char name[128];
    bool is_argument;
    bool is_int;    /* no object but a number: a tagged int (3.14+) */
    int64_t number; /* that number */
    sw_addr value;  /* else the object */
};

/*
 * Whether there is Python, as far as that costs next to nothing where there is none: it is known by
 * the names that the target's files export, or by the debugger's symbols. One that only a search
 * finds counts once a command has found it.
 */
SW_API bool sw_session_has_python(struct sw_session *session);

/* Whether the selected thread runs Python, as far as sw_session_has_python() knows of it. */
SW_API bool sw_session_runs_python(struct sw_session *session);

/*
 * A walk down the native stack of the selected thread, which the debugger leads, and the Python
 * frames that belong to its native frames. It keeps its place when the session is invalidated.
 */
struct sw_filter;

/*
 * Begin. SW_E_NOT_FOUND when the selected thread runs no Python; SW_E_CORRUPT when the native and
 * the Python frames do not fit together (the message says why), as far as that can be told now:
 * since 3.12 each native frame is compared when it is met.
 */
SW_API int sw_filter_open(
    struct sw_session *session, struct sw_error *reterr, struct sw_filter **ret_filter);

/*
 * What the native frame `level` is, 0 the innermost: an enum sw_native_kind. For SW_NATIVE_UNNAMED
 * ask again with its name, "?" when it has none; until then `function` may be "". Of `native` only
 * pc, is_inline and function are looked at. A negative status when the walk cannot go on.
 */
SW_API int sw_filter_kind(struct sw_session *session, struct sw_filter *filter, unsigned level,
    const struct sw_native_frame *native, struct sw_error *reterr);

/* The walk comes to a frame of kind SW_NATIVE_LOOP: every one of them, in order. SW_E_CORRUPT when
   it does not fit the Python frames. `native->sp` is compared unless it is 0. */
SW_API int sw_filter_enter(struct sw_session *session, struct sw_filter *filter,
    const struct sw_native_frame *native, struct sw_error *reterr);

/* The next Python frame of the loop entered last, the newest first: 1, 0 when there is no more, or
   a negative status. */
SW_API int sw_filter_frame(struct sw_session *session, struct sw_filter *filter,
    struct sw_error *reterr, struct sw_python_frame *ret_frame);

/*
 * Call `visit` with each argument of a frame, or with each variable that is none, until it returns
 * something else than 0. The target must not have run since the frame was given. Returns what
 * `visit` did last, or a negative status.
 */
SW_API int sw_python_variables(struct sw_session *session, const struct sw_python_frame *frame,
    bool arguments, struct sw_error *reterr,
    int (*visit)(void *ctx, const struct sw_variable *variable), void *ctx);

SW_API void sw_filter_close(struct sw_filter *filter);

/* ---------------------------------------------------------------- machine code made at run time */

/* CPython makes machine code without unwind tables: debuggers lose the native stack there. */
enum sw_made_kind {
    SW_MADE_TRAMPOLINE = 0, /* a function for perf, one for each Python function (3.12+) */
    SW_MADE_JIT,            /* the just-in-time compiler's (3.14; 3.15's tells debuggers itself) */
};

/* The registers by which a frame of such code is left. */
struct sw_made_registers {
    sw_addr pc;
    sw_addr sp;
    sw_addr fp;   /* x86-64: rbp; aarch64: x29 */
    sw_addr link; /* aarch64: x30; 0 elsewhere */
};

enum { SW_MADE_SAVED = 8 };

/* The caller of such a frame. */
struct sw_made_caller {
    enum sw_made_kind kind; /* of the code that is left */
    sw_addr start;          /* where that code begins */
    sw_addr pc;             /* the return address */
    sw_addr sp;             /* the caller's stack pointer: the frame's canonical address */
    struct {
        uint8_t number;   /* DWARF's */
        const char *name; /* "rbx"; static storage */
        uint64_t value;
    } saved[SW_MADE_SAVED]; /* what the frame had saved; all other registers are as they are */
    size_t saved_count;
};

/* Leaves such frames. It needs `read` of the debugger, and `auxv` to know what lies in a file;
   NULL: each frame is looked at, by the bytes of its code. No Python is looked for. */
struct sw_unwinder;

/* Make one. As sw_session_create(). */
SW_API int sw_unwinder_create(const struct sw_target_info *info, const struct sw_target_ops *ops,
    void *ctx, struct sw_error *reterr, struct sw_unwinder **ret_unwinder);
SW_API void sw_unwinder_destroy(struct sw_unwinder *unwinder);

/* Forget memory: the target has run. Forget the loaded files too. */
SW_API void sw_unwinder_invalidate(struct sw_unwinder *unwinder);
SW_API void sw_unwinder_forget(struct sw_unwinder *unwinder);

/* Whether the process can have such code at all: not one of this machine that has no executable
   memory but that of files. Asked once until memory is forgotten. */
SW_API bool sw_unwinder_is_needed(struct sw_unwinder *unwinder);

/* Whether `pc` lies in a loaded file, and so in no such code. Costs nothing for a file that was met
   before. */
SW_API bool sw_unwinder_knows_file(struct sw_unwinder *unwinder, sw_addr pc);

/* The caller of a frame. SW_E_NOT_FOUND when its code is none of CPython's; SW_E_READ, SW_E_CORRUPT
   when it is, and its stack cannot be. */
SW_API int sw_unwinder_step(struct sw_unwinder *unwinder, const struct sw_made_registers *registers,
    struct sw_made_caller *ret_caller);

/* ---------------------------------------------------------------- values */

/*
 * Write the object at `object` as py-print would (docs/values.md), within the session's settings.
 * For pretty printers and variable views. Fails, having written nothing, only when there is no
 * Python (SW_E_NOT_PYTHON) or no object (SW_E_CORRUPT, SW_E_READ).
 */
SW_API int sw_value_write(struct sw_session *session, sw_addr object, const struct sw_sink *sink,
    struct sw_error *reterr);

/* What the children of an object are to a variable view. */
enum sw_children_kind {
    SW_CHILDREN_NONE = 0, /* none, or none that are worth a look: a number, a string */
    SW_CHILDREN_ARRAY,    /* items: "[0]", "[1]" ... */
    SW_CHILDREN_MAP,      /* keys and values */
    SW_CHILDREN_MEMBERS,  /* attributes by name */
};

struct sw_child {
    char name[128]; /* "[3]", the attribute's name; of a map's entry "[KEY]", the key's text cut */
    sw_addr key;    /* of a map's entry the key's object; 0 otherwise */
    sw_addr value;
};

/* A walk over an object's children, at most SW_MAX_CHILDREN of them. */
struct sw_children;

/* Begin. The walk borrows the session and must be closed before the target runs. */
SW_API int sw_children_open(struct sw_session *session, sw_addr object, struct sw_error *reterr,
    struct sw_children **ret_children);
SW_API enum sw_children_kind sw_children_kind(const struct sw_children *children);

/* The next child: 1, 0 at the end, or a negative status. */
SW_API int sw_children_next(
    struct sw_children *children, struct sw_error *reterr, struct sw_child *ret_child);
SW_API void sw_children_close(struct sw_children *children);

#ifdef __cplusplus
}
#endif

#endif

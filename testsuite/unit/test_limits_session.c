/* SPDX-License-Identifier: MIT */
/* Limits (core/base/limits.h) on threads, stacks, trampolines, source files and commands, each hit:
   what is just within it is taken, and what is one beyond is not. */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "fake_session.h"
#include "session/arguments.h"
#include "session/mixed.h"
#include "session/selection.h"
#include "session/threads.h"
#include "session/trampolines.h"
#include "value/exception.h"
#include "view/chain.h"

static const struct fake_build old = {.major = 2, .minor = 7};
static const struct fake_build newer = {.major = 3, .minor = 12};

/* Where large lists lie. */
enum { LARGE = 0x10000000, STATE_STRIDE = 256, INTERPRETER_STRIDE = 64, SELF = 0x7f0000001000 };

struct fixture {
    struct fake_python python;
    struct sw_session *session;
};

static void begin(struct fixture *f, const struct fake_build *build, size_t more)
{
    memset(f, 0, sizeof(*f));
    fake_python_init(&f->python, build);
    if (more)
        memset(fake_add(&f->python.target, LARGE, more), 0, more);
}

static void end(struct fixture *f)
{
    sw_session_destroy(f->session);
    fake_python_fini(&f->python);
}

/* A field of what may lie in the large region. */
static void put(struct fixture *f, sw_addr addr, enum sw_field_id field, uint64_t value)
{
    const struct sw_field *at = &f->python.runtime.layout.fields[field];

    fake_put(&f->python.target, addr + at->offset, at->width, value);
}

/* A pointer to an interpreter. */
static sw_addr make_head(struct fixture *f, sw_addr interpreter)
{
    sw_addr head = fake_space(&f->python, 16);

    fake_put_ptr(&f->python, head, interpreter);
    return head;
}

/* An interpreter with `count` thread states of 2.7, from LARGE on. */
static sw_addr make_threads(struct fixture *f, size_t count)
{
    sw_addr interpreter = fake_space(&f->python, 256);

    fake_set(&f->python, interpreter, SW_F_INTERPRETER_STATE_THREADS_HEAD, LARGE);
    for (size_t i = 0; i < count; i++) {
        sw_addr state = LARGE + i * STATE_STRIDE;

        put(f, state, SW_F_THREAD_STATE_NEXT, i + 1 < count ? state + STATE_STRIDE : 0);
        put(f, state, SW_F_THREAD_STATE_INTERP, interpreter);
        put(f, state, SW_F_THREAD_STATE_THREAD_ID, SELF + 0x1000 * i);
    }
    return make_head(f, interpreter);
}

/* A thread state of 3.12 that is in use, and the interpreter at `interpreter` that has it. */
static sw_addr make_thread(struct fixture *f, sw_addr interpreter)
{
    sw_addr thread = fake_space(&f->python, 4096), cframe = fake_space(&f->python, 64);

    put(f, interpreter, SW_F_INTERPRETER_STATE_THREADS_HEAD, thread);
    fake_set(&f->python, thread, SW_F_THREAD_STATE_INTERP, interpreter);
    fake_set(&f->python, thread, SW_F_THREAD_STATE_BOUND, 1);
    fake_set(&f->python, thread, SW_F_THREAD_STATE_CFRAME, cframe);
    return thread;
}

static void set_frame(struct fixture *f, sw_addr thread, sw_addr frame)
{
    uint64_t cframe = 0;

    assert_int_equal(
        sw_reader_uint(f->python.reader, thread, SW_F_THREAD_STATE_CFRAME, NULL, &cframe), 0);
    fake_set(&f->python, cframe, SW_F_CFRAME_CURRENT_FRAME, frame);
}

/* ---------------------------------------------------------------- lists */

/* The threads, with the one problem that says what is `over` a limit. */
static const struct sw_threads *list_threads(struct fixture *f, unsigned over)
{
    const struct sw_threads *threads;

    assert_int_equal(sw_session_threads(f->session, NULL, &threads), 0);
    assert_int_equal(threads->problem_count, over);
    assert_int_equal(threads->problems[0].status, over ? SW_E_LIMIT : SW_OK);
    return threads;
}

static void test_interpreters(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        const size_t count = SW_MAX_INTERPRETERS + over;
        const struct sw_threads *threads;
        struct fixture f;

        begin(&f, &old, count * INTERPRETER_STRIDE);
        for (size_t i = 0; i + 1 < count; i++)
            put(&f, LARGE + i * INTERPRETER_STRIDE, SW_F_INTERPRETER_STATE_NEXT,
                LARGE + (i + 1) * INTERPRETER_STRIDE);
        f.session = fake_session(&f.python, make_head(&f, LARGE));
        threads = list_threads(&f, over);
        assert_int_equal(threads->interpreter_counts[0], SW_MAX_INTERPRETERS);
        end(&f);
    }
}

static void test_threads(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        const size_t count = SW_MAX_THREADS + over;
        const struct sw_threads *threads;
        struct fixture f;

        begin(&f, &old, count * STATE_STRIDE);
        f.session = fake_session(&f.python, make_threads(&f, count));
        threads = list_threads(&f, over);
        assert_int_equal(threads->count, SW_MAX_THREADS);
        end(&f);
    }
}

/* States that no thread uses (3.12 and later) are in the list too, here for ever. */
static void test_unused_threads(void **state)
{
    const struct sw_threads *threads;
    sw_addr interpreter, thread;
    struct fixture f;

    (void)state;
    begin(&f, &newer, 1 << 20);
    interpreter = LARGE;
    thread = make_thread(&f, interpreter);
    fake_set(&f.python, thread, SW_F_THREAD_STATE_BOUND, 0);
    fake_set(&f.python, thread, SW_F_THREAD_STATE_NEXT, thread);
    f.session = fake_session(&f.python, make_head(&f, interpreter));
    assert_int_equal(sw_session_threads(f.session, NULL, &threads), 0);
    assert_int_equal(threads->count, 0);
    assert_int_equal(threads->problem_count, 1);
    assert_int_equal(threads->problems[0].status, SW_E_LIMIT);
    end(&f);
}

static int endless_threads(void *ctx, unsigned index, struct sw_native_thread *ret_thread)
{
    (void)ctx;
    ret_thread->tid = 1000 + (int64_t)index;
    ret_thread->number = 1 + (int64_t)index;
    return 0;
}

static void test_native_threads(void **state)
{
    const struct sw_threads *threads;
    struct fixture f;

    (void)state;
    begin(&f, &old, STATE_STRIDE);
    f.python.target.ops.thread = endless_threads;
    f.session = fake_session(&f.python, make_threads(&f, 1));
    assert_int_equal(sw_session_threads(f.session, NULL, &threads), 0);
    assert_int_equal(threads->native_count, SW_MAX_NATIVE_THREADS);
    end(&f);
}

/* Each runtime has something to complain of, and one was not understood at all. */
static void test_warnings(void **state)
{
    const struct sw_threads *threads;
    struct fixture f;

    (void)state;
    begin(&f, &old, 0);
    f.session = fake_session(&f.python, make_head(&f, 8));
    while (f.session->runtimes.count < SW_MAX_RUNTIMES)
        fake_session_add(f.session, &f.python, make_head(&f, 8));
    f.session->runtimes.problem.status = SW_E_UNSUPPORTED;
    assert_int_equal(sw_session_threads(f.session, NULL, &threads), 0);
    assert_true(SW_MAX_RUNTIMES + 1 > SW_MAX_WARNINGS);
    assert_int_equal(threads->problem_count, SW_MAX_WARNINGS);
    end(&f);
}

/* ---------------------------------------------------------------- stacks */

static int selected(void *ctx, struct sw_native_thread *ret_thread)
{
    (void)ctx;
    ret_thread->tid = 1;
    ret_thread->number = 1;
    ret_thread->thread_pointer = SELF;
    return 0;
}

/* Many thread states on one thread, each with a frame. */
static void test_states_of_thread(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        const size_t count = SW_MAX_STATES_OF_THREAD + over;
        struct sw_mixed mixed;
        struct fixture f;
        sw_addr head, frame;

        begin(&f, &old, count * STATE_STRIDE);
        f.python.target.ops.selected_thread = selected;
        head = make_threads(&f, count);
        frame = fake_space(&f.python, 512);
        for (size_t i = 0; i < count; i++) {
            put(&f, LARGE + i * STATE_STRIDE, SW_F_THREAD_STATE_THREAD_ID, SELF);
            put(&f, LARGE + i * STATE_STRIDE, SW_F_THREAD_STATE_FRAME, frame);
        }
        f.session = fake_session(&f.python, head);
        assert_int_equal(sw_mixed_open(f.session, NULL, &mixed), 0);
        assert_int_equal(mixed.state_count, SW_MAX_STATES_OF_THREAD);
        end(&f);
    }
}

static unsigned native_frames;

/* Frames without an end, each inlined into the next one. */
static int endless_frames(void *ctx, unsigned index, sw_addr *ret_pc)
{
    (void)ctx;
    native_frames++;
    *ret_pc = LARGE + index;
    return 1;
}

static void test_native_frames(void **state)
{
    const struct sw_threads *threads;
    unsigned levels[4];
    struct fixture f;
    size_t count;

    (void)state;
    begin(&f, &old, STATE_STRIDE);
    f.python.target.ops.native_frame = endless_frames;
    f.python.runtime.evaluation_loop = LARGE;
    f.session = fake_session(&f.python, make_threads(&f, 1));
    assert_int_equal(sw_session_threads(f.session, NULL, &threads), 0);
    native_frames = 0;
    sw_session_loop_levels(f.session, &threads->items[0], levels, 4, &count);
    assert_int_equal(count, 0);
    assert_int_equal(native_frames, SW_MAX_NATIVE_FRAMES);
    end(&f);
}

/* ---------------------------------------------------------------- trampolines */

static const uint8_t trampoline[] = {
    0x48, 0x83, 0xec, 0x08, 0xff, 0xd1, 0x48, 0x83, 0xc4, 0x08, 0xc3};

enum { SPACING = 16, CODE_STRIDE = 256, MACHINE_CODE = 0x40000000 };

/* A thread of 3.12 whose frame runs the first of `codes` code objects, of which the others are
   constants; each has `extras` trampolines, `spacing` bytes apart. */
static void make_trampolines(struct fixture *f, unsigned codes, unsigned extras, unsigned spacing)
{
    size_t words = extras + 1, code_size = (size_t)codes * CODE_STRIDE;
    size_t machine = (size_t)codes * extras * spacing + SW_PAGE_SIZE;
    sw_addr extra = LARGE + code_size, interpreter = extra + codes * words * 8;
    sw_addr type, text, tuple, frame, *items = calloc(codes, sizeof(*items));
    uint8_t *bytes;

    assert_non_null(items);
    begin(f, &newer, code_size + codes * words * 8 + (1 << 20));
    bytes = fake_add(&f->python.target, MACHINE_CODE, machine);
    memset(bytes, 0, machine);
    type = fake_type(&f->python, "code", 0);
    text = fake_ascii(&f->python, "f");
    for (unsigned i = 0; i < codes; i++) {
        sw_addr code = LARGE + (sw_addr)i * CODE_STRIDE;

        put(f, code, SW_F_OBJECT_TYPE, type);
        put(f, code, SW_F_CODE_NAME, text);
        put(f, code, SW_F_CODE_FILENAME, type); /* another name: no code of CPython's own */
        put(f, code, SW_F_CODE_QUALNAME, text);
        put(f, code, SW_F_CODE_EXTRA, extra + i * words * 8);
        fake_put_ptr(&f->python, extra + i * words * 8, extras);
        for (unsigned k = 0; k < extras; k++) {
            size_t at = ((size_t)i * extras + k) * spacing;

            fake_put_ptr(&f->python, extra + (i * words + 1 + k) * 8, MACHINE_CODE + at);
            memcpy(bytes + at, trampoline, sizeof(trampoline));
        }
        items[i] = code;
    }
    tuple = fake_tuple(&f->python, items, codes);
    put(f, LARGE, SW_F_CODE_CONSTS, tuple);
    frame = fake_space(&f->python, 512);
    fake_set(&f->python, frame, SW_F_FRAME_CODE, LARGE);
    fake_set(&f->python, frame, SW_F_FRAME_OWNER, 0);
    fake_set(&f->python, frame, SW_F_FRAME_PREV_INSTR,
        sw_reader_at(f->python.reader, LARGE, SW_F_CODE_BYTECODE_INLINE));
    set_frame(f, make_thread(f, interpreter), frame);
    f->session = fake_session(&f->python, make_head(f, interpreter));
    free(items);
}

/* What is looked at, code and trampolines together. */
static void test_trampolines(void **state)
{
    const unsigned codes = SW_MAX_TRAMPOLINES / SW_MAX_CODE_EXTRAS + 1;
    struct sw_trampolines found;
    struct fixture f;

    (void)state;
    make_trampolines(&f, codes, SW_MAX_CODE_EXTRAS, SPACING);
    assert_int_equal(sw_session_trampolines(f.session, NULL, &found), 0);
    assert_true((uint64_t)codes * SW_MAX_CODE_EXTRAS > SW_MAX_TRAMPOLINES);
    assert_int_equal(found.seen.count, SW_MAX_TRAMPOLINES);
    assert_true(found.symbol_count < SW_MAX_TRAMPOLINES);
    sw_trampolines_fini(&found);
    end(&f);
}

static void test_code_extras(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        struct sw_trampolines found;
        struct fixture f;

        make_trampolines(&f, 1, SW_MAX_CODE_EXTRAS + over, SPACING);
        assert_int_equal(sw_session_trampolines(f.session, NULL, &found), 0);
        assert_int_equal(found.symbol_count, SW_MAX_CODE_EXTRAS);
        sw_trampolines_fini(&found);
        end(&f);
    }
}

/* Too far from each other for one region. */
static void test_trampoline_regions(void **state)
{
    const unsigned extras = 128;

    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        struct sw_trampolines found;
        struct fixture f;

        make_trampolines(&f, SW_MAX_TRAMPOLINE_REGIONS / extras + over, extras, 1024);
        assert_int_equal(sw_session_trampolines(f.session, NULL, &found), 0);
        assert_int_equal(found.region_count, SW_MAX_TRAMPOLINE_REGIONS);
        sw_trampolines_fini(&found);
        end(&f);
    }
}

/* ---------------------------------------------------------------- exceptions */

/* What Objects/exceptions.c has behind PyObject since 3.11. */
enum { CONTEXT = 4, BASE_WORDS = 7, PARTS = BASE_WORDS + 1, GROUP_WORDS = BASE_WORDS + 2 };

static sw_addr exception_type(struct fixture *f, const char *name, unsigned words, sw_addr base)
{
    sw_addr type = fake_type(&f->python, name, SW_TYPE_EXCEPTION);

    fake_set(&f->python, type, SW_F_TYPE_BASICSIZE,
        f->python.runtime.layout.sizes[SW_S_OBJECT] + 8 * words);
    fake_set(&f->python, type, SW_F_TYPE_BASE, base);
    return type;
}

static void put_word(struct fixture *f, sw_addr object, unsigned word, sw_addr value)
{
    fake_put_ptr(
        &f->python, object + f->python.runtime.layout.sizes[SW_S_OBJECT] + 8 * word, value);
}

/* A thread of 3.12 that handles the exception, as often as it is asked. */
static sw_addr handle(struct fixture *f, sw_addr exception)
{
    sw_addr thread = make_thread(f, LARGE), item = fake_space(&f->python, 16);

    fake_put_ptr(&f->python, item, exception);
    fake_put_ptr(&f->python, item + 8, item);
    fake_set(&f->python, thread, SW_F_THREAD_STATE_EXC_INFO, item);
    f->session = fake_session(&f->python, make_head(f, LARGE));
    return thread;
}

static void test_raised(void **state)
{
    struct sw_raised raised[SW_MAX_RAISED];
    sw_addr thread, base, exception;
    struct fixture f;

    (void)state;
    begin(&f, &newer, 1 << 20);
    base = exception_type(&f, "BaseException", BASE_WORDS, 0);
    exception = fake_object(&f.python, base, 128);
    thread = handle(&f, exception);
    assert_int_equal(
        sw_thread_exceptions(&f.session->runtimes.items[0]->reader, thread, raised), SW_MAX_RAISED);
    assert_int_equal(raised[SW_MAX_RAISED - 1].value, exception);
    end(&f);
}

static void test_chain(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        static const struct sw_value_limits limits = {100, 100, 10, 1000};
        sw_addr base, exception = 0;
        struct sw_writer writer;
        struct sw_chain chain;
        struct fixture f;

        begin(&f, &newer, 0);
        base = exception_type(&f, "BaseException", BASE_WORDS, 0);
        for (unsigned i = 0; i < SW_MAX_CHAIN + over; i++) {
            sw_addr next = fake_object(&f.python, base, 128);

            put_word(&f, next, CONTEXT, exception);
            exception = next;
        }
        f.session = fake_session(&f.python, 0);
        sw_writer_init(&writer, f.session->runtimes.items[0], &f.session->codes[0],
            &f.session->types[0], &limits);
        sw_chain_follow(&writer, exception, &chain);
        assert_int_equal(chain.count, SW_MAX_CHAIN);
        sw_writer_fini(&writer);
        end(&f);
    }
}

/* What a command said. */
struct kept {
    char *text;
    size_t len, size;
};

static int keep(void *ctx, enum sw_style style, const char *text, size_t len)
{
    struct kept *kept = ctx;

    (void)style;
    if (kept->len + len + 1 > kept->size) {
        kept->size = 2 * (kept->len + len + 1);
        kept->text = realloc(kept->text, kept->size);
        assert_non_null(kept->text);
    }
    memcpy(kept->text + kept->len, text, len);
    kept->len += len;
    kept->text[kept->len] = '\0';
    return 0;
}

static unsigned count_words(struct sw_session *session, const char *args, const char *words)
{
    struct kept kept = {.text = NULL};
    const struct sw_sink sink = {.write = keep, .ctx = &kept};
    unsigned found = 0;

    assert_int_equal(sw_command_run(session, sw_command_find("exc"), args, &sink, NULL), 0);
    /* Not by strstr(): a sanitizer's measures all that is left, each time. */
    for (size_t i = 0, len = strlen(words); i + len <= kept.len; i++)
        found += kept.text[i] == words[0] && memcmp(kept.text + i, words, len) == 0;
    free(kept.text);
    return found;
}

/* A thread that handles a group with these parts; the group itself for 0. */
static void make_group(struct fixture *f, unsigned count)
{
    sw_addr base, group, *items = calloc(count + 1, sizeof(*items));

    assert_non_null(items);
    begin(f, &newer, 1 << 20);
    base = exception_type(f, "BaseException", BASE_WORDS, 0);
    group =
        fake_object(&f->python, exception_type(f, "BaseExceptionGroup", GROUP_WORDS, base), 128);
    items[0] = group;
    for (unsigned i = 0; i < count; i++)
        items[i] = fake_object(&f->python, base, 128);
    put_word(f, group, PARTS, fake_tuple(&f->python, items, count ? count : 1));
    handle(f, group);
    free(items);
}

static void test_group_depth(void **state)
{
    struct fixture f;

    (void)state;
    make_group(&f, 0);
    assert_int_equal(count_words(f.session, "", "... (max_group_depth is 10)"), SW_MAX_RAISED);
    assert_int_equal(count_words(f.session, "--json", "\"part_count\""),
        SW_MAX_RAISED * (SW_MAX_GROUP_DEPTH + 1));
    end(&f);
}

/* Each is named as its type and as its line. */
static void test_parts(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        struct fixture f;

        make_group(&f, SW_MAX_PARTS + over);
        assert_int_equal(count_words(f.session, "--json", "\"BaseException\""),
            SW_MAX_RAISED * SW_MAX_PARTS * 2);
        end(&f);
    }
}

/* ---------------------------------------------------------------- the command line */

/* A dynamic linker with one symbol, _dl_argv, and the words that it leads to. */
static void make_arguments(struct fixture *f, unsigned count, const char *text)
{
    static struct sw_module linker = {.path = "/lib64/ld-linux-x86-64.so.2", .base = LARGE};
    const sw_addr argv = LARGE + 0x10000, strings = LARGE + 0x3000, words = LARGE + 0x20000;
    const uint64_t dynamic[] = {5, strings, 6, LARGE + 0x4000, 4, LARGE + 0x5000, 0, 0};
    struct fake_target *target = &f->python.target;

    begin(f, &old, 1 << 20);
    linker.dynamic = LARGE + 0x2000;
    for (unsigned i = 0; i < 8; i++)
        fake_put(target, linker.dynamic + 8 * i, 8, dynamic[i]);
    fake_put_text(target, strings + 1, "_dl_argv");
    fake_put(target, LARGE + 0x4000 + 24, 4, 1);
    fake_put(target, LARGE + 0x4000 + 24 + 6, 2, 1);
    fake_put(target, LARGE + 0x4000 + 24 + 8, 8, argv - LARGE);
    fake_put(target, LARGE + 0x5000, 4, 1);
    fake_put(target, LARGE + 0x5000 + 8, 4, 1);
    fake_put(target, argv, 8, argv + 16);
    for (unsigned i = 0; i < count; i++)
        fake_put(target, argv + 16 + 8 * (sw_addr)i, 8, words);
    fake_put_text(target, words, text);
    f->session = fake_session(&f->python, 0);
    f->session->runtimes.modules.items = malloc(sizeof(linker));
    assert_non_null(f->session->runtimes.modules.items);
    f->session->runtimes.modules.items[0] = linker;
    f->session->runtimes.modules.count = 1;
}

static void test_arguments(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        struct sw_arguments arguments;
        struct fixture f;

        make_arguments(&f, SW_MAX_ARGUMENTS + over, "-v");
        assert_int_equal(sw_arguments_read(f.session, &arguments), 0);
        assert_int_equal(arguments.count, SW_MAX_ARGUMENTS);
        assert_int_equal(arguments.cut, over);
        sw_arguments_fini(&arguments);
        end(&f);
    }
}

/* Arguments are longer than names: four times the limit. */
static void test_c_string(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        char text[4 * SW_MAX_C_STRING + 1] = "";
        struct sw_arguments arguments;
        struct fixture f;

        memset(text, 'a', sizeof(text) - 3 + over);
        make_arguments(&f, 1, text);
        assert_int_equal(sw_arguments_read(f.session, &arguments), 0);
        assert_int_equal(arguments.items[0].len, 4 * SW_MAX_C_STRING - 2 + over);
        assert_int_equal(arguments.items[0].cut, over);
        sw_arguments_fini(&arguments);
        end(&f);
    }
}

static int ignore(void *ctx, enum sw_style style, const char *text, size_t len)
{
    (void)ctx;
    (void)style;
    (void)text;
    (void)len;
    return 0;
}

static void test_args(void **state)
{
    static const struct sw_sink sink = {.write = ignore};

    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        char line[2 * SW_MAX_ARGS + 3] = "";
        struct sw_error error;
        struct fixture f;

        for (unsigned i = 0; i < SW_MAX_ARGS + over; i++)
            strcat(line, "x ");
        begin(&f, &old, 0);
        f.session = fake_session(&f.python, 0);
        assert_int_equal(
            sw_command_run(f.session, sw_command_find("cache"), line, &sink, &error), SW_E_USAGE);
        assert_int_equal(strstr(error.message, "words") != NULL, over);
        end(&f);
    }
}

/* ---------------------------------------------------------------- values and source lines */

static void test_children(void **state)
{
    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        const size_t count = SW_MAX_CHILDREN + over;
        struct sw_children *children;
        struct sw_child child;
        unsigned seen = 0;
        struct fixture f;
        sw_addr list;

        begin(&f, &newer, 8 * count);
        for (size_t i = 0; i < count; i++)
            fake_put_ptr(&f.python, LARGE + 8 * i, f.python.int_type);
        list = fake_list(&f.python, NULL, 0);
        fake_set(&f.python, list, SW_F_LIST_LENGTH, count);
        fake_set(&f.python, list, SW_F_LIST_ITEMS, LARGE);
        f.session = fake_session(&f.python, 0);
        assert_int_equal(sw_children_open(f.session, list, NULL, &children), 0);
        while (sw_children_next(children, NULL, &child) > 0)
            seen++;
        assert_int_equal(seen, SW_MAX_CHILDREN);
        sw_children_close(children);
        end(&f);
    }
}

/* A file of this many bytes, "text" in its first line. */
static void make_file(char *path, off_t size)
{
    int descriptor;

    strcpy(path, "/tmp/sidewinder-source-XXXXXX");
    descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "text\n", 5), 5);
    assert_int_equal(ftruncate(descriptor, size), 0);
    close(descriptor);
}

static int line_of(struct fixture *f, const char *path, const char **ret_line, size_t *ret_len)
{
    return sw_sources_line(&f->session->sources, f->session->runtimes.items[0], path, strlen(path),
        1, ret_line, ret_len);
}

static void test_source_bytes(void **state)
{
    const char *line;
    struct fixture f;
    size_t len;

    (void)state;
    begin(&f, &newer, 0);
    f.session = fake_session(&f.python, 0);
    for (unsigned over = 0; over < 2; over++) {
        char path[64];

        make_file(path, SW_MAX_SOURCE_BYTES + over);
        assert_int_equal(line_of(&f, path, &line, &len), over ? SW_E_NOT_FOUND : 0);
        unlink(path);
    }
    end(&f);
}

static void test_source_files(void **state)
{
    const char *line;
    struct fixture f;
    size_t len;

    (void)state;
    begin(&f, &newer, 0);
    f.session = fake_session(&f.python, 0);
    for (unsigned i = 0; i <= SW_MAX_SOURCE_FILES; i++) {
        char path[64];

        snprintf(path, sizeof(path), "/nowhere/%u.py", i);
        assert_int_equal(line_of(&f, path, &line, &len), SW_E_NOT_FOUND);
        assert_int_equal(f.session->sources.count, i < SW_MAX_SOURCE_FILES ? i + 1 : 1);
    }
    end(&f);
}

/* A line that the target's own module linecache has. */
static void test_source_line(void **state)
{
    enum { LOG2 = 3 };

    (void)state;
    for (unsigned over = 0; over < 2; over++) {
        const size_t count = SW_MAX_SOURCE_LINE + over;
        uint32_t *characters = calloc(count, sizeof(*characters));
        sw_addr text, lines, entry, items[3], keys, dict, slot;
        const char *line = NULL;
        struct fixture f;
        size_t len = 0;

        assert_non_null(characters);
        begin(&f, &newer, 0);
        for (size_t i = 0; i < count; i++)
            characters[i] = 'a';
        text = fake_str(&f.python, characters, count, 1);
        lines = fake_list(&f.python, &text, 1);
        items[0] = items[1] = text;
        items[2] = lines;
        entry = fake_tuple(&f.python, items, 3);
        keys = fake_space(&f.python, 256);
        dict = fake_object(&f.python, f.python.dict_type, 128);
        fake_set(&f.python, dict, SW_F_DICT_USED, 1);
        fake_set(&f.python, dict, SW_F_DICT_KEYS, keys);
        fake_set(&f.python, keys, SW_F_DICT_KEYS_KIND, 1);
        fake_set(&f.python, keys, SW_F_DICT_KEYS_LOG2_INDEX_BYTES, LOG2);
        fake_set(&f.python, keys, SW_F_DICT_KEYS_NENTRIES, 1);
        slot = sw_reader_at(f.python.reader, keys, SW_F_DICT_KEYS_INDICES) + (1 << LOG2);
        fake_put_ptr(&f.python, slot, fake_ascii(&f.python, "<cell 1>"));
        fake_put_ptr(&f.python, slot + 8, entry);
        f.session = fake_session(&f.python, 0);
        f.session->sources.cache_of = f.session->runtimes.items[0];
        f.session->sources.cache = dict;
        assert_int_equal(line_of(&f, "<cell 1>", &line, &len), 0);
        assert_int_equal(len, SW_MAX_SOURCE_LINE);
        free(characters);
        end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interpreters),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_unused_threads),
        cmocka_unit_test(test_native_threads),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_states_of_thread),
        cmocka_unit_test(test_native_frames),
        cmocka_unit_test(test_trampolines),
        cmocka_unit_test(test_code_extras),
        cmocka_unit_test(test_trampoline_regions),
        cmocka_unit_test(test_raised),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_group_depth),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_c_string),
        cmocka_unit_test(test_args),
        cmocka_unit_test(test_children),
        cmocka_unit_test(test_source_bytes),
        cmocka_unit_test(test_source_files),
        cmocka_unit_test(test_source_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

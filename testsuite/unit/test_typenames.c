/* SPDX-License-Identifier: MIT */
/* core/value/typenames.c: types whose names lie in a file that is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_session.h"

enum { LOG2 = 3, MOST = 8, NOWHERE = 0x7000000000 };

static const struct fake_build build = {.major = 3, .minor = 12};

struct fixture {
    struct fake_python python;
    struct sw_session *session;
    sw_addr keys[2], interpreter; /* of builtins and sys.modules */
    unsigned counts[2];
};

/* A static type without a name. */
static sw_addr nameless(struct fixture *f)
{
    sw_addr type = fake_type(&f->python, "", 0);

    fake_set(&f->python, type, SW_F_TYPE_NAME, NOWHERE);
    return type;
}

static sw_addr make_dict(struct fixture *f, sw_addr *ret_keys)
{
    sw_addr dict = fake_object(&f->python, f->python.dict_type, 128);
    sw_addr keys = fake_space(&f->python, 64 + (1 << LOG2) + 16 * (MOST + 1));

    fake_set(&f->python, dict, SW_F_DICT_USED, 1);
    fake_set(&f->python, dict, SW_F_DICT_KEYS, keys);
    fake_set(&f->python, keys, SW_F_DICT_KEYS_KIND, 1);
    fake_set(&f->python, keys, SW_F_DICT_KEYS_LOG2_INDEX_BYTES, LOG2);
    *ret_keys = keys;
    return dict;
}

static void put(struct fixture *f, unsigned which, const char *name, sw_addr value)
{
    sw_addr keys = f->keys[which], slots;

    slots = sw_reader_at(f->python.reader, keys, SW_F_DICT_KEYS_INDICES) + (1 << LOG2);
    slots += 16 * f->counts[which]++;
    fake_put_ptr(&f->python, slots, fake_ascii(&f->python, name));
    fake_put_ptr(&f->python, slots + 8, value);
    fake_set(&f->python, keys, SW_F_DICT_KEYS_NENTRIES, f->counts[which]);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    sw_addr head;

    if (!f)
        return -1;
    fake_python_init(&f->python, &build);
    f->python.target.info.kind = SW_TARGET_CORE;
    head = fake_space(&f->python, 16);
    f->interpreter = fake_space(&f->python, 512 * 1024);
    fake_put_ptr(&f->python, head, f->interpreter);
    fake_set(
        &f->python, f->interpreter, SW_F_INTERPRETER_STATE_BUILTINS, make_dict(f, &f->keys[0]));
    fake_set(&f->python, f->interpreter, SW_F_INTERPRETER_STATE_MODULES, make_dict(f, &f->keys[1]));
    f->session = fake_session(&f->python, head);
    f->session->types[0].runtime = f->session->runtimes.items[0];
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sw_session_destroy(f->session);
    fake_python_fini(&f->python);
    free(f);
    return 0;
}

static const struct sw_type *get(struct fixture *f, sw_addr addr)
{
    const struct sw_runtime *runtime = f->session->runtimes.items[0];
    const struct sw_type *type = NULL;

    assert_int_equal(sw_types_get(&f->session->types[0], &runtime->reader, addr, NULL, &type), 0);
    return type;
}

static void test_builtins(void **state)
{
    struct fixture *f = *state;
    sw_addr number = nameless(f), none_type = nameless(f), unknown = nameless(f);
    sw_addr named = fake_type(&f->python, "range", 0);

    put(f, 0, "float", number);
    put(f, 0, "alias", number);
    put(f, 0, "other", named);
    put(f, 0, "None", fake_object(&f->python, none_type, 0));
    assert_string_equal(get(f, number)->name, "float");
    assert_int_equal(get(f, number)->kind, SW_KIND_FLOAT);
    assert_string_equal(get(f, none_type)->name, "NoneType");
    assert_int_equal(get(f, none_type)->kind, SW_KIND_NONE);
    /* What can be read counts, whatever else it is called. */
    assert_string_equal(get(f, named)->name, "range");
    assert_string_equal(get(f, unknown)->name, "?");
}

static void test_modules(void **state)
{
    struct fixture *f = *state;
    sw_addr module_type = nameless(f), date = nameless(f), function = nameless(f);
    sw_addr module = fake_object(&f->python, module_type, 256), dict;

    put(f, 1, "sys", module);
    put(f, 1, "types", module);
    put(f, 1, "_datetime", module);
    dict = make_dict(f, &f->keys[0]);
    f->counts[0] = 0;
    fake_set(&f->python, module, SW_F_MODULE_DICT, dict);
    put(f, 0, "date", date);
    put(f, 0, "FunctionType", function);
    assert_string_equal(get(f, module_type)->name, "module");
    assert_string_equal(get(f, date)->name, "datetime.date");
    assert_int_equal(get(f, date)->kind, SW_KIND_DATE);
    assert_string_equal(get(f, function)->name, "function");
}

/* The namespaces are read once, and only when a name is missing. */
static void test_reads(void **state)
{
    struct fixture *f = *state;
    sw_addr first = nameless(f), second = nameless(f);
    const struct sw_types *types = &f->session->types[0];

    put(f, 0, "float", first);
    get(f, f->python.int_type);
    assert_false(types->names.is_read);
    get(f, first);
    assert_true(types->names.is_read);
    /* What comes later is not seen before the next stop. */
    put(f, 0, "complex", second);
    assert_string_equal(get(f, second)->name, "?");
    sw_session_invalidate(f->session);
    assert_string_equal(get(f, second)->name, "complex");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_builtins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_modules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reads, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

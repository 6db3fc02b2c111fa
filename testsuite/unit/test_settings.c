/* SPDX-License-Identifier: MIT */
/* core/session/settings.c: names, ranges, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "fake_target.h"
#include "session/session.h"

static struct sw_session *session_of(struct fake_target *fake)
{
    struct sw_session *session = NULL;

    fake_init(fake);
    assert_int_equal(sw_session_create(&fake->info, &fake->ops, fake, NULL, &session), 0);
    return session;
}

static const struct {
    const char *name;
    int64_t minimum, maximum, fallback;
} want[] = {
    {"string-length", 0, SW_MAX_VALUE_WIDTH, 1000},
    {"items", 0, SW_MAX_VALUE_WIDTH, 400},
    {"depth", 1, SW_MAX_VALUE_DEPTH, 20},
    {"width", 16, SW_MAX_VALUE_WIDTH, 1024},
    {"colour", 0, 1, 1},
};

enum { WANTED = sizeof(want) / sizeof(want[0]) };

static void test_table(void **state)
{
    size_t count = 0;
    const struct sw_setting *settings = sw_settings(&count);

    (void)state;
    assert_int_equal(count, WANTED);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(settings[i].name, want[i].name);
        assert_int_equal(settings[i].minimum, want[i].minimum);
        assert_int_equal(settings[i].maximum, want[i].maximum);
        assert_int_equal(settings[i].fallback, want[i].fallback);
        assert_int_equal(settings[i].is_switch, i == WANTED - 1);
        assert_true(settings[i].summary[strlen(settings[i].summary) - 1] == '.');
        assert_true(settings[i].help[strlen(settings[i].help) - 1] == '\n');
    }
}

static void test_ranges(void **state)
{
    struct fake_target fake;
    struct sw_session *session = session_of(&fake);

    (void)state;
    for (size_t i = 0; i < WANTED; i++) {
        const int64_t wrong[] = {want[i].minimum - 1, want[i].maximum + 1, INT64_MIN, INT64_MAX};
        struct sw_error error;

        assert_int_equal(sw_session_set(session, i, want[i].minimum, NULL), 0);
        assert_int_equal(sw_session_set(session, i, want[i].maximum, NULL), 0);
        for (size_t k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++) {
            memset(&error, 0, sizeof(error));
            assert_int_equal(sw_session_set(session, i, wrong[k], &error), SW_E_USAGE);
            assert_int_equal(error.status, SW_E_USAGE);
            assert_non_null(strstr(error.message, want[i].name));
            assert_int_equal(sw_session_set(session, i, wrong[k], NULL), SW_E_USAGE);
        }
    }
    assert_int_equal(sw_session_set(session, WANTED, 1, NULL), SW_E_USAGE);
    assert_int_equal(sw_session_set(session, SIZE_MAX, 1, NULL), SW_E_USAGE);
    assert_int_equal(fake.reads, 0);
    sw_session_destroy(session);
}

/* What is set is used, and a refused value leaves the one before. */
static void test_effect(void **state)
{
    struct fake_target fake;
    struct sw_session *session = session_of(&fake);

    (void)state;
    assert_int_equal(session->limits.string, 1000);
    assert_int_equal(session->limits.items, 400);
    assert_int_equal(session->limits.depth, 20);
    assert_int_equal(session->limits.width, 1024);
    for (size_t i = 0; i < WANTED; i++)
        assert_int_equal(sw_session_set(session, i, want[i].maximum, NULL), 0);
    sw_session_set(session, 0, -1, NULL);
    sw_session_set(session, 3, 15, NULL);
    assert_int_equal(session->limits.string, SW_MAX_VALUE_WIDTH);
    assert_int_equal(session->limits.items, SW_MAX_VALUE_WIDTH);
    assert_int_equal(session->limits.depth, SW_MAX_VALUE_DEPTH);
    assert_int_equal(session->limits.width, SW_MAX_VALUE_WIDTH);
    /* Settings are the user's, whatever the target does. */
    sw_session_forget(session);
    assert_int_equal(session->limits.depth, SW_MAX_VALUE_DEPTH);
    sw_session_destroy(session);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_effect),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

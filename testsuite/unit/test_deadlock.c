/* SPDX-License-Identifier: MIT */
/* core/sync/deadlock.c: circles in graphs of which the answer is known, and in all small ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sync/deadlock.h"

enum { MAX_WAITS = 1000, NOBODY = -1, NO_WAIT = -2 };

struct graph {
    struct sw_wait items[MAX_WAITS];
    struct sw_waits waits;
    struct sw_deadlocks found;
};

static struct graph graph;

static int set_up(void **state)
{
    memset(&graph, 0, sizeof(graph));
    *state = &graph;
    return 0;
}

static int tear_down(void **state)
{
    struct graph *g = *state;

    sw_waits_fini(&g->waits);
    return 0;
}

/* Thread i waits for what thread owners[i] has, for something that NOBODY is known to have, or for
   nothing. */
static void find(struct graph *g, const int *owners, size_t count)
{
    struct sw_error error;

    sw_waits_fini(&g->waits);
    memset(g, 0, sizeof(*g));
    g->waits.items = g->items;
    for (size_t i = 0; i < count; i++) {
        struct sw_wait *wait = &g->items[g->waits.count];

        if (owners[i] == NO_WAIT)
            continue;
        wait->thread = i;
        wait->kind = SW_WAIT_LOCK;
        wait->owner_kind = owners[i] == NOBODY ? SW_OWNER_UNKNOWN : SW_OWNER_THREAD;
        wait->owner = owners[i] == NOBODY ? 0 : (size_t)owners[i];
        g->waits.count++;
    }
    assert_int_equal(sw_deadlocks_find(&g->waits, &error, &g->found), 0);
}

static void expect_circle(const struct graph *g, size_t index, const size_t *threads, size_t count)
{
    const struct sw_deadlock *deadlock = &g->found.items[index];

    assert_true(index < g->found.count);
    assert_int_equal(deadlock->count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(deadlock->waits[i]->thread, threads[i]);
}

static void test_nothing(void **state)
{
    struct graph *g = *state;

    find(g, NULL, 0);
    assert_int_equal(g->found.count, 0);
    /* A chain that ends with a thread that runs, one that ends with a lock of nobody. */
    find(g, (const int[]){1, 2, NO_WAIT, 4, NOBODY}, 5);
    assert_int_equal(g->found.count, 0);
}

static void test_itself(void **state)
{
    struct graph *g = *state;

    find(g, (const int[]){NO_WAIT, 1, 1}, 3);
    assert_int_equal(g->found.count, 1);
    expect_circle(g, 0, (const size_t[]){1}, 1);
}

/* Two circles, the second entered from outside before it is met; tails belong to none. */
static void test_several(void **state)
{
    struct graph *g = *state;

    find(g, (const int[]){6, 3, 1, 2, 0, NO_WAIT, 7, 6, 4}, 9);
    assert_int_equal(g->found.count, 2);
    expect_circle(g, 0, (const size_t[]){6, 7}, 2);
    expect_circle(g, 1, (const size_t[]){1, 3, 2}, 3);
}

static void test_timed(void **state)
{
    struct graph *g = *state;
    struct sw_error error;

    find(g, (const int[]){1, 0, 0}, 3);
    assert_false(g->found.items[0].timed);
    g->items[2].timed = true; /* waits for the circle, is not in it */
    assert_int_equal(sw_deadlocks_find(&g->waits, &error, &g->found), 0);
    assert_false(g->found.items[0].timed);
    g->items[1].timed = true;
    assert_int_equal(sw_deadlocks_find(&g->waits, &error, &g->found), 0);
    assert_true(g->found.items[0].timed);
    g->items[1].timed = false;
    g->items[0].timed = true;
    assert_int_equal(sw_deadlocks_find(&g->waits, &error, &g->found), 0);
    assert_true(g->found.items[0].timed);
    /* Who waits for the GIL asks for it now and then, and does not give up. */
    g->items[0].kind = SW_WAIT_GIL;
    assert_int_equal(sw_deadlocks_find(&g->waits, &error, &g->found), 0);
    assert_false(g->found.items[0].timed);
}

static void test_long(void **state)
{
    static int owners[MAX_WAITS];
    struct graph *g = *state;

    for (int i = 0; i < MAX_WAITS; i++)
        owners[i] = (i + 1) % MAX_WAITS;
    find(g, owners, MAX_WAITS);
    assert_int_equal(g->found.count, 1);
    assert_int_equal(g->found.items[0].count, MAX_WAITS);
}

/* The plain definition: on a circle is who comes back to himself. */
static bool comes_back(const int *owners, int count, int first)
{
    int at = first;

    for (int steps = 0; steps < count; steps++) {
        at = owners[at];
        if (at < 0)
            return false;
        if (at == first)
            return true;
    }
    return false;
}

/* Each graph of four threads: those who come back to themselves are on one circle each, in the
   order in which they wait for each other. */
static void test_all_small(void **state)
{
    enum { THREADS = 4, CHOICES = THREADS + 2, GRAPHS = CHOICES * CHOICES * CHOICES * CHOICES };
    struct graph *g = *state;

    for (int number = 0; number < GRAPHS; number++) {
        unsigned seen[THREADS] = {0};
        int owners[THREADS], rest = number;

        for (int i = 0; i < THREADS; i++, rest /= CHOICES)
            owners[i] = rest % CHOICES + NO_WAIT;
        find(g, owners, THREADS);
        for (size_t i = 0; i < g->found.count; i++) {
            const struct sw_deadlock *deadlock = &g->found.items[i];

            for (size_t k = 0; k < deadlock->count; k++) {
                size_t thread = deadlock->waits[k]->thread;

                seen[thread]++;
                assert_int_equal(
                    owners[thread], deadlock->waits[(k + 1) % deadlock->count]->thread);
                assert_true(deadlock->waits[0]->thread <= thread);
            }
        }
        for (int i = 0; i < THREADS; i++)
            assert_int_equal(seen[i], comes_back(owners, THREADS, i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_small, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

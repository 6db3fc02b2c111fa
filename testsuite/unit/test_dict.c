/* SPDX-License-Identifier: MIT */
/* core/object/dict.c: every form that a dict has had, and damaged ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_python.h"
#include "object/dict.h"
#include "object/hash.h"
#include "object/text.h"

enum { MOST = 40 };

/* What a dict is made of, slot by slot; a slot without a key is empty. */
struct entries {
    const char *keys[MOST];
    uint64_t values[MOST];
    unsigned count;
};

static const struct entries some = {
    {"one", NULL, "two", "three", NULL}, {0x1110, 0, 0x2220, 0x3330, 0}, 5};

static const struct fake_build old_build = {.major = 2, .minor = 7};

static void put_slot(
    struct fake_python *python, sw_addr slot, unsigned key_word, const char *key, uint64_t value)
{
    if (!key)
        return;
    if (key_word)
        fake_put_ptr(python, slot, value + 1); /* for a hash */
    fake_put_ptr(python, fake_ptr_at(python, slot, key_word), fake_ascii(python, key));
    fake_put_ptr(python, fake_ptr_at(python, slot, key_word + 1), value);
}

/* A dict object without its tables. */
static sw_addr bare_dict(struct fake_python *python, const struct entries *entries)
{
    sw_addr addr = fake_object(python, python->dict_type, 128);
    unsigned used = 0;

    for (unsigned i = 0; i < entries->count; i++)
        used += entries->keys[i] && entries->values[i];
    fake_set(python, addr, SW_F_DICT_USED, used);
    return addr;
}

static sw_addr table_dict(struct fake_python *python, const struct entries *entries)
{
    sw_addr addr = bare_dict(python, entries), table = fake_space(python, 8 * 3 * 8);

    fake_set(python, addr, SW_F_DICT_MASK, 7);
    fake_set(python, addr, SW_F_DICT_TABLE, table);
    for (unsigned i = 0; i < entries->count; i++)
        put_slot(
            python, fake_ptr_at(python, table, 3 * i), 1, entries->keys[i], entries->values[i]);
    return addr;
}

/* The keys of 3.6 to 3.10, whose index has 2**log2 slots, or of 3.11 and later of a kind. */
static sw_addr make_keys(
    struct fake_python *python, const struct entries *entries, unsigned log2, unsigned kind)
{
    bool indexed = python->runtime.layout.traits.dict_form == SW_DICT_FORM_INDEXED;
    unsigned width = log2 < 8 ? 1 : log2 < 16 ? 2 : 4, words = indexed || kind == 0 ? 3 : 2;
    sw_addr keys = fake_space(python, 64 + ((size_t)width << log2) + 24 * (entries->count + 1));
    sw_addr slots =
        sw_reader_at(python->reader, keys, SW_F_DICT_KEYS_INDICES) + ((sw_addr)width << log2);

    fake_set(python, keys, SW_F_DICT_KEYS_NENTRIES, entries->count);
    if (indexed) {
        fake_set(python, keys, SW_F_DICT_KEYS_TABLE_SIZE, UINT64_C(1) << log2);
    } else {
        fake_set(python, keys, SW_F_DICT_KEYS_KIND, kind);
        fake_set(
            python, keys, SW_F_DICT_KEYS_LOG2_INDEX_BYTES, log2 + (width == 4 ? 2 : width / 2));
    }
    for (unsigned i = 0; i < entries->count; i++)
        put_slot(python, fake_ptr_at(python, slots, (uint64_t)words * i), words - 2,
            entries->keys[i], entries->values[i]);
    return keys;
}

static sw_addr keyed_dict(
    struct fake_python *python, const struct entries *entries, unsigned log2, unsigned kind)
{
    sw_addr addr = bare_dict(python, entries);

    fake_set(python, addr, SW_F_DICT_KEYS, make_keys(python, entries, log2, kind));
    return addr;
}

/* Walks `dict` and compares it with `want`, whose empty slots are left out. */
static void check_walk(struct fake_python *python, struct sw_dict *dict, const struct entries *want)
{
    sw_addr key, value;
    uint64_t hash;

    assert_int_equal(sw_dict_hash(dict, NULL, &hash), SW_E_NOT_FOUND);
    for (unsigned i = 0; i < want->count; i++) {
        if (!want->keys[i] || !want->values[i])
            continue;
        assert_int_equal(sw_dict_next(dict, NULL, &key, &value), 1);
        assert_true(sw_text_is(python->reader, key, want->keys[i]));
        assert_int_equal(value, want->values[i]);
        if (dict->key_at && !dict->values) {
            assert_int_equal(sw_dict_hash(dict, NULL, &hash), 0);
            assert_int_equal(hash, value + 1);
        } else {
            assert_int_equal(sw_dict_hash(dict, NULL, &hash), SW_E_NOT_FOUND);
        }
    }
    key = value = 77;
    assert_int_equal(sw_dict_next(dict, NULL, &key, &value), 0);
    assert_int_equal(sw_dict_next(dict, NULL, &key, &value), 0);
    assert_int_equal(key, 77);
    assert_int_equal(value, 77);
}

static void check_dict(struct fake_python *python, sw_addr addr, const struct entries *want)
{
    struct sw_dict dict;
    uint64_t length = 0;
    sw_addr value = 77;

    assert_int_equal(sw_dict_open(python->reader, addr, NULL, &dict), 0);
    check_walk(python, &dict, want);
    assert_int_equal(sw_dict_length(python->reader, addr, NULL, &length), 0);
    assert_int_equal(length, 3);
    assert_int_equal(sw_dict_find(python->reader, addr, "three", NULL, &value), 0);
    assert_int_equal(value, 0x3330);
    assert_int_equal(sw_dict_find(python->reader, addr, "thre", NULL, &value), SW_E_NOT_FOUND);
    assert_int_equal(value, 0x3330);
}

/* ---------------------------------------------------------------- by hash */

static const char *const letters[] = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta",
    "theta", "iota", "kappa", "lambda", "mu"};

enum { LETTERS = sizeof(letters) / sizeof(letters[0]), LOG2 = 5 };

static sw_addr index_of(struct fake_python *python, sw_addr dict)
{
    sw_addr keys = 0;

    assert_int_equal(sw_reader_uint(python->reader, dict, SW_F_DICT_KEYS, NULL, &keys), 0);
    return sw_reader_at(python->reader, keys, SW_F_DICT_KEYS_INDICES);
}

/* Fills the index as CPython does, by the hashes that `hash` gives. */
static void put_index(struct fake_python *python, sw_addr dict, struct sw_hash *hash)
{
    struct sw_reader reader = *python->reader;
    sw_addr index = index_of(python, dict);
    bool taken[1 << LOG2] = {false};

    reader.hash = hash;
    for (unsigned i = 0; i < 1 << LOG2; i++)
        fake_put(&python->target, index + i, 1, 0xff);
    fake_python_settle(python);
    for (unsigned i = 0; i < LETTERS; i++) {
        uint64_t perturb = 0, at;

        assert_true(sw_hash_ascii(&reader, letters[i], &perturb));
        for (at = perturb % (1 << LOG2); taken[at]; at = (at * 5 + perturb + 1) % (1 << LOG2))
            perturb >>= 5;
        taken[at] = true;
        fake_put(&python->target, index + at, 1, i);
    }
}

/* Finds every key, and none that is not there. */
static void check_found(struct fake_python *python, sw_addr dict)
{
    sw_addr value = 0;

    for (unsigned i = 0; i < LETTERS; i++) {
        assert_int_equal(sw_dict_find(python->reader, dict, letters[i], NULL, &value), 0);
        assert_int_equal(value, 0x1000 + 16 * i);
    }
    assert_int_equal(sw_dict_find(python->reader, dict, "omega", NULL, &value), SW_E_NOT_FOUND);
}

/* The slot at which CPython looks after SW_MAX_DICT_PROBES others for a key, one of which is none
   of them: it gets there, for all slots are looked at in the end. */
static unsigned late_slot(uint64_t hash)
{
    bool seen[1 << LOG2] = {false};
    unsigned at = (unsigned)(hash % (1 << LOG2));

    for (unsigned i = 0; i < SW_MAX_DICT_PROBES || seen[at]; i++) {
        seen[at] = true;
        hash >>= 5;
        at = (unsigned)((at * 5 + hash + 1) % (1 << LOG2));
        assert_true(i < 2 * SW_MAX_DICT_PROBES);
    }
    return at;
}

/* An index whose only free slot is behind SW_MAX_DICT_PROBES others is damaged: it says nothing of
   a key that is not there, nor of how keys are hashed. */
static void check_damaged_index(struct fake_python *python, sw_addr dict, struct sw_hash *hash)
{
    struct sw_reader reader = *python->reader;
    uint64_t first = 0, missing = 0;
    sw_addr value = 0;

    reader.hash = hash;
    assert_true(sw_hash_ascii(&reader, letters[0], &first));
    assert_true(sw_hash_ascii(&reader, "omega", &missing));
    for (unsigned k = 0; k < 1 << LOG2; k++)
        fake_put(&python->target, index_of(python, dict) + k, 1, 0xfe);
    fake_put(&python->target, index_of(python, dict) + late_slot(missing), 1, 0xff);
    fake_put(&python->target, index_of(python, dict) + first % (1 << LOG2), 1, 0);
    fake_python_settle(python);
    hash->proven = false;
    assert_int_equal(sw_dict_find(python->reader, dict, "omega", NULL, &value), SW_E_NOT_FOUND);
    assert_false(hash->proven);
}

/* hash() of 3.8 and of 3.12, as they told it with PYTHONHASHSEED=0. */
static void test_hash(void **state)
{
    static const struct fake_build builds[] = {{3, 8, 8, false, 0}, {3, 12, 8, false, 0}};
    static const uint64_t hashes[] = {4884341903549703281, 4393133477767758725};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        static const struct sw_module none;
        struct sw_hash hash = {.module = &none, .asked = true, .known = true};
        struct sw_hash other = {.module = &none, .asked = true, .known = true, .keys = {1, 2}};
        struct entries entries = {.count = LETTERS};
        struct fake_python python;
        uint64_t found = 0;
        sw_addr dict;

        fake_python_init(&python, &builds[i]);
        python.reader->hash = &hash;
        assert_true(sw_hash_ascii(python.reader, "linecache", &found));
        assert_int_equal(found, hashes[i]);
        for (unsigned k = 0; k < LETTERS; k++) {
            entries.keys[k] = letters[k];
            entries.values[k] = 0x1000 + 16 * k;
        }
        dict = keyed_dict(&python, &entries, LOG2, 1);
        put_index(&python, dict, &hash);
        fake_python_settle(&python);
        check_found(&python, dict);
        assert_true(hash.proven);
        check_damaged_index(&python, dict, &hash);
        /* A build that hashes in another way: all is found by a search. */
        put_index(&python, dict, &other);
        fake_python_settle(&python);
        hash.proven = false;
        check_found(&python, dict);
        assert_false(hash.proven);
        fake_python_fini(&python);
    }
}

static void test_table(void **state)
{
    static const unsigned sizes[] = {8, 4};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct fake_build build = {2, 7, sizes[i], i == 1, 0};
        struct fake_python python;

        fake_python_init(&python, &build);
        check_dict(&python, table_dict(&python, &some), &some);
        fake_python_fini(&python);
    }
}

/* The index's slots are 1, 2 or 4 bytes wide. */
static void test_indexed(void **state)
{
    static const unsigned minors[] = {6, 7, 8, 9, 10}, log2s[] = {3, 7, 8, 10, 16};

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        struct fake_build build = {3, minors[i], i % 2 ? 4 : 8, i == 2, 0};
        struct fake_python python;

        fake_python_init(&python, &build);
        for (unsigned k = 0; k < 5; k++)
            check_dict(&python, keyed_dict(&python, &some, log2s[k], 0), &some);
        fake_python_fini(&python);
    }
}

static void test_kinds(void **state)
{
    static const unsigned minors[] = {11, 12, 13, 14, 15}, log2s[] = {3, 7, 8, 10, 16};

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        struct fake_build build = {3, minors[i], i % 2 ? 4 : 8, i == 2, 0};
        struct fake_python python;

        fake_python_init(&python, &build);
        for (unsigned kind = 0; kind < 3; kind++)
            for (unsigned k = 0; k < 5; k++)
                check_dict(&python, keyed_dict(&python, &some, log2s[k], kind), &some);
        fake_python_fini(&python);
    }
}

/* ---------------------------------------------------------------- split dicts */

/* An instance's values in slots 0 to 4, set in the order 3, 0, 2; slots 1 and 4 are not set. */
static const uint8_t set_order[] = {3, 0, 2};
static const struct entries shared = {
    {"a", "b", "c", "d", "e"}, {0xdead0, 0xdead0, 0xdead0, 0xdead0, 0xdead0}, 5};
static const uint64_t own_values[] = {0x1110, 0, 0x2220, 0x3330, 0};
static const struct entries in_order = {{"d", "a", "c"}, {0x3330, 0x1110, 0x2220}, 3};
static const struct entries in_place = {{"a", "c", "d"}, {0x1110, 0x2220, 0x3330}, 3};

/* 3.6 to 3.10: an array. */
static sw_addr plain_values(struct fake_python *python)
{
    sw_addr values = fake_space(python, 8 * 5);

    for (unsigned i = 0; i < 5; i++)
        fake_put_ptr(python, fake_ptr_at(python, values, i), own_values[i]);
    return values;
}

/* 3.11 and 3.12: before the array its prefix, downwards: the prefix's size, how many are used,
   their order. */
static sw_addr prefixed_values(struct fake_python *python)
{
    sw_addr values = fake_space(python, 64) + 16;

    fake_put(&python->target, values - 1, 1, 16);
    fake_put(&python->target, values - 2, 1, 3);
    for (unsigned i = 0; i < 3; i++)
        fake_put(&python->target, values - 3 - i, 1, set_order[i]);
    for (unsigned i = 0; i < 5; i++)
        fake_put_ptr(python, fake_ptr_at(python, values, i), own_values[i]);
    return values;
}

/* 3.13 and later: {capacity, size, embedded, valid}, the array, behind it the order. */
static sw_addr headed_values(struct fake_python *python, unsigned capacity)
{
    sw_addr values = fake_space(python, 16 + 9 * capacity);
    sw_addr array = sw_reader_at(python->reader, values, SW_F_DICT_VALUES_VALUES);

    fake_put(&python->target, values, 1, capacity);
    fake_put(&python->target, values + 1, 1, 3);
    fake_put(&python->target, values + 3, 1, 1);
    for (unsigned i = 0; i < 5; i++)
        fake_put_ptr(python, fake_ptr_at(python, array, i), own_values[i]);
    for (unsigned i = 0; i < 3; i++)
        fake_put(&python->target, fake_ptr_at(python, array, capacity) + i, 1, set_order[i]);
    return values;
}

static void check_split(struct fake_python *python, sw_addr values, const struct entries *want)
{
    sw_addr addr = keyed_dict(python, &shared, 3, 2), keys;
    struct sw_dict dict;

    fake_set(python, addr, SW_F_DICT_VALUES, values);
    assert_int_equal(sw_dict_open(python->reader, addr, NULL, &dict), 0);
    check_walk(python, &dict, want);
    /* The same values without a dict. */
    keys = make_keys(python, &shared, 3, 2);
    assert_int_equal(sw_dict_open_values(python->reader, keys, values, NULL, &dict), 0);
    check_walk(python, &dict, want);
}

static void test_split(void **state)
{
    (void)state;
    for (unsigned minor = 6; minor <= 15; minor++) {
        for (unsigned size = 4; size <= 8; size += 4) {
            struct fake_build build = {3, minor, size, false, 0};
            struct fake_python python;

            fake_python_init(&python, &build);
            if (minor <= 10)
                check_split(&python, plain_values(&python), &in_place);
            else if (minor <= 12)
                check_split(&python, prefixed_values(&python), &in_order);
            else
                check_split(&python, headed_values(&python, 5 + 3 * (minor - 13)), &in_order);
            fake_python_fini(&python);
        }
    }
}

/* ---------------------------------------------------------------- damage */

/* A dict of each form with one wrong number: opening it fails, or the walk ends soon. */
static void walk_damaged(struct fake_python *python, sw_addr addr)
{
    struct sw_error error = {.status = SW_OK};
    unsigned reads, steps = 0;
    struct sw_dict dict;
    sw_addr key, value;
    int status;

    fake_python_settle(python);
    reads = python->target.reads;
    status = sw_dict_open(python->reader, addr, &error, &dict);
    if (status < 0) {
        assert_int_equal(error.status, status);
        assert_true(error.message[0]);
        return;
    }
    while ((status = sw_dict_next(&dict, &error, &key, &value)) > 0)
        assert_true(++steps < 1000000);
    assert_true(status == 0 || error.message[0]);
    /* All of the memory there is, at most. */
    assert_true(python->target.reads - reads <= FAKE_PYTHON_SIZE / SW_PAGE_SIZE + 20);
}

static const uint64_t wild[] = {0, 1, 7, 255, 256, 65535, 1 << 20, INT32_MAX, UINT32_MAX,
    UINT64_C(1) << 39, UINT64_C(1) << 40, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};

static void damage(struct fake_python *python, sw_addr addr, sw_addr at, enum sw_field_id field)
{
    uint64_t old;

    assert_int_equal(sw_reader_uint(python->reader, at, field, NULL, &old), 0);
    for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
        fake_set(python, at, field, wild[i]);
        walk_damaged(python, addr);
    }
    fake_set(python, at, field, old);
    fake_python_settle(python);
}

static void test_damaged(void **state)
{
    struct fake_python python;
    sw_addr addr;

    (void)state;
    fake_python_init(&python, &old_build);
    addr = table_dict(&python, &some);
    damage(&python, addr, addr, SW_F_DICT_MASK);
    damage(&python, addr, addr, SW_F_DICT_TABLE);
    fake_python_fini(&python);
    for (unsigned minor = 6; minor <= 15; minor++) {
        struct fake_build build = {3, minor, 8, false, 0};
        sw_addr keys, values;

        fake_python_init(&python, &build);
        keys = make_keys(&python, &shared, 3, 2);
        addr = bare_dict(&python, &shared);
        values = minor <= 10   ? plain_values(&python)
                 : minor <= 12 ? prefixed_values(&python)
                               : headed_values(&python, 30);
        fake_set(&python, addr, SW_F_DICT_KEYS, keys);
        for (unsigned split = 0; split < 2; split++) {
            fake_set(&python, addr, SW_F_DICT_VALUES, split ? values : 0);
            damage(&python, addr, addr, SW_F_DICT_KEYS);
            damage(&python, addr, addr, SW_F_DICT_VALUES);
            damage(&python, addr, keys, SW_F_DICT_KEYS_NENTRIES);
            if (minor <= 10) {
                damage(&python, addr, keys, SW_F_DICT_KEYS_TABLE_SIZE);
            } else {
                damage(&python, addr, keys, SW_F_DICT_KEYS_KIND);
                damage(&python, addr, keys, SW_F_DICT_KEYS_LOG2_INDEX_BYTES);
            }
        }
        /* The bytes that say how many values there are, and in which order. */
        for (int at = -6; at < 280 && minor > 10; at++) {
            fake_put(&python.target, values + (sw_addr)at, 1, 0xff);
            walk_damaged(&python, addr);
        }
        fake_python_fini(&python);
    }
}

static void test_no_dict(void **state)
{
    static const struct fake_build build = {.major = 3, .minor = 12};
    struct fake_python python;
    struct sw_error error;
    struct sw_dict dict;
    sw_addr value;

    (void)state;
    fake_python_init(&python, &build);
    assert_int_equal(
        sw_dict_open(python.reader, fake_ascii(&python, "text"), &error, &dict), SW_E_CORRUPT);
    assert_non_null(strstr(error.message, "'str'"));
    assert_int_equal(sw_dict_open(python.reader, 0, &error, &dict), SW_E_CORRUPT);
    assert_int_equal(sw_dict_open(python.reader, 0x7f0000000008, &error, &dict), SW_E_READ);
    assert_int_equal(sw_dict_find(python.reader, 0x1001, "key", NULL, &value), SW_E_CORRUPT);
    fake_python_fini(&python);
}

/* A table that was emptied is searched slot by slot: Ctrl-C ends it. */
static void test_interrupted(void **state)
{
    static const struct entries none = {{NULL}, {0}, 1};
    struct fake_python python;
    struct sw_error error;
    struct sw_dict dict;
    sw_addr addr, key, value;

    (void)state;
    fake_python_init(&python, &old_build);
    addr = table_dict(&python, &none);
    fake_set(&python, addr, SW_F_DICT_MASK, 100000);
    fake_set(&python, addr, SW_F_DICT_TABLE, FAKE_PYTHON_START + 1024 * 1024);
    assert_int_equal(sw_dict_open(python.reader, addr, &error, &dict), 0);
    assert_int_equal(sw_dict_next(&dict, &error, &key, &value), 0);
    python.target.interrupted = true;
    assert_int_equal(sw_dict_open(python.reader, addr, &error, &dict), 0);
    assert_int_equal(sw_dict_next(&dict, &error, &key, &value), SW_E_STOPPED);
    assert_int_equal(error.status, SW_E_STOPPED);
    fake_python_fini(&python);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_indexed),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_no_dict),
        cmocka_unit_test(test_interrupted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

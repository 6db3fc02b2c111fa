/* SPDX-License-Identifier: MIT */
/* Limits (core/base/limits.h) on what is read of objects, code and frames, each hit: what is just
   within it is taken, and what is one beyond is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "fake_python.h"
#include "frame/locals.h"
#include "frame/stack.h"
#include "frame/valuestack.h"
#include "layout/debug_offsets.h"
#include "layout/table.h"
#include "object/dict.h"
#include "object/sequence.h"
#include "object/text.h"
#include "value/writer.h"

enum { FLAG_HEAP_TYPE = 9, LARGE = 0x10000000, INDEX_LOG2 = 3, FUNCTION = 3 };

static const struct fake_build newer = {.major = 3, .minor = 12};
static const struct fake_build older = {.major = 3, .minor = 8};

static int set_up(void **state)
{
    struct fake_python *python = calloc(1, sizeof(*python));

    if (!python)
        return -1;
    fake_python_init(python, &newer);
    *state = python;
    return 0;
}

static int tear_down(void **state)
{
    fake_python_fini(*state);
    free(*state);
    return 0;
}

/* One more region, of zeros. */
static void add_zeros(struct fake_python *python, size_t size)
{
    memset(fake_add(&python->target, LARGE, size), 0, size);
}

/* ---------------------------------------------------------------- dicts, sequences, text */

/* A dict of 3.12 without an index that anybody reads: `count` entries at `keys`. */
static sw_addr fake_dict(struct fake_python *python, sw_addr keys, uint64_t count)
{
    sw_addr dict = fake_object(python, python->dict_type, 128);

    fake_set(python, dict, SW_F_DICT_USED, count);
    fake_set(python, dict, SW_F_DICT_KEYS, keys);
    return dict;
}

static void test_dict_search(void **state)
{
    struct fake_python *python = *state;
    const uint64_t count = SW_MAX_DICT_SEARCH + 1;
    sw_addr other = fake_ascii(python, "other"), wanted = fake_ascii(python, "wanted"), found = 0;
    sw_addr dict = fake_dict(python, LARGE, count), entries;

    add_zeros(python, 64 + (1 << INDEX_LOG2) + 16 * count);
    fake_put(&python->target, sw_reader_at(python->reader, LARGE, SW_F_DICT_KEYS_KIND), 1, 1);
    fake_put(&python->target, sw_reader_at(python->reader, LARGE, SW_F_DICT_KEYS_LOG2_INDEX_BYTES),
        1, INDEX_LOG2);
    fake_put(
        &python->target, sw_reader_at(python->reader, LARGE, SW_F_DICT_KEYS_NENTRIES), 8, count);
    entries = sw_reader_at(python->reader, LARGE, SW_F_DICT_KEYS_INDICES) + (1 << INDEX_LOG2);
    for (uint64_t i = 0; i < count; i++) {
        fake_put_ptr(python, entries + 16 * i, other);
        fake_put_ptr(python, entries + 16 * i + 8, other);
    }
    for (unsigned over = 0; over < 2; over++) {
        sw_addr at = entries + 16 * (sw_addr)(SW_MAX_DICT_SEARCH - 1 + over);

        fake_put_ptr(python, at, wanted);
        fake_python_settle(python);
        assert_int_equal(
            sw_dict_find(python->reader, dict, "wanted", NULL, &found), over ? SW_E_NOT_FOUND : 0);
        fake_put_ptr(python, at, other);
    }
}

static void test_dict_log2(void **state)
{
    struct fake_python *python = *state, *old = calloc(1, sizeof(*old));
    sw_addr keys = fake_space(python, 256), dict = fake_dict(python, keys, 1);
    sw_addr old_keys, old_dict;
    struct sw_dict opened;

    assert_non_null(old);
    fake_python_init(old, &older);
    old_keys = fake_space(old, 256);
    old_dict = fake_dict(old, old_keys, 1);
    for (unsigned over = 0; over < 2; over++) {
        int want = over ? SW_E_CORRUPT : 0;

        fake_set(python, keys, SW_F_DICT_KEYS_LOG2_INDEX_BYTES, SW_MAX_DICT_LOG2 + over);
        fake_set(old, old_keys, SW_F_DICT_KEYS_TABLE_SIZE,
            (UINT64_C(1) << (SW_MAX_DICT_LOG2 - 1 + over)));
        fake_python_settle(python);
        fake_python_settle(old);
        assert_int_equal(sw_dict_open(python->reader, dict, NULL, &opened), want);
        assert_int_equal(sw_dict_open(old->reader, old_dict, NULL, &opened), want);
    }
    fake_set(python, keys, SW_F_DICT_KEYS_LOG2_INDEX_BYTES, 3);
    for (unsigned over = 0; over < 2; over++) {
        fake_set(
            python, keys, SW_F_DICT_KEYS_NENTRIES, (UINT64_C(1) << SW_MAX_DICT_LOG2) - 1 + over);
        fake_python_settle(python);
        assert_int_equal(
            sw_dict_open(python->reader, dict, NULL, &opened), over ? SW_E_CORRUPT : 0);
    }
    fake_python_fini(old);
    free(old);
}

static void test_object_bytes(void **state)
{
    struct fake_python *python = *state;
    sw_addr tuple = fake_tuple(python, &python->tuple_type, 1), text = fake_ascii(python, "text");

    for (unsigned over = 0; over < 2; over++) {
        struct sw_sequence sequence;
        struct sw_text read;

        fake_set(python, tuple, SW_F_TUPLE_LENGTH, SW_MAX_OBJECT_BYTES / 8 + over);
        fake_set(python, text, SW_F_ASCII_LENGTH, SW_MAX_OBJECT_BYTES + over);
        fake_python_settle(python);
        assert_int_equal(sw_sequence_open(python->reader, tuple, "tuple", NULL, &sequence),
            over ? SW_E_CORRUPT : 0);
        assert_int_equal(sw_text_read(python->reader, &python->arena, text, 2, "text", NULL, &read),
            over ? SW_E_CORRUPT : 0);
    }
}

static void test_set_slots(void **state)
{
    static const struct sw_value_limits limits = {100, 100, 10, 1000};
    struct fake_python *python = *state;
    sw_addr type = fake_type(python, "set", 0), set = fake_object(python, type, 256);
    sw_addr item = fake_int(python, (uint32_t[]){7}, 1, false);

    add_zeros(python, 16 * (size_t)(SW_MAX_SET_SLOTS + 16));
    fake_set(python, set, SW_F_SET_USED, 1);
    fake_set(python, set, SW_F_SET_MASK, 2 * SW_MAX_SET_SLOTS - 1);
    fake_set(python, set, SW_F_SET_TABLE, LARGE);
    for (unsigned over = 0; over < 2; over++) {
        sw_addr slot = LARGE + 16 * (sw_addr)(SW_MAX_SET_SLOTS - 1 + over);
        struct sw_writer writer;

        fake_put_ptr(python, slot, item);
        fake_python_settle(python);
        sw_writer_init(&writer, &python->runtime, &python->codes, &python->types, &limits);
        assert_int_equal(sw_writer_object(&writer, set, NULL), 0);
        assert_string_equal(writer.text, over ? "{...(1 items)}" : "{7}");
        sw_writer_fini(&writer);
        fake_put_ptr(python, slot, 0);
    }
}

/* ---------------------------------------------------------------- types */

/* A class that has `depth` classes made in Python above it, and then int. */
static sw_addr make_class(struct fake_python *python, unsigned depth)
{
    sw_addr base = python->int_type;

    for (unsigned i = 0; i < depth; i++) {
        sw_addr type = fake_type(python, "Number", FLAG_HEAP_TYPE);

        fake_set(python, type, SW_F_TYPE_BASE, base);
        base = type;
    }
    return base;
}

static void test_bases(void **state)
{
    struct fake_python *python = *state;
    const struct sw_type *type;

    fake_set(python, python->type_type, SW_F_TYPE_FLAGS, UINT64_C(1) << SW_TYPE_TYPE);
    for (unsigned over = 0; over < 2; over++) {
        sw_addr class = make_class(python, SW_MAX_BASES - 1 + over);

        assert_int_equal(sw_types_get(&python->types, python->reader, class, NULL, &type), 0);
        assert_true(type->is_python);
        assert_int_equal(type->kind, over ? SW_KIND_OBJECT : SW_KIND_INT);
    }
}

static void test_cached_types(void **state)
{
    struct fake_python *python = *state;
    const struct sw_type *type;

    for (uintptr_t i = 1; i < SW_MAX_CACHED_TYPES; i++)
        assert_int_equal(sw_map_put(&python->types.map, 0x7000000000 + 16 * i, &type), 0);
    assert_int_equal(
        sw_types_get(&python->types, python->reader, python->int_type, NULL, &type), 0);
    assert_int_equal(python->types.map.count, SW_MAX_CACHED_TYPES);
    assert_int_equal(
        sw_types_get(&python->types, python->reader, python->str_type, NULL, &type), 0);
    assert_int_equal(python->types.map.count, 1);
}

/* ---------------------------------------------------------------- code */

static sw_addr make_code(struct fake_python *python, sw_addr name, sw_addr lines)
{
    static const char *const code_name = "code";
    sw_addr type =
        python->codes.code_type ? python->codes.code_type : fake_type(python, code_name, 0);
    sw_addr code = fake_object(python, type, 512);

    fake_set(python, code, SW_F_CODE_NAME, name);
    fake_set(python, code, SW_F_CODE_QUALNAME, name);
    fake_set(python, code, SW_F_CODE_FILENAME, fake_ascii(python, "file.py"));
    fake_set(python, code, SW_F_CODE_LINETABLE, lines);
    fake_set(python, code, SW_F_CODE_FLAGS, FUNCTION);
    return code;
}

static sw_addr usual_code(struct fake_python *python)
{
    return make_code(python, fake_ascii(python, "function"), 0);
}

static void test_cached_codes(void **state)
{
    struct fake_python *python = *state;
    sw_addr first = usual_code(python), second = usual_code(python);
    struct sw_code *code;

    for (uintptr_t i = 1; i < SW_MAX_CACHED_CODES; i++)
        assert_int_equal(sw_map_put(&python->codes.map, 0x7000000000 + 16 * i, &code), 0);
    assert_int_equal(sw_codes_get(&python->codes, python->reader, first, NULL, &code), 0);
    assert_int_equal(python->codes.map.count, SW_MAX_CACHED_CODES);
    assert_int_equal(sw_codes_get(&python->codes, python->reader, second, NULL, &code), 0);
    assert_int_equal(python->codes.map.count, 1);
}

static void test_code_cache_bytes(void **state)
{
    struct fake_python *python = *state;
    sw_addr first = usual_code(python), second = usual_code(python), third = usual_code(python);
    struct sw_code *code;

    assert_int_equal(sw_codes_get(&python->codes, python->reader, first, NULL, &code), 0);
    assert_int_equal(sw_codes_get(&python->codes, python->reader, second, NULL, &code), 0);
    assert_int_equal(python->codes.map.count, 2);
    assert_non_null(sw_arena_alloc(&python->codes.arena, SW_MAX_CODE_CACHE_BYTES));
    assert_int_equal(sw_codes_get(&python->codes, python->reader, third, NULL, &code), 0);
    assert_int_equal(python->codes.map.count, 1);
    assert_true(python->codes.arena.used < SW_MAX_CODE_CACHE_BYTES);
}

static void test_name_bytes(void **state)
{
    struct fake_python *python = *state;

    for (unsigned over = 0; over < 2; over++) {
        const size_t count = SW_MAX_NAME_BYTES + over;
        uint32_t *characters = malloc(count * sizeof(*characters));
        struct sw_code *code;

        assert_non_null(characters);
        for (size_t i = 0; i < count; i++)
            characters[i] = 'a';
        assert_int_equal(
            sw_codes_get(&python->codes, python->reader,
                make_code(python, fake_str(python, characters, count, 1), 0), NULL, &code),
            0);
        assert_int_equal(code->name.len, SW_MAX_NAME_BYTES);
        assert_int_equal(code->name.cut, over);
        free(characters);
    }
}

static void test_linetable_bytes(void **state)
{
    struct fake_python *python = *state;

    add_zeros(python, SW_MAX_LINETABLE_BYTES + 64);
    fake_put(&python->target, sw_reader_at(python->reader, LARGE, SW_F_OBJECT_TYPE), 8,
        python->bytes_type);
    for (unsigned over = 0; over < 2; over++) {
        struct sw_code *code;

        fake_put(&python->target, sw_reader_at(python->reader, LARGE, SW_F_BYTES_LENGTH), 8,
            SW_MAX_LINETABLE_BYTES + over);
        assert_int_equal(sw_codes_get(&python->codes, python->reader,
                             make_code(python, fake_ascii(python, "f"), LARGE), NULL, &code),
            0);
        sw_code_position(&python->codes, python->reader, code, 0);
        assert_int_equal(code->problem.status, over ? SW_E_LIMIT : SW_OK);
        assert_int_equal(code->lines_len, over ? 0 : SW_MAX_LINETABLE_BYTES);
    }
}

/* ---------------------------------------------------------------- frames */

static struct sw_frame frame_of(struct fake_python *python, sw_addr addr)
{
    struct sw_frame frame = {.addr = fake_space(python, 4096)};

    assert_int_equal(sw_codes_get(&python->codes, python->reader, addr, NULL, &frame.code), 0);
    return frame;
}

static void test_locals(void **state)
{
    struct fake_python *python = *state;
    sw_addr addr = usual_code(python), names = fake_tuple(python, &addr, 1);
    sw_addr kinds = fake_object(python, python->bytes_type, 64);
    struct sw_frame frame;

    fake_set(python, addr, SW_F_CODE_LOCALSPLUSNAMES, names);
    fake_set(python, addr, SW_F_CODE_LOCALSPLUSKINDS, kinds);
    frame = frame_of(python, addr);
    for (unsigned over = 0; over < 2; over++) {
        struct sw_locals locals;

        fake_set(python, names, SW_F_TUPLE_LENGTH, SW_MAX_LOCALS + over);
        fake_python_settle(python);
        assert_int_equal(
            sw_locals_open(&python->runtime, &frame, NULL, &locals), over ? SW_E_CORRUPT : 0);
    }
}

static void test_value_stack(void **state)
{
    struct fake_python *python = *state;
    sw_addr addr = usual_code(python);
    struct sw_frame frame = frame_of(python, addr);

    for (unsigned i = 0; i < 2; i++) {
        uint32_t size = i ? UINT32_MAX : SW_MAX_VALUE_STACK - 1;
        struct sw_value_stack stack;

        fake_set(python, addr, SW_F_CODE_STACKSIZE, size);
        fake_python_settle(python);
        assert_int_equal(sw_value_stack_find(&python->runtime, &frame, &stack), 0);
        assert_int_equal(stack.slots, i ? SW_MAX_VALUE_STACK : size);
    }
}

/* Frames that go on and on, without a cycle: the walk has come this far already. */
static void test_frames(void **state)
{
    struct fake_python *python = *state;
    sw_addr addr = usual_code(python), first = fake_space(python, 256);
    sw_addr second = fake_space(python, 256);
    struct sw_thread_state thread = {.frame = first};
    struct sw_error error = {.status = SW_OK};
    struct sw_frame frame;
    struct sw_stack stack;

    fake_set(python, first, SW_F_FRAME_CODE, addr);
    fake_set(python, second, SW_F_FRAME_CODE, addr);
    fake_set(python, first, SW_F_FRAME_PREVIOUS, second);
    sw_stack_open(&stack, &python->runtime, &python->codes, &thread);
    stack.landmark_at = SW_MAX_FRAMES;
    /* Neither has begun, so that none is shown: one is taken, the next one no more. */
    stack.visited = SW_MAX_FRAMES - 1;
    assert_int_equal(sw_stack_next(&stack, &error, &frame), SW_E_LIMIT);
    assert_int_equal(error.address, second);
    assert_int_equal(sw_stack_next(&stack, &error, &frame), 0);
}

/* ---------------------------------------------------------------- offsets of the target */

static void test_struct_size(void **state)
{
    const struct sw_table_debug_offsets *table = &sw_table_debug_offsets[0];
    struct sw_flavour flavour = {
        .hexversion = table->major << 24 | table->minor << 16 | 0xf0, .pointer_size = 8};
    const struct sw_table_word *word = NULL;

    (void)state;
    strcpy(flavour.machine, "x86_64");
    for (size_t i = 0; i < table->words_count && !word; i++)
        if (table->words[i].kind == SW_WORD_SIZE && !table->words[i].sign)
            word = &table->words[i];
    assert_non_null(word);
    for (unsigned over = 0; over < 2; over++) {
        uint8_t bytes[SW_DEBUG_OFFSETS_MAX] = SW_DEBUG_OFFSETS_COOKIE;
        struct sw_error error = {.status = SW_OK};
        struct sw_layout layout;

        assert_int_equal(sw_layout_from_table(&flavour, NULL, &layout), 0);
        memcpy(bytes + 8, &(uint64_t){flavour.hexversion}, 8);
        memcpy(bytes + word->position, &(uint64_t){SW_MAX_STRUCT_SIZE + over}, 8);
        assert_true(sw_debug_offsets_apply(bytes, sizeof(bytes), &layout, &error) < 0);
        /* The first size; what is wrong within it is that the others are 0. */
        assert_int_equal(strcmp(error.field, sw_struct_name(word->id)) == 0, over);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_dict_search, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dict_log2, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_object_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_set_slots, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cached_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cached_codes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_code_cache_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_name_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_linetable_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_locals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_value_stack, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_frames, set_up, tear_down),
        cmocka_unit_test(test_struct_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

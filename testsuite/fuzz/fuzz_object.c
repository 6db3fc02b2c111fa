/* SPDX-License-Identifier: MIT */
/*
 * Objects of any bytes: what writes, walks and compares them, in a memory of a few thousand bytes.
 * The input: which build, which kind of object, then the memory. Words that look like small offsets
 * are made pointers into it, so that objects lead to objects.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "object/dict.h"
#include "object/number.h"
#include "object/object.h"
#include "object/text.h"
#include "value/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    HEAD = 4,
    MEMORY = 16 * 1024,
    MOST_READS = 4096,
    MOST_STEPS = 100000,
    MOST_TEXT = 64 * 1024,
};

/* Where the memory lies, and what the types are: a row at its beginning. */
static const sw_addr START = 0x10000;

static const char *const type_names[] = {"int", "str", "dict", "list", "tuple", "bytes", "float",
    "complex", "set", "frozenset", "slice", "range", "property", "mappingproxy", "cell",
    "memoryview", "bytearray", "collections.deque", "collections.OrderedDict", "functools.partial",
    "decimal.Decimal", "datetime.date", "datetime.datetime", "datetime.timedelta",
    "datetime.timezone", "datetime.time", "function", "method", "builtin_function_or_method",
    "generator", "code", "frame", "traceback", "weakref", "module", "dict_items", "Made",
    "ValueError", "_thread.lock", "_thread.RLock", "type", "xrange", "instance", "classobj"};
static const unsigned type_flags[] = {24, 28, 29, 25, 26, 27};

enum { TYPES = sizeof(type_names) / sizeof(type_names[0]), TYPE_SIZE = 512, MADE = 36, ERROR = 37 };
enum { FLAG_HEAP = 9, FLAG_MANAGED_DICT = 4, FLAG_INLINE_VALUES = 2 };

struct world {
    struct sw_target_info info;
    struct sw_target_ops ops;
    struct sw_memory memory;
    struct sw_runtime runtime;
    struct sw_codes codes;
    struct sw_types types;
    struct sw_arena arena;
    uint8_t type_bytes[TYPES * TYPE_SIZE + TYPES * 32]; /* the types, then their names */
    const uint8_t *bytes;
    size_t len;
    unsigned reads;
};

static void demand(bool condition)
{
    if (!condition)
        abort();
}

static sw_addr types_start(void)
{
    return START + MEMORY;
}

static int read_world(void *ctx, sw_addr addr, void *buf, size_t len)
{
    struct world *world = ctx;

    world->reads++;
    demand(len > 0 && len <= SW_READ_MAX);
    for (size_t i = 0; i < len; i++) {
        sw_addr at = addr + i;

        if (at >= START && at < START + MEMORY)
            ((uint8_t *)buf)[i] = at - START < world->len ? world->bytes[at - START] : 0;
        else if (at >= types_start() && at < types_start() + sizeof(world->type_bytes))
            ((uint8_t *)buf)[i] = world->type_bytes[at - types_start()];
        else if (at / SW_PAGE_SIZE * SW_PAGE_SIZE <
                     types_start() + sizeof(world->type_bytes) + SW_PAGE_SIZE &&
                 at >= START)
            ((uint8_t *)buf)[i] = 0; /* to the end of the page */
        else
            return SW_E_READ;
    }
    return 0;
}

static void put(struct world *world, size_t at, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width; i++)
        world->type_bytes[at + i] =
            (uint8_t)(value >> 8 * (world->info.big_endian ? width - 1 - i : i));
}

static void put_field(struct world *world, size_t at, enum sw_field_id field, uint64_t value)
{
    const struct sw_field *place = &world->runtime.layout.fields[field];

    if (place->offset != SW_ABSENT && place->offset + place->width <= TYPE_SIZE)
        put(world, at + place->offset, place->width, value);
}

/* Types that are as they should be, but for what the input says of the one made in Python. */
static void make_types(struct world *world, const uint8_t *head)
{
    for (unsigned i = 0; i < TYPES; i++) {
        size_t at = (size_t)i * TYPE_SIZE, name = (size_t)TYPES * TYPE_SIZE + (size_t)i * 32;
        uint64_t flags =
            i < sizeof(type_flags) / sizeof(type_flags[0]) ? UINT64_C(1) << type_flags[i] : 0;

        if (strcmp(type_names[i], "type") == 0)
            flags = UINT64_C(1) << SW_TYPE_TYPE;
        if (i == ERROR)
            flags = UINT64_C(1) << SW_TYPE_EXCEPTION;
        if (i == MADE) {
            flags = 1u << FLAG_HEAP;
            flags |= head[2] & 1 ? 1u << FLAG_MANAGED_DICT : 0;
            flags |= head[2] & 2 ? 1u << FLAG_INLINE_VALUES : 0;
            put_field(world, at, SW_F_TYPE_DICTOFFSET, (uint64_t)(int64_t)(int8_t)head[3]);
            put_field(world, at, SW_F_TYPE_BASE, types_start() + (head[2] >> 2) % 6 * TYPE_SIZE);
            put_field(world, at, SW_F_TYPE_DICT, START + 256);
            put_field(world, at, SW_F_TYPE_MRO, START + 512);
            put_field(world, at, SW_F_HEAP_TYPE_CACHED_KEYS, START + 768);
        }
        put_field(world, at, SW_F_OBJECT_TYPE, types_start() + 40 * TYPE_SIZE);
        put_field(world, at, SW_F_TYPE_NAME, types_start() + name);
        put_field(world, at, SW_F_TYPE_FLAGS, flags);
        put_field(world, at, SW_F_TYPE_BASICSIZE, 64 + head[3] % 8 * 8);
        memcpy(world->type_bytes + name, type_names[i], strlen(type_names[i]));
    }
}

static bool make_world(struct world *world, const uint8_t *head)
{
    static const unsigned minors[] = {6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    unsigned which = head[0] % 11;
    struct sw_flavour flavour = {
        .hexversion = which == 10 ? 0x020712f0 : 3u << 24 | minors[which] << 16 | 0x5f0,
        .pointer_size = head[0] & 0x40 ? 4 : 8,
        .big_endian = head[0] & 0x80,
        .free_threaded = (head[0] & 0x20) && which >= 7 && which < 10,
        .machine = "x86_64"};

    world->info = (struct sw_target_info){.size = sizeof(world->info),
        .pointer_size = flavour.pointer_size,
        .big_endian = flavour.big_endian,
        .machine = "x86_64"};
    world->ops = (struct sw_target_ops){.size = sizeof(world->ops), .read = read_world};
    if (sw_layout_from_table(&flavour, NULL, &world->runtime.layout) < 0)
        return false;
    sw_memory_init(&world->memory, &world->info, &world->ops, world);
    sw_reader_init(&world->runtime.reader, &world->memory, &world->runtime.layout);
    make_types(world, head);
    return true;
}

/* Words that are small become addresses: of types when they are very small, of memory else. */
static void link_words(struct world *world, uint8_t *bytes, size_t len)
{
    unsigned size = world->info.pointer_size;

    for (size_t at = 0; at + size <= len; at += size) {
        uint64_t word = sw_bytes_uint(bytes + at, size, world->info.big_endian);

        if (word >> 14 != 3)
            continue;
        word &= 0x3fff;
        word = word < TYPES * 8 ? types_start() + word / 8 * TYPE_SIZE : START + word / 8 * 8;
        for (unsigned i = 0; i < size; i++)
            bytes[at + i] = (uint8_t)(word >> 8 * (world->info.big_endian ? size - 1 - i : i));
    }
}

static void write_object(struct world *world, sw_addr object, const struct sw_value_limits *limits)
{
    struct sw_error error = {.status = SW_OK};
    struct sw_writer writer;
    int status;

    sw_writer_init(&writer, &world->runtime, &world->codes, &world->types, limits);
    status = sw_writer_object(&writer, object, &error);
    demand(status == 0 ? writer.text != NULL : error.message[0] != '\0');
    demand(writer.len < MOST_TEXT && writer.depth == 0);
    demand(writer.characters <= limits->width);
    demand(world->arena.used < 64u * 1024 * 1024 && writer.scratch.used < 64u * 1024 * 1024);
    sw_writer_fini(&writer);
}

static void walk_dict(struct world *world, sw_addr object)
{
    struct sw_error error;
    struct sw_dict dict;
    sw_addr key, value;

    if (sw_dict_open_like(&world->runtime.reader, object, &error, &dict) < 0)
        return;
    for (unsigned i = 0; i < MOST_STEPS && sw_dict_next(&dict, &error, &key, &value) > 0; i++)
        demand(key && value);
}

static void follow_paths(struct world *world, const struct sw_value_limits *limits)
{
    static const char *const paths[] = {"0x10400[0]", "0x10400[-1]", "0x10400['a']", "0x10400.name",
        "0x10400[1].a[2]", "0x10400.__class__.a", "0x10400[9223372036854775807]"};
    struct sw_frame frame = {.code = NULL};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct sw_error error = {.status = SW_OK};
        struct sw_found found;
        struct sw_writer writer;

        sw_writer_init(&writer, &world->runtime, &world->codes, &world->types, limits);
        if (sw_path_find(&writer, &frame, paths[i], &error, &found) < 0)
            demand(error.message[0]);
        sw_writer_fini(&writer);
    }
}

static void run(struct world *world, const uint8_t *head)
{
    static const struct sw_value_limits small = {16, 3, 3, 64}, usual = {1024, 400, 20, 1024};
    const struct sw_value_limits *limits = head[1] & 1 ? &small : &usual;
    const struct sw_reader *reader = &world->runtime.reader;
    struct sw_error error;
    struct sw_text text;
    const char *decimal;
    uint64_t bits;

    for (sw_addr at = 1024; at < 1024 + 8 * 64; at += 64)
        write_object(world, START + at, limits);
    walk_dict(world, START + 1024);
    follow_paths(world, limits);
    if (sw_long_decimal(reader, &world->arena, START + 1024, &error, &decimal, &bits) == 0)
        demand(strspn(decimal, "-0123456789") == strlen(decimal));
    if (sw_text_read(reader, &world->arena, START + 1024, 100, "str", &error, &text) == 0)
        demand(text.len <= 400 && text.data[text.len] == '\0');
    (void)sw_text_equals(reader, START + 1024, "na\xc3\xafve", 6);
    demand(world->reads <= MOST_READS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    uint8_t *bytes;

    if (size < HEAD)
        return 0;
    memset(&world, 0, sizeof(world));
    world.len = size - HEAD < MEMORY ? size - HEAD : MEMORY;
    bytes = malloc(world.len + 1);
    if (!bytes)
        return 0;
    memcpy(bytes, data + HEAD, world.len);
    if (make_world(&world, data)) {
        link_words(&world, bytes, world.len);
        world.bytes = bytes;
        run(&world, data);
        sw_codes_forget(&world.codes);
        sw_types_clear(&world.types);
        sw_arena_reset(&world.arena);
        sw_memory_fini(&world.memory);
    }
    free(bytes);
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include "auxv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIECE = 16 * 1024,
    /* The strings of arguments and environment lie behind the vector: Linux allows a quarter of the
       stack's limit, which is 8 MiB as a rule. */
    MAX_STRINGS = 2 * 1024 * 1024 + PIECE,
    MAX_STACK = 64 * 1024 * 1024,
    PAGE = 4096,
    MAX_EXECFN = 4096,
    /* Types in use are below 52. */
    MAX_TYPE = 256,
};

enum { AT_NULL = 0, AT_PHDR = 3, AT_PHNUM = 5, AT_EXECFN = 31 };

/* The vector as bytes, in which entries are two words each. */
struct words {
    const uint8_t *bytes;
    size_t len;
    const struct sw_target_info *info;
};

static uint64_t word_at(const struct words *words, size_t at)
{
    unsigned size = words->info->pointer_size;
    uint64_t word = 0;

    for (unsigned i = 0; i < size; i++)
        word = word << 8 | words->bytes[at + (words->info->big_endian ? i : size - 1 - i)];
    return word;
}

static bool add(struct sw_lldb_auxv *auxv, uint64_t type, uint64_t value)
{
    if (auxv->count == SW_LLDB_AUXV_SIZE)
        return false;
    auxv->entries[auxv->count].type = type;
    auxv->entries[auxv->count++].value = value;
    return true;
}

bool sw_lldb_auxv_get(const struct sw_lldb_auxv *auxv, uint64_t type, uint64_t *ret_value)
{
    for (size_t i = 0; i < auxv->count; i++)
        if (auxv->entries[i].type == type) {
            *ret_value = auxv->entries[i].value;
            return true;
        }
    return false;
}

/* The entries from `at` on, up to the one that ends them. */
static void parse(const struct words *words, size_t at, struct sw_lldb_auxv *auxv)
{
    size_t size = words->info->pointer_size;

    for (; at + 2 * size <= words->len; at += 2 * size) {
        uint64_t type = word_at(words, at);

        if (type == AT_NULL || type >= MAX_TYPE || !add(auxv, type, word_at(words, at + size)))
            return;
    }
}

/* ---------------------------------------------------------------- from the kernel */

static bool load_from_kernel(const struct sw_target_info *info, struct sw_lldb_auxv *auxv)
{
    uint8_t bytes[SW_LLDB_AUXV_SIZE * 16];
    struct words words = {bytes, 0, info};
    char path[48];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%lld/auxv", (long long)info->pid);
    file = fopen(path, "rb");
    if (!file)
        return false;
    words.len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    parse(&words, 0, auxv);
    return auxv->count > 0;
}

/* ---------------------------------------------------------------- from the stack */

/* The kernel ends the stack with a null word, and before that the path that was executed: its
   address is in the vector. Returns 0 when the end looks otherwise. */
static uint64_t find_execfn(const uint8_t *bytes, size_t len, uint64_t addr)
{
    size_t end = len - 8, at;

    if (len < 16 || bytes[end - 1] != 0)
        return 0;
    for (size_t i = end; i < len; i++)
        if (bytes[i])
            return 0;
    for (at = end - 1; at > 0 && bytes[at - 1] && end - at < MAX_EXECFN; at--)
        ;
    return at > 0 && at < end - 1 ? addr + at : 0;
}

/* Where the vector's entry AT_EXECFN with this value is in the bytes; `len` when nowhere. */
static size_t find_entry(const struct words *words, uint64_t execfn)
{
    size_t size = words->info->pointer_size;

    for (size_t at = words->len & ~(size_t)15; at >= size; at -= size)
        if (at + 2 * size <= words->len && word_at(words, at) == AT_EXECFN &&
            word_at(words, at + size) == execfn)
            return at;
    return words->len;
}

/* The first entry: what is before it is the end of the environment, whose words are addresses. */
static size_t first_entry(const struct words *words, size_t at)
{
    size_t pair = 2 * (size_t)words->info->pointer_size;

    while (
        at >= pair && word_at(words, at - pair) < MAX_TYPE && word_at(words, at - pair) != AT_NULL)
        at -= pair;
    return at;
}

static bool is_readable(struct sw_lldb *lldb, uint64_t addr)
{
    uint8_t byte;

    return sw_lldb_read(lldb, addr, &byte, 1) == 1;
}

/* The end of the mapping that `addr` is in, for servers that tell of no mappings (gdbserver): steps
   that double, then halve. */
static uint64_t find_end(struct sw_lldb *lldb, uint64_t addr)
{
    uint64_t at = addr & ~(uint64_t)(PAGE - 1), step = PAGE;

    if (!is_readable(lldb, at))
        return 0;
    while (step < MAX_STACK && is_readable(lldb, at + step)) {
        at += step;
        step *= 2;
    }
    for (; step >= PAGE; step /= 2)
        if (is_readable(lldb, at + step))
            at += step;
    return at + PAGE;
}

static bool load_from_stack(struct sw_lldb *lldb, struct sw_lldb_blocks *blocks,
    const struct sw_target_info *info, struct sw_lldb_auxv *auxv)
{
    struct words words = {.info = info};
    uint64_t start, end, execfn = 0;
    uint8_t *bytes;

    if (!sw_lldb_register(lldb, info->pid, "sp", &start))
        return false;
    if (!sw_lldb_block_mapping_end(blocks, lldb, start, &end))
        end = find_end(lldb, start);
    start &= ~(uint64_t)15;
    bytes = malloc(MAX_STRINGS);
    if (!bytes)
        return false;
    /* Backwards, piece by piece, until the entry is found. */
    while (auxv->count == 0 && words.len + PIECE <= MAX_STRINGS && end - words.len > start) {
        uint64_t left = end - words.len - start;
        size_t piece = left < PIECE ? (size_t)left : PIECE, at;

        words.len += piece;
        words.bytes = bytes + MAX_STRINGS - words.len;
        if (sw_lldb_block_read(
                blocks, lldb, end - words.len, bytes + MAX_STRINGS - words.len, piece) != piece)
            break;
        if (!execfn)
            execfn = find_execfn(words.bytes, words.len, end - words.len);
        if (!execfn)
            break;
        at = find_entry(&words, execfn);
        /* The entries before it may be in the next piece. */
        if (at < words.len && (at >= SW_LLDB_AUXV_SIZE * 16 || piece < PIECE))
            parse(&words, first_entry(&words, at), auxv);
    }
    free(bytes);
    return auxv->count > 0;
}

/* ---------------------------------------------------------------- from the executable */

static bool load_from_executable(
    struct sw_lldb *lldb, const struct sw_target_info *info, struct sw_lldb_auxv *auxv)
{
    bool is_64 = info->pointer_size == 8;
    struct sw_target_info half = {.pointer_size = 2, .big_endian = info->big_endian};
    uint8_t header[64];
    struct words words = {header, sizeof(header), info}, halves = {header, sizeof(header), &half};
    uint64_t at;

    if (!sw_lldb_executable(lldb, &at) ||
        sw_lldb_read(lldb, at, header, sizeof(header)) != sizeof(header) ||
        memcmp(header, "\177ELF", 4) != 0)
        return false;
    /* e_phoff and e_phnum */
    return add(auxv, AT_PHDR, at + word_at(&words, is_64 ? 32 : 28)) &&
           add(auxv, AT_PHNUM, word_at(&halves, is_64 ? 56 : 44));
}

bool sw_lldb_auxv_load(struct sw_lldb *lldb, struct sw_lldb_blocks *blocks,
    const struct sw_target_info *info, struct sw_lldb_auxv *ret_auxv)
{
    ret_auxv->count = 0;
    if (info->kind == SW_TARGET_LIVE && load_from_kernel(info, ret_auxv))
        return true;
    return load_from_stack(lldb, blocks, info, ret_auxv) ||
           load_from_executable(lldb, info, ret_auxv);
}

/* SPDX-License-Identifier: MIT */
#include "corefile.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The same members lie elsewhere in the two classes of ELF. */
struct segment {
    uint64_t type, offset, addr, size;
};

static uint64_t number_at(const struct core *core, uint64_t at, unsigned width)
{
    uint64_t value = 0;

    if (at > core->len || width > core->len - at)
        return 0;
    for (unsigned i = 0; i < width; i++)
        value |= (uint64_t)core->bytes[at + i] << 8 * (core->big_endian ? width - 1 - i : i);
    return value;
}

static bool segment_at(const struct core *core, unsigned index, struct segment *ret_segment)
{
    bool wide = core->wide;
    uint64_t start = number_at(core, wide ? 32 : 28, wide ? 8 : 4);
    uint64_t size = number_at(core, wide ? 54 : 42, 2), at = start + index * size;

    if (index >= number_at(core, wide ? 56 : 44, 2))
        return false;
    ret_segment->type = number_at(core, at, 4);
    ret_segment->offset = number_at(core, at + (wide ? 8 : 4), wide ? 8 : 4);
    ret_segment->addr = number_at(core, at + (wide ? 16 : 8), wide ? 8 : 4);
    ret_segment->size = number_at(core, at + (wide ? 32 : 16), wide ? 8 : 4);
    return true;
}

static void take_note(struct core *core, uint64_t type, uint64_t at, uint64_t size)
{
    unsigned word = core->wide ? 8 : 4;

    if (type == NT_PRSTATUS && core->tid_count < 4096)
        core->tids[core->tid_count++] = (int64_t)number_at(core, at + (core->wide ? 32 : 24), 4);
    for (uint64_t i = 0; type == NT_AUXV && i + 2 * word <= size && core->auxv_count < 64;
         i += 2 * word) {
        core->auxv[core->auxv_count][0] = number_at(core, at + i, word);
        core->auxv[core->auxv_count++][1] = number_at(core, at + i + word, word);
    }
}

static void take_notes(struct core *core, const struct segment *segment)
{
    uint64_t at = segment->offset, end = segment->offset + segment->size;

    while (at + 12 <= end && end <= core->len) {
        uint64_t name = number_at(core, at, 4), size = number_at(core, at + 4, 4);
        uint64_t data = at + 12 + (name + 3) / 4 * 4;

        take_note(core, number_at(core, at + 8, 4), data, size);
        at = data + (size + 3) / 4 * 4;
    }
}

int core_open(const char *path, struct core *ret_core)
{
    struct segment segment;
    FILE *file = fopen(path, "rb");
    long len;

    memset(ret_core, 0, sizeof(*ret_core));
    if (!file)
        return SW_E_NOT_FOUND;
    if (fseek(file, 0, SEEK_END) == 0 && (len = ftell(file)) > 64) {
        rewind(file);
        ret_core->bytes = malloc((size_t)len);
        if (ret_core->bytes)
            ret_core->len = fread(ret_core->bytes, 1, (size_t)len, file);
    }
    fclose(file);
    if (ret_core->len < 64 || memcmp(ret_core->bytes, ELFMAG, SELFMAG) != 0) {
        core_close(ret_core);
        return SW_E_CORRUPT;
    }
    ret_core->wide = ret_core->bytes[EI_CLASS] == ELFCLASS64;
    ret_core->big_endian = ret_core->bytes[EI_DATA] == ELFDATA2MSB;
    ret_core->machine = (uint16_t)number_at(ret_core, 18, 2);
    for (unsigned i = 0; segment_at(ret_core, i, &segment); i++)
        if (segment.type == PT_NOTE)
            take_notes(ret_core, &segment);
    return 0;
}

void core_close(struct core *core)
{
    free(core->bytes);
    memset(core, 0, sizeof(*core));
}

void core_info(const struct core *core, struct sw_target_info *ret_info)
{
    static const struct {
        uint16_t number;
        const char *name;
    } machines[] = {{EM_386, "i386"}, {EM_AARCH64, "aarch64"}, {EM_ARM, "arm"}, {EM_S390, "s390x"},
        {EM_RISCV, "riscv64"}, {EM_X86_64, "x86_64"}};

    memset(ret_info, 0, sizeof(*ret_info));
    ret_info->size = sizeof(*ret_info);
    ret_info->kind = SW_TARGET_CORE;
    ret_info->pointer_size = core->wide ? 8 : 4;
    ret_info->big_endian = core->big_endian;
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
        if (machines[i].number == core->machine)
            snprintf(ret_info->machine, sizeof(ret_info->machine), "%s", machines[i].name);
}

/* The bytes that a file has at an address, up to the end of a segment: how many, 0 for none. */
static size_t bytes_at(const struct core *core, sw_addr addr, size_t len, uint8_t *to)
{
    struct segment segment;

    for (unsigned i = 0; segment_at(core, i, &segment); i++) {
        uint64_t within = addr - segment.addr;
        size_t piece;

        if (segment.type != PT_LOAD || within >= segment.size)
            continue;
        piece = segment.size - within < len ? (size_t)(segment.size - within) : len;
        if (segment.offset + within > core->len || piece > core->len - segment.offset - within)
            return 0;
        memcpy(to, core->bytes + segment.offset + within, piece);
        return piece;
    }
    return 0;
}

/* Where the program was loaded: its headers are where the auxiliary vector says. */
static sw_addr program_bias(const struct core *core)
{
    struct segment segment;
    uint64_t phdr = 0;

    for (size_t i = 0; i < core->auxv_count; i++)
        if (core->auxv[i][0] == AT_PHDR)
            phdr = core->auxv[i][1];
    for (unsigned i = 0; segment_at(core->program, i, &segment); i++)
        if (segment.type == PT_LOAD)
            return phdr - (core->wide ? 64 : 52) - segment.addr;
    return 0;
}

static int core_read(void *ctx, sw_addr addr, void *buf, size_t len)
{
    const struct core *core = ctx;
    uint8_t *to = buf;

    while (len) {
        size_t piece = bytes_at(core, addr, len, to);

        if (!piece && core->program)
            piece = bytes_at(core->program, addr - program_bias(core), len, to);
        if (!piece)
            return SW_E_READ;
        to += piece;
        addr += piece;
        len -= piece;
    }
    return 0;
}

static int core_auxv(void *ctx, uint64_t type, uint64_t *ret_value)
{
    const struct core *core = ctx;

    for (size_t i = 0; i < core->auxv_count; i++)
        if (core->auxv[i][0] == type) {
            *ret_value = core->auxv[i][1];
            return 0;
        }
    return SW_E_NOT_FOUND;
}

static int core_thread(void *ctx, unsigned index, struct sw_native_thread *ret_thread)
{
    const struct core *core = ctx;

    if (index >= core->tid_count)
        return SW_E_NOT_FOUND;
    memset(ret_thread, 0, sizeof(*ret_thread));
    ret_thread->tid = core->tids[index];
    ret_thread->number = index + 1;
    ret_thread->selected = index == 0;
    return 0;
}

static int core_selected_thread(void *ctx, struct sw_native_thread *ret_thread)
{
    return core_thread(ctx, 0, ret_thread);
}

const struct sw_target_ops core_ops = {
    .size = sizeof(struct sw_target_ops),
    .read = core_read,
    .auxv = core_auxv,
    .thread = core_thread,
    .selected_thread = core_selected_thread,
};

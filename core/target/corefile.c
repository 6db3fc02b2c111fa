/* SPDX-License-Identifier: MIT */
/* pread() is POSIX; large files on 32-bit hosts too. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64

#include "target/corefile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/limits.h"

/* The ELF specification; NT_FILE is the kernel's (include/uapi/linux/elf.h). */
enum {
    CLASS_64 = 2,
    ORDER_BIG = 2,
    TYPE_CORE = 4,
    COUNT_ELSEWHERE = 0xffff, /* PN_XNUM: in sh_info of the first section header */
    SEGMENT_LOAD = 1,
    SEGMENT_NOTE = 4,
    WRITABLE = 2,
    NOTE_FILE = 0x46494c45,
    NOTE_HEADER = 12,
};

/* Offsets in the two classes of ELF structures. */
struct form {
    unsigned word, phoff, shoff, phentsize, phnum, info;
    unsigned phdr_size, flags, offset, vaddr, filesz, memsz;
};

static const struct form form32 = {4, 28, 32, 42, 44, 28, 32, 24, 4, 8, 16, 20};
static const struct form form64 = {8, 32, 40, 54, 56, 44, 56, 4, 8, 16, 32, 40};

struct file {
    int descriptor;
    const struct form *form;
    bool big_endian;
};

static bool read_at(const struct file *file, uint64_t offset, void *buf, size_t len)
{
    return offset <= INT64_MAX && pread(file->descriptor, buf, len, (off_t)offset) == (ssize_t)len;
}

static uint64_t number(const struct file *file, const uint8_t *at, unsigned width)
{
    return sw_bytes_uint(at, width, file->big_endian);
}

/* The file's own header: where the program headers are, how many. */
static bool read_header(struct file *file, uint64_t *ret_offset, uint64_t *ret_count)
{
    uint8_t header[64], section[64];
    const struct form *form;

    if (!read_at(file, 0, header, sizeof(header)) || memcmp(header, "\177ELF", 4) != 0)
        return false;
    file->form = form = header[4] == CLASS_64 ? &form64 : &form32;
    file->big_endian = header[5] == ORDER_BIG;
    if (number(file, header + 16, 2) != TYPE_CORE ||
        number(file, header + form->phentsize, 2) != form->phdr_size)
        return false;
    *ret_offset = number(file, header + form->phoff, form->word);
    *ret_count = number(file, header + form->phnum, 2);
    if (*ret_count == COUNT_ELSEWHERE) {
        if (!read_at(file, number(file, header + form->shoff, form->word), section, form->info + 4))
            return false;
        *ret_count = number(file, section + form->info, 4);
    }
    return *ret_count <= SW_MAX_CORE_SEGMENTS;
}

/* ---------------------------------------------------------------- the note of mapped files */

/* {count, page size}, {start, end, offset in pages} of each, then their paths. */
static void take_mappings(const struct file *file, struct sw_corefile *core, size_t len)
{
    const uint8_t *data = (const uint8_t *)core->paths;
    unsigned word = file->form->word;
    uint64_t count = len >= 2 * word ? number(file, data, word) : 0;
    uint64_t page = count ? number(file, data + word, word) : 0;
    const char *path, *end = core->paths + len;

    if (!count || count > (len - 2 * word) / (3 * word))
        return;
    core->mappings = calloc((size_t)count, sizeof(*core->mappings));
    path = core->paths + 2 * word + count * 3 * word;
    for (uint64_t i = 0; core->mappings && i < count && path < end; i++) {
        const uint8_t *at = data + 2 * word + i * 3 * word;
        const char *next = memchr(path, '\0', (size_t)(end - path));

        if (!next)
            return;
        core->mappings[core->mapping_count++] = (struct sw_core_mapping){
            .start = number(file, at, word),
            .end = number(file, at + word, word),
            .offset = number(file, at + 2 * word, word) * page,
            .path = path,
        };
        path = next + 1;
    }
}

/* Notes are many, some for each thread; the kernel writes that of the files among the first. */
static void read_notes(
    const struct file *file, uint64_t offset, uint64_t size, struct sw_corefile *core)
{
    uint64_t end = offset + size;

    for (unsigned i = 0; i < SW_MAX_CORE_NOTES && offset + NOTE_HEADER <= end; i++) {
        uint8_t header[NOTE_HEADER];
        uint64_t name_size, data_size;

        if (!read_at(file, offset, header, sizeof(header)))
            return;
        name_size = (number(file, header, 4) + 3) & ~UINT64_C(3);
        data_size = number(file, header + 4, 4);
        offset += NOTE_HEADER + name_size;
        if (number(file, header + 8, 4) == NOTE_FILE) {
            if (data_size > SW_MAX_CORE_FILE_NOTE)
                return;
            core->paths = malloc((size_t)data_size + 1);
            if (core->paths && read_at(file, offset, core->paths, (size_t)data_size))
                take_mappings(file, core, (size_t)data_size);
            return;
        }
        offset += (data_size + 3) & ~UINT64_C(3);
    }
}

/* ---------------------------------------------------------------- segments */

static int by_address(const void *a, const void *b)
{
    const struct sw_core_segment *one = a, *other = b;

    return (one->start > other->start) - (one->start < other->start);
}

static void take_segment(const struct file *file, const uint8_t *at, struct sw_corefile *core)
{
    const struct form *form = file->form;
    uint64_t type = number(file, at, 4);
    uint64_t offset = number(file, at + form->offset, form->word);
    uint64_t size = number(file, at + form->filesz, form->word);
    sw_addr start = number(file, at + form->vaddr, form->word);
    uint64_t length = number(file, at + form->memsz, form->word);

    if (size <= UINT64_MAX - offset && offset + size > core->whole_size)
        core->whole_size = offset + size;
    if (type == SEGMENT_NOTE && !core->paths)
        read_notes(file, offset, size, core);
    if (type == SEGMENT_LOAD && length <= UINT64_MAX - start)
        core->segments[core->segment_count++] = (struct sw_core_segment){
            .start = start,
            .end = start + length,
            .offset = offset,
            .size = size,
            .writable = (number(file, at + form->flags, 4) & WRITABLE) != 0,
        };
}

static int read_core(struct file *file, struct sw_corefile *core)
{
    uint64_t offset = 0, count = 0;
    unsigned size;
    uint8_t *headers;

    if (!read_header(file, &offset, &count) || !count)
        return SW_E_NOT_FOUND;
    size = file->form->phdr_size;
    headers = malloc((size_t)count * size);
    core->segments = calloc((size_t)count, sizeof(*core->segments));
    if (headers && core->segments && read_at(file, offset, headers, (size_t)count * size))
        for (uint64_t i = 0; i < count; i++)
            take_segment(file, headers + i * size, core);
    free(headers);
    if (core->segment_count)
        qsort(core->segments, core->segment_count, sizeof(*core->segments), by_address);
    return core->segment_count ? 0 : SW_E_NOT_FOUND;
}

int sw_corefile_read(const char *path, struct sw_corefile *ret_core)
{
    struct sw_corefile core = {.size = 0};
    struct file file = {.descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    off_t size;
    int result = SW_E_NOT_FOUND;

    if (file.descriptor < 0)
        return SW_E_NOT_FOUND;
    /* Not by fstat(): glibc 2.33 made that a symbol that older systems lack. */
    size = lseek(file.descriptor, 0, SEEK_END);
    if (size > 0) {
        core.size = (uint64_t)size;
        result = read_core(&file, &core);
    }
    close(file.descriptor);
    if (result < 0)
        sw_corefile_fini(&core);
    else
        *ret_core = core;
    return result;
}

void sw_corefile_fini(struct sw_corefile *core)
{
    free(core->segments);
    free(core->mappings);
    free(core->paths);
    memset(core, 0, sizeof(*core));
}

/* ---------------------------------------------------------------- what it has */

/* The first segment that ends behind the address; NULL when there is none. */
static const struct sw_core_segment *segment_at(const struct sw_corefile *core, sw_addr addr)
{
    size_t low = 0, high = core->segment_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (core->segments[middle].end <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low < core->segment_count ? &core->segments[low] : NULL;
}

static bool is_of_file(const struct sw_corefile *core, sw_addr addr)
{
    for (size_t i = 0; i < core->mapping_count; i++)
        if (addr >= core->mappings[i].start && addr < core->mappings[i].end)
            return true;
    return false;
}

/* The same for bytes of one segment. */
static enum sw_core_state state_within(
    const struct sw_corefile *core, const struct sw_core_segment *segment, sw_addr addr, size_t len)
{
    uint64_t within = addr - segment->start, dumped = len;

    if (within + len > segment->size)
        dumped = within < segment->size ? segment->size - within : 0;
    if (dumped && segment->offset + within + dumped > core->size)
        return SW_CORE_CUT_OFF;
    /* What a file has of memory that nobody wrote to is the truth. Kernels leave out private memory
       of files only when nobody did, or when they were told to (coredump_filter). */
    return dumped < len && segment->writable && !is_of_file(core, addr) ? SW_CORE_LEFT_OUT
                                                                        : SW_CORE_HAS;
}

enum sw_core_state sw_corefile_state(const struct sw_corefile *core, sw_addr addr, size_t len)
{
    const struct sw_core_segment *segment = segment_at(core, addr);
    const struct sw_core_segment *end = core->segments + core->segment_count;
    enum sw_core_state state = SW_CORE_HAS;

    for (; segment && segment < end && len && state == SW_CORE_HAS; segment++) {
        size_t piece = len;

        if (segment->start > addr) {
            if (segment->start - addr >= len)
                break;
            len -= (size_t)(segment->start - addr);
            addr = segment->start;
            piece = len;
        }
        if (piece > segment->end - addr)
            piece = (size_t)(segment->end - addr);
        state = state_within(core, segment, addr, piece);
        addr += piece;
        len -= piece;
    }
    return state;
}

/* SPDX-License-Identifier: MIT */
#include "target/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum page_state { PAGE_EMPTY = 0, PAGE_PRESENT, PAGE_ABSENT };

struct sw_page {
    sw_addr base;
    enum page_state state;
};

/* What is known of the pages, and behind it, in the same order, their bytes: these are touched only
   as far as the cache is used. */
struct sw_pages {
    struct sw_page items[SW_MAX_CACHED_PAGES];
    uint8_t bytes[SW_MAX_CACHED_PAGES][SW_PAGE_SIZE];
};

static uint8_t *page_bytes(const struct sw_memory *memory, const struct sw_page *page)
{
    return memory->pages->bytes[page - memory->pages->items];
}

void sw_memory_init(struct sw_memory *memory, const struct sw_target_info *info,
    const struct sw_target_ops *ops, void *ctx)
{
    size_t info_size = info->size < sizeof(*info) ? info->size : sizeof(*info);
    size_t ops_size = ops->size < sizeof(*ops) ? ops->size : sizeof(*ops);

    memset(memory, 0, sizeof(*memory));
    memcpy(&memory->info, info, info_size);
    memcpy(&memory->ops, ops, ops_size);
    memory->info.machine[sizeof(memory->info.machine) - 1] = '\0';
    memory->ctx = ctx;
}

void sw_memory_fini(struct sw_memory *memory)
{
    free(memory->pages);
    memory->pages = NULL;
    memory->recent = NULL;
    sw_memory_forget(memory);
}

void sw_memory_forget(struct sw_memory *memory)
{
    sw_corefile_fini(&memory->core);
    memory->core_asked = false;
}

const struct sw_corefile *sw_memory_core(struct sw_memory *memory)
{
    char path[4096];

    if (!memory->core_asked && memory->info.kind == SW_TARGET_CORE && memory->ops.core_file) {
        memory->core_asked = true;
        if (memory->ops.core_file(memory->ctx, path, sizeof(path)) == 0)
            sw_corefile_read(path, &memory->core);
    }
    return memory->core.segment_count ? &memory->core : NULL;
}

void sw_memory_invalidate(struct sw_memory *memory)
{
    for (unsigned i = 0; memory->pages && i < SW_MAX_CACHED_PAGES; i++)
        memory->pages->items[i].state = PAGE_EMPTY;
    memset(memory->marches, 0, sizeof(memory->marches));
    memory->lone = 0;
    memory->stopped = false;
}

bool sw_memory_interrupted(struct sw_memory *memory)
{
    if (!memory->stopped && memory->ops.interrupted && memory->ops.interrupted(memory->ctx))
        memory->stopped = true;
    return memory->stopped;
}

/* Debuggers make up bytes for what is not in a core. */
static enum sw_core_state core_state(struct sw_memory *memory, sw_addr addr, size_t len)
{
    const struct sw_corefile *core = sw_memory_core(memory);

    return core ? sw_corefile_state(core, addr, len) : SW_CORE_HAS;
}

/* Ask the debugger, in pieces that it can bear. */
static int fetch(struct sw_memory *memory, sw_addr addr, void *buf, size_t len)
{
    uint8_t *to = buf;

    while (len) {
        size_t piece = len < SW_READ_MAX ? len : SW_READ_MAX;
        int status;

        if (memory->stopped)
            return SW_E_STOPPED;
        if (core_state(memory, addr, piece) != SW_CORE_HAS)
            return SW_E_READ;
        memory->counters.reads++;
        memory->counters.bytes += piece;
        status = memory->ops.read(memory->ctx, addr, to, piece);
        if (status < 0) {
            memory->counters.failed_reads++;
            memory->stopped = memory->stopped || status == SW_E_STOPPED;
            return status;
        }
        addr += piece;
        to += piece;
        len -= piece;
    }
    return 0;
}

/* Allocates the cache at the first need; false when the host is out of memory. */
static bool has_pages(struct sw_memory *memory)
{
    if (memory->pages)
        return true;
    memory->pages = malloc(sizeof(*memory->pages));
    if (memory->pages)
        memset(memory->pages->items, 0, sizeof(memory->pages->items));
    return memory->pages != NULL;
}

static struct sw_page *page_set(struct sw_memory *memory, sw_addr base, unsigned *ret_set)
{
    *ret_set = (unsigned)(base / SW_PAGE_SIZE) % SW_PAGE_SETS;
    return memory->pages->items + *ret_set * SW_PAGE_WAYS;
}

static struct sw_page *page_find(struct sw_memory *memory, sw_addr base)
{
    unsigned set;
    struct sw_page *ways = page_set(memory, base, &set);

    for (unsigned i = 0; i < SW_PAGE_WAYS; i++)
        if (ways[i].state != PAGE_EMPTY && ways[i].base == base)
            return &ways[i];
    return NULL;
}

/* The slot for a page: the one it has, an empty one, or the set's next victim. */
static struct sw_page *page_claim(struct sw_memory *memory, sw_addr base)
{
    unsigned set;
    struct sw_page *page = page_find(memory, base);
    struct sw_page *ways = page_set(memory, base, &set);

    for (unsigned i = 0; !page && i < SW_PAGE_WAYS; i++)
        if (ways[i].state == PAGE_EMPTY)
            page = &ways[i];
    if (!page) {
        page = &ways[memory->victim[set]];
        memory->victim[set] = (uint8_t)((memory->victim[set] + 1) % SW_PAGE_WAYS);
    }
    page->base = base;
    page->state = PAGE_EMPTY;
    return page;
}

static int fetch_one(struct sw_memory *memory, sw_addr base)
{
    struct sw_page *page = page_claim(memory, base);
    int status = fetch(memory, base, page_bytes(memory, page), SW_PAGE_SIZE);

    if (status == 0)
        page->state = PAGE_PRESENT;
    return status;
}

/* Fetch `count` pages with one read into the cache; nothing is kept when it fails. */
static int fetch_pages(struct sw_memory *memory, sw_addr base, unsigned count)
{
    uint8_t buf[SW_MAX_READ_AHEAD_PAGES * SW_PAGE_SIZE];
    int status = fetch(memory, base, buf, (size_t)count * SW_PAGE_SIZE);

    if (status < 0)
        return status;
    for (unsigned i = 0; i < count; i++) {
        struct sw_page *page = page_claim(memory, base + (sw_addr)i * SW_PAGE_SIZE);

        memcpy(page_bytes(memory, page), buf + (size_t)i * SW_PAGE_SIZE, SW_PAGE_SIZE);
        page->state = PAGE_PRESENT;
    }
    return 0;
}

/* When misses march through memory in one direction, take more pages each time. */
static bool read_ahead(struct sw_memory *memory, struct sw_march *march, sw_addr base)
{
    unsigned count =
        march->pages * 2 < SW_MAX_READ_AHEAD_PAGES ? march->pages * 2 : SW_MAX_READ_AHEAD_PAGES;
    sw_addr more = (sw_addr)(count - 1) * SW_PAGE_SIZE;
    bool down = base + SW_PAGE_SIZE == march->start;

    if (down ? base < more : base > UINT64_MAX - more - SW_PAGE_SIZE)
        return false;
    if (down)
        base -= more;
    if (fetch_pages(memory, base, count) < 0)
        return false;
    *march = (struct sw_march){base, base + more + SW_PAGE_SIZE, count};
    return true;
}

/* The march that comes to this page; else one that begins here, in the place of one that went
   nowhere, if there is such a one. */
static struct sw_march *march_to(struct sw_memory *memory, sw_addr base)
{
    struct sw_march *march;

    for (unsigned i = 0; i < SW_MARCHES; i++) {
        march = &memory->marches[i];
        if (march->pages && (base == march->end || base + SW_PAGE_SIZE == march->start))
            return march;
    }
    for (unsigned i = 0; i < SW_MARCHES; i++) {
        memory->last_march = (memory->last_march + 1) % SW_MARCHES;
        march = &memory->marches[memory->last_march];
        if (march->pages <= 1)
            break;
    }
    march->pages = 0;
    return march;
}

static int fetch_page(struct sw_memory *memory, sw_addr base)
{
    struct sw_march *march = march_to(memory, base);
    int status;

    if (march->pages && read_ahead(memory, march, base))
        return 0;
    if (memory->stopped)
        return SW_E_STOPPED;
    status = fetch_one(memory, base);
    if (status == 0)
        *march = (struct sw_march){base, base + SW_PAGE_SIZE, 1};
    return status;
}

static int page_get(struct sw_memory *memory, sw_addr base, struct sw_page **ret_page)
{
    struct sw_page *page;
    int status;

    if (!has_pages(memory))
        return SW_E_NO_MEMORY;
    page = page_find(memory, base);
    if (page) {
        *ret_page = page;
        return 0;
    }
    status = fetch_page(memory, base);
    if (status < 0 && status != SW_E_READ)
        return status;
    if (status < 0) {
        page = page_claim(memory, base);
        page->state = PAGE_ABSENT;
        *ret_page = page;
        return 0;
    }
    *ret_page = page_find(memory, base);
    return *ret_page ? 0 : SW_E_READ;
}

static int read_failed(struct sw_memory *memory, int status, sw_addr addr, size_t len,
    const char *field, struct sw_error *reterr)
{
    static const char *const reasons[] = {
        [SW_CORE_HAS] = "",
        [SW_CORE_CUT_OFF] = ": the core is cut off before it",
        [SW_CORE_LEFT_OUT] = ": the core leaves it out",
    };

    if (status == SW_E_STOPPED)
        return sw_fail(reterr, SW_E_STOPPED, addr, field, "interrupted");
    if (status == SW_E_NO_MEMORY)
        return sw_fail(reterr, SW_E_NO_MEMORY, addr, field, "the debugger is out of memory");
    return sw_fail(reterr, SW_E_READ, addr, field, "cannot read %zu bytes at 0x%llx%s%s%s", len,
        (unsigned long long)addr, field && *field ? " for " : "", field ? field : "",
        reasons[core_state(memory, addr, len)]);
}

/* A target whose pointers have four bytes has no address beyond them: sums go around there. */
static sw_addr within_space(const struct sw_memory *memory, sw_addr addr)
{
    return memory->info.pointer_size == 4 ? addr & UINT32_MAX : addr;
}

static int read_all(struct sw_memory *memory, sw_addr addr, void *buf, size_t len,
    const char *field, struct sw_error *reterr)
{
    uint8_t *to = buf;

    addr = within_space(memory, addr);
    if (len > UINT64_MAX - addr)
        return read_failed(memory, SW_E_READ, addr, len, field, reterr);
    /* Large runs are used once: they would only push everything else out of the cache. */
    if (len > SW_MAX_READ_AHEAD_PAGES * SW_PAGE_SIZE) {
        int status = fetch(memory, addr, buf, len);

        return status < 0 ? read_failed(memory, status, addr, len, field, reterr) : 0;
    }
    if (len > SW_PAGE_SIZE)
        sw_memory_prefetch(memory, addr, len);
    while (len) {
        size_t within = (size_t)(addr % SW_PAGE_SIZE);
        size_t piece = SW_PAGE_SIZE - within < len ? SW_PAGE_SIZE - within : len;
        struct sw_page *page = NULL;
        int status = page_get(memory, addr - within, &page);

        if (status < 0)
            return read_failed(memory, status, addr, len, field, reterr);
        if (page->state == PAGE_PRESENT) {
            memcpy(to, page_bytes(memory, page) + within, piece);
        } else {
            /* A page may be there in part: the end of a truncated core, a stub with small regions.
             */
            status = fetch(memory, addr, to, piece);
            if (status < 0)
                return read_failed(memory, status, addr, piece, field, reterr);
        }
        addr += piece;
        to += piece;
        len -= piece;
    }
    return 0;
}

int sw_memory_read(struct sw_memory *memory, sw_addr addr, void *buf, size_t len, const char *field,
    struct sw_error *reterr)
{
    int status = read_all(memory, addr, buf, len, field, reterr);

    memory->absent += status == SW_E_READ || status == SW_E_NO_MEMORY;
    return status;
}

/* Bytes that lie on one page that was read, which is what most integers do; else NULL. */
static const uint8_t *find_cached(struct sw_memory *memory, sw_addr addr, unsigned width)
{
    struct sw_page *page;
    unsigned within;

    addr = within_space(memory, addr);
    within = (unsigned)(addr % SW_PAGE_SIZE);
    if (!memory->pages || within + width > SW_PAGE_SIZE)
        return NULL;
    page = memory->recent;
    if (!page || page->base != addr - within || page->state != PAGE_PRESENT) {
        page = page_find(memory, addr - within);
        if (!page || page->state != PAGE_PRESENT)
            return NULL;
        memory->recent = page;
    }
    return page_bytes(memory, page) + within;
}

int sw_memory_uint(struct sw_memory *memory, sw_addr addr, unsigned width, const char *field,
    struct sw_error *reterr, uint64_t *ret_value)
{
    const uint8_t *cached;
    uint8_t bytes[8];
    int status;

    if (width == 0 || width > sizeof(bytes))
        return sw_fail(reterr, SW_E_CORRUPT, addr, field, "no integer has %u bytes", width);
    cached = find_cached(memory, addr, width);
    if (cached) {
        *ret_value = sw_bytes_uint(cached, width, memory->info.big_endian);
        return 0;
    }
    status = sw_memory_read(memory, addr, bytes, width, field, reterr);
    if (status < 0)
        return status;
    *ret_value = sw_bytes_uint(bytes, width, memory->info.big_endian);
    return 0;
}

int sw_memory_read_alone(struct sw_memory *memory, sw_addr addr, void *buf, size_t len,
    const char *field, struct sw_error *reterr)
{
    enum { FEW = 64 };

    addr = within_space(memory, addr);
    /* What cannot be read is left to the other way, which fails as it should. */
    if (++memory->lone <= FEW || len > SW_PAGE_SIZE || find_cached(memory, addr, (unsigned)len) ||
        fetch(memory, addr, buf, len) < 0)
        return sw_memory_read(memory, addr, buf, len, field, reterr);
    return 0;
}

int sw_memory_uint_alone(struct sw_memory *memory, sw_addr addr, unsigned width, const char *field,
    struct sw_error *reterr, uint64_t *ret_value)
{
    uint8_t bytes[8];
    int status;

    if (width == 0 || width > sizeof(bytes))
        return sw_fail(reterr, SW_E_CORRUPT, addr, field, "no integer has %u bytes", width);
    status = sw_memory_read_alone(memory, addr, bytes, width, field, reterr);
    if (status == 0)
        *ret_value = sw_bytes_uint(bytes, width, memory->info.big_endian);
    return status;
}

int sw_memory_ptr(struct sw_memory *memory, sw_addr addr, const char *field,
    struct sw_error *reterr, sw_addr *ret_value)
{
    return sw_memory_uint(memory, addr, memory->info.pointer_size, field, reterr, ret_value);
}

int sw_memory_string(struct sw_memory *memory, sw_addr addr, const char *field, char *buf,
    size_t size, struct sw_error *reterr)
{
    size_t len = 0;

    while (len + 1 < size) {
        /* Up to the end of the page: the string may be the last thing before a hole. */
        size_t piece = SW_PAGE_SIZE - (size_t)((addr + len) % SW_PAGE_SIZE);
        const char *end;
        int status;

        if (piece > size - 1 - len)
            piece = size - 1 - len;
        status = sw_memory_read(memory, addr + len, buf + len, piece, field, reterr);
        if (status < 0)
            return status;
        end = memchr(buf + len, '\0', piece);
        if (end)
            return 0;
        len += piece;
    }
    buf[len] = '\0';
    return 0;
}

void sw_memory_prefetch(struct sw_memory *memory, sw_addr addr, size_t len)
{
    sw_addr base = addr - addr % SW_PAGE_SIZE;
    sw_addr end = addr + len;

    if (len == 0 || end < addr || end > UINT64_MAX - SW_PAGE_SIZE)
        return;
    if (!has_pages(memory))
        return;
    while (base < end && !memory->stopped) {
        unsigned count = 0;

        if (page_find(memory, base)) {
            base += SW_PAGE_SIZE;
            continue;
        }
        while (count < SW_MAX_READ_AHEAD_PAGES && base + (sw_addr)count * SW_PAGE_SIZE < end &&
               !page_find(memory, base + (sw_addr)count * SW_PAGE_SIZE))
            count++;
        if (fetch_pages(memory, base, count) < 0)
            return;
        base += (sw_addr)count * SW_PAGE_SIZE;
    }
}

int sw_memory_other_build(struct sw_memory *memory, sw_addr addr, struct sw_error *reterr)
{
    char path[1024];

    if (memory->info.kind != SW_TARGET_CORE || !memory->ops.other_build ||
        memory->ops.other_build(memory->ctx, addr, path, sizeof(path)) < 0)
        return 0;
    return sw_fail(reterr, SW_E_READ, 0, "",
        "the core was made from another build of %.100s than the debugger has, which is not used: "
        "open it with the files of the machine it comes from",
        path);
}

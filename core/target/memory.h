/* SPDX-License-Identifier: MIT */
/*
 * The target's memory: the debugger's read callback behind a cache of pages that lasts for one
 * stop. Every read of libsidewinder goes through here, and is counted here.
 */
#ifndef SW_TARGET_MEMORY_H
#define SW_TARGET_MEMORY_H

#include "base/limits.h"
#include "base/status.h"
#include "target/corefile.h"

enum {
    SW_PAGE_SIZE = 4096,
    SW_PAGE_WAYS = 4,
    SW_PAGE_SETS = SW_MAX_CACHED_PAGES / SW_PAGE_WAYS,
};

struct sw_page; /* private to memory.c */
struct sw_pages;

/* Misses that follow each other through memory in one direction. A walk through many threads goes
   through the states of all, and the stack of each, by turns. */
struct sw_march {
    sw_addr start, end; /* what the last of them fetched */
    unsigned pages;     /* how many pages that were; the next takes more */
};

enum { SW_MARCHES = 8 };

struct sw_memory {
    struct sw_target_info info;
    struct sw_target_ops ops;
    void *ctx;
    struct sw_pages *pages; /* sets of ways; NULL until the first read */
    struct sw_page *recent; /* of them, the one that an integer was taken from last, or NULL */
    uint8_t victim[SW_PAGE_SETS];
    struct sw_march marches[SW_MARCHES];
    unsigned last_march; /* that began last */
    struct sw_session_counters counters;
    struct sw_corefile core; /* of a core: what is in it, empty when that is not known */
    bool core_asked;
    unsigned lone;   /* calls of sw_memory_read_alone() in this stop */
    uint64_t absent; /* how often sw_memory_read() could not give what was asked for */
    bool stopped;    /* the user interrupted; every further read says so too */
};

/* `info` and `ops` are copied, as much of them as their `size` says. Nothing is read. */
void sw_memory_init(struct sw_memory *memory, const struct sw_target_info *info,
    const struct sw_target_ops *ops, void *ctx);

/* Free the cache. */
void sw_memory_fini(struct sw_memory *memory);

/* Forget every page: the target has run. */
void sw_memory_invalidate(struct sw_memory *memory);

/* Forget which core file it was, too. */
void sw_memory_forget(struct sw_memory *memory);

/* What is in the core; NULL when the target is none, or when that is not known. */
const struct sw_corefile *sw_memory_core(struct sw_memory *memory);

/* Copy `len` bytes at `addr` into `buf`: all of them, or SW_E_READ (the error's address is the
   first byte that is absent, `field` says what was wanted), SW_E_STOPPED. `buf` is undefined on
   failure. */
int sw_memory_read(struct sw_memory *memory, sw_addr addr, void *buf, size_t len, const char *field,
    struct sw_error *reterr);

/* An unsigned integer of `width` bytes (1 to 8) in the target's byte order. */
int sw_memory_uint(struct sw_memory *memory, sw_addr addr, unsigned width, const char *field,
    struct sw_error *reterr, uint64_t *ret_value);

/* The same of what lies alone. When many such are asked for in one stop, one for each of many
   threads, then nothing near most of them will be, and no pages are fetched and kept for them. */
int sw_memory_read_alone(struct sw_memory *memory, sw_addr addr, void *buf, size_t len,
    const char *field, struct sw_error *reterr);
int sw_memory_uint_alone(struct sw_memory *memory, sw_addr addr, unsigned width, const char *field,
    struct sw_error *reterr, uint64_t *ret_value);

/* A pointer. */
int sw_memory_ptr(struct sw_memory *memory, sw_addr addr, const char *field,
    struct sw_error *reterr, sw_addr *ret_value);

/* A C string of at most `size` - 1 bytes into `buf`, cut there without a word. */
int sw_memory_string(struct sw_memory *memory, sw_addr addr, const char *field, char *buf,
    size_t size, struct sw_error *reterr);

/* Fetch a range that will be needed soon, with as few reads as possible. Failures do not matter:
   the read that needs the bytes will report them. */
void sw_memory_prefetch(struct sw_memory *memory, sw_addr addr, size_t len);

/* When the debugger has a file, that of `addr` or one met before, in another build than the one
   that a core was made from: SW_E_READ, and the message says so. Else 0. */
int sw_memory_other_build(struct sw_memory *memory, sw_addr addr, struct sw_error *reterr);

/* True when the user asked to stop. Ask it in loops that may run long on cached memory. */
bool sw_memory_interrupted(struct sw_memory *memory);

#endif

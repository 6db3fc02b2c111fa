/* SPDX-License-Identifier: MIT */
/* A target made of a few regions of host memory, which counts and remembers what is asked of it. */
#ifndef FAKE_TARGET_H
#define FAKE_TARGET_H

#include "target/memory.h"

enum { FAKE_REGIONS = 16, FAKE_LOG = 256, FAKE_AUXV = 8, FAKE_MODULES = 4 };

struct fake_region {
    sw_addr start;
    size_t len;
    uint8_t *data; /* owned */
};

struct fake_read {
    sw_addr addr;
    size_t len;
    int status;
};

/* Make one with fake_init(). */
struct fake_target {
    struct sw_target_info info;
    struct sw_target_ops ops;
    struct fake_region regions[FAKE_REGIONS];
    unsigned region_count;
    unsigned reads;                 /* calls of the read callback */
    struct fake_read log[FAKE_LOG]; /* the first of them */
    unsigned fail_at;               /* the read that fails, counted from 1; 0 for none */
    int fail_with;                  /* its status */
    bool interrupted;               /* what the interrupted callback says */
    uint64_t auxv[FAKE_AUXV][2];    /* type, value; type 0 ends it */
    struct sw_module modules[FAKE_MODULES];
    unsigned module_count;
};

/* A live little endian 64-bit target without any memory. */
void fake_init(struct fake_target *fake);
void fake_fini(struct fake_target *fake);

/* Add a region; byte i of it holds a pattern of its address. The data may be written. */
uint8_t *fake_add(struct fake_target *fake, sw_addr start, size_t len);

/* What fake_add() puts at an address. */
uint8_t fake_byte(sw_addr addr);

/* Write an integer in the target's byte order. */
void fake_put(struct fake_target *fake, sw_addr addr, unsigned width, uint64_t value);

/* Write a string and its NUL. */
void fake_put_text(struct fake_target *fake, sw_addr addr, const char *text);

/* sw_memory_init() over this target. */
void fake_memory(struct fake_target *fake, struct sw_memory *memory);

#endif

/* SPDX-License-Identifier: MIT */
#include "fake_target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int fake_read(void *ctx, sw_addr addr, void *buf, size_t len)
{
    struct fake_target *fake = ctx;
    int status = SW_E_READ;

    assert(len > 0 && len <= SW_READ_MAX);
    fake->reads++;
    if (fake->reads == fake->fail_at) {
        status = fake->fail_with;
    } else {
        for (unsigned i = 0; i < fake->region_count; i++) {
            const struct fake_region *region = &fake->regions[i];

            if (addr >= region->start && addr - region->start < region->len &&
                len <= region->len - (addr - region->start)) {
                memcpy(buf, region->data + (addr - region->start), len);
                status = 0;
            }
        }
    }
    if (fake->reads <= FAKE_LOG)
        fake->log[fake->reads - 1] = (struct fake_read){addr, len, status};
    return status;
}

static bool fake_interrupted(void *ctx)
{
    return ((struct fake_target *)ctx)->interrupted;
}

static int fake_auxv(void *ctx, uint64_t type, uint64_t *ret_value)
{
    struct fake_target *fake = ctx;

    for (unsigned i = 0; i < FAKE_AUXV && fake->auxv[i][0]; i++) {
        if (fake->auxv[i][0] == type) {
            *ret_value = fake->auxv[i][1];
            return 0;
        }
    }
    return SW_E_NOT_FOUND;
}

static int fake_module(void *ctx, unsigned index, struct sw_module *ret_module)
{
    struct fake_target *fake = ctx;

    if (index >= fake->module_count)
        return SW_E_NOT_FOUND;
    *ret_module = fake->modules[index];
    return 0;
}

void fake_init(struct fake_target *fake)
{
    memset(fake, 0, sizeof(*fake));
    fake->info.size = sizeof(fake->info);
    fake->info.pointer_size = 8;
    strcpy(fake->info.machine, "x86_64");
    fake->ops.size = sizeof(fake->ops);
    fake->ops.read = fake_read;
    fake->ops.auxv = fake_auxv;
    fake->ops.module = fake_module;
    fake->ops.interrupted = fake_interrupted;
    fake->fail_with = SW_E_READ;
}

void fake_fini(struct fake_target *fake)
{
    for (unsigned i = 0; i < fake->region_count; i++)
        free(fake->regions[i].data);
    fake->region_count = 0;
}

uint8_t fake_byte(sw_addr addr)
{
    return (uint8_t)(addr ^ addr >> 8 ^ addr >> 16 ^ 0x5a);
}

uint8_t *fake_add(struct fake_target *fake, sw_addr start, size_t len)
{
    struct fake_region *region = &fake->regions[fake->region_count++];

    assert(fake->region_count <= FAKE_REGIONS);
    region->start = start;
    region->len = len;
    region->data = malloc(len);
    assert(region->data);
    for (size_t i = 0; i < len; i++)
        region->data[i] = fake_byte(start + i);
    return region->data;
}

static uint8_t *fake_at(struct fake_target *fake, sw_addr addr, size_t len)
{
    for (unsigned i = 0; i < fake->region_count; i++) {
        struct fake_region *region = &fake->regions[i];

        if (addr >= region->start && addr - region->start + len <= region->len)
            return region->data + (addr - region->start);
    }
    assert(!"no such region");
    return NULL;
}

void fake_put(struct fake_target *fake, sw_addr addr, unsigned width, uint64_t value)
{
    uint8_t *at = fake_at(fake, addr, width);

    for (unsigned i = 0; i < width; i++)
        at[i] = (uint8_t)(value >> 8 * (fake->info.big_endian ? width - 1 - i : i));
}

void fake_put_text(struct fake_target *fake, sw_addr addr, const char *text)
{
    size_t len = strlen(text) + 1;

    memcpy(fake_at(fake, addr, len), text, len);
}

void fake_memory(struct fake_target *fake, struct sw_memory *memory)
{
    sw_memory_init(memory, &fake->info, &fake->ops, fake);
}

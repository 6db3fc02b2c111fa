/* SPDX-License-Identifier: MIT */
#include "target/trampoline.h"

#include <string.h>

/* The longer ones first: they end like the shorter ones. */
static const struct sw_trampoline_form forms[] = {
    /* endbr64; push rbp; mov rbp, rsp; call rcx; pop rbp; ret (3.13.15, 3.14: gh-126366) */
    {"x86_64", 12, {0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0xff, 0xd1, 0x5d, 0xc3}, 6,
        {{0, 8, false}, {4, 8, false}, {5, 16, true}, {8, 16, true}, {10, 16, true},
            {11, 8, false}}},
    {"x86_64", 8, {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd1, 0x5d, 0xc3}, 5,
        {{0, 8, false}, {1, 16, true}, {4, 16, true}, {6, 16, true}, {7, 8, false}}},
    /* endbr64; sub rsp, 8; call rcx; add rsp, 8; ret (3.12, first releases of 3.13) */
    {"x86_64", 15,
        {0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x83, 0xec, 0x08, 0xff, 0xd1, 0x48, 0x83, 0xc4, 0x08, 0xc3},
        5, {{0, 8, false}, {4, 8, false}, {8, 16, false}, {10, 16, false}, {14, 8, false}}},
    {"x86_64", 11, {0x48, 0x83, 0xec, 0x08, 0xff, 0xd1, 0x48, 0x83, 0xc4, 0x08, 0xc3}, 4,
        {{0, 8, false}, {4, 16, false}, {6, 16, false}, {10, 8, false}}},
    /* paciasp; stp x29, x30, [sp, -16]!; mov x29, sp; blr x3; ldp x29, x30, [sp], 16; autiasp; ret
     */
    {"aarch64", 28,
        {0x3f, 0x23, 0x03, 0xd5, 0xfd, 0x7b, 0xbf, 0xa9, 0xfd, 0x03, 0x00, 0x91, 0x60, 0x00, 0x3f,
            0xd6, 0xfd, 0x7b, 0xc1, 0xa8, 0xbf, 0x23, 0x03, 0xd5, 0xc0, 0x03, 0x5f, 0xd6},
        7,
        {{0, 0, false}, {4, 0, false}, {8, 16, true}, {12, 16, true}, {16, 16, true},
            {20, 0, false}, {24, 0, false}}},
    /* pacibsp, autibsp */
    {"aarch64", 28,
        {0x7f, 0x23, 0x03, 0xd5, 0xfd, 0x7b, 0xbf, 0xa9, 0xfd, 0x03, 0x00, 0x91, 0x60, 0x00, 0x3f,
            0xd6, 0xfd, 0x7b, 0xc1, 0xa8, 0xff, 0x23, 0x03, 0xd5, 0xc0, 0x03, 0x5f, 0xd6},
        7,
        {{0, 0, false}, {4, 0, false}, {8, 16, true}, {12, 16, true}, {16, 16, true},
            {20, 0, false}, {24, 0, false}}},
    /* bti c */
    {"aarch64", 24,
        {0x5f, 0x24, 0x03, 0xd5, 0xfd, 0x7b, 0xbf, 0xa9, 0xfd, 0x03, 0x00, 0x91, 0x60, 0x00, 0x3f,
            0xd6, 0xfd, 0x7b, 0xc1, 0xa8, 0xc0, 0x03, 0x5f, 0xd6},
        6,
        {{0, 0, false}, {4, 0, false}, {8, 16, true}, {12, 16, true}, {16, 16, true},
            {20, 0, false}}},
    {"aarch64", 20,
        {0xfd, 0x7b, 0xbf, 0xa9, 0xfd, 0x03, 0x00, 0x91, 0x60, 0x00, 0x3f, 0xd6, 0xfd, 0x7b, 0xc1,
            0xa8, 0xc0, 0x03, 0x5f, 0xd6},
        5, {{0, 0, false}, {4, 16, true}, {8, 16, true}, {12, 16, true}, {16, 0, false}}},
};

enum { FORM_COUNT = sizeof(forms) / sizeof(forms[0]), MARGIN = sizeof(forms[0].bytes) };

const struct sw_trampoline_form *sw_trampoline_form_of(
    const char *machine, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < FORM_COUNT; i++)
        if (forms[i].size <= len && strcmp(forms[i].machine, machine) == 0 &&
            memcmp(forms[i].bytes, bytes, forms[i].size) == 0)
            return &forms[i];
    return NULL;
}

/* The bytes around a program counter, fewer where memory ends at a page. */
struct window {
    uint8_t bytes[2 * MARGIN];
    sw_addr start, end;
};

static int read_window(struct sw_memory *memory, sw_addr pc, struct window *window)
{
    const sw_addr page = pc & ~(sw_addr)(SW_PAGE_SIZE - 1);
    int status;

    if (pc < MARGIN || pc > UINT64_MAX - MARGIN)
        return SW_E_READ;
    window->start = pc - MARGIN;
    window->end = pc + MARGIN;
    status = sw_memory_read(memory, window->start, window->bytes, 2 * MARGIN, "code", NULL);
    if (status != SW_E_READ)
        return status;
    if (window->start < page)
        window->start = page;
    if (window->end > page + SW_PAGE_SIZE)
        window->end = page + SW_PAGE_SIZE;
    return sw_memory_read(
        memory, window->start, window->bytes, (size_t)(window->end - window->start), "code", NULL);
}

static bool matches(const struct window *window, const struct sw_trampoline_form *form, sw_addr at)
{
    return at >= window->start && at <= window->end && window->end - at >= form->size &&
           memcmp(window->bytes + (at - window->start), form->bytes, form->size) == 0;
}

int sw_trampoline_find(struct sw_memory *memory, sw_addr pc, struct sw_trampoline *ret_trampoline)
{
    struct window window;
    int status = read_window(memory, pc, &window);

    for (size_t i = 0; status == 0 && i < FORM_COUNT; i++) {
        const struct sw_trampoline_form *form = &forms[i];

        if (strcmp(form->machine, memory->info.machine) != 0)
            continue;
        for (size_t k = 0; k < form->step_count; k++) {
            sw_addr start = pc - form->steps[k].offset;

            if (!matches(&window, form, start))
                continue;
            *ret_trampoline = (struct sw_trampoline){start, form, &form->steps[k]};
            return 0;
        }
    }
    return status < 0 ? status : SW_E_NOT_FOUND;
}

/* SPDX-License-Identifier: MIT */
#include "view/rendered.h"

#include <string.h>

/* What is kept at most: 256 slots of an ordinary frame's two lines. */
enum { KEPT_BYTES = 64 * 1024 };

static size_t slot_of(const struct sw_frame *frame)
{
    uint64_t key = frame->code->addr ^ (uint64_t)(uint32_t)frame->lasti << 32;

    return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) % SW_RENDERED_SLOTS;
}

bool sw_rendered_put(
    const struct sw_rendered *rendered, const struct sw_frame *frame, struct sw_out *out)
{
    size_t slot;

    if (!frame->code || out->sink->styled)
        return false;
    slot = slot_of(frame);
    if (rendered->slots[slot].code != frame->code->addr ||
        rendered->slots[slot].lasti != frame->lasti ||
        rendered->slots[slot].line != frame->position.line)
        return false;
    sw_out_raw(out, SW_STYLE_PLAIN, rendered->slots[slot].text, rendered->slots[slot].len);
    return true;
}

void sw_rendered_keep(struct sw_rendered *rendered, const struct sw_frame *frame,
    const struct sw_out *out, size_t start, uint64_t flushed)
{
    size_t slot, len = out->used - start;
    const char *text;

    if (!frame->code || out->sink->styled || out->flushed != flushed || out->status < 0 ||
        rendered->arena.used + len > KEPT_BYTES)
        return;
    text = sw_arena_text(&rendered->arena, out->buffer + start, len);
    if (!text)
        return;
    slot = slot_of(frame);
    rendered->slots[slot].code = frame->code->addr;
    rendered->slots[slot].lasti = frame->lasti;
    rendered->slots[slot].line = frame->position.line;
    rendered->slots[slot].text = text;
    rendered->slots[slot].len = len;
}

void sw_rendered_fini(struct sw_rendered *rendered)
{
    sw_arena_reset(&rendered->arena);
}

/* SPDX-License-Identifier: MIT */
/* py-bt from within: its options, and a frame as it shows one. */
#ifndef SW_VIEW_BT_H
#define SW_VIEW_BT_H

#include "frame/builtin.h"
#include "view/command.h"

struct sw_bt_options {
    bool all;
    bool columns;
    bool qualname;
    bool json;
    bool locals;
    bool source;    /* lines around the one that runs */
    bool fold;      /* threads with the same stack together */
    bool native;    /* native frames among the Python ones */
    bool plumbing;  /* the interpreter's own too */
    bool oldest;    /* count from the outermost frame */
    uint64_t count; /* frames to show; UINT64_MAX for all */
};

/* A frame with its source, `margin` spaces before each line but the first. */
void sw_bt_put_frame(const struct sw_run *run, const struct sw_bt_options *options,
    const struct sw_runtime *runtime, const struct sw_frame *frame, unsigned margin);

/* The frame's variables, each on its line behind `margin` spaces. */
void sw_bt_put_locals(const struct sw_run *run, const struct sw_thread *thread,
    const struct sw_frame *frame, unsigned margin);

/* The members of a frame's JSON object; `builtin` is what it calls, NULL when that is not known. */
void sw_bt_json_frame(const struct sw_run *run, const struct sw_bt_options *options,
    struct sw_json *json, const struct sw_thread *thread, const struct sw_frame *frame,
    const struct sw_builtin *builtin);

/* The stack of one thread without native frames, and its JSON as members of an object. */
int sw_bt_put_stack(
    const struct sw_run *run, const struct sw_bt_options *options, const struct sw_thread *thread);
int sw_bt_json_stack(const struct sw_run *run, const struct sw_bt_options *options,
    const struct sw_thread *thread, struct sw_json *json);

/* py-bt --native (native.c). */
int sw_bt_native(const struct sw_run *run, const struct sw_bt_options *options);

#endif

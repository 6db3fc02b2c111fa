/* SPDX-License-Identifier: MIT */
/*
 * place.h - where this machine has the target's source files: lldb's setting target.source-map,
 * pairs of a directory of the target and one of this machine. It is what a sysroot is in gdb, for
 * lldb tells nobody the one of its platform.
 */
#ifndef SW_LLDB_PLACE_H
#define SW_LLDB_PLACE_H

#include "lldb.h"

enum {
    SW_LLDB_MAX_PLACES = 32,
    SW_LLDB_MAX_PATH = 1024,
};

/* Zero-initialised is a valid beginning; `asked` is reset when the setting may be another one. */
struct sw_lldb_places {
    bool asked;
    unsigned count;
    struct {
        char there[SW_LLDB_MAX_PATH], here[SW_LLDB_MAX_PATH];
    } items[SW_LLDB_MAX_PLACES];
};

/* Put into buf the first file that there is among those that the setting has for `path`. */
bool sw_lldb_places_find(
    struct sw_lldb_places *places, struct sw_lldb *lldb, const char *path, char *buf, size_t size);

#endif

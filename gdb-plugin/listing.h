/* SPDX-License-Identifier: MIT */
/*
 * listing.h - reading what gdb prints for people where its Python module has nothing to ask.
 *
 * Pure functions of text. Words may be translated, so only numbers and names are looked at.
 */
#ifndef SW_GDB_LISTING_H
#define SW_GDB_LISTING_H

#include <sidewinder.h>

/* An entry of the auxiliary vector. */
struct sw_gdb_auxv {
    uint64_t type;
    uint64_t value;
};

/* A section of a loaded file, where it lies in memory. */
struct sw_gdb_section {
    sw_addr addr;
    uint64_t size;
};

/*
 * Under gdb/MI gdb 18 gives what a command printed as MI would send it, ~"text\\n" and a newline
 * for each piece: make that plain text again, in place. Other text stays as it is. Returns the
 * length.
 */
size_t sw_gdb_listing_plain(char *text);

/* The entries in the text of `info auxv`, at most `size` of them; returns how many. */
size_t sw_gdb_listing_auxv(const char *text, struct sw_gdb_auxv *entries, size_t size);

/* The sections called `name` in the text of `maint info sections`, at most `size` of them, each
   address once: the executable, its symbols and its separate debug file list the same section.
   Returns how many. */
size_t sw_gdb_listing_sections(
    const char *text, const char *name, struct sw_gdb_section *sections, size_t size);

/*
 * The name in the text of `info symbol ADDRESS`, `address` as it was typed there, without the
 * offset behind it. False when there is none: then what gdb says names the address.
 */
bool sw_gdb_listing_function(const char *text, const char *address, char *buf, size_t size);

/* The core file in the text of `info files`: the first file whose sections it lists, for a core
   lies in front of the executable. False when there is none, or when it has no room in `buf`. */
bool sw_gdb_listing_core(const char *text, char *buf, size_t size);

#endif

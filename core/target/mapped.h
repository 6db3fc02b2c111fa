/* SPDX-License-Identifier: MIT */
/* The loaded files of a core whose list of them, the dynamic linker's, is not in it. */
#ifndef SW_TARGET_MAPPED_H
#define SW_TARGET_MAPPED_H

#include "target/elf.h"

/* The next file of the core's note of mapped files, from *index on, that is an ELF file in memory;
 *index becomes that of the one behind it. SW_E_NOT_FOUND at the end, SW_E_STOPPED. */
int sw_mapped_module(struct sw_memory *memory, size_t *index, struct sw_module *ret_module);

#endif

/* SPDX-License-Identifier: MIT */
/* How many columns of a terminal a character takes. */
#ifndef SW_VIEW_WIDTH_H
#define SW_VIEW_WIDTH_H

#include <stdint.h>

/* 2 for wide characters, 1 for all others: what CPython's traceback module counts since 3.13
   (traceback._display_width), so that our marks stand where its marks stand. */
unsigned sw_char_width(uint32_t c);

#endif

/* SPDX-License-Identifier: MIT */
/* Making an image small: bytes that decide nothing become zero. */
#ifndef SW_TESTSUITE_TRIM_H
#define SW_TESTSUITE_TRIM_H

#include "image.h"

/*
 * The library reads whole pages and uses few bytes of them. Zero what can be zeroed without a
 * change in any command's output and cost, except near bytes that matter. The ranges stay as they
 * are, so that every read that succeeded still does. False when out of memory, or when the image
 * does not replay as it should; it is then worth nothing.
 */
bool image_trim(struct image *image);

#endif

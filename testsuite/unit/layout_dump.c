/* SPDX-License-Identifier: MIT */
/*
 * layout_dump: the library's own answer for flavours, for `layout-check table`. Each line of
 * standard input is a flavour, HEXVERSION POINTER_SIZE MACHINE FLAGS (in that order; MACHINE may be
 * `-`, FLAGS any of d f t b); the answer is one line for each row, in the words of a layout file,
 * then an empty line.
 */
#include <stdio.h>
#include <string.h>

#include "layout/layout.h"

static void print_field(const struct sw_layout *layout, enum sw_field_id id)
{
    const struct sw_field *field = &layout->fields[id];

    printf("%s ", sw_field_name(id));
    if (field->offset == SW_ABSENT) {
        printf("absent\n");
        return;
    }
    printf("%u", (unsigned)field->offset);
    if (field->width)
        printf(" :%u", field->width);
    if (field->bits)
        printf(" bit %u bits %u", field->bit, field->bits);
    printf("\n");
}

static void print_layout(const struct sw_layout *layout)
{
    for (unsigned i = 0; i < SW_S_COUNT; i++) {
        printf("[%s] ", sw_struct_name((enum sw_struct_id)i));
        if (layout->sizes[i] == SW_ABSENT)
            printf("absent\n");
        else
            printf("size %u\n", (unsigned)layout->sizes[i]);
    }
    for (unsigned i = 0; i < SW_F_COUNT; i++)
        print_field(layout, (enum sw_field_id)i);
    printf("\n");
}

int main(void)
{
    char machine[32];
    char flags[32];
    unsigned version;
    unsigned pointer_size;

    while (scanf("%x %u %31s %31s", &version, &pointer_size, machine, flags) == 4) {
        struct sw_flavour flavour = {
            .hexversion = version,
            .pointer_size = (uint8_t)pointer_size,
            .debug = strchr(flags, 'd') != NULL,
            .free_threaded = strchr(flags, 'f') != NULL,
            .trace_refs = strchr(flags, 't') != NULL,
            .big_endian = strchr(flags, 'b') != NULL,
        };
        struct sw_layout layout;

        snprintf(flavour.machine, sizeof(flavour.machine), "%.15s", machine);
        if (sw_layout_from_table(&flavour, NULL, &layout) != 0)
            return 1;
        print_layout(&layout);
    }
    return 0;
}

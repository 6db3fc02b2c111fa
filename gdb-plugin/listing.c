/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINE = 256 };

/* One character of a C string, at *at behind its backslash. */
static char unescape(const char **at)
{
    static const char letters[] = "n\nt\tr\re\033";
    char c = *(*at)++;

    if (c >= '0' && c <= '7') {
        int value = c - '0';

        for (int i = 0; i < 2 && **at >= '0' && **at <= '7'; i++)
            value = value * 8 + (*(*at)++ - '0');
        return (char)value;
    }
    for (const char *letter = letters; *letter; letter += 2)
        if (c == *letter)
            return letter[1];
    return c;
}

size_t sw_gdb_listing_plain(char *text)
{
    const char *at = text;
    char *to = text;

    while (at[0] == '~' && at[1] == '"') {
        at += 2;
        while (*at && *at != '"') {
            if (*at == '\\' && at[1]) {
                at++;
                *to++ = unescape(&at);
            } else {
                *to++ = *at++;
            }
        }
        at += *at == '"';
        at += *at == '\n';
    }
    while (*at)
        *to++ = *at++;
    *to = '\0';
    return (size_t)(to - text);
}

/* One line of `info auxv`: "3    AT_PHDR   Program headers for program   0x400040". The words in
   the middle are translated and hold numbers; a string in quotes may follow the value. */
static bool parse_auxv_line(const char *line, size_t len, struct sw_gdb_auxv *ret_entry)
{
    const char *quote = memchr(line, '"', len);
    const char *end = quote ? quote : line + len;
    char *rest;

    ret_entry->type = strtoull(line, &rest, 10);
    if (rest == line)
        return false;
    while (end > line && end[-1] == ' ')
        end--;
    while (end > line && end[-1] != ' ')
        end--;
    ret_entry->value = strtoull(end, &rest, 0);
    return rest > end;
}

size_t sw_gdb_listing_auxv(const char *text, struct sw_gdb_auxv *entries, size_t size)
{
    size_t count = 0;

    while (*text && count < size) {
        size_t len = strcspn(text, "\n");

        if (parse_auxv_line(text, len, &entries[count]))
            count++;
        text += len + (text[len] == '\n');
    }
    return count;
}

/* One line of `maint info sections`:
   " [23]     0x00a5b740->0x00a84260 at 0x0065b740: .PyRuntime ALLOC LOAD DATA HAS_CONTENTS" */
static bool parse_section_line(
    const char *line, size_t len, const char *name, struct sw_gdb_section *ret_section)
{
    char copy[MAX_LINE];
    unsigned long long start, end;
    char found[64];

    if (len >= sizeof(copy))
        return false;
    memcpy(copy, line, len);
    copy[len] = '\0';
    if (sscanf(copy, " [%*d] %llx->%llx at %*x: %63s", &start, &end, found) != 3)
        return false;
    if (strcmp(found, name) != 0 || end <= start)
        return false;
    ret_section->addr = start;
    ret_section->size = end - start;
    return true;
}

static bool is_listed(const struct sw_gdb_section *sections, size_t count, sw_addr addr)
{
    for (size_t i = 0; i < count; i++)
        if (sections[i].addr == addr)
            return true;
    return false;
}

size_t sw_gdb_listing_sections(
    const char *text, const char *name, struct sw_gdb_section *sections, size_t size)
{
    size_t count = 0;

    while (*text && count < size) {
        size_t len = strcspn(text, "\n");

        if (parse_section_line(text, len, name, &sections[count]) &&
            !is_listed(sections, count, sections[count].addr))
            count++;
        text += len + (text[len] == '\n');
    }
    return count;
}

bool sw_gdb_listing_function(const char *text, const char *address, char *buf, size_t size)
{
    size_t len = 0;

    if (strstr(text, address))
        return false;
    /* "name + 4 in section .text of FILE"; a C++ name has blanks between its brackets. */
    for (int depth = 0; text[len] && text[len] != '\n' && (depth > 0 || text[len] != ' '); len++) {
        depth += text[len] == '(' || text[len] == '<';
        depth -= text[len] == ')' || text[len] == '>';
    }
    if (len == 0)
        return false;
    snprintf(buf, size, "%.*s", (int)(len < size ? len : size - 1), text);
    return true;
}

/* "\t`/tmp/core', file type elf64-x86-64.": of the words, the quotes alone are never translated. */
bool sw_gdb_listing_core(const char *text, char *buf, size_t size)
{
    const char *start = strstr(text, "\n\t`");
    const char *line_end, *end = NULL;
    size_t len;

    if (!start)
        return false;
    start += strlen("\n\t`");
    line_end = start + strcspn(start, "\n");
    for (const char *at = start; at < line_end; at++)
        if (at[0] == '\'' && (at[1] == ',' || !end))
            end = at;
    len = end ? (size_t)(end - start) : size;
    if (len >= size)
        return false;
    memcpy(buf, start, len);
    buf[len] = '\0';
    return true;
}

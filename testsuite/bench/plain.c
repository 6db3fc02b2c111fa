/* SPDX-License-Identifier: MIT */
/* A program without Python: ten frames of two arguments, then it says ready, and ends with its
   standard input. */
#include <stdio.h>
#include <unistd.h>

static int deep(int left, const char *text)
{
    char byte;

    if (left > 0)
        return deep(left - 1, text) + 1;
    puts("ready");
    fflush(stdout);
    return (int)read(0, &byte, 1);
}

int main(void)
{
    return deep(9, "text");
}

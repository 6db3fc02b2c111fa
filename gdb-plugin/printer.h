/* SPDX-License-Identifier: MIT */
/*
 * printer.h - gdb's `print`, `info locals`, `bt` and the variable views of its front ends show
 * Python objects as py-print does.
 */
#ifndef SW_GDB_PRINTER_H
#define SW_GDB_PRINTER_H

#include "python.h"

/* Put the pretty printer in front of all others. Returns 0, or -1 with a Python exception set. */
int sw_gdb_printer_register(void);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * command.h - the library's commands as commands of gdb.
 */
#ifndef SW_GDB_COMMAND_H
#define SW_GDB_COMMAND_H

#include "python.h"

/*
 * Register `sidewinder`, each command below it, and each under the name that people know ("py-bt").
 * From then on nobody else's Python script can take those names. Returns 0, or -1 with a Python
 * exception set.
 */
int sw_gdb_command_register(void);

#endif

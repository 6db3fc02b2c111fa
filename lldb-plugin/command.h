/* SPDX-License-Identifier: MIT */
/*
 * command.h - the library's commands as commands of lldb.
 */
#ifndef SW_LLDB_COMMAND_H
#define SW_LLDB_COMMAND_H

#include "lldb.h"

/*
 * Add `pystack`, which takes the name of a command and its arguments; `sidewinder`, the same as a
 * container with the help and the completion that lldb has for those; and each command under the
 * name that people know ("py-bt"), unless somebody else has it. False: lldb refused.
 */
bool sw_lldb_command_register(struct sw_lldb_registry *registry);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * loader.c - what `plugin load` opens.
 *
 * The plugin proper is not linked to liblldb, so that one build serves every lldb: its calls are
 * resolved by the library that is there. This file makes sure that they can be. In the program lldb
 * the library's functions are visible to everybody; in others, such as Python after `import lldb`,
 * they are not, and a call would end the process. So the library, which has just called us, is made
 * visible first, and then every call is resolved at once or the plugin is not loaded.
 *
 * Linked without libc for the same reason: dlopen() has another version since glibc 2.34.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MAX_PATH = 4096 };

static const char plugin_name[] = "sidewinder-lldb.so";

/* lldb::PluginInitialize(lldb::SBDebugger), which gets the address of the debugger. */
bool sw_loader_initialize(void *debugger) __asm__("_ZN4lldb16PluginInitializeENS_10SBDebuggerE");

static bool fail(const char *why)
{
    dprintf(2, "error: Sidewinder cannot be loaded into this lldb: %s\n", why ? why : "no reason");
    return false;
}

/* The path of the plugin proper, beside this file. */
static bool find_plugin(char path[MAX_PATH])
{
    Dl_info here;
    const char *slash;
    size_t len;

    if (!dladdr((void *)plugin_name, &here) || !here.dli_fname)
        return false;
    slash = strrchr(here.dli_fname, '/');
    len = slash ? (size_t)(slash + 1 - here.dli_fname) : 0;
    if (len + sizeof(plugin_name) > MAX_PATH)
        return false;
    memcpy(path, here.dli_fname, len);
    memcpy(path + len, plugin_name, sizeof(plugin_name));
    return true;
}

bool sw_loader_initialize(void *debugger)
{
    bool (*initialize)(void *debugger);
    char path[MAX_PATH];
    Dl_info lldb;
    void *plugin;

    if (!dladdr(__builtin_return_address(0), &lldb) || !lldb.dli_fname)
        return fail("it cannot be told which library called");
    dlopen(lldb.dli_fname, RTLD_NOLOAD | RTLD_LAZY | RTLD_GLOBAL);
    if (!find_plugin(path))
        return fail("its own path cannot be told");
    plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!plugin)
        return fail(dlerror());
    *(void **)&initialize = dlsym(plugin, "sw_lldb_plugin_initialize");
    if (!initialize)
        return fail(dlerror());
    return initialize(debugger) || fail("it does not take the commands");
}

/* SPDX-License-Identifier: MIT */
/* A core file of any machine as a target, without a debugger: for recordings of what no debugger of
   this machine could attach to. */
#ifndef SW_TESTSUITE_COREFILE_H
#define SW_TESTSUITE_COREFILE_H

#include "sidewinder.h"

struct core {
    uint8_t *bytes; /* the whole file */
    size_t len;
    bool wide, big_endian;
    uint16_t machine; /* e_machine */
    uint64_t auxv[64][2];
    size_t auxv_count;
    int64_t tids[4096];
    size_t tid_count;
    struct core
        *program; /* borrowed: the program's file, for memory that was not dumped; or NULL */
};

/* Read a core file, or a program; free it with core_close(). 0, or a negative enum sw_status. */
int core_open(const char *path, struct core *ret_core);
void core_close(struct core *core);

/* Its callbacks, and its facts; `ctx` is the struct core. */
extern const struct sw_target_ops core_ops;
void core_info(const struct core *core, struct sw_target_info *ret_info);

#endif

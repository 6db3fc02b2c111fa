/* SPDX-License-Identifier: MIT */
/* nanosleep() is POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "plugin.h"

#include <stdatomic.h>
#include <time.h>

#include "command.h"
#include "setting.h"
#include "summary.h"

/* No mutex: pthread_mutex_timedlock() got another version with glibc 2.34, and one build serves
   older systems. */
static atomic_flag locked = ATOMIC_FLAG_INIT;

bool sw_lldb_lock(unsigned milliseconds)
{
    const struct timespec millisecond = {.tv_nsec = 1000000};

    while (atomic_flag_test_and_set(&locked)) {
        if (milliseconds-- == 0)
            return false;
        nanosleep(&millisecond, NULL);
    }
    return true;
}

void sw_lldb_unlock(void)
{
    atomic_flag_clear(&locked);
}

bool sw_lldb_open(struct sw_lldb_registry *registry)
{
    return sw_lldb_setting_open() && sw_lldb_command_register(registry) &&
           sw_lldb_summary_register(registry);
}

/* SPDX-License-Identifier: MIT */
#include "setting.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "session.h"

enum { MAX_SETTINGS = 32 };

static int64_t values[MAX_SETTINGS];
static size_t value_count;

/* No process is behind this session: it is there to tell which values are possible. */
static struct sw_session *judge;

static int no_memory_read(void *ctx, sw_addr addr, void *buf, size_t len)
{
    (void)ctx, (void)addr, (void)buf, (void)len;
    return SW_E_READ;
}

bool sw_lldb_setting_open(void)
{
    const struct sw_target_info info = {.size = sizeof(info), .pointer_size = sizeof(void *)};
    const struct sw_target_ops ops = {.size = sizeof(ops), .read = no_memory_read};
    size_t count;
    const struct sw_setting *settings = sw_settings(&count);

    /* Another debugger of the same lldb has done it. */
    if (judge)
        return true;
    if (sw_session_create(&info, &ops, NULL, NULL, &judge) < 0)
        return false;
    for (size_t i = 0; i < count && i < MAX_SETTINGS; i++)
        values[value_count++] = settings[i].fallback;
    return true;
}

void sw_lldb_setting_apply(struct sw_session *session)
{
    for (size_t i = 0; i < value_count; i++)
        sw_session_set(session, i, values[i], NULL);
}

/* The index of a setting; value_count when there is none of that name. */
static size_t index_of(const char *name)
{
    size_t count, i = 0;
    const struct sw_setting *settings = sw_settings(&count);

    while (i < value_count && strcmp(settings[i].name, name) != 0)
        i++;
    return i;
}

int64_t sw_lldb_setting_value(const char *name, int64_t otherwise)
{
    size_t index = index_of(name);

    return index < value_count ? values[index] : otherwise;
}

static bool parse(const struct sw_setting *setting, const char *text, int64_t *ret_value)
{
    char *end;

    if (setting->is_switch && (strcmp(text, "on") == 0 || strcmp(text, "off") == 0)) {
        *ret_value = strcmp(text, "on") == 0;
        return true;
    }
    *ret_value = strtoll(text, &end, 10);
    return !setting->is_switch && end > text && !*end;
}

int sw_lldb_setting_set(const char *name, const char *value, struct sw_error *reterr)
{
    size_t count, index = index_of(name);
    const struct sw_setting *settings = sw_settings(&count);
    int64_t number;
    int status;

    if (index == value_count)
        return sw_lldb_fail(reterr, SW_E_USAGE,
            "there is no setting '%.40s'; \"pystack set\" shows them all", name);
    if (!parse(&settings[index], value, &number))
        return sw_lldb_fail(reterr, SW_E_USAGE, "sidewinder %s must be %s, not '%.40s'", name,
            settings[index].is_switch ? "on or off" : "a number", value);
    status = sw_session_set(judge, index, number, reterr);
    if (status < 0)
        return status;
    values[index] = number;
    sw_lldb_session_for_each(sw_lldb_setting_apply);
    return 0;
}

bool sw_lldb_setting_show(size_t index, char *buf, size_t size)
{
    size_t count;
    const struct sw_setting *settings = sw_settings(&count);

    if (index >= value_count)
        return false;
    if (settings[index].is_switch)
        snprintf(
            buf, size, "sidewinder %s is %s.", settings[index].name, values[index] ? "on" : "off");
    else
        snprintf(buf, size, "sidewinder %s is %" PRId64 ".", settings[index].name, values[index]);
    return true;
}

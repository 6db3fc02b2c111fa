/* SPDX-License-Identifier: MIT */
#include "session/settings.h"

#include <stddef.h>

/* Where a setting is kept; the adapter's own have no place. */
enum { NOWHERE = -1 };

static const struct sw_setting settings[] = {
    {"string-length", "Characters that are shown of one string.",
        "Of a longer one the beginning is shown, and how long it is.\n", false, 0,
        SW_MAX_VALUE_WIDTH, 1000},
    {"items", "Items that are shown of one container.",
        "Of a larger one the first are shown, and how many there are.\n", false, 0,
        SW_MAX_VALUE_WIDTH, 400},
    {"depth", "How deep containers within containers are shown.",
        "What lies deeper is shown as ... and the number of its items.\n", false, 1,
        SW_MAX_VALUE_DEPTH, 20},
    {"width", "Characters of one value.",
        "A longer one ends in ...(truncated), as in CPython's own gdb extension.\n", false, 16,
        SW_MAX_VALUE_WIDTH, 1024},
    {"colour", "Whether Sidewinder's output is styled.",
        "Off: plain text, whatever the debugger's own setting of styles is.\n", true, 0, 1, 1},
};

enum { SETTING_COUNT = sizeof(settings) / sizeof(settings[0]) };

static const ptrdiff_t places[SETTING_COUNT] = {
    offsetof(struct sw_value_limits, string),
    offsetof(struct sw_value_limits, items),
    offsetof(struct sw_value_limits, depth),
    offsetof(struct sw_value_limits, width),
    NOWHERE,
};

const struct sw_setting *sw_settings(size_t *ret_count)
{
    *ret_count = SETTING_COUNT;
    return settings;
}

static void set(struct sw_session *session, size_t setting, int64_t value)
{
    if (places[setting] != NOWHERE)
        *(uint32_t *)((char *)&session->limits + places[setting]) = (uint32_t)value;
}

void sw_settings_reset(struct sw_session *session)
{
    for (size_t i = 0; i < SETTING_COUNT; i++)
        set(session, i, settings[i].fallback);
}

int sw_session_set(
    struct sw_session *session, size_t setting, int64_t value, struct sw_error *reterr)
{
    const struct sw_setting *found = &settings[setting < SETTING_COUNT ? setting : 0];

    if (setting >= SETTING_COUNT)
        return sw_fail(reterr, SW_E_USAGE, 0, "", "there is no such setting");
    if (value < found->minimum || value > found->maximum)
        return sw_fail(reterr, SW_E_USAGE, 0, "", "sidewinder %s must be from %lld to %lld",
            found->name, (long long)found->minimum, (long long)found->maximum);
    set(session, setting, value);
    return 0;
}

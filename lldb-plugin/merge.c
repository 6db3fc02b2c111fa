/* SPDX-License-Identifier: MIT */
#include "merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "session.h"

enum {
    MAX_FORMAT = 8192,
    MAX_LINE = 2048,
    MAX_LEVELS = 100000, /* native frames that are walked */
};

/* What is put into lldb's frame-format, in front of the newline at its end. */
static const char keyword[] = "${script.frame:sidewinder_python_frames}";

/* The lines of a thread are asked for once for each stop. */
static const char script[] =
    "def sidewinder_python_frames(frame, unused):\n"
    "    import lldb\n"
    "    thread = frame.GetThread()\n"
    "    process = thread.GetProcess()\n"
    "    debugger = process.GetTarget().GetDebugger()\n"
    "    key = (debugger.GetID(), process.GetUniqueID(), process.GetStopID(True),\n"
    "           thread.GetThreadID())\n"
    "    kept = sidewinder_python_frames.__dict__\n"
    "    if kept.get('key') != key:\n"
    "        result = lldb.SBCommandReturnObject()\n"
    "        debugger.GetCommandInterpreter().HandleCommand(\n"
    "            'pystack merge %d' % thread.GetThreadID(), result)\n"
    "        lines = {}\n"
    "        for line in (result.GetOutput() or '').splitlines():\n"
    "            level, _, text = line.partition(' ')\n"
    "            lines.setdefault(level, []).append('\\n      py: ' + text)\n"
    "        kept['key'], kept['lines'] = key, lines\n"
    "    return ''.join(kept['lines'].get(str(frame.GetFrameID()), ()))\n"
    "import __main__\n"
    "__main__.sidewinder_python_frames = sidewinder_python_frames\n";

/* ---------------------------------------------------------------- on and off */

/* The script as one line, which lldb's parser of commands does not change. */
static bool load_script(struct sw_lldb *lldb)
{
    static const char begin[] = "script exec(bytes.fromhex('", end[] = "').decode())";
    char line[sizeof(begin) + 2 * sizeof(script) + sizeof(end)];
    size_t len = sizeof(begin) - 1;

    memcpy(line, begin, len);
    for (size_t i = 0; i + 1 < sizeof(script); i++)
        len += (size_t)snprintf(line + len, sizeof(line) - len, "%02x", (unsigned)script[i]);
    memcpy(line + len, end, sizeof(end));
    return sw_lldb_execute(lldb, line);
}

/* lldb shows a format in quotes, and takes it without. */
static void unquote(char *format)
{
    size_t len = strlen(format);

    if (len >= 2 && format[0] == '"' && format[len - 1] == '"') {
        memmove(format, format + 1, len - 2);
        format[len - 2] = '\0';
    }
}

static void take_out(char *format)
{
    char *found = strstr(format, keyword);

    if (found)
        memmove(found, found + strlen(keyword), strlen(found + strlen(keyword)) + 1);
}

/* In front of the newline that the format ends with, as one character or in C's words. */
static bool put_in(char *format, size_t size)
{
    size_t len = strlen(format), at = len;

    if (len + sizeof(keyword) > size)
        return false;
    if (at > 0 && format[at - 1] == '\n')
        at--;
    else if (at > 1 && format[at - 2] == '\\' && format[at - 1] == 'n')
        at -= 2;
    memmove(format + at + strlen(keyword), format + at, len - at + 1);
    memcpy(format + at, keyword, strlen(keyword));
    return true;
}

int sw_lldb_merge_set(struct sw_lldb *lldb, bool on, struct sw_error *reterr)
{
    char format[MAX_FORMAT];

    if (!sw_lldb_get_setting(lldb, "frame-format", format, sizeof(format)))
        return sw_lldb_fail(
            reterr, SW_E_UNSUPPORTED, "this lldb does not show its setting frame-format");
    unquote(format);
    take_out(format);
    if (on && (!sw_lldb_execute(lldb, "script import lldb") || !load_script(lldb)))
        return sw_lldb_fail(reterr, SW_E_UNSUPPORTED,
            "this lldb has no Python, which it takes to merge the stacks: use "
            "\"pystack bt --native\"");
    if (on && !put_in(format, sizeof(format)))
        return sw_lldb_fail(reterr, SW_E_UNSUPPORTED,
            "the setting frame-format is longer than %d bytes", MAX_FORMAT);
    if (!sw_lldb_set_setting(lldb, "frame-format", format))
        return sw_lldb_fail(
            reterr, SW_E_UNSUPPORTED, "this lldb does not take the setting frame-format");
    return 0;
}

/* ---------------------------------------------------------------- the frames of a thread */

static void write_frames(struct sw_session *session, struct sw_filter *filter, unsigned level,
    struct sw_lldb_result *result)
{
    struct sw_python_frame frame;
    char line[MAX_LINE];

    while (sw_filter_frame(session, filter, NULL, &frame) > 0) {
        int len = frame.line ? snprintf(line, sizeof(line), "%u %s at %s:%d\n", level,
                                   frame.function, frame.file, (int)frame.line)
                             : snprintf(line, sizeof(line), "%u %s at %s\n", level, frame.function,
                                   frame.file);

        if (len > 0)
            sw_lldb_result_write(
                result, line, (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1);
    }
}

static void walk(struct sw_lldb *lldb, struct sw_session *session, struct sw_filter *filter,
    struct sw_lldb_result *result)
{
    for (unsigned level = 0; level < MAX_LEVELS && !sw_lldb_is_interrupted(lldb); level++) {
        struct sw_native_frame native = {.size = sizeof(native)};
        struct sw_lldb_place place;
        int kind;

        if (!sw_lldb_frame(lldb, level, &native.pc, &native.is_inline))
            return;
        kind = sw_filter_kind(session, filter, level, &native, NULL);
        if (kind < 0)
            return;
        if (kind != SW_NATIVE_LOOP)
            continue;
        if (sw_lldb_frame_place(lldb, level, &place))
            native.sp = place.sp;
        if (sw_filter_enter(session, filter, &native, NULL) < 0)
            return;
        write_frames(session, filter, level, result);
    }
}

void sw_lldb_merge_write(struct sw_lldb *lldb, struct sw_lldb_result *result, int64_t tid)
{
    struct sw_lldb_session *session;
    struct sw_filter *filter;
    struct sw_error error;

    sw_lldb_use_thread(lldb, tid);
    session = sw_lldb_session_acquire(lldb, SW_LLDB_VALUE, &error);
    if (!session)
        return;
    if (sw_filter_open(sw_lldb_session_core(session), &error, &filter) == 0) {
        walk(lldb, sw_lldb_session_core(session), filter, result);
        sw_filter_close(filter);
    }
    sw_lldb_session_release(session);
}

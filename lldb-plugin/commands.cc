/* SPDX-License-Identifier: MIT */
/*
 * Commands as lldb wants them: objects of a class with virtual functions, which it deletes.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lldb.h"
#include "plugin.h"
#include "shim.h"

using namespace lldb;

/* Where it is not there, its address is 0. */
extern "C" __attribute__((weak)) bool sw_user_command_exists(SBCommandInterpreter *,
    const char *) __asm__("_ZN4lldb20SBCommandInterpreter17UserCommandExistsEPKc");

/* ---------------------------------------------------------------- results */

static SBCommandReturnObject *object_of(struct sw_lldb_result *result)
{
    return reinterpret_cast<SBCommandReturnObject *>(result);
}

/* PutCString() and AppendMessage() would add a newline. */
void sw_lldb_result_write(struct sw_lldb_result *result, const char *text, size_t len)
{
    object_of(result)->Printf("%.*s", (int)len, text);
}

void sw_lldb_result_fail(struct sw_lldb_result *result, const char *message)
{
    object_of(result)->SetError(message);
    object_of(result)->SetStatus(eReturnStatusFailed);
}

bool sw_lldb_result_stream(struct sw_lldb *lldb, struct sw_lldb_result *result)
{
    FILE *file = lldb->debugger.GetOutputFileHandle();

    if (!file || !isatty(fileno(file)))
        return false;
    object_of(result)->SetImmediateOutputFile(file);
    return true;
}

bool sw_lldb_get_setting(struct sw_lldb *lldb, const char *name, char *buf, size_t size)
{
    SBStringList list =
        SBDebugger::GetInternalVariableValue(name, lldb->debugger.GetInstanceName());
    const char *text = list.GetSize() == 1 ? list.GetStringAtIndex(0) : NULL;

    return text && (size_t)snprintf(buf, size, "%s", text) < size;
}

bool sw_lldb_get_item(
    struct sw_lldb *lldb, const char *name, unsigned index, char *buf, size_t size)
{
    SBStringList list =
        SBDebugger::GetInternalVariableValue(name, lldb->debugger.GetInstanceName());
    const char *text = index < list.GetSize() ? list.GetStringAtIndex(index) : NULL;

    return text && (size_t)snprintf(buf, size, "%s", text) < size;
}

bool sw_lldb_set_setting(struct sw_lldb *lldb, const char *name, const char *value)
{
    return SBDebugger::SetInternalVariable(name, value, lldb->debugger.GetInstanceName()).Success();
}

bool sw_lldb_execute(struct sw_lldb *lldb, const char *line)
{
    SBCommandReturnObject result;

    lldb->debugger.GetCommandInterpreter().HandleCommand(line, result, false);
    return result.Succeeded();
}

bool sw_lldb_use_color(struct sw_lldb *lldb)
{
    return lldb->debugger.GetUseColor();
}

/* ---------------------------------------------------------------- commands */

/* Made with malloc() and free(), so that nothing of C++'s library is needed. */
class Command final : public SBCommandPluginInterface
{
    sw_lldb_run *run;
    const void *data;

  public:
    Command(sw_lldb_run *given, const void *more) : run(given), data(more)
    {
    }
    void *operator new(size_t size) noexcept
    {
        return malloc(size);
    }
    void operator delete(void *memory)
    {
        free(memory);
    }

    bool DoExecute(SBDebugger debugger, char **words, SBCommandReturnObject &result) override
    {
        static const char *const none[] = {NULL};
        struct sw_lldb lldb(debugger);

        result.SetStatus(eReturnStatusSuccessFinishResult);
        run(&lldb, reinterpret_cast<struct sw_lldb_result *>(&result), words ? words : none, data);
        return true;
    }
};

/* SBCommand is made in place, and stays for as long as the debugger does. */
struct sw_lldb_registry {
    SBDebugger *debugger;
    SBCommandInterpreter interpreter;
    SBCommand *container;
};

bool sw_lldb_has_command(struct sw_lldb_registry *registry, const char *name)
{
    return sw_user_command_exists && sw_user_command_exists(&registry->interpreter, name);
}

bool sw_lldb_add_container(struct sw_lldb_registry *registry, const char *name, const char *help)
{
    void *place = malloc(sizeof(SBCommand));

    if (!place)
        return false;
    registry->container =
        new (place) SBCommand(registry->interpreter.AddMultiwordCommand(name, help));
    return registry->container->IsValid();
}

static bool describe(SBCommand &&command, const char *details)
{
    if (!command.IsValid())
        return false;
    command.SetHelpLong(details);
    return true;
}

bool sw_lldb_add_command(struct sw_lldb_registry *registry, bool in_container, const char *name,
    const char *help, const char *details, const char *syntax, sw_lldb_run *run, const void *data)
{
    Command *command = new Command(run, data);

    if (!command)
        return false;
    /* No command of its own for an empty line behind it: the same one again. */
    return in_container
               ? describe(
                     registry->container->AddCommand(name, command, help, syntax, NULL), details)
               : describe(
                     registry->interpreter.AddCommand(name, command, help, syntax, NULL), details);
}

/* ---------------------------------------------------------------- help */

static sw_lldb_help *own_help;

/* As in lldb-vscode of lldb 14 and 16, which has only results. */
static bool leads_nowhere(FILE *file)
{
    static const char nowhere[] = "/dev/null";
    char name[48], path[sizeof(nowhere)];
    ssize_t len;

    snprintf(name, sizeof(name), "/proc/self/fd/%d", fileno(file));
    len = readlink(name, path, sizeof(path));
    return len == (ssize_t)sizeof(nowhere) - 1 && memcmp(path, nowhere, sizeof(nowhere) - 1) == 0;
}

/* lldb asks before its own `help` runs. It gives no result to put the text into, so that goes where
   results go; the debugger is known by its number, for a reference to it would keep it alive. */
static bool call_help(void *id, const char **words)
{
    SBDebugger debugger = SBDebugger::FindDebuggerWithID((int)(intptr_t)id);
    FILE *file = debugger.IsValid() ? debugger.GetOutputFileHandle() : NULL;
    char text[SW_LLDB_MAX_HELP];

    if (!file || leads_nowhere(file) || !words[0] || !own_help(words + 1, text, sizeof(text)))
        return false;
    fputs(text, file);
    fflush(file);
    return true;
}

bool sw_lldb_add_help(struct sw_lldb_registry *registry, sw_lldb_help *help)
{
    own_help = help;
    return registry->interpreter.SetCommandOverrideCallback(
        "help", call_help, (void *)(intptr_t)registry->debugger->GetID());
}

/* ---------------------------------------------------------------- summaries */

static sw_lldb_summarize *summarize;

static bool call_summarize(SBValue value, SBTypeSummaryOptions, SBStream &stream)
{
    struct sw_lldb lldb(value.GetTarget());
    SBError error;

    return summarize(&lldb, value.GetValueAsUnsigned(error, 0),
        reinterpret_cast<struct sw_lldb_stream *>(&stream));
}

void sw_lldb_stream_write(struct sw_lldb_stream *stream, const char *text, size_t len)
{
    reinterpret_cast<SBStream *>(stream)->Printf("%.*s", (int)len, text);
}

bool sw_lldb_add_summary(struct sw_lldb_registry *registry, const char *category,
    const char *pattern, sw_lldb_summarize *function)
{
    SBTypeCategory types = registry->debugger->CreateCategory(category);

    summarize = function;
    /* Not for pointers to pointers, and no members below. */
    if (!types.IsValid() ||
        !types.AddTypeSummary(SBTypeNameSpecifier(pattern, true),
            SBTypeSummary::CreateWithCallback(call_summarize,
                eTypeOptionCascade | eTypeOptionSkipPointers | eTypeOptionHideChildren, category)))
        return false;
    types.SetEnabled(true);
    return true;
}

/* ---------------------------------------------------------------- the beginning */

/* What the loader calls: lldb's own entry point, once for each of its debuggers. */
extern "C" __attribute__((visibility("default"))) bool sw_lldb_plugin_initialize(
    SBDebugger *debugger)
{
    struct sw_lldb_registry registry = {debugger, debugger->GetCommandInterpreter(), NULL};

    return sw_lldb_open(&registry);
}

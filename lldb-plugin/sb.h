/* SPDX-License-Identifier: MIT */
/*
 * sb.h - what Sidewinder uses of lldb's C++ interface, the SB API.
 *
 * Declared here instead of taken from a package, for the interface is the same in every lldb: no
 * public function went away and no class changed its size from lldb 13 to 24, and calls are found
 * by their mangled names when the plugin is loaded. So nothing of lldb is needed to build, and what
 * is built fits all of them. Two tests prove it: testsuite/lint/lldb.py looks for every name in the
 * libraries at hand, and compiles the plugin against lldb's own headers where they are installed.
 *
 * Only sizes and functions count, so members are `opaque`. Enumerations that differ between
 * versions (basic types, kinds of arguments and of sections) must not be used.
 */
#ifndef SW_LLDB_SB_H
#define SW_LLDB_SB_H

#ifdef SW_LLDB_OWN_HEADERS
#include <lldb/API/LLDB.h>
#else

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What <new> would declare. */
inline void *operator new(size_t, void *place) noexcept
{
    return place;
}

/* Every class can be copied; `words` is its size in pointers. */
#define SW_SB_CLASS(name, words)                                                                   \
  public:                                                                                          \
    name(const name &);                                                                            \
    void operator=(const name &);                                                                  \
    ~name();                                                                                       \
                                                                                                   \
  private:                                                                                         \
    void *opaque[words];                                                                           \
                                                                                                   \
  public:

namespace lldb
{
typedef uint64_t addr_t;

enum StateType {
    eStateDetached = 9,
    eStateExited = 10,
    eStateStopped = 5,
    eStateCrashed = 8,
    eStateSuspended = 11
};
enum ByteOrder { eByteOrderBig = 1 };
enum Permissions { ePermissionsWritable = 1 };
enum SymbolType { eSymbolTypeAny = 0 };
enum ReturnStatus { eReturnStatusSuccessFinishResult = 2, eReturnStatusFailed = 6 };
enum TypeOptions {
    eTypeOptionCascade = 1,
    eTypeOptionSkipPointers = 2,
    eTypeOptionHideChildren = 8,
};

class SBModule;
class SBSymbol;
class SBTarget;

class SBError
{
    SW_SB_CLASS(SBError, 1)
    SBError();
    bool Fail() const;
    bool Success() const;
    const char *GetCString() const;
};

class SBFileSpec
{
    SW_SB_CLASS(SBFileSpec, 1)
    uint32_t GetPath(char *path, size_t size) const;
};

class SBData
{
    SW_SB_CLASS(SBData, 2)
    size_t ReadRawData(SBError &error, uint64_t offset, void *buf, size_t size);
};

class SBSection
{
    SW_SB_CLASS(SBSection, 2)
    bool IsValid() const;
    SBSection GetParent();
    addr_t GetLoadAddress(SBTarget &target);
    addr_t GetByteSize();
    SBData GetSectionData(uint64_t offset, uint64_t size);
    uint32_t GetPermissions() const;
};

class SBAddress
{
    SW_SB_CLASS(SBAddress, 1)
    bool IsValid() const;
    addr_t GetLoadAddress(const SBTarget &target) const;
    SBSection GetSection();
    SBModule GetModule();
    SBSymbol GetSymbol();
};

class SBSymbol
{
    SW_SB_CLASS(SBSymbol, 1)
    const char *GetName() const;
    SBAddress GetStartAddress();
};

class SBSymbolContext
{
    SW_SB_CLASS(SBSymbolContext, 1)
    SBSymbol GetSymbol();
};

class SBSymbolContextList
{
    SW_SB_CLASS(SBSymbolContextList, 1)
    uint32_t GetSize() const;
    SBSymbolContext GetContextAtIndex(uint32_t index);
};

class SBModule
{
    SW_SB_CLASS(SBModule, 2)
    SBFileSpec GetFileSpec() const;
    const char *GetUUIDString() const;
    bool IsValid() const;
    SBSection FindSection(const char *name);
    SBAddress GetObjectFileHeaderAddress() const;
};

class SBMemoryRegionInfo
{
    SW_SB_CLASS(SBMemoryRegionInfo, 1)
    SBMemoryRegionInfo();
    addr_t GetRegionBase();
    addr_t GetRegionEnd();
    bool IsMapped();
    bool IsReadable();
};

class SBValue
{
    SW_SB_CLASS(SBValue, 2)
    bool IsValid();
    uint64_t GetValueAsUnsigned(SBError &error, uint64_t otherwise);
    SBTarget GetTarget();
};

class SBLineEntry
{
    SW_SB_CLASS(SBLineEntry, 1)
    uint32_t GetLine() const;
    SBFileSpec GetFileSpec() const;
};

class SBFrame
{
    SW_SB_CLASS(SBFrame, 2)
    const char *GetFunctionName() const;
    SBLineEntry GetLineEntry() const;
    SBModule GetModule() const;
    bool IsValid() const;
    uint32_t GetFrameID() const;
    addr_t GetPC() const;
    addr_t GetSP() const;
    addr_t GetFP() const;
    addr_t GetCFA() const;
    bool IsInlined() const;
    SBValue FindRegister(const char *name);
};

class SBThread
{
    SW_SB_CLASS(SBThread, 2)
    bool IsValid() const;
    uint64_t GetThreadID() const;
    uint32_t GetIndexID() const;
    SBFrame GetFrameAtIndex(uint32_t index);
    SBFrame GetSelectedFrame();
};

class SBProcess
{
    SW_SB_CLASS(SBProcess, 2)
    bool IsValid() const;
    const char *GetPluginName();
    StateType GetState();
    uint64_t GetProcessID();
    uint32_t GetUniqueID();
    uint32_t GetStopID(bool include_expression_stops);
    size_t ReadMemory(addr_t addr, void *buf, size_t size, SBError &error);
    SBError GetMemoryRegionInfo(addr_t addr, SBMemoryRegionInfo &region);
    uint32_t GetNumThreads();
    SBThread GetThreadAtIndex(size_t index);
    SBThread GetThreadByID(uint64_t tid);
    SBThread GetSelectedThread() const;
};

class SBDebugger;

class SBBreakpointLocation
{
    SW_SB_CLASS(SBBreakpointLocation, 2)
    addr_t GetLoadAddress();
};

class SBBreakpoint
{
    SW_SB_CLASS(SBBreakpoint, 2)
    size_t GetNumLocations() const;
    SBBreakpointLocation GetLocationAtIndex(uint32_t index);
};

class SBTarget
{
    SW_SB_CLASS(SBTarget, 2)
    bool IsValid() const;
    SBProcess GetProcess();
    SBDebugger GetDebugger() const;
    const char *GetTriple();
    ByteOrder GetByteOrder();
    uint32_t GetAddressByteSize();
    uint32_t GetNumBreakpoints() const;
    SBBreakpoint GetBreakpointAtIndex(uint32_t index) const;
    uint32_t GetNumModules() const;
    SBModule GetModuleAtIndex(uint32_t index);
    SBFileSpec GetExecutable();
    SBModule FindModule(const SBFileSpec &file);
    SBAddress ResolveLoadAddress(addr_t addr);
    SBSymbolContextList FindSymbols(const char *name, SymbolType type);
};

class SBStringList
{
    SW_SB_CLASS(SBStringList, 1)
    uint32_t GetSize() const;
    const char *GetStringAtIndex(size_t index);
};

class SBStream
{
    void *opaque;

  public:
    SBStream() = delete;
    void Printf(const char *format, ...) __attribute__((format(printf, 2, 3)));
};

class SBTypeSummaryOptions
{
    SW_SB_CLASS(SBTypeSummaryOptions, 1)
};

class SBTypeSummary
{
    SW_SB_CLASS(SBTypeSummary, 2)
    typedef bool (*FormatCallback)(SBValue, SBTypeSummaryOptions, SBStream &);
    static SBTypeSummary CreateWithCallback(
        FormatCallback callback, uint32_t options, const char *description);
};

class SBTypeNameSpecifier
{
    SW_SB_CLASS(SBTypeNameSpecifier, 2)
    SBTypeNameSpecifier(const char *name, bool is_regex);
};

class SBTypeCategory
{
    SW_SB_CLASS(SBTypeCategory, 2)
    bool IsValid() const;
    void SetEnabled(bool enabled);
    bool AddTypeSummary(SBTypeNameSpecifier name, SBTypeSummary summary);
};

class SBCommandReturnObject
{
    SW_SB_CLASS(SBCommandReturnObject, 1)
    SBCommandReturnObject();
    bool Succeeded();
    const char *GetError();
    size_t Printf(const char *format, ...) __attribute__((format(printf, 2, 3)));
    void SetError(const char *message);
    void SetStatus(ReturnStatus status);
    void SetImmediateOutputFile(FILE *file);
};

class SBCommandPluginInterface;

/* A std::shared_ptr, copied and released by inline code of C++'s library, which is not there: it is
   never copied, and what it holds is never released. */
class SBCommand
{
    void *opaque[2];

  public:
    SBCommand() = delete;
    SBCommand(const SBCommand &) = delete;
    ~SBCommand()
    {
    }
    bool IsValid();
    void SetHelpLong(const char *text);
    SBCommand AddCommand(const char *name, SBCommandPluginInterface *command, const char *help,
        const char *syntax, const char *auto_repeat);
};

class SBCommandInterpreter
{
    SW_SB_CLASS(SBCommandInterpreter, 1)
    bool WasInterrupted() const;
    bool SetCommandOverrideCallback(
        const char *name, bool (*callback)(void *baton, const char **words), void *baton);
    ReturnStatus HandleCommand(
        const char *line, SBCommandReturnObject &result, bool add_to_history);
    SBCommand AddMultiwordCommand(const char *name, const char *help);
    SBCommand AddCommand(const char *name, SBCommandPluginInterface *command, const char *help,
        const char *syntax, const char *auto_repeat);
};

class SBDebugger
{
    SW_SB_CLASS(SBDebugger, 2)
    bool IsValid() const;
    static SBDebugger FindDebuggerWithID(int id);
    uint64_t GetID();
    SBCommandInterpreter GetCommandInterpreter();
    SBTarget GetSelectedTarget();
    bool GetUseColor() const;
    FILE *GetOutputFileHandle();
    const char *GetInstanceName();
    static SBStringList GetInternalVariableValue(const char *name, const char *debugger);
    static SBError SetInternalVariable(const char *name, const char *value, const char *debugger);
    SBTypeCategory CreateCategory(const char *name);
};

/* The one class with virtual functions: lldb calls DoExecute() and deletes it. */
class SBCommandPluginInterface
{
  public:
    virtual ~SBCommandPluginInterface() = default;
    virtual bool DoExecute(SBDebugger, char **, SBCommandReturnObject &)
    {
        return false;
    }
};
} // namespace lldb

#endif /* SW_LLDB_OWN_HEADERS */

#endif

/* SPDX-License-Identifier: MIT */
#include "shim.h"

#include <stdlib.h>
#include <string.h>

#include "lldb.h"

using namespace lldb;

/* Since lldb 17; before, and where it is not there, its address is 0. */
extern "C" __attribute__((weak)) bool sw_interrupt_requested(SBDebugger *) __asm__(
    "_ZN4lldb10SBDebugger18InterruptRequestedEv");

static const uint64_t NO_ADDRESS = UINT64_MAX; /* LLDB_INVALID_ADDRESS */

static const uint32_t NO_LINE = UINT32_MAX; /* LLDB_INVALID_LINE_NUMBER is 0, or this */

/* Sections within segments are two levels. */
static const int MAX_SECTION_DEPTH = 8;

/* ---------------------------------------------------------------- the process */

static enum sw_lldb_state state_of(SBProcess &process)
{
    if (!process.IsValid())
        return SW_LLDB_GONE;
    switch (process.GetState()) {
    case eStateStopped:
    case eStateCrashed:
    case eStateSuspended:
        return SW_LLDB_STOPPED;
    case eStateDetached:
    case eStateExited:
        return SW_LLDB_GONE;
    default:
        /* Unloaded, invalid and connected come before stopped. */
        return process.GetState() < eStateStopped ? SW_LLDB_GONE : SW_LLDB_RUNNING;
    }
}

enum sw_lldb_state sw_lldb_state(struct sw_lldb *lldb)
{
    return state_of(lldb->process);
}

uint32_t sw_lldb_unique_id(struct sw_lldb *lldb)
{
    return lldb->process.GetUniqueID();
}

uint32_t sw_lldb_stop_id(struct sw_lldb *lldb)
{
    return lldb->process.GetStopID(true);
}

int64_t sw_lldb_pid(struct sw_lldb *lldb)
{
    return (int64_t)lldb->process.GetProcessID();
}

const char *sw_lldb_plugin_name(struct sw_lldb *lldb)
{
    const char *name = lldb->process.GetPluginName();

    return name ? name : "";
}

const char *sw_lldb_triple(struct sw_lldb *lldb)
{
    const char *triple = lldb->target.GetTriple();

    return triple ? triple : "";
}

unsigned sw_lldb_pointer_size(struct sw_lldb *lldb)
{
    return lldb->target.GetAddressByteSize();
}

bool sw_lldb_is_big_endian(struct sw_lldb *lldb)
{
    return lldb->target.GetByteOrder() == eByteOrderBig;
}

/* SBProcess holds a weak pointer. */
struct sw_lldb_reference {
    SBProcess process;

    explicit sw_lldb_reference(const SBProcess &given) : process(given)
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
};

sw_lldb_reference *sw_lldb_reference_create(struct sw_lldb *lldb)
{
    return new sw_lldb_reference(lldb->process);
}

void sw_lldb_reference_destroy(sw_lldb_reference *reference)
{
    delete reference;
}

bool sw_lldb_reference_is_alive(sw_lldb_reference *reference)
{
    return state_of(reference->process) != SW_LLDB_GONE;
}

unsigned sw_lldb_breakpoints(struct sw_lldb *lldb, uint64_t *addrs, unsigned max)
{
    uint32_t breakpoint_count = lldb->target.GetNumBreakpoints();
    unsigned count = 0;

    for (uint32_t i = 0; i < breakpoint_count && count <= max; i++) {
        SBBreakpoint breakpoint = lldb->target.GetBreakpointAtIndex(i);
        size_t location_count = breakpoint.GetNumLocations();

        for (size_t k = 0; k < location_count && count <= max; k++) {
            uint64_t addr = breakpoint.GetLocationAtIndex((uint32_t)k).GetLoadAddress();

            if (addr == NO_ADDRESS)
                continue;
            if (count < max)
                addrs[count] = addr;
            count++;
        }
    }
    return count;
}

bool sw_lldb_is_interrupted(struct sw_lldb *lldb)
{
    if (sw_interrupt_requested && sw_interrupt_requested(&lldb->debugger))
        return true;
    return lldb->debugger.GetCommandInterpreter().WasInterrupted();
}

/* ---------------------------------------------------------------- memory and files */

size_t sw_lldb_read(struct sw_lldb *lldb, uint64_t addr, void *buf, size_t len)
{
    SBError error;

    /* lldb 21 to 23 leave an error of before in SBError: the count tells. */
    return lldb->process.ReadMemory(addr, buf, len, error);
}

/* The segment of a module's file that is loaded at an address: the outermost of its sections. */
static SBSection segment_at(struct sw_lldb *lldb, uint64_t addr)
{
    SBSection section = lldb->target.ResolveLoadAddress(addr).GetSection();

    for (int depth = 0; depth < MAX_SECTION_DEPTH && section.IsValid(); depth++) {
        SBSection parent = section.GetParent();

        if (!parent.IsValid())
            break;
        section = parent;
    }
    return section;
}

/* SBProcess::ReadMemory() of a core file has no pages that come from files, and
   SBTarget::ReadMemory() would serve data as it was before the program ran. */
size_t sw_lldb_read_constant(struct sw_lldb *lldb, uint64_t addr, void *buf, size_t len)
{
    SBSection segment = segment_at(lldb, addr);
    uint64_t base = segment.IsValid() ? segment.GetLoadAddress(lldb->target) : NO_ADDRESS;
    uint64_t size = segment.GetByteSize();
    SBError error;

    if (base == NO_ADDRESS || base > addr || addr - base >= size ||
        segment.GetPermissions() & ePermissionsWritable)
        return 0;
    if (len > size - (addr - base))
        len = (size_t)(size - (addr - base));
    return segment.GetSectionData(addr - base, len).ReadRawData(error, 0, buf, len);
}

bool sw_lldb_is_constant(struct sw_lldb *lldb, uint64_t addr)
{
    SBSection segment = segment_at(lldb, addr);

    return segment.IsValid() && !(segment.GetPermissions() & ePermissionsWritable);
}

bool sw_lldb_file(struct sw_lldb *lldb, uint64_t addr, struct sw_lldb_file *ret_file)
{
    SBModule module = lldb->target.ResolveLoadAddress(addr).GetModule();
    uint64_t header = NO_ADDRESS;
    const char *id = NULL;

    if (module.IsValid()) {
        header = module.GetObjectFileHeaderAddress().GetLoadAddress(lldb->target);
        id = module.GetUUIDString();
    }
    if (header == NO_ADDRESS || !id)
        return false;
    ret_file->header = header;
    snprintf(ret_file->id, sizeof(ret_file->id), "%s", id);
    ret_file->path[0] = '\0';
    module.GetFileSpec().GetPath(ret_file->path, sizeof(ret_file->path));
    return true;
}

bool sw_lldb_region(struct sw_lldb *lldb, uint64_t addr, struct sw_lldb_range *ret_range)
{
    SBMemoryRegionInfo region;

    if (lldb->process.GetMemoryRegionInfo(addr, region).Fail())
        return false;
    ret_range->start = region.GetRegionBase();
    ret_range->end = region.GetRegionEnd();
    ret_range->is_mapped = region.IsMapped();
    ret_range->is_readable = region.IsReadable();
    return true;
}

bool sw_lldb_segment(struct sw_lldb *lldb, uint64_t addr, struct sw_lldb_range *ret_range)
{
    const uint64_t first = addr & ~(uint64_t)4095, last = addr | 4095;
    const uint64_t places[] = {addr, last, first};

    for (uint64_t place : places) {
        SBSection segment = segment_at(lldb, place);
        uint64_t start = segment.IsValid() ? segment.GetLoadAddress(lldb->target) : NO_ADDRESS;

        if (start == NO_ADDRESS)
            continue;
        ret_range->start = start & ~(uint64_t)4095;
        ret_range->end = ((start + segment.GetByteSize() - 1) | 4095) + 1;
        ret_range->is_mapped = ret_range->is_readable = true;
        return true;
    }
    return false;
}

unsigned sw_lldb_module_count(struct sw_lldb *lldb)
{
    return lldb->target.GetNumModules();
}

bool sw_lldb_executable(struct sw_lldb *lldb, uint64_t *ret_header)
{
    SBModule module = lldb->target.FindModule(lldb->target.GetExecutable());
    uint64_t header = NO_ADDRESS;

    if (module.IsValid())
        header = module.GetObjectFileHeaderAddress().GetLoadAddress(lldb->target);
    if (header == NO_ADDRESS)
        return false;
    *ret_header = header;
    return true;
}

bool sw_lldb_symbol(struct sw_lldb *lldb, const char *name, unsigned index, uint64_t *ret_addr)
{
    SBSymbolContextList found = lldb->target.FindSymbols(name, eSymbolTypeAny);

    for (uint32_t i = 0; i < found.GetSize(); i++) {
        SBAddress address = found.GetContextAtIndex(i).GetSymbol().GetStartAddress();
        uint64_t addr = address.GetLoadAddress(lldb->target);

        if (addr != NO_ADDRESS && index-- == 0) {
            *ret_addr = addr;
            return true;
        }
    }
    return false;
}

/* The name of a function without the version of its symbol ("read@@GLIBC_2.2.5"). lldb makes names
   for functions that have none: "" for those. */
static void put_name(const char *name, char *buf, size_t size)
{
    static const char made[] = "___lldb_unnamed_symbol";

    if (!name || strncmp(name, made, sizeof(made) - 1) == 0)
        name = "";
    snprintf(buf, size, "%.*s", (int)strcspn(name, "@"), name);
}

bool sw_lldb_function(struct sw_lldb *lldb, uint64_t pc, char *buf, size_t size)
{
    SBSymbol symbol = lldb->target.ResolveLoadAddress(pc).GetSymbol();

    put_name(symbol.GetName(), buf, size);
    return buf[0] != '\0';
}

bool sw_lldb_section(
    struct sw_lldb *lldb, const char *name, unsigned index, uint64_t *ret_addr, uint64_t *ret_size)
{
    uint32_t count = lldb->target.GetNumModules();

    for (uint32_t i = 0; i < count; i++) {
        SBSection section = lldb->target.GetModuleAtIndex(i).FindSection(name);
        uint64_t addr = section.IsValid() ? section.GetLoadAddress(lldb->target) : NO_ADDRESS;

        if (addr != NO_ADDRESS && index-- == 0) {
            *ret_addr = addr;
            *ret_size = section.GetByteSize();
            return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- threads and frames */

static bool describe(SBThread thread, struct sw_lldb_thread *ret_thread)
{
    if (!thread.IsValid())
        return false;
    ret_thread->tid = (int64_t)thread.GetThreadID();
    ret_thread->number = thread.GetIndexID();
    return true;
}

bool sw_lldb_thread(struct sw_lldb *lldb, unsigned index, struct sw_lldb_thread *ret_thread)
{
    return index < lldb->process.GetNumThreads() &&
           describe(lldb->process.GetThreadAtIndex(index), ret_thread);
}

bool sw_lldb_selected_thread(struct sw_lldb *lldb, struct sw_lldb_thread *ret_thread)
{
    return describe(lldb->selected_thread(), ret_thread);
}

void sw_lldb_use_thread(struct sw_lldb *lldb, int64_t tid)
{
    lldb->tid = (uint64_t)tid;
}

/* Whether the function that the code was inlined into comes later. lldb 14 leaves it out where the
   code is in a part of the function that lies elsewhere (Python 3.9 with LTO): then the outermost
   of what was inlined stands for it. All of one function have its stack pointer. */
static bool is_within_next(SBThread &thread, unsigned index, SBFrame &frame)
{
    SBFrame next = thread.GetFrameAtIndex(index + 1);

    return next.IsValid() && next.GetSP() == frame.GetSP();
}

bool sw_lldb_frame(struct sw_lldb *lldb, unsigned index, uint64_t *ret_pc, bool *ret_inlined)
{
    SBThread thread = lldb->selected_thread();
    SBFrame frame = thread.GetFrameAtIndex(index);

    if (!frame.IsValid())
        return false;
    *ret_pc = frame.GetPC();
    *ret_inlined = frame.IsInlined() && is_within_next(thread, index, frame);
    return *ret_pc != NO_ADDRESS;
}

bool sw_lldb_frame_place(struct sw_lldb *lldb, unsigned index, struct sw_lldb_place *ret_place)
{
    SBThread thread = lldb->selected_thread();
    SBFrame frame = thread.GetFrameAtIndex(index);
    uint64_t sp = frame.GetSP();
    SBLineEntry entry = frame.GetLineEntry();
    uint32_t line = entry.GetLine();

    if (!frame.IsValid())
        return false;
    ret_place->sp = sp == NO_ADDRESS ? 0 : sp;
    ret_place->line = line == NO_LINE ? 0 : line;
    if (frame.IsInlined() && !is_within_next(thread, index, frame))
        sw_lldb_function(lldb, frame.GetPC(), ret_place->function, sizeof(ret_place->function));
    else
        put_name(frame.GetFunctionName(), ret_place->function, sizeof(ret_place->function));
    ret_place->module[0] = ret_place->file[0] = '\0';
    entry.GetFileSpec().GetPath(ret_place->file, sizeof(ret_place->file));
    if (!ret_place->file[0])
        frame.GetModule().GetFileSpec().GetPath(ret_place->module, sizeof(ret_place->module));
    return true;
}

static SBThread thread_of(struct sw_lldb *lldb, int64_t tid)
{
    return tid ? lldb->process.GetThreadByID((uint64_t)tid) : lldb->selected_thread();
}

bool sw_lldb_caller_arguments(struct sw_lldb *lldb, int64_t tid, uint64_t *ret_addr)
{
    SBFrame caller = thread_of(lldb, tid).GetFrameAtIndex(1);

    *ret_addr = caller.GetCFA();
    return caller.IsValid() && *ret_addr != NO_ADDRESS;
}

/* The registers that a frame tells without a value, for the first of which lldb makes a compiler:
   7 ms. */
static bool frame_register(SBFrame frame, const char *name, uint64_t *ret_value)
{
    *ret_value = strcmp(name, "rip") == 0   ? frame.GetPC()
                 : strcmp(name, "rsp") == 0 ? frame.GetSP()
                 : strcmp(name, "rbp") == 0 ? frame.GetFP()
                                            : NO_ADDRESS;
    return *ret_value != NO_ADDRESS;
}

bool sw_lldb_register(struct sw_lldb *lldb, int64_t tid, const char *name, uint64_t *ret_value)
{
    SBFrame frame = thread_of(lldb, tid).GetFrameAtIndex(0);
    SBError error;
    uint64_t low, high;

    if (frame_register(frame, name, ret_value))
        return true;

    SBValue value = frame.FindRegister(name);

    if (!value.IsValid())
        return false;
    /* What comes back on failure is ours to choose: two choices tell it from a value. */
    low = value.GetValueAsUnsigned(error, 0);
    high = low == 0 ? value.GetValueAsUnsigned(error, 1) : low;
    if (low != high)
        return false;
    *ret_value = low;
    return true;
}

bool sw_lldb_selected_frame(struct sw_lldb *lldb, unsigned *ret_level)
{
    SBFrame frame = lldb->selected_thread().GetSelectedFrame();

    if (!frame.IsValid())
        return false;
    *ret_level = frame.GetFrameID();
    return true;
}

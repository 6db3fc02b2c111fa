/* SPDX-License-Identifier: MIT */
/* getpid() is POSIX. */
#define _POSIX_C_SOURCE 200809L

#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auxv.h"
#include "block.h"
#include "build.h"
#include "call.h"
#include "direct.h"
#include "place.h"

enum {
    MAX_LINE = 256,
};

struct sw_lldb_target {
    struct sw_target_info info;

    /* Good until the process is another one. */
    struct sw_lldb_auxv auxv;
    bool has_auxv;
    struct sw_lldb_builds builds;

    /* Good for one command. */
    struct sw_lldb *lldb;
    struct sw_lldb_places places;
    struct sw_lldb_blocks blocks;
    struct sw_lldb_direct direct;
    bool stopped;
};

/* ---------------------------------------------------------------- memory */

static bool target_interrupted(void *ctx)
{
    struct sw_lldb_target *target = ctx;

    target->stopped = target->stopped || sw_lldb_is_interrupted(target->lldb);
    return target->stopped;
}

static enum sw_lldb_build build_at(struct sw_lldb_target *target, sw_addr addr)
{
    return sw_lldb_builds_get(&target->builds, target->lldb, &target->info, addr);
}

/* What a file has for memory that is not in a core; nothing from the file of another build. */
static size_t read_constant(struct sw_lldb_target *target, sw_addr addr, void *buf, size_t len)
{
    if (build_at(target, addr) == SW_LLDB_BUILD_OTHER)
        return 0;
    return sw_lldb_read_constant(target->lldb, addr, buf, len);
}

/* What lldb has here of a remote target need not be asked for: constants of a file that is the same
   on both sides. Less than a page is what the library knows to lie alone, such as one frame of each
   of a thousand threads: a block for each would be most of the process. */
static size_t read_remote(struct sw_lldb_target *target, sw_addr addr, uint8_t *buf, size_t len)
{
    enum { SMALLEST_OF_BLOCK = 4096 };
    size_t done = 0;

    if (target->info.pointer_size == 8 && sw_lldb_is_constant(target->lldb, addr) &&
        build_at(target, addr) == SW_LLDB_BUILD_SAME)
        done = sw_lldb_read_constant(target->lldb, addr, buf, len);
    if (done == len)
        return done;
    return done + (len < SMALLEST_OF_BLOCK
                          ? sw_lldb_read(target->lldb, addr + done, buf + done, len - done)
                          : sw_lldb_block_read(&target->blocks, target->lldb, addr + done,
                                buf + done, len - done));
}

static size_t read_some(struct sw_lldb_target *target, sw_addr addr, void *buf, size_t len)
{
    if (target->info.kind == SW_TARGET_REMOTE)
        return read_remote(target, addr, buf, len);
    if (target->info.kind == SW_TARGET_LIVE &&
        sw_lldb_direct_read(&target->direct, target->lldb, target->info.pid, addr, buf, len))
        return len;
    return sw_lldb_read(target->lldb, addr, buf, len);
}

static int target_read(void *ctx, sw_addr addr, void *buf, size_t len)
{
    struct sw_lldb_target *target = ctx;
    size_t done;

    if (target_interrupted(target))
        return SW_E_STOPPED;
    done = read_some(target, addr, buf, len);
    /* Only what is in the core at all, then what the core has not; in turns, as it comes. */
    while (done < len && target->info.kind == SW_TARGET_CORE) {
        size_t more = read_constant(target, addr + done, (uint8_t *)buf + done, len - done);

        if (more == 0 && done > 0)
            more = sw_lldb_read(target->lldb, addr + done, (uint8_t *)buf + done, len - done);
        if (more == 0)
            return SW_E_READ;
        done += more;
    }
    return done == len ? 0 : SW_E_READ;
}

/* ---------------------------------------------------------------- what the process has */

static int target_auxv(void *ctx, uint64_t type, uint64_t *ret_value)
{
    struct sw_lldb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    if (!target->has_auxv)
        target->has_auxv =
            sw_lldb_auxv_load(target->lldb, &target->blocks, &target->info, &target->auxv);
    return target->has_auxv && sw_lldb_auxv_get(&target->auxv, type, ret_value) ? 0
                                                                                : SW_E_NOT_FOUND;
}

static int target_symbol(void *ctx, const char *name, unsigned index, sw_addr *ret_addr)
{
    struct sw_lldb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    return sw_lldb_symbol(target->lldb, name, index, ret_addr) ? 0 : SW_E_NOT_FOUND;
}

static int target_function(void *ctx, sw_addr pc, char *buf, size_t size)
{
    struct sw_lldb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    if (target->info.kind == SW_TARGET_CORE && build_at(target, pc) == SW_LLDB_BUILD_OTHER)
        return SW_E_NOT_FOUND;
    return sw_lldb_function(target->lldb, pc, buf, size) ? 0 : SW_E_NOT_FOUND;
}

static int target_section(
    void *ctx, const char *name, unsigned index, sw_addr *ret_addr, uint64_t *ret_size)
{
    struct sw_lldb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    return sw_lldb_section(target->lldb, name, index, ret_addr, ret_size) ? 0 : SW_E_NOT_FOUND;
}

/* ---------------------------------------------------------------- threads and frames */

static int target_thread(void *ctx, unsigned index, struct sw_native_thread *ret_thread)
{
    struct sw_lldb_target *target = ctx;
    struct sw_lldb_thread thread, selected = {.number = -1};

    if (target->stopped)
        return SW_E_STOPPED;
    if (!sw_lldb_thread(target->lldb, index, &thread))
        return SW_E_NOT_FOUND;
    sw_lldb_selected_thread(target->lldb, &selected);
    *ret_thread = (struct sw_native_thread){
        .tid = thread.tid, .number = thread.number, .selected = thread.number == selected.number};
    return 0;
}

/* The register in which the ABI keeps the thread pointer, as lldb calls it. Without it, as on
   x86-64 in lldb 14, threads are known by their kernel ids. */
static const char *thread_pointer_register(const char *machine)
{
    static const struct {
        const char *machine, *name;
    } registers[] = {
        {"x86_64", "fs_base"},
        {"aarch64", "tpidr"}, /* since lldb 16 */
        {"riscv64", "tp"},
        {"powerpc64", "r13"},
    };

    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
        if (strcmp(registers[i].machine, machine) == 0)
            return registers[i].name;
    return NULL;
}

static int target_selected_thread(void *ctx, struct sw_native_thread *ret_thread)
{
    struct sw_lldb_target *target = ctx;
    const char *name = thread_pointer_register(target->info.machine);
    struct sw_lldb_thread thread;
    uint64_t pointer = 0;

    if (target->stopped)
        return SW_E_STOPPED;
    if (!sw_lldb_selected_thread(target->lldb, &thread))
        return SW_E_NOT_FOUND;
    if (name && !sw_lldb_register(target->lldb, 0, name, &pointer))
        pointer = 0;
    *ret_thread = (struct sw_native_thread){
        .tid = thread.tid, .number = thread.number, .thread_pointer = pointer, .selected = true};
    return 0;
}

static bool system_call(struct sw_lldb_target *target, int64_t tid, uint64_t *ret_number)
{
    uint8_t bytes[SW_LLDB_CALL_BYTES];
    uint64_t pc, at;

    if (!sw_lldb_register(target->lldb, tid, "rip", &pc) ||
        target_read(target, pc - sizeof(bytes), bytes, sizeof(bytes)) < 0)
        return false;
    switch (sw_lldb_call_decode(bytes, ret_number)) {
    case SW_LLDB_CALL_NUMBER:
        return true;
    case SW_LLDB_CALL_ARGUMENT:
        return sw_lldb_caller_arguments(target->lldb, tid, &at) &&
               target_read(target, at, ret_number, sizeof(*ret_number)) == 0;
    case SW_LLDB_CALL_NONE:
        *ret_number = UINT64_MAX; /* as the kernel has it */
        return true;
    case SW_LLDB_CALL_UNKNOWN:
        break;
    }
    return false;
}

static bool read_register(
    struct sw_lldb_target *target, int64_t tid, const char *name, uint64_t *ret_value)
{
    return sw_lldb_register(target->lldb, tid, name, ret_value) ||
           (strcmp(name, "orig_rax") == 0 && system_call(target, tid, ret_value));
}

static int target_reg(void *ctx, const char *name, uint64_t *ret_value)
{
    struct sw_lldb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    return read_register(target, 0, name, ret_value) ? 0 : SW_E_NOT_FOUND;
}

static int target_thread_registers(
    void *ctx, int64_t tid, const char *const *names, unsigned count, uint64_t *ret_values)
{
    struct sw_lldb_target *target = ctx;

    if (target_interrupted(target))
        return SW_E_STOPPED;
    for (unsigned i = 0; i < count; i++)
        if (!read_register(target, tid, names[i], &ret_values[i]))
            return SW_E_NOT_FOUND;
    return 0;
}

static int target_selected_frame(void *ctx, unsigned *ret_level)
{
    struct sw_lldb_target *target = ctx;

    if (target->stopped)
        return SW_E_STOPPED;
    return sw_lldb_selected_frame(target->lldb, ret_level) ? 0 : SW_E_NOT_FOUND;
}

static int target_native_frame(void *ctx, unsigned index, sw_addr *ret_pc)
{
    struct sw_lldb_target *target = ctx;
    bool inlined;

    if (target_interrupted(target))
        return SW_E_STOPPED;
    if (!sw_lldb_frame(target->lldb, index, ret_pc, &inlined))
        return SW_E_NOT_FOUND;
    return inlined;
}

static int target_native_detail(void *ctx, unsigned index, struct sw_native_frame *ret_frame)
{
    struct sw_lldb_target *target = ctx;
    struct sw_native_frame native = {.size = sizeof(native)};
    size_t size = ret_frame->size < sizeof(native) ? ret_frame->size : sizeof(native);
    struct sw_lldb_place place;
    int status = target_native_frame(ctx, index, &native.pc);

    if (status < 0)
        return status;
    if (!sw_lldb_frame_place(target->lldb, index, &place))
        return SW_E_NOT_FOUND;
    native.is_inline = status == 1;
    native.sp = place.sp;
    native.line = (int32_t)place.line;
    memcpy(native.function, place.function, sizeof(native.function));
    memcpy(native.file, place.file, sizeof(native.file));
    memcpy(native.module, place.module, sizeof(native.module));
    memcpy(ret_frame, &native, size);
    return 0;
}

/* ---------------------------------------------------------------- files */

static int target_file_place(void *ctx, const char *path, char *buf, size_t size)
{
    struct sw_lldb_target *target = ctx;

    return sw_lldb_places_find(&target->places, target->lldb, path, buf, size) ? 0 : SW_E_NOT_FOUND;
}

static int target_other_build(void *ctx, sw_addr addr, char *buf, size_t size)
{
    struct sw_lldb_target *target = ctx;

    build_at(target, addr);
    snprintf(buf, size, "%s", target->builds.other);
    return target->builds.other[0] ? 0 : SW_E_NOT_FOUND;
}

/* ---------------------------------------------------------------- what it is */

/* A number in a line of /proc/PID/status; 0 when there is none. */
static long long status_of(long long pid, const char *field)
{
    char path[48], line[MAX_LINE];
    long long number = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%lld/status", pid);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, field, strlen(field)) == 0)
            number = strtoll(line + strlen(field), NULL, 10);
    if (file)
        fclose(file);
    return number;
}

/*
 * lldb debugs processes of its own machine through a server too, which it starts itself. Then the
 * process is traced by a child of this one; otherwise the number may be that of somebody else.
 */
static bool is_of_this_machine(int64_t pid)
{
    long long tracer = status_of(pid, "TracerPid:");

    return tracer > 0 && status_of(tracer, "PPid:") == (long long)getpid();
}

static enum sw_target_kind kind_of(struct sw_lldb *lldb)
{
    const char *name = sw_lldb_plugin_name(lldb);

    /* elf-core, mach-o-core, minidump, trace and what will come */
    if (strcmp(name, "gdb-remote") != 0)
        return SW_TARGET_CORE;
    return is_of_this_machine(sw_lldb_pid(lldb)) ? SW_TARGET_LIVE : SW_TARGET_REMOTE;
}

/* Triples begin with the architecture, in the words of LLVM. */
static void set_machine(const char *triple, char machine[16])
{
    static const struct {
        const char *prefix, *machine;
    } names[] = {
        {"x86_64", "x86_64"},
        {"i386", "i386"},
        {"i486", "i386"},
        {"i586", "i386"},
        {"i686", "i386"},
        {"aarch64", "aarch64"},
        {"arm64", "aarch64"},
        {"arm", "arm"},
        {"thumb", "arm"},
        {"s390x", "s390x"},
        {"riscv32", "riscv32"},
        {"riscv64", "riscv64"},
        {"powerpc64", "powerpc64"},
        {"powerpc", "powerpc"},
        {"mips", "mips"},
        {"loongarch64", "loongarch64"},
    };

    machine[0] = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !machine[0]; i++)
        if (strncmp(triple, names[i].prefix, strlen(names[i].prefix)) == 0)
            snprintf(machine, 16, "%s", names[i].machine);
}

void sw_lldb_target_describe(struct sw_lldb *lldb, struct sw_target_info *ret_info)
{
    struct sw_target_info info = {.size = sizeof(info)};

    info.pid = sw_lldb_pid(lldb);
    info.kind = kind_of(lldb);
    info.pointer_size = sw_lldb_pointer_size(lldb) == 4 ? 4 : 8;
    info.big_endian = sw_lldb_is_big_endian(lldb);
    set_machine(sw_lldb_triple(lldb), info.machine);
    *ret_info = info;
}

/* ---------------------------------------------------------------- lifetime */

struct sw_lldb_target *sw_lldb_target_create(const struct sw_target_info *info)
{
    struct sw_lldb_target *target = calloc(1, sizeof(*target));

    if (target)
        target->info = *info;
    return target;
}

void sw_lldb_target_destroy(struct sw_lldb_target *target)
{
    free(target);
}

void sw_lldb_target_forget(struct sw_lldb_target *target)
{
    target->has_auxv = false;
    target->builds = (struct sw_lldb_builds){.count = 0};
}

void sw_lldb_target_use(struct sw_lldb_target *target, struct sw_lldb *lldb)
{
    target->lldb = lldb;
    target->places.asked = false;
    target->direct.asked = false;
    if (lldb)
        sw_lldb_blocks_use(&target->blocks, target->info.kind, sw_lldb_stop_id(lldb));
    target->stopped = false;
}

const struct sw_target_ops sw_lldb_target_ops = {
    .size = sizeof(struct sw_target_ops),
    .read = target_read,
    .auxv = target_auxv,
    .symbol = target_symbol,
    .section = target_section,
    .thread = target_thread,
    .selected_thread = target_selected_thread,
    .reg = target_reg,
    .selected_frame = target_selected_frame,
    .native_frame = target_native_frame,
    .native_detail = target_native_detail,
    .interrupted = target_interrupted,
    .thread_registers = target_thread_registers,
    .function = target_function,
    .file_place = target_file_place,
    .other_build = target_other_build,
};

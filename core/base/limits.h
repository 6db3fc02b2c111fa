/* SPDX-License-Identifier: MIT */
/*
 * Every bound on what is read from a target, each with its reason. The target may be corrupt or
 * hostile: no loop and no allocation depends on one of its numbers alone. A unit test hits each of
 * them (testsuite/unit, most of them in test_limits_*.c).
 */
#ifndef SW_BASE_LIMITS_H
#define SW_BASE_LIMITS_H

/* Python runtimes in one process: two is exotic, sixteen is a corrupt module list. */
#define SW_MAX_RUNTIMES 16

/* Modules on the link map: the largest programs known load about two thousand. */
#define SW_MAX_MODULES 4096

/* Program headers of one ELF file: linkers make about a dozen. */
#define SW_MAX_PROGRAM_HEADERS 256

/* Segments of a core file: the kernel's bound of mappings (vm.max_map_count) is 65530 until
   somebody raises it, and each takes 40 bytes of ours. */
#define SW_MAX_CORE_SEGMENTS (1024 * 1024)

/* Notes of a core file before that of its mapped files: half a dozen for each thread at most. */
#define SW_MAX_CORE_NOTES (1024 * 1024)

/* Bytes of that note: the kernel's own bound (MAX_FILE_NOTE_SIZE) is 4 MB. */
#define SW_MAX_CORE_FILE_NOTE (16 * 1024 * 1024)

/* Entries of a dynamic section: linkers make about thirty. */
#define SW_MAX_DYNAMIC_ENTRIES 1024

/* Links of one hash chain in a symbol table: a good hash keeps it in single digits. */
#define SW_MAX_HASH_CHAIN 8192

/* Interpreters in a runtime: each costs megabytes in the target. */
#define SW_MAX_INTERPRETERS 4096

/* Thread states in an interpreter: the kernel's own bound (PID_MAX_LIMIT) is 4 million; a list this
   long is a cycle that passes the check of prev pointers, or a process that nobody reads by eye. */
#define SW_MAX_THREADS 262144

/* Native threads asked of the debugger, for the same reason. */
#define SW_MAX_NATIVE_THREADS SW_MAX_THREADS

/* Native frames of one stack: a recursion takes several of them, of 100 bytes at least, and stacks
   of a gigabyte are rare. */
#define SW_MAX_NATIVE_FRAMES 1000000

/* Thread states with a stack on one native thread: interpreters within interpreters. */
#define SW_MAX_STATES_OF_THREAD 16

/* Frames of one stack: a recursion limit of a million has been seen in production; cycles are found
   long before by comparing addresses. */
#define SW_MAX_FRAMES 10000000

/* Bytes of a name or file name that are shown: PATH_MAX is 4096, qualified names are shorter. */
#define SW_MAX_NAME_BYTES 4096

/* Bytes that one object of the target may say it has: no address space of a process is larger. */
#define SW_MAX_OBJECT_BYTES (UINT64_C(1) << 52)

/* Bytes of a line table: the longest functions known (generated parsers) have about 1 MB. */
#define SW_MAX_LINETABLE_BYTES (8 * 1024 * 1024)

/* Decoded code objects kept for one stop, about 300 bytes each; the cache starts anew when full. */
#define SW_MAX_CACHED_CODES 4096

/* Bytes that the decoded code objects may take together before the cache starts anew. */
#define SW_MAX_CODE_CACHE_BYTES (4 * 1024 * 1024)

/* Pages of target memory kept for one stop: 4 KiB each, so four megabytes where so much is looked
   at. Walks go forward; what a walk comes back to (code objects, types) is decoded once and kept
   elsewhere. But what threads keep in 2.7 lies all over a heap, a megabyte for four hundred. */
#define SW_MAX_CACHED_PAGES 1024

/* Pages fetched by one read-ahead: 64 KiB, where the cost of a read begins to grow with its size.
 */
#define SW_MAX_READ_AHEAD_PAGES 16

/* Bytes of one source file that are searched for a line: larger files are generated data. */
#define SW_MAX_SOURCE_BYTES (16 * 1024 * 1024)

/* Source files kept open (as line indexes) during one command. */
#define SW_MAX_SOURCE_FILES 64

/* Bytes of a source line that are shown. */
#define SW_MAX_SOURCE_LINE 1024

/* Bytes of a C string in the target (tp_name, ml_name). */
#define SW_MAX_C_STRING 256

/* Arguments of the command line that are shown. */
#define SW_MAX_ARGUMENTS 256

/* Bytes of the files' writable data that are scanned for a runtime: the largest Python has 5 MB. */
#define SW_MAX_SCAN_BYTES (32 * 1024 * 1024)

/* Places that look like a runtime in such a scan before it is given up: accidents are rare. */
#define SW_MAX_SCAN_TRIES 256

/* Slots of a frame's value stack that are looked at: compilers need a few dozen. */
#define SW_MAX_VALUE_STACK 256

/* Entries of a dict that are searched for a key: sys has about a hundred, sys.modules some
 * thousands. */
#define SW_MAX_DICT_SEARCH 65536

/* Slots of a dict that may be in the way of a key: a third of them are free, so that a few are. */
#define SW_MAX_DICT_PROBES 32

/* log2 of the largest dict: 2^40 entries would be 16 TB. */
#define SW_MAX_DICT_LOG2 40

/* Bytes of one struct of CPython, as the target's own table says it: the largest, _PyRuntimeState,
   has half a megabyte. */
#define SW_MAX_STRUCT_SIZE (16 * 1024 * 1024)

/* Digits (of 30 bits) of an int that is written in decimal: the conversion takes the square of it,
   a tenth of a second at this size. */
#define SW_MAX_INT_DIGITS 10000

/* Containers within containers that are written, whatever the user sets: each takes stack. */
#define SW_MAX_VALUE_DEPTH 100

/* Characters of one value, whatever the user sets: 16 MB of text are no answer. */
#define SW_MAX_VALUE_WIDTH (16 * 1024 * 1024)

/* Bases of a class: inheritance is shallow, mixins are many in generated code. */
#define SW_MAX_BASES 256

/* Types remembered for one stop, about 250 bytes each; the cache starts anew when full. */
#define SW_MAX_CACHED_TYPES 8192

/* Local variables of one frame: what fits an instruction's argument is more, generated code has
   thousands. */
#define SW_MAX_LOCALS 65536

/* Children that a variable view is given: what it shows at once. */
#define SW_MAX_CHILDREN 65536

/* Slots of a set's table that are looked at: empty ones show nothing, and cost a read. */
#define SW_MAX_SET_SLOTS (1024 * 1024)

/* Bytes of memory filled with one kind of perf trampoline: CPython makes 64 KiB at a time, which
   may lie side by side. */
#define SW_MAX_TRAMPOLINE_REGION (16 * 1024 * 1024)

/* Mappings of a process that are looked at: the kernel's own bound (vm.max_map_count) is 65530, and
   more than this takes longer than a stack does. */
#define SW_MAX_MAPPINGS 4096

/* Pages of one executor of the JIT: a trace has 1200 operations at most, of a few hundred bytes. */
#define SW_MAX_EXECUTOR_PAGES 128

/* Such stretches of trampolines in one process: 2000 to 6000 functions each. */
#define SW_MAX_TRAMPOLINE_REGIONS 1024

/* Bytes of a file that tells a debugger of them: five times the regions' own size. */
#define SW_MAX_SYMBOL_FILE ((size_t)512 * 1024 * 1024)

/* Python functions whose trampolines are looked for. */
#define SW_MAX_TRAMPOLINES 262144

/* Users of co_extra: MAX_CO_EXTRA_USERS of CPython. */
#define SW_MAX_CODE_EXTRAS 255

/* Exceptions of one thread, on their way out or being handled: each takes an except clause within
   another one. */
#define SW_MAX_RAISED 64

/* Exceptions chained by cause and context: nobody reads more, and each comes with a traceback. */
#define SW_MAX_CHAIN 64

/* Exception groups within groups: traceback's own TracebackException.max_group_depth. */
#define SW_MAX_GROUP_DEPTH 10

/* Parts of exception groups that are shown in all, whatever the groups hold: one may be in itself.
 */
#define SW_MAX_PARTS 1000

/* Warnings kept in one result. */
#define SW_MAX_WARNINGS 16

/* Words of a command line. */
#define SW_MAX_ARGS 64

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The last resort: look for a runtime in the writable data of the loaded files. For cores whose
 * binaries are missing, and programs without symbols or section headers.
 */
#ifndef SW_RUNTIME_SCAN_H
#define SW_RUNTIME_SCAN_H

#include "runtime/candidate.h"

/*
 * Look for the cookie of _Py_DebugOffsets (3.13 and later); and for words that lead, as those of
 * _PyRuntime or of the variable interp_head do, to an interpreter whose first thread state points
 * back to it: of the version that the file's name tells, of each one when it tells none. Files that
 * are likely to hold Python come first. What is found is opened, and kept in the list when it is
 * usable. Fails only with SW_E_STOPPED and SW_E_NO_MEMORY.
 */
int sw_runtimes_scan(
    struct sw_memory *memory, struct sw_error *reterr, struct sw_runtimes *runtimes);

#endif

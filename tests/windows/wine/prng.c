/* prng.c: bcryptprimitives.dll for a wine that has none (before 9.0); every Windows that Rust supports has it. The one function
 * that Rust's standard library takes from it fills memory with random bytes.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <windows.h>

#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *bytes, SIZE_T length);

BOOL WINAPI ProcessPrng(BYTE *bytes, SIZE_T length)
{
    return RtlGenRandom(bytes, (ULONG)length);
}

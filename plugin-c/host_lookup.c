/* host_lookup.c: see host_lookup.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef _WIN32
#define _GNU_SOURCE /* RTLD_DEFAULT */
#endif

#include "host_lookup.h"

#ifdef _WIN32

#include <stddef.h>
#include <string.h>
#include <windows.h>

/* Wireshark's libraries; glib's under the names that its builds for Windows have; Qt's, where there is a window. */
static const char *const libraries[] = {
    "libwireshark.dll", "libwsutil.dll",  "glib-2.0-0.dll", "libglib-2.0-0.dll",
    "glib-2.0.dll",     "Qt6Core.dll",    "Qt5Core.dll",
};

void *host_lookup(const char *name)
{
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        HMODULE library = GetModuleHandleA(libraries[i]);
        FARPROC found = library == NULL ? NULL : GetProcAddress(library, name);
        void *address;
        if (found == NULL)
            continue;
        memcpy(&address, &found, sizeof address);
        return address;
    }
    return NULL;
}

void host_stay_loaded(void)
{
    static const char here;
    HMODULE plugin;
    (void)GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, &here, &plugin);
}

#else

#include <dlfcn.h>

void *host_lookup(const char *name)
{
    return dlsym(RTLD_DEFAULT, name);
}

/* The linker's -z nodelete, or that macOS never unloads such a file, has done it. */
void host_stay_loaded(void)
{
}

#endif

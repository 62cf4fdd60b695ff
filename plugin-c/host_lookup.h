/* host_lookup.h: finds what the program that loads the plugin has.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_LOOKUP_H
#define SYNFIN_HOST_LOOKUP_H

#pragma GCC visibility push(hidden)

/* The address of a function or variable; NULL when there is none of this name. */
void *host_lookup(const char *name);

/* The plugin stays in memory when Wireshark unloads its plugins: the library's threads and tables end with the
 * process. */
void host_stay_loaded(void);

#pragma GCC visibility pop

#endif

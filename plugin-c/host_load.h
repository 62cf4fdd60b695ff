/* host_load.h: which Wireshark is running, and what it exports.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_HOST_LOAD_H
#define SYNFIN_HOST_LOAD_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Fills the table of host_functions.h, and picks the row of host_layout.h. Returns true and writes the numbers of the
 * running series when it is known. To be called once, while the shared object is being loaded. */
bool host_load(int *major, int *minor);

/* The first function or variable that the shim needs and this Wireshark lacks; NULL when it lacks none. */
const char *host_missing(void);

#pragma GCC visibility pop

#endif

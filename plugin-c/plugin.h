/* plugin.h: what the library's entry symbols and the shim know of each other.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_PLUGIN_H
#define SYNFIN_PLUGIN_H

/* Exported by src/entry.rs. Wireshark reads the first two after loading, and refuses another version than its own. */
extern int plugin_want_major;
extern int plugin_want_minor;

#pragma GCC visibility push(hidden)
/* What plugin_register() calls. */
extern void (*synfin_shim_entry)(void);
#pragma GCC visibility pop

#endif
